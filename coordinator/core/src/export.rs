//! The rules of an export: a request becomes an order, or the full list of what is wrong with it.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use timeline::{FrameTable, Span, Ticks};

use crate::at_rest;
use crate::crossfade::{self, Misfit, Overlap};
use crate::problem::{Problem, ProblemCode};
use crate::seconds::display_seconds;

/// No export has more segments.
pub const SEGMENTS_MAX: usize = 500;
/// No name or clip id is longer, in characters.
pub const NAME_CHARACTERS_MAX: usize = 200;

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// As stored, sent and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads what [`Self::as_str`] gives; `None` for anything else.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

choice! {
    /// How many files come out.
    ExportType {
        /// One range, one file.
        Single = "single",
        /// All ranges joined in one file.
        Combined = "combined",
        /// Each range its own file, delivered as one ZIP and singly.
        Clips = "clips",
    }
}
choice! {
    /// The box the picture is fitted into.
    Resolution {
        /// 1280 × 720.
        P720 = "720p",
        /// 1920 × 1080.
        P1080 = "1080p",
        /// 3840 × 2160.
        K4 = "4k",
    }
}
choice! {
    /// The container of the finished files.
    Format {
        /// MP4 with H.264 and AAC.
        Mp4 = "mp4",
        /// `QuickTime` with H.264 and AAC.
        Mov = "mov",
        /// `WebM` with VP9 and Opus.
        Webm = "webm",
    }
}
choice! {
    /// How good, how large. The figures are in `recipe`.
    Quality {
        /// As good as the source to most eyes.
        High = "high",
        /// The usual choice.
        Medium = "medium",
        /// Small and quick.
        Low = "low",
    }
}

impl Format {
    /// The media type of its files.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
            Self::Webm => "video/webm",
        }
    }
}

/// What somebody asks for, before it is held against the video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRequest {
    /// How many files.
    pub export_type: ExportType,
    /// How large.
    pub resolution: Resolution,
    /// In which container.
    pub format: Format,
    /// How good.
    pub quality: Quality,
    /// The ranges, on the video's rate; none means the whole video.
    pub segments: Vec<RequestedSegment>,
    /// Overlap of neighbours in milliseconds; 0 for hard joints.
    pub crossfade_ms: u32,
    /// Level the sound.
    pub normalize_audio: bool,
    /// Take parts that were rendered before.
    pub reuse_parts: bool,
    /// What the files shall be called.
    pub name: Option<String>,
}

/// One asked-for range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedSegment {
    /// Its place in the request, from 0: problems name it. Ranges that were no numbers may be missing before it.
    pub number: usize,
    /// The range on the video's rate.
    pub span: Span,
    /// The client's own name for it.
    pub clip_id: Option<String>,
}

/// A request that holds: everything in it can be rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// How many files.
    pub export_type: ExportType,
    /// How large.
    pub resolution: Resolution,
    /// In which container.
    pub format: Format,
    /// How good.
    pub quality: Quality,
    /// The ranges; at least one.
    pub segments: Vec<Segment>,
    /// By how much neighbours overlap, as asked for, on the video's rate; zero for hard joints.
    #[serde(default, with = "at_rest::ticks")]
    pub crossfade: Ticks,
    /// Level the sound.
    pub normalize_audio: bool,
    /// Take parts that were rendered before.
    pub reuse_parts: bool,
    /// What the files shall be called, without extension.
    pub name: String,
}

/// A range that holds at least one frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// As asked for, on the video's rate.
    #[serde(with = "at_rest::ticks")]
    pub start: Ticks,
    /// As asked for, on the video's rate.
    #[serde(with = "at_rest::ticks")]
    pub end: Ticks,
    /// Its frames, by ordinal.
    pub frames: Range<usize>,
    /// The client's own name for it.
    pub clip_id: Option<String>,
}

impl Order {
    /// Where neighbours overlap, joint by joint; empty where joints are hard or there are none. `table` is that of the video
    /// the order was held against.
    #[must_use]
    pub fn overlaps(&self, table: &FrameTable) -> Vec<Overlap> {
        if self.export_type == ExportType::Clips {
            return Vec::new();
        }
        let overlaps = crossfade::overlaps(table, &self.frames(), self.crossfade);
        overlaps.expect("an order's segments have room for their crossfades")
    }

    /// The segments as ranges of frames.
    #[must_use]
    pub fn frames(&self) -> Vec<Range<usize>> {
        self.segments.iter().map(|segment| segment.frames.clone()).collect()
    }

    /// How long the files play, all together: every frame until the next.
    #[must_use]
    pub fn duration(&self, table: &FrameTable) -> Ticks {
        let mut duration = Ticks::ZERO;
        for segment in &self.segments {
            duration += table.snapped(&segment.frames).length();
        }
        for overlap in self.overlaps(table) {
            duration += -overlap.length;
        }
        duration
    }
}

/// Holds a request against the video: an order, or all problems at once. `video_name` names the files when the request does not.
pub fn order(request: &ExportRequest, table: &FrameTable, video_name: &str) -> Result<Order, Vec<Problem>> {
    let mut problems: Vec<Problem> = name_problem("name", request.name.as_deref()).into_iter().collect();
    if request.segments.len() > SEGMENTS_MAX {
        let message =
            format!("An export takes at most {SEGMENTS_MAX} segments; this one has {}.", request.segments.len());
        return Err(vec![Problem::new("segments", ProblemCode::TooManySegments, message)]);
    }
    if request.export_type == ExportType::Single && request.segments.len() > 1 {
        let message = "A single export takes one segment; choose combined or clips for several.";
        problems.push(Problem::new("segments", ProblemCode::NotSingle, message));
    }
    let crossfade = table.rate().milliseconds(i64::from(request.crossfade_ms));
    let mut segments = Vec::with_capacity(request.segments.len().max(1));
    for asked in &request.segments {
        match segment(asked, table) {
            Ok(segment) => segments.push(segment),
            Err(found) => problems.extend(found),
        }
    }
    if request.segments.is_empty() {
        let Span { start, end } = table.span();
        segments.push(Segment { start, end, frames: 0..table.frame_count(), clip_id: None });
    }
    // Joints are known only when every segment is.
    if segments.len() >= request.segments.len() {
        problems.extend(crossfade_problem(request, &segments, table, crossfade));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Order {
        export_type: request.export_type,
        resolution: request.resolution,
        format: request.format,
        quality: request.quality,
        segments,
        crossfade,
        normalize_audio: request.normalize_audio,
        reuse_parts: request.reuse_parts,
        name: request.name.clone().unwrap_or_else(|| stem(video_name).to_owned()),
    })
}

fn segment(asked: &RequestedSegment, table: &FrameTable) -> Result<Segment, Vec<Problem>> {
    let (number, Span { start, end }) = (asked.number, asked.span);
    let video = table.span();
    let whole = Span::new(Ticks(video.start.0.min(0)), video.end);
    let shown = |ticks| display_seconds(ticks, table.rate());
    let mut problems = Vec::new();
    problems.extend(name_problem(&format!("segments[{number}].clip_id"), asked.clip_id.as_deref()));
    if start < whole.start || start >= whole.end {
        let message =
            format!("The segment starts at {} s, outside the video, which lasts {} s.", shown(start), shown(video.end));
        problems.push(Problem::new(format!("segments[{number}].start"), ProblemCode::OutsideVideo, message));
    }
    // People type times in milliseconds: the end of the video, rounded up to one, is still the end.
    if end > whole.end + table.rate().milliseconds(1) {
        let message = format!("The segment ends at {} s, but the video lasts only {} s.", shown(end), shown(video.end));
        problems.push(Problem::new(format!("segments[{number}].end"), ProblemCode::OutsideVideo, message));
    }
    if end <= start {
        let message = format!("The segment's end ({} s) must be after its start ({} s).", shown(end), shown(start));
        problems.push(Problem::new(format!("segments[{number}].end"), ProblemCode::EmptySegment, message));
    }
    let frames = table.within(asked.span);
    if problems.is_empty() && frames.is_empty() {
        let message =
            format!("No frame is shown between {} s and {} s; make the segment longer.", shown(start), shown(end));
        problems.push(Problem::new(format!("segments[{number}].end"), ProblemCode::NoFrame, message));
    }
    if problems.is_empty() {
        Ok(Segment { start, end: end.min(whole.end), frames, clip_id: asked.clip_id.clone() })
    } else {
        Err(problems)
    }
}

/// What is wrong with the crossfade, said of the first joint it does not fit.
fn crossfade_problem(
    request: &ExportRequest,
    segments: &[Segment],
    table: &FrameTable,
    crossfade: Ticks,
) -> Option<Problem> {
    const FIELD: &str = "crossfade_seconds";
    if request.crossfade_ms == 0 {
        return None;
    }
    if request.export_type == ExportType::Clips {
        let message =
            "Clips are files of their own, without joints to fade; leave crossfade_seconds out, or choose combined.";
        return Some(Problem::new(FIELD, ProblemCode::Unsupported, message));
    }
    let frames: Vec<Range<usize>> = segments.iter().map(|segment| segment.frames.clone()).collect();
    let misfit = crossfade::overlaps(table, &frames, crossfade).err()?;
    let shown = |ticks| display_seconds(ticks, table.rate());
    let number = |segment: usize| request.segments.get(segment).map_or(segment, |asked| asked.number);
    Some(match misfit {
        Misfit::TooLong { segment, room } => {
            let message = format!(
                "A crossfade of {} s is longer than segments[{}] can give: it has {} s for this one.",
                shown(crossfade),
                number(segment),
                shown(room)
            );
            Problem::new(FIELD, ProblemCode::CrossfadeTooLong, message)
        }
        Misfit::TooShort { segment, frame } => {
            let message = format!(
                "A crossfade is made of whole frames, and the last one of segments[{}] lasts {} s; ask for more than half of that.",
                number(segment),
                shown(frame)
            );
            Problem::new(FIELD, ProblemCode::CrossfadeTooShort, message)
        }
    })
}

/// What is wrong with a name or clip id, if one is given.
#[must_use]
pub fn name_problem(field: &str, name: Option<&str>) -> Option<Problem> {
    let name = name?;
    let fits =
        !name.trim().is_empty() && name.chars().count() <= NAME_CHARACTERS_MAX && !name.chars().any(char::is_control);
    (!fits).then(|| {
        let message = format!("Use 1 to {NAME_CHARACTERS_MAX} printable characters.");
        Problem::new(field, ProblemCode::InvalidText, message)
    })
}

/// A file name without its last extension.
fn stem(filename: &str) -> &str {
    match filename.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => filename,
    }
}

#[cfg(test)]
mod tests;
