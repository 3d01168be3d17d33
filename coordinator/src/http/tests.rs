//! The API from outside: a real ledger, a real object store, requests and answers.

mod app;
mod auth;
mod document;
mod exports;
mod idempotency;
mod limits;
mod matrix;
mod nodes;
mod previews;
mod progress;
mod refusals;
mod slow;
mod socket;
mod transport;
mod videos;
mod watching;
