//! `/api/webhooks`: whom to tell what happened, and what became of every message. Sends none.

mod deliveries;
mod manage;
mod terms;

use super::Deps;

/// All operations on webhooks.
pub type Operations = (manage::Webhooks, deliveries::Deliveries);

/// All operations on webhooks on their handles.
pub fn operations(deps: &Deps) -> Operations {
    let Deps { store, clock, nudge, private_receivers, .. } = deps.clone();
    let manage = manage::Webhooks { store: store.clone(), clock: clock.clone(), private_receivers };
    (manage, deliveries::Deliveries { store, clock, nudge })
}
