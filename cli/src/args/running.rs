//! The words of `reelfarm queue` and `reelfarm node`: what is open on a farm, and its machines. Asks no server.

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::{Enroll, FarmArgs};

/// Arguments of `queue` itself.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Queue {
    #[command(subcommand)]
    pub command: Option<QueueCommand>,
    #[command(flatten)]
    pub list: List,
}

/// How a list is wanted, and of which farm.
#[derive(Debug, Args)]
pub struct List {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub farm: FarmArgs,
}

/// What operators can do with open exports.
#[derive(Debug, Subcommand)]
pub enum QueueCommand {
    /// List tasks that run, wait (and why) or failed for good
    Tasks {
        /// Only those of this export
        #[arg(value_name = "EXPORT")]
        export: Option<Uuid>,
        #[command(flatten)]
        list: List,
    },
    /// List tasks that a node has had for much longer than such tasks usually take
    Stuck {
        /// How many times as long as usual
        #[arg(long, value_name = "TIMES", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
        factor: u32,
        #[command(flatten)]
        list: List,
    },
    /// Give an export another priority: the higher, the sooner
    Priority {
        /// The export's id
        export: Uuid,
        /// −100 to 100; 0 is ordinary
        #[arg(allow_hyphen_values = true, value_parser = clap::value_parser!(i32).range(-100..=100))]
        priority: i32,
        #[command(flatten)]
        farm: FarmArgs,
    },
    /// Hold an export back; what nodes have of it they finish
    Pause {
        /// The export's id
        export: Uuid,
        #[command(flatten)]
        farm: FarmArgs,
    },
    /// Let an export go on
    Resume {
        /// The export's id
        export: Uuid,
        #[command(flatten)]
        farm: FarmArgs,
    },
    /// Try anew what is not done of an export
    Requeue {
        /// The export's id
        export: Uuid,
        /// Only this task
        #[arg(long, value_name = "ID")]
        task: Option<Uuid>,
        #[command(flatten)]
        farm: FarmArgs,
    },
}

/// What can be done with nodes: this machine's, and those of a farm.
#[derive(Debug, Subcommand)]
pub enum NodeCommand {
    /// Enrol this machine in a farm
    Enroll(Enroll),
    /// List the machines of a farm
    List(List),
    /// Make a join token, by which one machine may enrol within 15 minutes
    Token {
        /// What the node will be called
        name: String,
        #[command(flatten)]
        farm: FarmArgs,
    },
    /// Let a machine finish what it has, and take nothing new
    Drain(OneNode),
    /// End a drain or a quarantine
    Resume(OneNode),
    /// Take a machine's tasks away, and keep it from more
    Quarantine {
        #[command(flatten)]
        node: OneNode,
        /// Why, in words for people
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Take a machine out of the farm for good
    Remove(OneNode),
}

/// A machine of a farm.
#[derive(Debug, Args)]
pub struct OneNode {
    /// Its name or id
    #[arg(value_name = "NODE")]
    pub node: String,
    #[command(flatten)]
    pub farm: FarmArgs,
}
