//! Comes next: the upload stage.
