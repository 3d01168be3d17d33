//! The API from outside: a real ledger, a real object store, requests and answers.

mod app;
mod document;
mod exports;
mod nodes;
mod previews;
mod progress;
mod refusals;
mod socket;
mod videos;
