//! Writes the table of media as a page. Pure: measures nothing.

use std::fmt::Write as _;

use super::entry::{Entry, Made, Outcome};
use super::notes;

/// Of the page that is committed.
const HEAD: &str = "\
# Media

What Reelfarm makes of files that other people's cameras, phones, browsers and programs made, and of files that are broken.
Made by `make media-table REELFARM_MEDIA=FOLDER`: every file goes through a farm of its own kind, `reelfarm up` with one node and x264,
and is exported whole at 720p, low quality, without levelling. The files are not part of the repository.

- **frames**: by ffmpeg (`-fps_mode passthrough` over the whole source), and by ffmpeg in the finished file.
- **picture**: the largest difference between a frame of the finished file and the source's frame of the same number, both as 48 × 48
  grey pixels: the mean over their pixels, of 255. Coding alone makes one or two; a frame in the wrong place makes many.
- **sound**: how many milliseconds later the sound is than in the source, each against its own first picture, by cross-correlation.
";

/// The page.
pub(super) fn of(good: &[Entry], bad: &[Entry], versions: &str) -> String {
    let mut page = format!("{HEAD}\nJudged with {versions}.\n");
    for (title, entries) in [("Good files", good), ("Bad files", bad)] {
        // Writing to a text cannot fail.
        let _ = write!(page, "\n## {title}\n\n{}", table(entries));
    }
    page
}

fn table(entries: &[Entry]) -> String {
    let mut table = String::from(
        "| file | outcome | frames: ffmpeg | Reelfarm | picture | sound ms | to know |\n|---|---|---:|---:|---:|---:|---|\n",
    );
    for entry in entries {
        let Entry { name, frames_by_ffmpeg, .. } = entry;
        let [outcome, frames, picture, sound] = cells(&entry.outcome);
        let _ = writeln!(
            table,
            "| {name} | {outcome} | {frames_by_ffmpeg} | {frames} | {picture} | {sound} | {} |",
            to_know(entry)
        );
    }
    table
}

fn cells(outcome: &Outcome) -> [String; 4] {
    let none = || "–".to_owned();
    match outcome {
        Outcome::Refused(sentence) => [format!("refused: {}", plain(sentence)), none(), none(), none()],
        Outcome::Failed(sentence) => [format!("export failed: {}", plain(sentence)), none(), none(), none()],
        Outcome::Exported(made) => [
            "exported".to_owned(),
            made.frames.to_string(),
            made.difference.map_or_else(none, |difference| format!("{difference:.1}")),
            made.sound_late_ms.map_or_else(none, |late| format!("{late:+.2}")),
        ],
    }
}

/// Warnings, how much is there of what was declared, and the remark.
fn to_know(entry: &Entry) -> String {
    let mut words = Vec::new();
    if let Outcome::Exported(Made { warnings, held_seconds, .. }) = &entry.outcome {
        words.extend(warnings.iter().map(|code| format!("`{code}`")));
        let short = warnings.iter().any(|code| code == "shorter_than_declared");
        words.extend(
            entry
                .declared_seconds
                .filter(|_| short)
                .map(|declared| format!("declares {declared:.2} s and holds {held_seconds:.2} s")),
        );
    }
    words.extend(notes::on(&entry.name).map(str::to_owned));
    words.join("; ")
}

/// A sentence that cannot break out of its cell.
fn plain(sentence: &str) -> String {
    sentence.replace(['|', '\n', '\r'], " ").trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, outcome: Outcome) -> Entry {
        Entry { name: name.to_owned(), frames_by_ffmpeg: 30, declared_seconds: Some(35.229), outcome }
    }

    #[test]
    fn every_outcome_is_a_row() {
        let made = Made {
            frames: 30,
            difference: Some(0.96),
            sound_late_ms: Some(-0.02),
            held_seconds: 0.5,
            warnings: vec!["shorter_than_declared".to_owned()],
        };
        let good = [entry("a.mp4", Outcome::Exported(made))];
        let bad = [
            entry("b.mp4", Outcome::Refused("Not | a video.".to_owned())),
            entry("c.mp4", Outcome::Failed("It broke off.".to_owned())),
        ];
        let page = of(&good, &bad, "ffmpeg 5");
        assert!(page.contains("Judged with ffmpeg 5."), "{page}");
        let know = "`shorter_than_declared`; declares 35.23 s and holds 0.50 s";
        assert!(page.contains(&format!("| a.mp4 | exported | 30 | 30 | 1.0 | -0.02 | {know} |")), "{page}");
        assert!(page.contains("| b.mp4 | refused: Not   a video | 30 | – | – | – |  |"), "{page}");
        assert!(page.contains("| c.mp4 | export failed: It broke off | 30 | – | – | – |  |"), "{page}");
    }
}
