//! `reelfarm node list` and the orders operators give to a farm's machines, by the HTTP API. Enrolls none: that is `node`.

use uuid::Uuid;

use crate::api::NewJoinToken;
use crate::args::{NodeCommand, OneNode};
use crate::client::{Client, Node};
use crate::failure::Failure;
use crate::queue::show;
use crate::running_farm::connect;
use crate::{node, stdout};

/// Does what is asked with a farm's machines.
pub async fn run(command: NodeCommand) -> Result<(), Failure> {
    match command {
        NodeCommand::Enroll(enroll) => node::enroll(enroll),
        NodeCommand::List(list) => {
            let nodes = connect(&list.farm).await?.nodes().await?;
            show(&list, &nodes, || nodes.iter().map(line).collect())
        }
        NodeCommand::Token { name, farm } => {
            let client = connect(&farm).await?;
            stdout::print(&client.create_join_token(&NewJoinToken { name }).await?.token)
        }
        NodeCommand::Drain(which) => {
            let (client, id) = find(&which).await?;
            stdout::print(&line(&client.drain_node(id).await?))
        }
        NodeCommand::Resume(which) => {
            let (client, id) = find(&which).await?;
            stdout::print(&line(&client.resume_node(id).await?))
        }
        NodeCommand::Quarantine { node, reason } => {
            let (client, id) = find(&node).await?;
            stdout::print(&line(&client.quarantine_node(id, reason).await?))
        }
        NodeCommand::Remove(which) => {
            let (client, id) = find(&which).await?;
            client.remove_node(id).await?;
            stdout::print(&format!("{id} is removed."))
        }
    }
}

/// The machine of that name or id. Names are not unique: then the id is needed.
async fn find(which: &OneNode) -> Result<(Client, Uuid), Failure> {
    let client = connect(&which.farm).await?;
    if let Ok(id) = which.node.parse() {
        return Ok((client, id));
    }
    let nodes = client.nodes().await?;
    let named: Vec<Uuid> = nodes.iter().filter(|node| node.name == which.node).map(|node| node.id).collect();
    match named.as_slice() {
        [id] => Ok((client, *id)),
        [] => Err(Failure::refused(format!("there is no node called {}", which.node))),
        several => Err(Failure::refused(format!(
            "{} nodes are called {}: name one by its id, as `reelfarm node list` has it",
            several.len(),
            which.node
        ))),
    }
}

fn line(node: &Node) -> String {
    let idle = node.idle.as_ref().map(|why| why.message.as_str());
    let why = node.quarantine_reason.as_deref().or(idle).unwrap_or_default();
    let slots = format!("{} of {}", node.slots_busy, node.slots);
    format!("{}  {:<20} {:<12} {slots:<9} {why}", node.id, node.name, node.state).trim_end().to_owned()
}
