//! Shows how far the job is: a bar on a terminal, plain lines elsewhere, nothing with `--json`.
//! It shows what it is told and works nothing out.

use std::cell::RefCell;
use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{BinaryBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::api::Progress;

const REDRAW_EVERY: Duration = Duration::from_millis(120);
const BAR: &str = "{prefix:>11} {bar:30} {percent:>3}% {msg}";
const SPINNER: &str = "{prefix:>11} {spinner}";
/// Lines are written at each new stage and at every tenth of it.
const LINE_EVERY_PERCENT: u64 = 10;

/// Where progress is shown.
pub struct View {
    bar: ProgressBar,
    /// The stage and tenth last written, where lines are. `None` inside until the export is under way: what is refused
    /// before that is refused in one line.
    lines: Option<RefCell<Option<(String, u64)>>>,
}

impl View {
    /// Chooses by what stderr is.
    pub fn new(silent: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal && !silent { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.enable_steady_tick(REDRAW_EVERY);
        Self { bar, lines: (!terminal && !silent).then(RefCell::default) }
    }

    /// A stage whose length nobody knows.
    pub fn stage(&self, stage: &str) {
        if self.lines.is_some() {
            return;
        }
        self.show_bar(stage, SPINNER, 1, 1, "");
    }

    /// A transfer.
    pub fn bytes(&self, stage: &str, done: u64, total: u64) {
        self.show(stage, done, total, &format!("{} of {}", BinaryBytes(done), BinaryBytes(total)));
    }

    /// An export as the farm tells it.
    pub fn progress(&self, progress: &Progress) {
        if let Some(last) = &self.lines {
            last.borrow_mut().get_or_insert_default();
        }
        self.show(&progress.current_stage, u64::from(progress.progress), 100, &details(progress));
    }

    /// A line that stays.
    pub fn say(&self, line: &str) {
        if self.lines.is_some() {
            eprintln!("reelfarm: {line}");
        } else {
            self.bar.println(format!("reelfarm: {line}"));
        }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn show(&self, stage: &str, done: u64, total: u64, details: &str) {
        if let Some(last) = &self.lines {
            let percent = (done * 100).checked_div(total).unwrap_or(100);
            let now = (stage.to_owned(), percent / LINE_EVERY_PERCENT);
            if last.borrow_mut().as_mut().is_some_and(|last| std::mem::replace(last, now.clone()) != now) {
                eprintln!("{}", format!("{stage:>11} {percent:>3}% {details}").trim_end());
            }
            return;
        }
        self.show_bar(stage, BAR, done, total, details);
    }

    fn show_bar(&self, stage: &str, template: &str, done: u64, total: u64, details: &str) {
        if self.bar.is_finished() {
            self.bar.reset();
        }
        self.bar.set_style(ProgressStyle::with_template(template).expect("the templates are constants"));
        self.bar.set_prefix(stage.to_owned());
        self.bar.set_length(total);
        self.bar.set_position(done);
        self.bar.set_message(details.to_owned());
    }
}

fn details(progress: &Progress) -> String {
    let frames = progress.frames_done.zip(progress.frames_total).filter(|(_, total)| *total > 0);
    let frames = frames.map(|(done, total)| format!("{done}/{total} frames"));
    let speed = progress.speed.map(|speed| format!("{speed:.1}×"));
    let left = progress.estimated_time_remaining.filter(|left| left.is_finite() && *left >= 0.0).map(left);
    [frames, speed, left].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn left(seconds: f64) -> String {
    let whole = Duration::from_secs_f64(seconds.ceil().min(f64::from(u32::MAX))).as_secs();
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, seconds) => format!("{seconds} s left"),
        (0, minutes, seconds) => format!("{minutes}:{seconds:02} left"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02} left"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_hold_only_what_is_known() {
        let told = |json: &str| details(&serde_json::from_str(json).expect("the contract's shape"));
        assert_eq!(told(r#"{"progress":0,"status":"pending","current_stage":"queued"}"#), "");
        assert_eq!(
            told(
                r#"{"progress":50,"status":"processing","current_stage":"processing","frames_done":5,"frames_total":10,
                    "speed":2.345,"estimated_time_remaining":61.2}"#
            ),
            "5/10 frames, 2.3×, 1:02 left"
        );
        assert_eq!(left(4.0), "4 s left");
        assert_eq!(left(3723.0), "1:02:03 left");
    }
}
