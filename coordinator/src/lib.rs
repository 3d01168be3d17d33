//! The coordinator: HTTP API, planner, ledger, dispatch, ingest, assembly, upload, events.
//! Never parses untrusted media and does not link a media library.

pub mod advance;
pub mod app;
pub mod assemble;
pub mod certificates;
pub mod command;
pub mod config;
pub mod dispatch;
pub mod http;
pub mod ingest;
pub mod nudge;
pub mod parts;
pub mod storage;
pub mod store;
pub mod upload;
pub mod webhooks;
