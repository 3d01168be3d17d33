//! Whole-farm tests: a harness that runs the real binaries, makers of sources whose every frame and click can be
//! recognised, and a judge of finished files. It shares no code with the programs it judges.

pub mod api;
pub mod browser;
pub mod checkers;
pub mod cut_list;
pub mod expectation;
pub mod farm;
pub mod format;
pub mod judge;
pub mod ledger;
pub mod media_table;
pub mod media_tool;
pub mod patience;
pub mod random;
pub mod reading;
pub mod side_by_side;
pub mod source;
pub mod tally;
pub mod tidy;
