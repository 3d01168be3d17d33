//! `bootstrap`: the first user and the first token, so that somebody can sign in at all. Makes no other.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use service::{Clock as _, SystemClock};

use crate::config::Config;
use crate::http::TOKEN_PREFIX;
use crate::http::secret::new_secret;
use crate::store::Store;
use crate::store::sole::Sole;
use crate::store::users::Role;

/// The first user.
const ADMIN: &str = "admin";
/// What its token is called.
const TOKEN_NAME: &str = "bootstrap";

/// Leaves a token of the user `admin` in `token_file`: the one that is there, if it works, else a new one in its place.
pub async fn bootstrap(config: Config, token_file: &Path) -> anyhow::Result<()> {
    let _sole = Sole::take(&config.database.url).await?;
    let store = Store::open(&config.database.url).await?;
    let now = SystemClock.now();
    if let Ok(kept) = fs::read_to_string(token_file) {
        let hash = *blake3::hash(kept.trim().as_bytes()).as_bytes();
        if store.identity_of_token(&hash, now).await?.is_some() {
            return Ok(());
        }
    }
    let secret = new_secret(TOKEN_PREFIX).context("make a token")?;
    // File first: a token in a file that the ledger does not know is replaced the next time, the reverse is lost.
    write_private(token_file, &secret.text).with_context(|| format!("write {}", token_file.display()))?;
    let mut tx = store.begin().await?;
    let admin = tx.ensure_user(ADMIN, Role::Admin, now).await?;
    tx.replace_token(admin, TOKEN_NAME, &secret.hash, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Whole or not at all, and never readable by others, not even for a moment.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let fresh = path.with_added_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::config::DEFAULT_TOML;

    #[tokio::test]
    async fn one_token_that_works_whatever_happened_to_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let toml = dir.path().join("coordinator.toml");
        let url = format!("sqlite://{}/ledger.db", dir.path().display());
        fs::write(&toml, DEFAULT_TOML.replace("sqlite:///var/lib/reelfarm/reelfarm.db", &url)).unwrap();
        let token_file = dir.path().join("token");
        let config = Config::load(&toml).unwrap();
        let identity = async || {
            bootstrap(config.clone(), &token_file).await.unwrap();
            let token = fs::read_to_string(&token_file).unwrap();
            let store = Store::open(&url).await.unwrap();
            let hash = *blake3::hash(token.as_bytes()).as_bytes();
            (token, store.identity_of_token(&hash, SystemClock.now()).await.unwrap())
        };
        let (first, who) = identity().await;
        assert_eq!(who.map(|who| (who.name, who.role)), Some(("admin".to_owned(), Role::Admin)));
        assert_eq!(fs::metadata(&token_file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!((first.len(), first.starts_with("rf_")), (67, true));

        assert_eq!(identity().await.0, first, "a token that works stays");
        fs::remove_file(&token_file).unwrap();
        let (second, who) = identity().await;
        assert!(second != first && who.is_some(), "a lost file is replaced");
        let store = Store::open(&url).await.unwrap();
        let old = *blake3::hash(first.as_bytes()).as_bytes();
        assert_eq!(store.identity_of_token(&old, SystemClock.now()).await.unwrap(), None, "and the lost token is dead");
    }
}
