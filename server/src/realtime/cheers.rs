//! Shows those who watch a webinar what was cheered: one frame each time, without a position.

use super::wire::ServerFrame;
use crate::app::App;

/// Shows everything since the last call.
pub fn show_cheers(app: &App) {
    for (webinar, counts) in app.cheers.take() {
        let payload = ServerFrame::LiveReactions { webinar, counts }.payload();
        app.hub.whisper(webinar.0, &payload, None);
    }
}
