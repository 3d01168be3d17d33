//! The node: claims tasks, renders each in a child process with GStreamer, returns parts.
//! Decides nothing about exports and keeps nothing between tasks.

pub mod app;
pub mod attempt;
pub mod capacity;
pub mod command;
pub mod config;
pub mod deliver;
pub mod enroll;
pub mod intake;
pub mod lease;
pub mod presence;
pub mod render;
