//! Comes next: the advance stage.
