//! Comes next: the http stage.
