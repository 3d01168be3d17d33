//! `GET /api/recommendations`: what the places people publish to ask for. The table is the core's.

use farm_core::recommendations::{AS_OF, RECOMMENDATIONS, Recommendation};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::super::identity::SignedIn;
use super::super::refusal::Refusal;
use super::super::words;

/// What to export with for one place people publish to.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Recommendation", skip_serializing_if_is_none)]
struct RecommendationView {
    /// Its name: `youtube`, `youtube_shorts`, `instagram_reel`, `instagram_feed`, `tiktok` or `x`.
    id: String,
    /// The platform, such as `YouTube`.
    platform: String,
    /// The place on it, such as `YouTube Short`.
    title: String,
    /// What to export with.
    resolution: words::Resolution,
    /// What to export with.
    format: words::Format,
    /// What to export with.
    quality: words::Quality,
    /// The shape shown best there, such as `9:16`.
    aspect_ratio: String,
    /// No longer file is shown there, in seconds.
    max_duration_seconds: Option<u32>,
    /// No larger file is taken there.
    max_size_bytes: Option<u64>,
    /// Frames a second beyond that are dropped there.
    max_frame_rate: Option<u32>,
    /// What else to know.
    note: String,
    /// The platform's own page.
    source: String,
}

/// What the places people publish to ask for.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Recommendations")]
struct RecommendationList {
    /// The day the table was written, such as `2026-11-25`: platforms change their limits.
    as_of: String,
    /// Every place we know.
    recommendations: Vec<RecommendationView>,
}

/// `GET /api/recommendations`.
pub struct Recommendations;

#[OpenApi]
impl Recommendations {
    /// What to export with for the web
    #[oai(path = "/api/recommendations", method = "get", operation_id = "recommendations")]
    #[expect(clippy::unused_async, reason = "the framework awaits every operation")]
    async fn list(&self, _who: SignedIn) -> Result<Json<RecommendationList>, Refusal> {
        let recommendations = RECOMMENDATIONS.into_iter().map(RecommendationView::from).collect();
        Ok(Json(RecommendationList { as_of: AS_OF.to_owned(), recommendations }))
    }
}

impl From<Recommendation> for RecommendationView {
    fn from(place: Recommendation) -> RecommendationView {
        RecommendationView {
            id: place.id.to_owned(),
            platform: place.platform.to_owned(),
            title: place.title.to_owned(),
            resolution: place.resolution.into(),
            format: place.format.into(),
            quality: place.quality.into(),
            aspect_ratio: place.aspect_ratio.to_owned(),
            max_duration_seconds: place.duration_seconds_max,
            max_size_bytes: place.size_bytes_max,
            max_frame_rate: place.frame_rate_max,
            note: place.note.to_owned(),
            source: place.source.to_owned(),
        }
    }
}
