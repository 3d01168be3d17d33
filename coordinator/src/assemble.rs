//! Comes next: the assemble stage.
