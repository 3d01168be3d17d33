//! Comes next: the dispatch stage.
