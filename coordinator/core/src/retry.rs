//! Comes next: retry.
