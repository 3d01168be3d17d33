//! Comes with the next change.
