//! The API from outside: a real ledger, a real object store, requests and answers.

mod app;
mod auth;
mod conformance;
mod cuts;
mod document;
mod estimates;
mod events;
mod exports;
mod idempotency;
mod limits;
mod matrix;
mod nodes;
mod previews;
mod progress;
mod queue;
mod refusal_table;
mod refusals;
mod retries;
mod settings;
mod shares;
mod slow;
mod socket;
mod transport;
mod videos;
mod watching;
mod webhooks;
