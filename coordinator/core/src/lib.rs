//! Pure decisions of the coordinator: export rules, plan, schedule, retry, next actions, progress.
//! No I/O, no clock, no randomness: time and ids come in as arguments.

pub mod account;
pub mod at_rest;
pub mod content_key;
pub mod crossfade;
pub mod deadline;
pub mod estimate;
pub mod expected_size;
pub mod export;
pub mod export_settings;
pub mod filename;
pub mod finishing;
pub mod ids;
pub mod journal;
pub mod limits;
pub mod login;
pub mod months;
pub mod network;
pub mod next_actions;
pub mod part;
pub mod plan;
pub mod preview;
pub mod problem;
pub mod progress;
pub mod recipe;
pub mod recommendations;
pub mod report;
pub mod retry;
pub mod role;
pub mod schedule;
pub mod seconds;
pub mod status;
pub mod video;
pub mod waiting;
pub mod webhooks;
pub mod work;
