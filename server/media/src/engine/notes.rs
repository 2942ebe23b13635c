//! What is said on the data channel `stage`: to a viewer, what is in the slots and who speaks; to a publisher, what the host
//! has muted; from a viewer, how large the tiles are.

use serde::{Deserialize, Serialize};
use str0m::media::{MediaKind, Mid};

use super::drive::drive;
use super::mail::Key;
use super::peer::{Peer, Role};
use super::programme::Programme;
use super::viewer::Viewer;
use super::worker::Worker;
use crate::words::{Kind, Muted, PeerId};

pub const LABEL: &str = "stage";
/// A viewer's note names a few dozen tiles.
const LONGEST_NOTE_BYTES: usize = 4 * 1024;

#[derive(Serialize)]
struct ViewerNote<'a> {
    slots: Vec<SlotNote<'a>>,
    speaking: &'a [PeerId],
}

#[derive(Serialize)]
struct SlotNote<'a> {
    mid: &'a str,
    peer: PeerId,
    kind: Kind,
    media: &'static str,
}

#[derive(Serialize)]
struct PublisherNote {
    muted: Muted,
}

#[derive(Deserialize)]
struct Wants {
    want: Vec<Want>,
}

#[derive(Deserialize)]
struct Want {
    mid: String,
    height: u32,
}

/// The note for a viewer, as JSON.
pub fn viewer_note(viewer: &Viewer, programme: &Programme) -> String {
    let slots = viewer.slots.iter().filter_map(|slot| {
        let source = slot.source?;
        let media = if source.media == MediaKind::Audio { "audio" } else { "video" };
        Some(SlotNote { mid: &slot.mid, peer: source.peer, kind: source.kind, media })
    });
    let note = ViewerNote { slots: slots.collect(), speaking: &programme.speaking };
    serde_json::to_string(&note).unwrap_or_default()
}

pub fn publisher_note(muted: Muted) -> String {
    serde_json::to_string(&PublisherNote { muted }).unwrap_or_default()
}

/// What a viewer wants; nothing if the note is not understood.
pub fn read_wants(note: &[u8]) -> Vec<(Mid, u32)> {
    if note.len() > LONGEST_NOTE_BYTES {
        return Vec::new();
    }
    let wants = serde_json::from_slice::<Wants>(note).map(|wants| wants.want).unwrap_or_default();
    wants.into_iter().map(|want| (Mid::from(want.mid.as_str()), want.height)).collect()
}

impl Worker {
    /// Says what has not been said yet. What the channel can't take now is tried again with the next change or tick.
    pub fn tell_slots(&mut self, key: Key) {
        let Some(peer) = self.peers.get_mut(&key) else { return };
        if peer.channel.is_none() {
            return;
        }
        let note = match &peer.role {
            Role::Viewer(viewer) => {
                let Some(audience) = self.audiences.get(&peer.stage) else { return };
                viewer_note(viewer, &audience.programme)
            }
            Role::Publisher(_) => {
                let publication = self.homes.get(&peer.stage).and_then(|home| home.publications.get(&key));
                publisher_note(publication.map(|publication| publication.muted).unwrap_or_default())
            }
        };
        if peer.said != note && say(peer, &note) {
            peer.said = note;
            drive(peer, &mut self.around);
        }
    }

    pub fn heard_note(&mut self, key: Key, note: &[u8]) {
        let Some(Role::Viewer(viewer)) = self.peers.get_mut(&key).map(|peer| &mut peer.role) else { return };
        for (mid, height) in read_wants(note) {
            if let Some(slot) = viewer.slots.iter_mut().find(|slot| slot.mid == mid) {
                slot.height = Some(height);
            }
        }
        self.arrange_one(key);
    }
}

fn say(peer: &mut Peer, note: &str) -> bool {
    let Some(mut channel) = peer.channel.and_then(|channel| peer.rtc.channel(channel)) else { return false };
    matches!(channel.write(false, note.as_bytes()), Ok(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wants_are_read_and_nonsense_is_none() {
        let read = read_wants(br#"{"want":[{"mid":"4","height":180},{"mid":"v1","height":0}]}"#);
        assert_eq!(read, [(Mid::from("4"), 180), (Mid::from("v1"), 0)]);
        assert!(read_wants(br#"{"want":[{"mid":"4","height":-1}]}"#).is_empty());
        assert!(read_wants(&vec![b'['; LONGEST_NOTE_BYTES + 1]).is_empty());
    }

    #[test]
    fn a_publisher_reads_what_the_host_has_muted() {
        assert_eq!(publisher_note(Muted { audio: true, video: false }), r#"{"muted":{"audio":true,"video":false}}"#);
    }

    proptest! {
        #[test]
        fn no_note_upsets_it(note in proptest::collection::vec(any::<u8>(), 0..200), mid in "\\PC{0,40}") {
            let _ = read_wants(&note);
            let _ = read_wants(format!(r#"{{"want":[{{"mid":{},"height":7}}]}}"#, serde_json::Value::from(mid)).as_bytes());
        }
    }
}
