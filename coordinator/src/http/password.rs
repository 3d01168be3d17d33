//! Passwords as argon2id hashes: made, and held against each other, off the runtime and few at once.
//! Stores nothing; what a password must be like is the core's.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use thiserror::Error;
use tokio::sync::Semaphore;

/// Hashes at once; each takes 19 MiB and tens of milliseconds of a processor. More wait.
const HASHES_AT_ONCE_MAX: usize = 2;
const SALT_BYTES: usize = 16;
/// The hash of a password nobody knows, for names nobody has: holding a password against it takes as long.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5cyBzYWx0IQ$NZH9jgFUKnyZCzR6m4nUqpWKsjPEc9xzBQ4W2cLxq1c";

/// Why a password could not be hashed.
#[derive(Debug, Error)]
pub enum PasswordError {
    /// The system has no randomness.
    #[error("make a salt")]
    Salt(#[source] getrandom::Error),
    /// Such as no memory.
    #[error("hash a password")]
    Hash(#[source] argon2::password_hash::Error),
    /// The hashing thread is gone.
    #[error("wait for a password's hash")]
    Thread(#[source] tokio::task::JoinError),
}

/// Hashes passwords.
#[derive(Clone, Debug)]
pub struct Passwords {
    places: Arc<Semaphore>,
}

impl Passwords {
    /// With all places free.
    pub fn new() -> Passwords {
        Passwords { places: Arc::new(Semaphore::new(HASHES_AT_ONCE_MAX)) }
    }

    /// The hash of a password as a PHC string, with a salt of its own.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(PasswordError::Salt)?;
        let hash = move || Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
        let hash = self.apart(hash).await?.map_err(PasswordError::Hash)?;
        Ok(hash.to_string())
    }

    /// Whether the password is the one that was hashed. Without a hash it is not, and that takes just as long.
    pub async fn fits(&self, password: String, hash: Option<String>) -> Result<bool, PasswordError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODYS.to_owned());
        let compare = move || {
            let hash = PasswordHash::new(&hash)?;
            Argon2::default().verify_password(password.as_bytes(), &hash)
        };
        let same = self.apart(compare).await?.is_ok();
        Ok(same && known)
    }

    async fn apart<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let _place = self.places.acquire().await.expect("nobody closes the places");
        tokio::task::spawn_blocking(work).await.map_err(PasswordError::Thread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_fits_its_password_alone() {
        let passwords = Passwords::new();
        let hash = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, passwords.hash("correct horse".to_owned()).await.unwrap(), "each has a salt of its own");
        assert!(passwords.fits("correct horse".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.fits("correct hors".to_owned(), Some(hash)).await.unwrap());
        assert!(!passwords.fits(String::new(), None).await.unwrap());
        assert!(!passwords.fits("x".to_owned(), Some("no hash".to_owned())).await.unwrap());
    }

    #[test]
    fn a_name_nobody_has_costs_what_every_name_costs() {
        let nobodys = PasswordHash::new(NOBODYS).unwrap();
        let salt = [7; SALT_BYTES];
        let real = Argon2::default().hash_password_with_salt(b"x", &salt).unwrap();
        assert_eq!((&nobodys.algorithm, &nobodys.params), (&real.algorithm, &real.params));
        assert_eq!(nobodys.hash.map(|hash| hash.len()), real.hash.map(|hash| hash.len()));
    }
}
