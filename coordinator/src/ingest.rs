//! Comes next: the ingest stage.
