//! Comes next: the storage stage.
