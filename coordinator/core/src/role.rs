//! What somebody may do, as one ladder: each role may do what the one before it may. Knows no people.

/// What somebody may do. Each role may do what the one before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Uploads and exports.
    Creator,
    /// Runs the farm: nodes and queue.
    Operator,
    /// Everything.
    Admin,
}

impl Role {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Creator => "creator",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// Reads what [`Role::as_str`] gives; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Role> {
        [Self::Creator, Self::Operator, Self::Admin].into_iter().find(|role| role.as_str() == text)
    }

    /// Whether somebody in this role may do what needs `needed`.
    #[must_use]
    pub fn may(self, needed: Role) -> bool {
        self >= needed
    }
}

#[cfg(test)]
mod tests {
    use super::Role::{Admin, Creator, Operator};
    use super::*;

    #[test]
    fn roles_are_a_ladder() {
        assert!(Creator.may(Creator) && Operator.may(Creator) && Admin.may(Operator));
        assert!(!Creator.may(Operator) && !Operator.may(Admin));
        for role in [Creator, Operator, Admin] {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
    }
}
