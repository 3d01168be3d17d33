//! Comes next: the parts stage.
