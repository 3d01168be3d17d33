//! What the places people publish to ask of a file, and what to export with for each: one dated table.
//! Looks at no video and fetches nothing: platforms change their limits, and the date says how old ours are.

use crate::export::{Format, Quality, Resolution};

/// The day the table was written; each row names the platform's own page, which may have changed since.
pub const AS_OF: &str = "2026-11-25";

const MEBIBYTE: u64 = 1 << 20;
const GIBIBYTE: u64 = 1 << 30;

/// What to export with for one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// Its name in addresses.
    pub id: &'static str,
    /// The platform.
    pub platform: &'static str,
    /// The place on the platform, for people.
    pub title: &'static str,
    /// What to export with.
    pub resolution: Resolution,
    /// What to export with.
    pub format: Format,
    /// What to export with: platforms encode once more, so it is always the best.
    pub quality: Quality,
    /// The shape the place shows best, such as `9:16`.
    pub aspect_ratio: &'static str,
    /// No longer file is shown there.
    pub duration_seconds_max: Option<u32>,
    /// No larger file is taken there.
    pub size_bytes_max: Option<u64>,
    /// Frames beyond that rate are dropped there.
    pub frame_rate_max: Option<u32>,
    /// What else to know, one sentence.
    pub note: &'static str,
    /// The platform's own page.
    pub source: &'static str,
}

/// Every place we know, in the order people are shown them.
pub const RECOMMENDATIONS: [Recommendation; 6] = [
    Recommendation {
        id: "youtube",
        platform: "YouTube",
        title: "YouTube video",
        resolution: Resolution::P1080,
        format: Format::Mp4,
        quality: Quality::High,
        aspect_ratio: "16:9",
        duration_seconds_max: Some(12 * 3600),
        size_bytes_max: Some(256 * GIBIBYTE),
        frame_rate_max: Some(60),
        note: "Accounts that are not verified may upload 15 minutes at most; export 4k if the source is.",
        source: "https://support.google.com/youtube/answer/1722171",
    },
    Recommendation {
        id: "youtube_shorts",
        platform: "YouTube",
        title: "YouTube Short",
        resolution: Resolution::P1080,
        format: Format::Mp4,
        quality: Quality::High,
        aspect_ratio: "9:16",
        duration_seconds_max: Some(180),
        size_bytes_max: Some(256 * GIBIBYTE),
        frame_rate_max: Some(60),
        note: "Only square and upright videos become Shorts.",
        source: "https://support.google.com/youtube/answer/15424877",
    },
    Recommendation {
        id: "instagram_reel",
        platform: "Instagram",
        title: "Instagram reel",
        resolution: Resolution::P1080,
        format: Format::Mp4,
        quality: Quality::High,
        aspect_ratio: "9:16",
        duration_seconds_max: Some(180),
        size_bytes_max: Some(4 * GIBIBYTE),
        frame_rate_max: Some(60),
        note: "Longer reels are not shown to people who do not follow you; programs may send 300 MB at most.",
        source: "https://help.instagram.com/1038071743007909",
    },
    Recommendation {
        id: "instagram_feed",
        platform: "Instagram",
        title: "Instagram post",
        resolution: Resolution::P1080,
        format: Format::Mp4,
        quality: Quality::High,
        aspect_ratio: "4:5",
        duration_seconds_max: Some(900),
        size_bytes_max: Some(4 * GIBIBYTE),
        frame_rate_max: Some(60),
        note: "A single video in a post is shared as a reel; the feed crops it to 4:5.",
        source: "https://help.instagram.com/1631821640426723",
    },
    Recommendation {
        id: "tiktok",
        platform: "TikTok",
        title: "TikTok video",
        resolution: Resolution::P1080,
        format: Format::Mp4,
        quality: Quality::High,
        aspect_ratio: "9:16",
        duration_seconds_max: Some(600),
        size_bytes_max: Some(4 * GIBIBYTE),
        frame_rate_max: Some(60),
        note: "Programs may upload 10 minutes; the website takes longer videos from some accounts.",
        source: "https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide",
    },
    Recommendation {
        id: "x",
        platform: "X",
        title: "X post",
        resolution: Resolution::P1080,
        format: Format::Mp4,
        quality: Quality::High,
        aspect_ratio: "16:9",
        duration_seconds_max: Some(140),
        size_bytes_max: Some(512 * MEBIBYTE),
        frame_rate_max: Some(60),
        note: "Accounts with a subscription may post longer and larger videos; others are shown 720p.",
        source: "https://docs.x.com/x-api/media/quickstart/best-practices",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_place_has_a_name_of_its_own_and_a_page_to_check() {
        let ids: BTreeSet<_> = RECOMMENDATIONS.iter().map(|place| place.id).collect();
        assert_eq!(ids.len(), RECOMMENDATIONS.len());
        for place in RECOMMENDATIONS {
            assert!(place.source.starts_with("https://") && place.note.ends_with('.'), "{place:?}");
            assert!(place.format != Format::Webm, "{}: WebM is refused there", place.id);
        }
    }
}
