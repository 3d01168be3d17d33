//! The node: claims tasks, renders each in a child process with GStreamer, returns parts.
//! Decides nothing about exports and keeps nothing between tasks.

pub mod render;
