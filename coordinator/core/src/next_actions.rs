//! Comes next: next_actions.
