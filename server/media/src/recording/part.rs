//! One file of a recording, from its first frame to its end.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::Path;
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
    /// `number` tells the files of one publication apart; `millis` is the first frame's time on the recording's clock.
    pub fn create(begin: &Begin, number: u32, tracks: Tracks, millis: u64) -> io::Result<Self> {
        let name = name(begin, number, &tracks);
        let file = begin.folder.join(name);
        let out = Matroska::begin(BufWriter::new(create_new(&file)?), &tracks)?;
        let offset = Duration::from_millis(millis);
        let part = Part { peer: begin.peer, kind: begin.kind, file, offset, duration: None, bytes: 0 };
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

fn name(begin: &Begin, number: u32, tracks: &Tracks) -> String {
    let kind = match begin.kind {
        Kind::Camera => "camera",
        Kind::Screen => "screen",
    };
    format!("{}-{kind}-{:x}-{number}.{}", begin.peer, begin.publication, tracks.extension())
}

fn create_new(file: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(file)
}
