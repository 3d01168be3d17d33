//! What a run of many timelines came to, in one line. Adds up; judges nothing.

use std::fmt;
use std::time::Duration;

use crate::cut_list::CutList;
use crate::format::Format;
use crate::judge::Verdict;

/// Sums over many finished files.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    formats: Vec<(Format, usize)>,
    file_count: usize,
    segment_count: usize,
    segments_max: usize,
    crossfaded_count: usize,
    frame_count: usize,
    blend_count: usize,
    blend_off_max: f64,
    click_count: usize,
    click_off_seconds_max: f64,
    fault_count: usize,
    elapsed: Duration,
}

impl Tally {
    /// Adds a timeline with what was found in each of its files.
    pub fn add(&mut self, list: &CutList, verdicts: &[Verdict]) {
        match self.formats.iter_mut().find(|(format, _)| *format == list.format) {
            Some((_, count)) => *count += 1,
            None => self.formats.push((list.format, 1)),
        }
        self.file_count += verdicts.len();
        self.segment_count += list.cuts.len();
        self.segments_max = self.segments_max.max(list.cuts.len());
        self.crossfaded_count += usize::from(list.crossfade_ms > 0);
        for verdict in verdicts {
            self.frame_count += verdict.frame_count;
            self.blend_count += verdict.blend_count;
            self.blend_off_max = self.blend_off_max.max(verdict.blend_off_max);
            self.click_count += verdict.click_count;
            self.click_off_seconds_max = self.click_off_seconds_max.max(verdict.click_off_seconds_max);
            self.fault_count += verdict.faults.len();
        }
    }

    /// Says how long it took.
    #[must_use]
    pub fn after(self, elapsed: Duration) -> Tally {
        Tally { elapsed, ..self }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let timelines: usize = self.formats.iter().map(|(_, count)| count).sum();
        let formats: Vec<String> =
            self.formats.iter().map(|(format, count)| format!("{count} {}", format.as_str())).collect();
        write!(
            out,
            "{timelines} timelines ({}; {} with crossfades), {} files, {} segments (at most {} in one), {} frames, {} of them blends (at most {:.1} of 255 off), {} clicks (at most {:.3} ms off), {} faults, {} s",
            formats.join(", "),
            self.crossfaded_count,
            self.file_count,
            self.segment_count,
            self.segments_max,
            self.frame_count,
            self.blend_count,
            self.blend_off_max,
            self.click_count,
            1000.0 * self.click_off_seconds_max,
            self.fault_count,
            self.elapsed.as_secs(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cut_list::Cut;

    #[test]
    fn a_run_is_told_in_one_line() {
        let verdict =
            Verdict { frame_count: 50, click_count: 4, click_off_seconds_max: 0.000_25, ..Verdict::default() };
        let blended = Verdict { blend_count: 9, blend_off_max: 3.26, ..verdict.clone() };
        let faulty = Verdict { faults: vec!["a fault".to_owned()], ..verdict.clone() };
        let list = |format| CutList { format, ..CutList::combined(vec![Cut { start: 0, end: 1 }; 3]) };
        let mut tally = Tally::default();
        tally.add(&list(Format::Mp4), std::slice::from_ref(&verdict));
        tally.add(&list(Format::Webm), &[verdict.clone(), faulty]);
        tally.add(&CutList { crossfade_ms: 400, ..list(Format::Mp4) }, &[blended]);
        assert_eq!(
            tally.after(Duration::from_millis(7_300)).to_string(),
            "3 timelines (2 mp4, 1 webm; 1 with crossfades), 4 files, 9 segments (at most 3 in one), 200 frames, 9 of them blends (at most 3.3 of 255 off), 16 clicks (at most 0.250 ms off), 1 faults, 7 s"
        );
    }
}
