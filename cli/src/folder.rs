//! The data folder of a farm on this machine: where each thing lies, and how private things are written.
//! What is inside the coordinator's and the node's own folders is theirs.

mod lock;

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::failure::Failure;

pub use lock::{Claim, Guest, Lock};

/// Only the owner reads what lies here: the token, passwords, keys and users' videos do.
const FOLDER_MODE: u32 = 0o700;
const PRIVATE_FILE_MODE: u32 = 0o600;

/// The data folder; it exists, and its path is absolute.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Opens `named`, or the default folder, making it when it is not there.
    pub fn open(named: Option<&Path>) -> Result<Self, Failure> {
        let named = match named {
            Some(named) => named.to_owned(),
            None => {
                default_folder().ok_or_else(|| Failure::refused("there is no home folder: name one by --data DIR"))?
            }
        };
        make_folder(&named)
            .map_err(|error| Failure::refused(format!("cannot use {} for data: {error}", named.display())))?;
        let root = named.canonicalize().with_context(|| format!("failed to resolve {}", named.display()))?;
        Ok(Self { root })
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The pids of the children as they are now.
    pub fn pids(&self) -> PathBuf {
        self.root.join("pids.json")
    }

    /// Where the running farm answers; there only while it does.
    pub fn farm(&self) -> PathBuf {
        self.root.join("farm.json")
    }

    /// Ports kept from one start to the next.
    pub fn ports(&self) -> PathBuf {
        self.root.join("ports.json")
    }

    /// The bearer token of the administrator.
    pub fn token(&self) -> PathBuf {
        self.root.join("token")
    }

    /// The SQLite database.
    pub fn database(&self) -> PathBuf {
        self.root.join("reelfarm.db")
    }

    /// The node's own files.
    pub fn node(&self) -> PathBuf {
        self.root.join("node")
    }

    /// What a program prints.
    pub fn log(&self, program: &str) -> PathBuf {
        self.root.join("logs").join(format!("{program}.log"))
    }

    /// A folder of its own for one of the programs or the storage; made when it is not there.
    pub fn own(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.root.join(name);
        make_folder(&folder).with_context(|| format!("failed to make {}", folder.display()))?;
        Ok(folder)
    }
}

/// Writes a file that only its owner may read, whole or not at all.
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let write = || -> io::Result<()> {
        let whole = path.with_added_extension("new");
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(PRIVATE_FILE_MODE).open(&whole)?;
        file.write_all(content)?;
        fs::rename(&whole, path)
    };
    Ok(write().with_context(|| format!("failed to write {}", path.display()))?)
}

fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path)
}

fn default_folder() -> Option<PathBuf> {
    let shared = std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".local/share")))?;
    Some(shared.join("reelfarm"))
}
