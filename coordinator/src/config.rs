//! Comes next: the config stage.
