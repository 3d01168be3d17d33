//! `reelfarm export`: upload, order, follow, download, as one command that leaves nothing behind when it cannot finish.
//! The work is the farm's; this is a client of it, whoever runs it.

mod download;
mod follow;
mod order;
mod trail;
mod upload;
mod view;
mod warnings;

use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context as _;

use crate::args;
use crate::client::Client;
use crate::failure::Failure;
use crate::folder::{Claim, Folder, Guest, Lock};
use crate::signals::Stop;
use crate::stdout;
use crate::up::{Farm, Options};

use order::Order;
use trail::Trail;
use view::View;

/// How long cleaning up may take before the command ends anyway.
const CLEAN_UP_MAX: Duration = Duration::from_secs(15);

/// The job is over or was given up: what the node still has in hand is of an earlier one, and whoever waits is a person.
const DRAIN_WITHIN: Duration = Duration::from_secs(3);

/// The farm that does the work.
enum Host {
    /// Somebody runs it.
    Theirs {
        /// Keeps it from stopping, when it runs from a folder on this machine.
        _guest: Option<Guest>,
    },
    /// Started for this job.
    Ours { farm: Box<Farm>, lock: Lock },
}

/// Exports one video.
pub async fn run(export: args::Export) -> Result<(), Failure> {
    let order = Order::check(&export)?;
    let mut stop = Stop::listen()?;
    let view = Rc::new(View::new(export.json));
    let connected = tokio::select! {
        connected = connect(&export, &view) => connected,
        () = stop.asked() => Err(Failure::Interrupted),
    };
    let (client, mut host) = connected.inspect_err(|_| view.clear())?;

    let trail = Trail::default();
    let outcome = tokio::select! {
        outcome = perform(&client, &order, &view, &trail) => outcome,
        failure = host.supervise() => Err(failure),
        () = stop.asked() => Err(Failure::Interrupted),
    };
    view.clear();
    let last_words = async {
        if outcome.is_err() {
            trail.clean_up(&client).await;
        }
        match trail.export().filter(|_| export.json) {
            Some(id) => client.export(id).await.ok(),
            None => None,
        }
    };
    let finished = tokio::select! {
        // What cannot be reached any more is swept by the farm.
        finished = tokio::time::timeout(CLEAN_UP_MAX, last_words) => finished.ok().flatten(),
        _ = host.supervise() => None,
        () = stop.asked() => None,
    };
    tokio::select! {
        () = host.leave(&view) => {}
        () = stop.asked() => {}
    }
    if let Some(finished) = finished {
        stdout::print(&finished.to_string())?;
    }
    outcome?;
    if !export.json {
        stdout::print(&order.output.display().to_string())?;
    }
    Ok(())
}

/// Finds the farm to use, or starts one.
async fn connect(export: &args::Export, view: &Rc<View>) -> Result<(Client, Host), Failure> {
    if let (Some(server), Some(token)) = (&export.server, &export.token) {
        let client = Client::new(server.clone(), token.clone())?;
        client.check().await?;
        return Ok((client, Host::Theirs { _guest: None }));
    }
    let folder = Folder::open(export.data.as_deref())?;
    match Claim::take(&folder).await? {
        Claim::Guest(guest) => {
            let token = std::fs::read_to_string(folder.token())
                .with_context(|| format!("failed to read {}", folder.token().display()))?;
            let client = Client::new(guest.url.clone(), token.trim().to_owned())?;
            Ok((client, Host::Theirs { _guest: Some(guest) }))
        }
        Claim::Owner(lock) => {
            view.stage("starting");
            let options = Options {
                listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                slots: None,
                database: None,
                node: true,
                drain_within: DRAIN_WITHIN,
            };
            let lines = Rc::clone(view);
            let farm = Farm::start(&folder, &options, Rc::new(move |line| lines.say(line))).await?;
            lock.announce(farm.url())?;
            let client = Client::new(farm.url().clone(), farm.token().to_owned())?;
            Ok((client, Host::Ours { farm: Box::new(farm), lock }))
        }
    }
}

/// The job itself; what it leaves on the farm while it is under way is on the trail.
async fn perform(client: &Client, order: &Order, view: &View, trail: &Trail) -> Result<(), Failure> {
    let video = upload::upload(client, &order.input, view, trail).await?;
    let export = client.create_export(video.id, &order.request).await?.id;
    trail.ordered(export);
    // Not before: what is refused is refused in one line.
    for line in warnings::lines(&video) {
        view.say(&line);
    }
    follow::until_over(client, export, view, trail).await?;
    download::download(client, export, &order.output, view).await?;
    if let Some(path) = &order.report {
        let report = client.report(export).await?;
        std::fs::write(path, report).with_context(|| format!("failed to write {}", path.display()))?;
    }
    Ok(())
}

impl Host {
    /// Keeps our own farm alive; never ends for somebody else's.
    async fn supervise(&mut self) -> Failure {
        match self {
            Self::Theirs { .. } => std::future::pending().await,
            Self::Ours { farm, .. } => farm.supervise().await,
        }
    }

    /// Stops our own farm once nobody else uses it.
    async fn leave(self, view: &View) {
        let Self::Ours { mut farm, lock } = self else { return };
        view.stage("stopping");
        let guests_gone = tokio::select! {
            gone = lock.without_guests() => gone.ok(),
            _ = farm.supervise() => None,
        };
        farm.stop().await;
        view.clear();
        drop((guests_gone, lock));
    }
}
