//! What names and passwords of people must be like. Hashes none and knows nobody.

use crate::problem::{Problem, ProblemCode};

/// Longer names fit no list.
pub const NAME_CHARACTERS_MAX: usize = 64;
/// Shorter passwords are guessed in an afternoon, whatever is in them.
pub const PASSWORD_CHARACTERS_MIN: usize = 10;
/// Longer ones are no passwords, and hashing them is work.
pub const PASSWORD_CHARACTERS_MAX: usize = 256;

/// What is wrong with a name, of a person or of something of theirs.
#[must_use]
pub fn name_problem(field: &str, name: &str) -> Option<Problem> {
    let printable = !name.chars().any(char::is_control);
    let fits = !name.is_empty() && name.trim() == name && name.chars().count() <= NAME_CHARACTERS_MAX;
    let message = || format!("Use 1 to {NAME_CHARACTERS_MAX} printable characters, no blanks around them.");
    (!printable || !fits).then(|| Problem::new(field, ProblemCode::InvalidText, message()))
}

/// What is wrong with a password that somebody chose.
#[must_use]
pub fn password_problem(field: &str, password: &str) -> Option<Problem> {
    let characters = password.chars().count();
    let fits = (PASSWORD_CHARACTERS_MIN..=PASSWORD_CHARACTERS_MAX).contains(&characters);
    let message = || format!("Use {PASSWORD_CHARACTERS_MIN} to {PASSWORD_CHARACTERS_MAX} characters.");
    (!fits).then(|| Problem::new(field, ProblemCode::InvalidText, message()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_printable_and_short() {
        for good in ["ann", "Ann Bo", "Ünal", &"x".repeat(64)] {
            assert_eq!(name_problem("name", good), None, "{good}");
        }
        for bad in ["", " ", " ann", "ann ", "a\nb", "a\0", &"x".repeat(65)] {
            assert_eq!(name_problem("name", bad).map(|problem| problem.field), Some("name".to_owned()), "{bad:?}");
        }
    }

    #[test]
    fn passwords_are_long_enough_to_be_worth_hashing() {
        assert!(password_problem("password", "123456789").is_some());
        assert!(password_problem("password", &"x".repeat(257)).is_some());
        assert_eq!(password_problem("password", "äöüäöüäöüß"), None);
    }
}
