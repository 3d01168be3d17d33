//! `POST /api/exports`: takes many orders for exports at once, and answers each as if it had come alone. Plans nothing.

use farm_core::ids::VideoId;
use farm_core::problem::{Problem, ProblemCode};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::new_id::NewId;
use super::super::refusal::{Refusal, RefusalView};
use super::create::ordered;
use super::place::Counter;
use super::request::NewExport;
use super::show::{ExportView, Look};

/// Orders in one request: what people choose on a few pages of twelve.
pub const ORDERS_MAX: usize = 50;

/// An order for an export of the video it names.
#[derive(Clone, Debug, Object)]
struct NewExportOfVideo {
    /// The video's id.
    video_id: Uuid,
    /// As it is ordered of one video; no other field is taken here either.
    #[oai(flatten)]
    order: NewExport,
}

/// Several orders for exports.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct NewExports {
    /// The orders, taken one after the other: 1 to 50.
    orders: Vec<NewExportOfVideo>,
}

/// What became of one order: either the export or the refusal.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct OrderOutcome {
    /// The status it would have been answered with alone: 201 or that of its refusal.
    status: u16,
    /// The export, where the order is in the books.
    export: Option<ExportView>,
    /// Why it is not. Fields are told as paths into the whole request, such as `orders[3].segments[2].end`.
    refusal: Option<RefusalView>,
    /// When to order it again, wherever waiting helps.
    retry_after_seconds: Option<u64>,
}

/// What became of several orders.
#[derive(Clone, Debug, Object)]
struct OrderOutcomes {
    /// What became of each, in the order they were given.
    orders: Vec<OrderOutcome>,
    /// How many are in the books.
    ordered: u32,
    /// How many are not.
    refused: u32,
}

#[derive(ApiResponse)]
enum Created {
    /// All orders are in the books.
    #[oai(status = 201)]
    All(Json<OrderOutcomes>),
    /// Some of the orders, or all, were refused: each says why. Those that were not are in the books.
    #[oai(status = 207)]
    NotAll(Json<OrderOutcomes>),
}

/// `POST /api/exports`.
pub struct CreateExports {
    pub(super) counter: Counter,
    pub(super) look: Look,
}

#[OpenApi]
impl CreateExports {
    /// Order several exports
    ///
    /// Each order is held against the same rules and limits as one that comes alone, after those before it: of twenty orders by
    /// somebody who may have three exports under way, three are taken. What is refused leaves nothing behind and takes nothing
    /// back of the others. Only a request that is not as documented is refused as a whole.
    #[oai(path = "/api/exports", method = "post", operation_id = "create_exports")]
    async fn create(&self, who: SignedIn, new: NewId, body: Json<NewExports>) -> Result<Created, Refusal> {
        let orders = body.0.orders;
        if !(1..=ORDERS_MAX).contains(&orders.len()) {
            let message = format!("Give 1 to {ORDERS_MAX} orders; there are {}.", orders.len());
            return Err(Refusal::invalid(vec![Problem::new("orders", ProblemCode::InvalidNumber, message)]));
        }
        let mut outcomes = Vec::with_capacity(orders.len());
        for (number, NewExportOfVideo { video_id, order }) in orders.into_iter().enumerate() {
            let made = ordered(&self.counter, &self.look, &who.0, new.nth(number), VideoId(video_id), order).await;
            outcomes.push(outcome(number, made));
        }
        Ok(answer(outcomes))
    }
}

fn outcome(number: usize, made: Result<ExportView, Refusal>) -> OrderOutcome {
    match made {
        Ok(export) => OrderOutcome { status: 201, export: Some(export), refusal: None, retry_after_seconds: None },
        Err(refusal) => {
            let (status, view, wait) = refusal.within(&format!("orders[{number}]"));
            OrderOutcome { status: status.as_u16(), export: None, refusal: Some(view), retry_after_seconds: wait }
        }
    }
}

fn answer(orders: Vec<OrderOutcome>) -> Created {
    let (made, not) = orders.iter().fold((0, 0), |(made, not), order| match order.export {
        Some(_) => (made + 1, not),
        None => (made, not + 1),
    });
    let outcomes = Json(OrderOutcomes { orders, ordered: made, refused: not });
    if not == 0 { Created::All(outcomes) } else { Created::NotAll(outcomes) }
}
