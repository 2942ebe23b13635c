//! Whether there is a floor.

use crate::platform::ids::WebinarId;
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Rows;
use crate::webinars::{self, Published};

/// Refuses what no longer takes place. A webinar that overruns its hour still does.
pub(super) async fn must_be_on(rows: &impl Rows, webinar: WebinarId) -> Result<Published> {
    let published = webinars::published(rows, webinar).await?;
    if published.cancelled { Err(Code::WebinarOver.into()) } else { Ok(published) }
}
