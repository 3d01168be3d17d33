//! Comes next: schedule.
