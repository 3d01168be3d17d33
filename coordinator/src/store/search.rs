//! Text that is looked for in names. Knows no table.

/// `text` as a pattern of `like` with `escape '\'` that finds it anywhere in a name in lower case; every sign stands for itself.
pub fn anywhere(text: &str) -> String {
    let plain = text.to_lowercase().replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("%{plain}%")
}
