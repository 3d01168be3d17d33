//! Keeps children alive: starts them, starts them again as they end, stops them in order, keeps `pids.json` true.
//! It does not know what the children are for; `farm` does.

use std::rc::Rc;
use std::time::Duration;

use futures::future::select_all;

use super::child::{Change, Child, Spec, ending};
use super::pids::{PidFile, Pids};
use crate::failure::Failure;
use crate::folder::Folder;

/// A program that ends this often before the farm is ready will not start at all.
const FAILED_STARTS_MAX: u32 = 3;
const LOGS_LOOKED_AT_EVERY: Duration = Duration::from_mins(1);

/// Takes lines that the user should see.
pub type Say = Rc<dyn Fn(&str)>;

/// The children of a farm, in the order they were started.
pub struct Supervisor {
    children: Vec<Child>,
    pids: PidFile,
    ready: bool,
    say: Say,
}

impl Supervisor {
    /// Looks after nothing yet.
    pub fn new(folder: &Folder, say: Say) -> Self {
        Self { children: Vec::new(), pids: PidFile::at(folder.pids()), ready: false, say }
    }

    /// Starts a child and returns its pid.
    pub fn start(&mut self, spec: Spec) -> Result<u32, Failure> {
        let child = Child::start(spec)?;
        let pid = child.pid().expect("it was just started");
        self.children.push(child);
        self.pids.write(self.pids())?;
        Ok(pid)
    }

    /// Waits for the child started last to be ready while all of them are kept alive.
    pub async fn until<T>(
        &mut self,
        ready: impl Future<Output = Result<T, Failure>>,
        within: Duration,
    ) -> Result<T, Failure> {
        let waited = tokio::select! {
            waited = tokio::time::timeout(within, ready) => waited,
            failure = self.supervise() => return Err(failure),
        };
        waited.unwrap_or_else(|_| {
            let child = self.children.last().expect("it waits for a child that was started");
            let within = within.as_secs();
            Err(Failure::failed(format!("the {} is not ready after {within} s: {}", child.title(), child.last_words())))
        })
    }

    /// From now on a child that ends is started again however often that is.
    pub fn all_ready(&mut self) {
        self.ready = true;
    }

    /// The pids of the children that run.
    pub fn pids(&self) -> Pids {
        let pid = |name| self.children.iter().find(|child| child.name() == name).and_then(Child::pid);
        Pids { nats: pid("nats"), coordinator: pid("coordinator"), node: pid("node") }
    }

    /// Starts children again as they end, until something is wrong that starting again cannot mend.
    pub async fn supervise(&mut self) -> Failure {
        loop {
            let look_at_logs = tokio::time::timeout(LOGS_LOOKED_AT_EVERY, self.next_change());
            match look_at_logs.await {
                Ok(Ok(())) => {}
                Ok(Err(failure)) => return failure,
                Err(_) => self.trim_logs(),
            }
        }
    }

    /// Stops the children, those that use others first: the node drains while it can still deliver.
    pub async fn stop(mut self) {
        while let Some(mut child) = self.children.pop() {
            if !child.stop().await {
                (self.say)(&format!("the {} did not stop in time and was killed", child.title()));
            }
        }
    }

    async fn next_change(&mut self) -> Result<(), Failure> {
        let any = self.children.iter_mut().map(|child| Box::pin(child.change()));
        let (change, index, _) = select_all(any).await;
        let change = change?;
        self.pids.write(self.pids())?;
        let Change::Ended { pid, status } = change else { return Ok(()) };
        let child = &mut self.children[index];
        let (title, how) = (child.title(), ending(status));
        // A signal is somebody's wish, or the kernel's; an exit status before the farm was ever ready is the program's own.
        if !self.ready && status.code().is_some() {
            child.failed_starts += 1;
            if child.failed_starts >= FAILED_STARTS_MAX {
                return Err(Failure::failed(format!("the {title} does not start: it {how}: {}", child.last_words())));
            }
        }
        (self.say)(&format!("the {title} (process {pid}) {how}; it is started again"));
        Ok(())
    }

    fn trim_logs(&self) {
        for child in &self.children {
            if let Err(error) = child.trim_log() {
                (self.say)(&format!("the log of the {} cannot be kept short: {error}", child.title()));
            }
        }
    }
}
