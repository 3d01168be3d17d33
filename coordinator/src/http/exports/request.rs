//! The body of an order for an export, as people write it, and how it becomes the core's request. Holds it against no video.

use farm_core::export::{ExportRequest, RequestedSegment};
use farm_core::problem::{Problem, ProblemCode};
use farm_core::seconds;
use poem_openapi::Object;
use timeline::{Rate, Span, Ticks};

use super::super::words;
use crate::store::exports::Selection;

/// No crossfade is longer, in seconds.
pub const CROSSFADE_SECONDS_MAX: f64 = 60.0;

/// A range of the video, in seconds. `start_time` and `end_time` are other names of `start` and `end`.
#[derive(Clone, Debug, Default, Object)]
#[oai(deny_unknown_fields)]
pub struct SegmentRange {
    /// First instant inside.
    pub start: Option<f64>,
    /// First instant after.
    pub end: Option<f64>,
    /// Another name of `start`.
    pub start_time: Option<f64>,
    /// Another name of `end`.
    pub end_time: Option<f64>,
    /// Your own name for it.
    pub clip_id: Option<String>,
}

/// An order for an export.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewExport {
    /// The box the picture is fitted into; it is never enlarged beyond need.
    pub resolution: words::Resolution,
    /// The container of the files.
    pub format: words::Format,
    /// How good, how large.
    pub quality: Option<words::Quality>,
    /// Another name of `quality`.
    pub quality_preset: Option<words::Quality>,
    /// How many files come out.
    pub export_type: words::ExportType,
    /// The ranges, in output order, at most 500; none means the whole video.
    pub segments: Option<Vec<SegmentRange>>,
    /// By how much neighbours of a combined export overlap, rounded to whole frames; 0 by default, for hard joints. Each segment
    /// must have room for the overlaps at both of its ends.
    pub crossfade_seconds: Option<f64>,
    /// Level the loudness of the segments; yes by default.
    pub normalize_audio: Option<bool>,
    /// Take parts that were rendered before; yes by default.
    pub reuse_parts: Option<bool>,
    /// What the files are called; the video's name by default.
    pub name: Option<String>,
}

/// What a body says, as far as it can be read, and what cannot be read of it.
#[derive(Debug)]
pub struct Read {
    /// For the core's rules.
    pub request: ExportRequest,
    /// The ranges as they were asked for.
    pub selections: Vec<Selection>,
    /// What is no number, missing or said twice.
    pub problems: Vec<Problem>,
}

/// Reads a body; times become ticks of `rate`.
pub fn read(body: NewExport, rate: Rate) -> Read {
    let mut problems = Vec::new();
    let quality = quality(&body, &mut problems);
    let crossfade_ms = crossfade(body.crossfade_seconds, &mut problems);
    let mut segments = Vec::new();
    let mut selections = Vec::new();
    for (number, range) in body.segments.unwrap_or_default().into_iter().enumerate() {
        let start = time(&format!("segments[{number}].start"), range.start, range.start_time, rate);
        let end = time(&format!("segments[{number}].end"), range.end, range.end_time, rate);
        match (start, end) {
            (Ok((start_time, start)), Ok((end_time, end))) => {
                let clip_id = range.clip_id;
                selections.push(Selection { start_time, end_time, clip_id: clip_id.clone() });
                segments.push(RequestedSegment { number, span: Span::new(start, end), clip_id });
            }
            (start, end) => problems.extend([start.err(), end.err()].into_iter().flatten()),
        }
    }
    let request = ExportRequest {
        export_type: body.export_type.into(),
        resolution: body.resolution.into(),
        format: body.format.into(),
        quality: quality.into(),
        segments,
        crossfade_ms,
        normalize_audio: body.normalize_audio.unwrap_or(true),
        reuse_parts: body.reuse_parts.unwrap_or(true),
        name: body.name,
    };
    Read { request, selections, problems }
}

/// A time under its two names: the number as written, and the tick nearest to it.
fn time(field: &str, value: Option<f64>, alias: Option<f64>, rate: Rate) -> Result<(f64, Ticks), Problem> {
    let seconds = match (value, alias) {
        (None, None) => return Err(Problem::new(field, ProblemCode::Required, "Say it in seconds.")),
        (Some(value), Some(alias)) if value.to_bits() != alias.to_bits() => {
            let message = format!("It is given under two names: {value} and {alias}.");
            return Err(Problem::new(field, ProblemCode::Contradiction, message));
        }
        (Some(seconds), _) | (None, Some(seconds)) => seconds,
    };
    let no_time = || {
        let message = format!("{seconds} is no time in a video; times are seconds, at most {}.", seconds::SECONDS_MAX);
        Problem::new(field, ProblemCode::InvalidNumber, message)
    };
    let ticks = seconds::ticks(seconds, rate).ok_or_else(no_time)?;
    Ok((seconds, ticks))
}

fn quality(body: &NewExport, problems: &mut Vec<Problem>) -> words::Quality {
    match (body.quality, body.quality_preset) {
        (Some(one), Some(other)) if one != other => {
            let message = "It is given under two names with different values.";
            problems.push(Problem::new("quality", ProblemCode::Contradiction, message));
            one
        }
        (Some(quality), _) | (None, Some(quality)) => quality,
        (None, None) => {
            problems.push(Problem::new("quality", ProblemCode::Required, "Choose high, medium or low."));
            words::Quality::Medium
        }
    }
}

fn crossfade(seconds: Option<f64>, problems: &mut Vec<Problem>) -> u32 {
    let seconds = seconds.unwrap_or(0.0);
    if !(0.0..=CROSSFADE_SECONDS_MAX).contains(&seconds) {
        let message = format!("A crossfade lasts 0 to {CROSSFADE_SECONDS_MAX} s.");
        problems.push(Problem::new("crossfade_seconds", ProblemCode::InvalidNumber, message));
        return 0;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 60,000")]
    let milliseconds = (seconds * 1000.0).round() as u32;
    milliseconds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(segments: Vec<SegmentRange>) -> NewExport {
        NewExport {
            resolution: words::Resolution::P720,
            format: words::Format::Mp4,
            quality: None,
            quality_preset: Some(words::Quality::Low),
            export_type: words::ExportType::Clips,
            segments: Some(segments),
            crossfade_seconds: None,
            normalize_audio: None,
            reuse_parts: None,
            name: None,
        }
    }

    fn faults(read: &Read) -> Vec<(&str, &str)> {
        read.problems.iter().map(|problem| (problem.field.as_str(), problem.code.as_str())).collect()
    }

    #[test]
    fn both_names_of_a_time_are_understood() {
        let range = SegmentRange { start_time: Some(1.25), end: Some(2.0), end_time: Some(2.0), ..Default::default() };
        let read = read(body(vec![range]), Rate::MILLISECONDS);
        assert_eq!(faults(&read), []);
        assert_eq!(read.request.segments[0].span, Span::new(Ticks(1250), Ticks(2000)));
        assert_eq!(read.request.quality, farm_core::export::Quality::Low);
        assert!((read.selections[0].start_time - 1.25).abs() < f64::EPSILON);
    }

    #[test]
    fn everything_unreadable_is_named() {
        let mut body = body(vec![
            SegmentRange::default(),
            SegmentRange { start: Some(0.0), end: Some(1.0), end_time: Some(2.0), ..Default::default() },
            SegmentRange { start: Some(1e300), end: Some(2.0), ..Default::default() },
            SegmentRange { start: Some(3.0), end: Some(4.0), ..Default::default() },
        ]);
        (body.quality_preset, body.crossfade_seconds) = (None, Some(-1.0));
        let read = read(body, Rate::MILLISECONDS);
        let expected = [
            ("quality", "required"),
            ("crossfade_seconds", "invalid_number"),
            ("segments[0].start", "required"),
            ("segments[0].end", "required"),
            ("segments[1].end", "contradiction"),
            ("segments[2].start", "invalid_number"),
        ];
        assert_eq!(faults(&read), expected);
        assert_eq!(read.request.segments[0].number, 3, "what can be read keeps its place");
    }
}
