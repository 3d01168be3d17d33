//! The farm that a command is about: the one that is named, or the one that runs from the data folder. Starts none.

use anyhow::Context as _;

use crate::args::FarmArgs;
use crate::client::Client;
use crate::failure::Failure;
use crate::folder::{Claim, Folder};

/// The farm that is named, or the one that runs from the folder.
pub async fn connect(farm: &FarmArgs) -> Result<Client, Failure> {
    if let (Some(server), Some(token)) = (&farm.server, &farm.token) {
        return Ok(Client::new(server.clone(), token.clone())?);
    }
    let folder = Folder::open(farm.data.as_deref())?;
    let Claim::Guest(guest) = Claim::take(&folder).await? else {
        let folder = folder.root().display();
        return Err(Failure::refused(format!(
            "no farm runs from {folder}: start one by `reelfarm up`, or name --server"
        )));
    };
    let token = std::fs::read_to_string(folder.token())
        .with_context(|| format!("failed to read {}", folder.token().display()))?;
    Ok(Client::new(guest.url, token.trim().to_owned())?)
}
