//! Admission: what somebody orders or uploads is held against their limits, in the transaction that enters it.
//! The limits themselves are the core's, their numbers the configuration's.

use farm_core::limits::{Excess, Limits, Use, admit_bytes, admit_export, bind};
use service::Timestamp;

use super::refusal::{Refusal, RefusalCode};
use crate::store::tokens::Identity;
use crate::store::{Store, StoreError, Tx};

/// Admits an export whose files will have so many bytes each. The transaction that enters it has begun with
/// [`Tx::lock_user`], and goes on with [`Tx::note_order`].
pub async fn admit(
    tx: &mut Tx,
    general: &Limits,
    who: &Identity,
    expected: &[u64],
    now: Timestamp,
) -> Result<(), Refusal> {
    if bind(who.role) {
        let limits = tx.own_limits(who.user).await?.over(general);
        let has = tx.use_of(who.user, limits.exports_per_hour, now).await?;
        admit_export(&limits, &has, expected).map_err(refuse)?;
    }
    Ok(())
}

/// What somebody has, and their limits; `None` for those who are free of them.
pub async fn standing(
    store: &Store,
    general: &Limits,
    who: &Identity,
    now: Timestamp,
) -> Result<Option<(Limits, Use)>, StoreError> {
    if !bind(who.role) {
        return Ok(None);
    }
    // Nothing is changed, so nothing is committed.
    let mut tx = store.begin().await?;
    let limits = tx.own_limits(who.user).await?.over(general);
    let has = tx.use_of(who.user, limits.exports_per_hour, now).await?;
    Ok(Some((limits, has)))
}

/// Admits a video of so many bytes. The transaction that enters it holds the user still.
pub async fn admit_video(
    tx: &mut Tx,
    general: &Limits,
    who: &Identity,
    size_bytes: u64,
    now: Timestamp,
) -> Result<(), Refusal> {
    if bind(who.role) {
        let limits = tx.own_limits(who.user).await?.over(general);
        let has = tx.use_of(who.user, limits.exports_per_hour, now).await?;
        admit_bytes(&limits, &has, size_bytes).map_err(refuse)?;
    }
    Ok(())
}

fn refuse(excess: Excess) -> Refusal {
    match excess {
        Excess::Active { max, wait } => {
            let message = format!("{max} exports of yours are under way, and more may not be; wait for one to end.");
            Refusal::until(RefusalCode::TooManyExports, wait, message)
        }
        Excess::Hourly { max, wait } => {
            let message = format!("You have ordered {max} exports within the hour, and more may not be.");
            Refusal::until(RefusalCode::TooManyExports, wait, message)
        }
        Excess::Budget { max, wait } => {
            let message = format!("Your {max} minutes of this month are used up; the next month has as many again.");
            Refusal::until(RefusalCode::BudgetSpent, wait, message)
        }
        Excess::Storage { max, held, more } => {
            let message =
                format!("There is no room: you keep {held} of {max} bytes, and this needs {more}; delete something.");
            Refusal::new(RefusalCode::InsufficientStorage, message)
        }
        Excess::File { max, expected } => {
            let message =
                format!("A file would have about {expected} bytes and may have {max}; export less, or smaller.");
            Refusal::new(RefusalCode::OutputTooLarge, message)
        }
    }
}
