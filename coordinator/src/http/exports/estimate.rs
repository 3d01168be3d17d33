//! `POST /api/videos/{id}/estimate`: what an export would take, before it is ordered. Orders nothing.

use std::collections::{HashMap, HashSet};

use farm_core::content_key::ContentKey;
use farm_core::estimate::{Asked, Estimate, Farm, Learnt, Range, bytes_max, estimate, learn, measure};
use farm_core::ids::{ExportId, VideoId};
use farm_core::plan::{Basis, Plan, plan};
use farm_core::recipe::choose_encoder;
use farm_core::work::Work;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::queue;
use super::super::range::RangeView;
use super::super::refusal::{Refusal, RefusalCode};
use super::place::{Counter, Held};
use super::request::NewExport;
use crate::store::Store;

/// What an export would take.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Estimate", skip_serializing_if_is_none)]
struct EstimateView {
    /// How long all files play together, in seconds; exact.
    duration_seconds: f64,
    /// Bytes of all files. Before the farm has rendered anything of the kind, only what the encoder's limits allow.
    size_bytes: RangeView,
    /// Seconds of rendering; absent while the farm has rendered too little of the kind, or no node is connected.
    render_seconds: Option<RangeView>,
    /// Seconds until a node begins, about; absent while no node is connected, or what it would wait for is of a new kind.
    queue_seconds: Option<f64>,
    /// Minutes of one slot; absent while the farm has rendered too little of the kind.
    cost: Option<RangeView>,
    /// How many files come out.
    outputs: u32,
    /// How many parts there are in all.
    parts: u64,
    /// How many of these are there already and cost nothing.
    parts_reused: u64,
}

/// `POST /api/videos/{id}/estimate`.
pub struct EstimateExport {
    pub(super) store: Store,
    pub(super) counter: Counter,
}

#[OpenApi]
impl EstimateExport {
    /// Estimate an export
    ///
    /// Takes the body of an order and refuses what an order would be refused for.
    #[oai(path = "/api/videos/:id/estimate", method = "post", operation_id = "estimate_export")]
    async fn estimate(
        &self,
        who: SignedIn,
        /// The video's id.
        id: Path<Uuid>,
        body: Json<NewExport>,
    ) -> Result<Json<EstimateView>, Refusal> {
        let held = self.counter.hold(&who.0, VideoId(id.0), body.0).await?;
        let nodes = self.store.connected_nodes().await?;
        let slot_count = nodes.iter().map(|node| node.slot_count).sum();
        let encoders: Vec<_> = nodes.into_iter().flat_map(|node| node.facts.encoders).collect();
        let Some(encoder) = choose_encoder(&encoders, held.order.format) else {
            let message = format!(
                "No connected node encodes {} now, so nothing can be said; try again.",
                held.order.format.as_str()
            );
            return Err(Refusal::new(RefusalCode::TooBusy, message));
        };
        let Held { order, source, .. } = &held;
        let (facts, table, source_hash) = (&source.facts, &source.table, &source.hash);
        let basis = Basis { order, facts, table, source_hash, encoder: &encoder, export: ExportId(Uuid::nil()) };
        let plan = plan(&basis);
        let asked = self.asked(&plan, &held).await?;
        let backlog_ms = queue::left(&self.store).await?;
        let farm = Farm { slot_count, backlog_ms: backlog_ms.unwrap_or_default() };
        let estimate = estimate(&asked, farm);
        Ok(Json(view(&held, &plan, &asked, estimate, backlog_ms.is_some())))
    }
}

impl EstimateExport {
    /// What is known of every task of the plan.
    async fn asked(&self, plan: &Plan, held: &Held) -> Result<Vec<Asked>, Refusal> {
        let keys: Vec<ContentKey> = plan.tasks.iter().map(|task| task.content_key).collect();
        let present: HashSet<ContentKey> =
            if held.order.reuse_parts { self.store.parts_present(&keys).await? } else { HashSet::new() };
        let frames: u64 = plan.tasks.iter().map(|task| frames_of(&task.work)).sum();
        let mut known: HashMap<String, Option<Learnt>> = HashMap::new();
        let mut asked = Vec::with_capacity(plan.tasks.len());
        for task in &plan.tasks {
            let measure = measure(&task.work);
            let learnt = if let Some(learnt) = known.get(&measure.recipe) {
                *learnt
            } else {
                let learnt = learn(&self.store.samples(&measure.recipe).await?);
                known.insert(measure.recipe.clone(), learnt);
                learnt
            };
            let seconds = match &task.work {
                Work::Sound(sound) => seconds_of(sound.sample_count(), 48_000),
                work => held.duration_seconds * seconds_of(frames_of(work), frames.max(1)),
            };
            let bytes_max = bytes_max(&task.work, seconds);
            asked.push(Asked { measure, learnt, bytes_max, present: present.contains(&task.content_key) });
        }
        Ok(asked)
    }
}

fn frames_of(work: &Work) -> u64 {
    match work {
        Work::Picture(picture) => picture.keep_pts.len() as u64,
        _ => 0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "samples of days stay below 2⁵³")]
fn seconds_of(count: u64, per_second: u64) -> f64 {
    count as f64 / per_second as f64
}

fn view(held: &Held, plan: &Plan, asked: &[Asked], estimate: Estimate, queue_known: bool) -> EstimateView {
    let tenths = |seconds: Range| RangeView::of(seconds, 0.1);
    EstimateView {
        duration_seconds: held.duration_seconds,
        size_bytes: RangeView::of(estimate.size_bytes, 1.0),
        render_seconds: estimate.render_seconds.map(tenths),
        queue_seconds: estimate.queue_seconds.filter(|_| queue_known).map(|queue| f64::midpoint(queue.low, queue.high)),
        cost: estimate.cost.map(|cost| RangeView::of(cost, 0.001)),
        outputs: u32::try_from(plan.outputs.len()).unwrap_or(u32::MAX),
        parts: asked.len() as u64,
        parts_reused: asked.iter().filter(|task| task.present).count() as u64,
    }
}
