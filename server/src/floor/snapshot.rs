//! The whole floor in one read: what a late comer needs.

use serde::Serialize;
use utoipa::ToSchema;

use super::hands::{Hand, hands_of};
use super::modes::{ModesView, modes_of};
use super::polls::{self, PollView};
use super::questions::{self, QuestionView};
use super::slides::{SlidesView, slides_of};
use crate::access::Seen;
use crate::changes::{Position, stream_position};
use crate::platform::ids::WebinarId;
use crate::platform::refusal::{Code, Result};
use crate::webinars;

#[derive(Debug, Serialize, ToSchema)]
pub struct FloorView {
    /// First raised first.
    pub hands: Vec<Hand>,
    /// The pinned one, the live one, then those with most votes, up to 100; the list has them all.
    pub questions: Vec<QuestionView>,
    /// In the order of their making; drafts for those who run the webinar only.
    pub polls: Vec<PollView>,
    pub slides: Option<SlidesView>,
    #[serde(flatten)]
    pub modes: ModesView,
}

/// The floor, and the position of the webinar's stream in the same read: follow from there.
#[derive(Debug, Serialize, ToSchema)]
pub struct FloorPage {
    pub floor: FloorView,
    pub position: Position,
}

/// The floor as the reader sees it.
pub async fn snapshot(seen: &Seen<'_, WebinarId>) -> Result<FloorPage> {
    let (reader, webinar) = (seen.reader(), seen.target());
    webinars::occasion(reader, webinar).await?.ok_or(Code::NotFound)?;
    let floor = FloorView {
        hands: hands_of(reader, webinar).await?,
        questions: questions::for_snapshot(seen).await?,
        polls: polls::for_snapshot(seen).await?,
        slides: slides_of(reader, webinar).await?,
        modes: modes_of(reader, webinar).await?,
    };
    Ok(FloorPage { floor, position: stream_position(reader, webinar).await? })
}
