//! Comes next: progress.
