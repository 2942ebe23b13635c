//! One file of a recording, from its first frame to its end.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind};
use std::path::PathBuf;
use std::time::Duration;

use super::Begin;
use super::matroska::{Matroska, Tracks, Video};
use crate::words::{Kind, Part};

/// Frames wait so long for earlier ones of the other track before they are written.
pub const HELD_BACK: Duration = Duration::from_millis(500);

/// What happened to a file.
pub enum Told {
    Started(Part),
    Finished(Part),
    Failed(Part, io::Error),
}

/// A file that is being written.
pub struct OpenPart {
    pub part: Part,
    pub tracks: Tracks,
    out: Matroska<BufWriter<File>>,
    offset_millis: u64,
    last_millis: u64,
}

impl OpenPart {
    /// `millis` is the first frame's time on the recording's clock.
    pub fn create(begin: &Begin, tracks: Tracks, millis: u64) -> io::Result<Self> {
        let (path, file) = create_new(begin, &tracks, millis)?;
        let out = Matroska::begin(BufWriter::new(file), &tracks)?;
        let offset = Duration::from_millis(millis);
        let part = Part { peer: begin.peer, kind: begin.kind, file: path, offset, duration: None, bytes: 0 };
        Ok(Self { part, tracks, out, offset_millis: millis, last_millis: millis })
    }

    pub fn frame(&mut self, track: u8, millis: u64, keyframe: bool, data: &[u8]) -> io::Result<()> {
        self.last_millis = self.last_millis.max(millis);
        self.out.frame(track, millis.saturating_sub(self.offset_millis), keyframe, data)
    }

    pub fn grow(&mut self, video: &Video) -> io::Result<()> {
        self.out.grow(video.width, video.height)
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    pub fn finish(self) -> Told {
        let Self { mut part, out, offset_millis, last_millis, .. } = self;
        let finished = out.finish().and_then(|buffered| buffered.into_inner().map_err(io::IntoInnerError::into_error));
        let synced = finished.and_then(|file| {
            file.sync_all()?;
            file.metadata()
        });
        part.duration = Some(Duration::from_millis(last_millis - offset_millis));
        match synced {
            Ok(metadata) => {
                part.bytes = metadata.len();
                Told::Finished(part)
            }
            Err(error) => Told::Failed(part, error),
        }
    }

    pub fn fail(mut self, error: io::Error) -> Told {
        self.part.bytes = self.out.bytes();
        Told::Failed(self.part, error)
    }
}

/// Files are named by the moment they begin, so that a recording that goes on after a restart of the process, in the same
/// folder, does not meet its own names again. Two of the same moment are told apart by a number.
fn create_new(begin: &Begin, tracks: &Tracks, millis: u64) -> io::Result<(PathBuf, File)> {
    const SAME_MOMENT: u32 = 16;
    let kind = match begin.kind {
        Kind::Camera => "camera",
        Kind::Screen => "screen",
    };
    let mut number = 1;
    loop {
        let name = format!("{}-{kind}-{millis:09}-{number}.{}", begin.peer, tracks.extension());
        let path = begin.folder.join(name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < SAME_MOMENT => number += 1,
            opened => return opened.map(|file| (path, file)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Expected;
    use crate::words::{PeerId, StageId};
    use std::time::Instant;
    use uuid::Uuid;

    #[test]
    fn a_file_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let begin = Begin {
            stage: StageId(Uuid::nil()),
            publication: 1,
            peer: PeerId(Uuid::nil()),
            kind: Kind::Camera,
            folder: folder.path().to_owned(),
            started: Instant::now(),
            expected: Expected { audio: true, video: false },
        };
        let tracks = Tracks { video: None, audio: true };
        let parts = [5, 5, 6].map(|millis| OpenPart::create(&begin, tracks.clone(), millis).unwrap().part.file);
        assert!(parts.iter().all(|file| file.exists()) && parts[0] != parts[1] && parts[1] != parts[2]);
    }
}
