//! Whether there is a floor.

use crate::platform::ids::WebinarId;
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Rows;
use crate::webinars::{self, Occasion};

/// Refuses what no longer takes place, and a draft, which has no stream yet. A webinar that overruns its hour is still on.
pub(super) async fn must_be_on(rows: &impl Rows, webinar: WebinarId) -> Result<Occasion> {
    let occasion = webinars::occasion(rows, webinar).await?.ok_or(Code::NotFound)?;
    if occasion.cancelled { Err(Code::WebinarOver.into()) } else { Ok(occasion) }
}
