//! New secrets: shown once, known afterwards only by their BLAKE3. Stores nothing.

/// 256 bits.
const SECRET_BYTES: usize = 32;

/// A secret that was just made.
pub struct NewSecret {
    /// What its owner keeps.
    pub text: String,
    /// BLAKE3 of the text, for the ledger.
    pub hash: [u8; 32],
}

/// 256 random bits in hex after `prefix`.
pub fn new_secret(prefix: &str) -> Result<NewSecret, getrandom::Error> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    let text = format!("{prefix}{}", hex::encode(bytes));
    let hash = *blake3::hash(text.as_bytes()).as_bytes();
    Ok(NewSecret { text, hash })
}
