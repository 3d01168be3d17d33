//! The containers a file is finished in, as data: what each holds, and how finely it can say a time.
//! Knows what a file must be, not how it is written.

use crate::reading::Base;

/// Names the containers of a run, with commas between, such as `mp4,webm`; else it is all of [`Format::MADE`].
pub const FORMATS_VARIABLE: &str = "REELFARM_FORMATS";

/// A container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// MP4 with H.264 and AAC.
    Mp4,
    /// QuickTime with H.264 and AAC.
    Mov,
    /// WebM with VP9 and Opus.
    Webm,
}

/// How finely a container can say a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// In the source's own ticks: every time is exact.
    Source,
    /// In ticks of its own: every time is the nearest of them.
    Own(Base),
}

/// What a track holds, as ffprobe names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coding {
    /// Such as `h264`.
    pub codec: &'static str,
    /// Such as `High`; empty where the codec has none.
    pub profile: &'static str,
}

impl Format {
    /// What the farm makes. A test of every container goes by this list.
    pub const MADE: &[Format] = &Self::ALL;

    const ALL: [Format; 3] = [Format::Mp4, Format::Mov, Format::Webm];

    /// The containers of this run, by the environment.
    ///
    /// # Panics
    /// When the variable names something else.
    #[must_use]
    pub fn chosen() -> Vec<Format> {
        let Ok(list) = std::env::var(FORMATS_VARIABLE) else { return Self::MADE.to_vec() };
        let chosen = list.split(',').map(|name| {
            let known = Self::ALL.into_iter().find(|format| format.as_str() == name.trim());
            known.unwrap_or_else(|| panic!("{FORMATS_VARIABLE}: {name:?} is no container"))
        });
        chosen.collect()
    }

    /// As the API and the command line name it; also the ending of its files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Webm => "webm",
        }
    }

    /// Whether it is of the family whose files are trees of boxes.
    #[must_use]
    pub const fn has_boxes(self) -> bool {
        matches!(self, Self::Mp4 | Self::Mov)
    }

    /// How finely it can say a time.
    #[must_use]
    pub const fn clock(self) -> Clock {
        match self {
            Self::Mp4 | Self::Mov => Clock::Source,
            Self::Webm => Clock::Own(Base { numerator: 1000, denominator: 1 }),
        }
    }

    /// How its picture is coded.
    #[must_use]
    pub const fn picture(self) -> Coding {
        match self {
            Self::Mp4 | Self::Mov => Coding { codec: "h264", profile: "High" },
            Self::Webm => Coding { codec: "vp9", profile: "Profile 0" },
        }
    }

    /// How its sound is coded.
    #[must_use]
    pub const fn sound(self) -> Coding {
        match self {
            Self::Mp4 | Self::Mov => Coding { codec: "aac", profile: "LC" },
            Self::Webm => Coding { codec: "opus", profile: "" },
        }
    }

    /// Samples of priming by which the container as a whole may say that it lasts longer: they lie in its first packet.
    #[must_use]
    pub const fn priming_samples(self) -> i64 {
        match self {
            Self::Mp4 | Self::Mov => 0,
            Self::Webm => 312,
        }
    }

    /// Samples that a decoder may hand out after the sound's end, because the last packet is whole and the container
    /// shortens only its duration. WebM says how many samples of it to throw away.
    #[must_use]
    pub const fn tail_samples_max(self) -> i64 {
        match self {
            Self::Mp4 | Self::Mov => 1024,
            Self::Webm => 0,
        }
    }
}
