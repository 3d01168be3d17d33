//! Who may use a data folder: one owner runs the farm in it, any number of guests use the farm the owner runs.
//! The locks are the kernel's, so a killed process leaves none behind.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::{Folder, write_private};
use crate::failure::Failure;

/// How often a lock somebody else holds is tried again.
const RETRY_EVERY: Duration = Duration::from_millis(100);
/// How long a guest waits for a farm that is starting or stopping.
const GUEST_PATIENCE: Duration = Duration::from_mins(1);

/// Where a running farm answers, for guests.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Address {
    /// The HTTP API.
    pub url: url::Url,
    /// The process that runs the farm.
    pub owner: u32,
}

/// The right to run the farm of a folder, held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    folder: Folder,
    _owner: File,
}

/// The right to use the farm that somebody else runs: it does not stop while a guest is there, unless it is told to.
#[derive(Debug)]
pub struct Guest {
    /// Where the farm answers.
    pub url: url::Url,
    _guest: File,
}

/// What a folder allows at the moment.
#[derive(Debug)]
pub enum Claim {
    /// Nobody runs a farm here; the caller may.
    Owner(Lock),
    /// Somebody does; the caller may use it.
    Guest(Guest),
}

impl Lock {
    /// Takes the folder for a farm of one's own, or says who has it.
    pub fn take(folder: &Folder) -> Result<Self, Failure> {
        match Self::try_take(folder)? {
            Some(lock) => Ok(lock),
            None => Err(Failure::refused(match address(folder) {
                Some(Address { url, owner }) => {
                    format!("a farm is already running from {} at {url} (process {owner})", folder.root().display())
                }
                None => format!("a farm is already running from {}", folder.root().display()),
            })),
        }
    }

    fn try_take(folder: &Folder) -> Result<Option<Self>, Failure> {
        let owner = open(folder, "lock")?;
        let taken = unless_held(owner.try_lock())?.then(|| Self { folder: folder.clone(), _owner: owner });
        // A farm that was killed left its address; a guest must not take it for this one's.
        taken.iter().for_each(Self::withdraw);
        Ok(taken)
    }

    /// Tells guests where the farm answers.
    pub fn announce(&self, url: &url::Url) -> Result<(), Failure> {
        let address = Address { url: url.clone(), owner: std::process::id() };
        let text = serde_json::to_vec(&address).context("failed to write the farm's address as JSON")?;
        write_private(&self.folder.farm(), &text)
    }

    /// Waits until no guest uses the farm, and lets no new one in.
    pub async fn without_guests(&self) -> Result<GuestsGone, Failure> {
        let guests = open(&self.folder, "guests.lock")?;
        while !unless_held(guests.try_lock())? {
            tokio::time::sleep(RETRY_EVERY).await;
        }
        self.withdraw();
        Ok(GuestsGone { _guests: guests })
    }

    /// Stops telling guests where the farm answers.
    pub fn withdraw(&self) {
        // It may never have been announced, and a guest that reads a stale address finds the lock free.
        let _ = std::fs::remove_file(self.folder.farm());
    }
}

/// Keeps guests out while the farm stops.
#[derive(Debug)]
pub struct GuestsGone {
    _guests: File,
}

impl Claim {
    /// Takes the folder, or becomes a guest of the farm that runs in it.
    pub async fn take(folder: &Folder) -> Result<Self, Failure> {
        let patience = tokio::time::sleep(GUEST_PATIENCE);
        tokio::pin!(patience);
        loop {
            if let Some(lock) = Lock::try_take(folder)? {
                return Ok(Self::Owner(lock));
            }
            let guest = open(folder, "guests.lock")?;
            if unless_held(guest.try_lock_shared())?
                && let Some(Address { url, .. }) = address(folder)
            {
                return Ok(Self::Guest(Guest { url, _guest: guest }));
            }
            tokio::select! {
                () = tokio::time::sleep(RETRY_EVERY) => {}
                () = &mut patience => return Err(Failure::failed(format!(
                    "a farm holds {} but has not become ready in {} s",
                    folder.root().display(), GUEST_PATIENCE.as_secs(),
                ))),
            }
        }
    }
}

fn address(folder: &Folder) -> Option<Address> {
    serde_json::from_slice(&std::fs::read(folder.farm()).ok()?).ok()
}

fn open(folder: &Folder, name: &str) -> Result<File, Failure> {
    let path: PathBuf = folder.root().join(name);
    let open = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    Ok(open.with_context(|| format!("failed to open {}", path.display()))?)
}

/// Whether the lock was taken; `false` when somebody else holds it.
fn unless_held(attempt: Result<(), TryLockError>) -> Result<bool, Failure> {
    match attempt {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(lock_failure(error)),
    }
}

fn lock_failure(error: io::Error) -> Failure {
    anyhow::Error::new(error).context("failed to lock the data folder").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_has_one_owner_and_guests_who_keep_it_open() {
        let root = tempfile::tempdir().expect("a scratch folder");
        let folder = Folder::open(Some(root.path())).expect("a folder");
        let owner = Lock::take(&folder).expect("nobody else has it");
        let url = url::Url::parse("http://127.0.0.1:1/").expect("a URL");
        owner.announce(&url).expect("the folder is writable");
        let second = Lock::take(&folder).expect_err("it is taken");
        assert!(second.line().contains("already running") && second.line().contains(url.as_str()), "{}", second.line());

        let Claim::Guest(guest) = Claim::take(&folder).await.expect("a claim") else { panic!("not a guest") };
        assert_eq!(guest.url, url);
        let mut waits = Box::pin(owner.without_guests());
        assert!(futures::poll!(&mut waits).is_pending(), "a guest is still there");
        drop(guest);
        let gone = waits.as_mut().await.expect("the guest is gone");
        drop(waits);
        drop((owner, gone));
        assert!(matches!(Claim::take(&folder).await, Ok(Claim::Owner(_))));
    }
}
