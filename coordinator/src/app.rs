//! Comes next: the app stage.
