//! What is recorded can be read back: after a clean stop, and as it stands in the middle.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use guildhall_media::{Kind, Muted, Notice, Part, RecordRefused, Recording};

use crate::client::{Client, Wants};
use crate::house::{House, STAGE, peer};

/// What a reader of Matroska finds.
#[derive(Debug, Default)]
struct Film {
    duration: Option<f64>,
    codecs: Vec<String>,
    /// `(track, milliseconds, keyframe, author)`
    blocks: Vec<(u8, i64, bool, u8)>,
    clusters: Vec<u64>,
    cues: Vec<(u64, u64)>,
    cues_at: Option<u64>,
    cue_list_at: Option<u64>,
    complete: bool,
    size: (u64, u64),
}

fn unsigned(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// An element's id, the range of its content, and whether its size is known.
fn element(file: &[u8], at: usize) -> Option<(u32, usize, Option<usize>)> {
    let id_length = usize::try_from(file.get(at)?.leading_zeros()).unwrap() + 1;
    let id = u32::try_from(unsigned(file.get(at..at + id_length)?)).ok()?;
    let size_at = at + id_length;
    let length = usize::try_from(file.get(size_at)?.leading_zeros()).unwrap() + 1;
    let size = unsigned(file.get(size_at..size_at + length)?) & ((1 << (7 * length)) - 1);
    let known = size != (1 << (7 * length)) - 1;
    Some((id, size_at + length, known.then(|| usize::try_from(size).unwrap())))
}

const MASTERS: [u32; 12] = [
    0x1853_8067,
    0x1549_a966,
    0x1654_ae6b,
    0xae,
    0x1f43_b675,
    0x1c53_bb6b,
    0xbb,
    0xb7,
    0x114d_9b74,
    0x4dbb,
    0xe0,
    0xe1,
];

fn read(path: &Path) -> Film {
    let file = std::fs::read(path).unwrap();
    let mut film = Film::default();
    let (mut at, mut segment, mut cluster, mut cue) = (0, 0, 0_u64, 0);
    while let Some((id, content, size)) = element(&file, at) {
        if id == 0x1853_8067 {
            segment = content;
            film.complete = size.is_some_and(|size| content + size == file.len());
        }
        if id == 0x1f43_b675 {
            film.clusters.push((at - segment) as u64);
        }
        if id == 0x1c53_bb6b {
            film.cue_list_at = Some((at - segment) as u64);
        }
        if MASTERS.contains(&id) {
            at = content;
            continue;
        }
        let Some(bytes) = size.and_then(|size| file.get(content..content + size)) else { break };
        match id {
            0x4489 => film.duration = Some(f64::from_be_bytes(bytes.try_into().unwrap())),
            0x86 => film.codecs.push(String::from_utf8(bytes.to_vec()).unwrap()),
            0xb0 => film.size.0 = unsigned(bytes),
            0xba => film.size.1 = unsigned(bytes),
            0xe7 => cluster = unsigned(bytes),
            0xb3 => cue = unsigned(bytes),
            0xf1 => film.cues.push((cue, unsigned(bytes))),
            0x53ac => film.cues_at = Some(unsigned(bytes)),
            0xa3 => {
                let relative = i16::from_be_bytes([bytes[1], bytes[2]]);
                let track = bytes[0] & 0x7f;
                let author = if track == 1 { bytes[4 + 10] } else { bytes[4] };
                film.blocks.push((
                    track,
                    i64::try_from(cluster).unwrap() + i64::from(relative),
                    bytes[3] & 0x80 != 0,
                    author,
                ));
            }
            _ => {}
        }
        at = content + bytes.len();
    }
    film
}

fn pictures(film: &Film) -> impl Iterator<Item = &(u8, i64, bool, u8)> {
    film.blocks.iter().filter(|block| block.0 == 1)
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn recording(&self) -> Recording {
        Recording { folder: self.0.path().to_owned(), started: Instant::now() }
    }

    fn files(&self) -> Vec<PathBuf> {
        std::fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

fn part_started(house: &House) -> Option<Part> {
    house.heard.iter().find_map(|notice| match notice {
        Notice::PartStarted { part, .. } => Some(part.clone()),
        _ => None,
    })
}

#[test]
fn a_stopped_recording_is_complete_and_seekable() {
    let (mut house, folder) = (House::new(), Folder::new());
    let publisher = house.publish(1, Wants::PUBLISHER);
    house.until("it stands", |house| house.clients[publisher].connected);
    house.frames(publisher, 20);
    assert!(folder.files().is_empty(), "nothing is written unless recording is on");
    house.ask(house.node.record(STAGE, folder.recording())).unwrap();
    assert!(matches!(house.ask(house.node.record(STAGE, folder.recording())), Err(RecordRefused::AlreadyOn)));
    house.frames(publisher, 150);
    assert!(house.ask(house.node.snapshot(STAGE)).unwrap().recording);
    let parts = house.ask(house.node.stop_recording(STAGE)).unwrap();
    assert_eq!(parts.len(), 1);
    let (part, film) = (&parts[0], read(&parts[0].file));
    assert_eq!((part.peer, part.kind), (peer(1), Kind::Camera));
    assert_eq!(part.bytes, std::fs::metadata(&part.file).unwrap().len());
    assert!(film.complete);
    assert_eq!(film.codecs, ["V_VP8", "A_OPUS"]);
    assert!(pictures(&film).next().unwrap().2, "the first picture is a keyframe");
    let (count, last) = (pictures(&film).count(), pictures(&film).last().unwrap().1);
    assert!(count > 100, "{count} pictures");
    // Frames are 20 ms apart by the sender's clock.
    let first = pictures(&film).next().unwrap().1;
    assert!(
        (last - first).abs_diff(i64::try_from(count - 1).unwrap() * 20) <= 40,
        "{count} pictures in {} ms",
        last - first
    );
    let end = i32::try_from(film.blocks.iter().map(|block| block.1).max().unwrap()).unwrap();
    assert_eq!(film.duration, Some(f64::from(end) + 20.0));
    assert_eq!(film.cues_at, film.cue_list_at);
    assert!(!film.cues.is_empty() && film.cues.iter().all(|(_, position)| film.clusters.contains(position)));
    let size = std::fs::metadata(&part.file).unwrap().len();
    house.frames(publisher, 30);
    assert_eq!(std::fs::metadata(&part.file).unwrap().len(), size);
    assert_eq!(folder.files().len(), 1, "nothing more is written after the stop");
}

#[test]
fn a_recording_that_is_broken_off_plays_to_within_two_seconds() {
    let (mut house, folder) = (House::new(), Folder::new());
    let publisher = house.publish(1, Wants::PUBLISHER);
    house.until("it stands", |house| house.clients[publisher].connected);
    house.ask(house.node.record(STAGE, folder.recording())).unwrap();
    house.frames(publisher, 200);
    let sent = house.clients[publisher].got.len();
    assert_eq!(sent, 0);
    // The file as a killed process would leave it: what the system has been given.
    let part = part_started(&house).unwrap();
    let (film, age) = (read(&part.file), part.offset);
    assert!(!film.complete && film.duration.is_none(), "it has not been finished");
    assert!(film.blocks.len() > 50, "{} blocks", film.blocks.len());
    assert!(pictures(&film).next().unwrap().2);
    let frames = pictures(&film).count();
    assert!(frames >= 200 - 2 * 50 - 10, "{frames} of 200 frames are in the file, which began at {age:?}");
}

#[test]
fn a_muted_peer_is_not_recorded_and_a_reconnect_is_another_part() {
    let (mut house, folder) = (House::new(), Folder::new());
    let first = house.publish(1, Wants::PUBLISHER);
    house.until("it stands", |house| house.clients[first].connected);
    house.ask(house.node.record(STAGE, folder.recording())).unwrap();
    house.frames(first, 100);
    house.ask(house.node.mute(STAGE, peer(1), Muted { audio: true, video: true })).unwrap();
    house.clients[first].camera.as_mut().unwrap().author = 9;
    house.frames(first, 100);
    let again = house.publish(1, Wants::PUBLISHER);
    house.clients[again].camera.as_mut().unwrap().author = 3;
    house.ask(house.node.mute(STAGE, peer(1), Muted::default())).unwrap();
    house.until("the first is gone", |house| house.clients[first].gone && house.clients[again].connected);
    house.frames(again, 100);
    let parts = house.ask(house.node.stop_recording(STAGE)).unwrap();
    assert_eq!(parts.len(), 2);
    let authors = |part: &Part| {
        let mut authors: Vec<u8> = read(&part.file).blocks.iter().map(|block| block.3).collect();
        authors.dedup();
        authors
    };
    assert_eq!(authors(&parts[0]), [1]);
    assert_eq!(authors(&parts[1]), [3]);
    assert!(parts[1].offset > parts[0].offset + parts[0].duration.unwrap());
}

#[test]
fn the_best_layer_is_recorded_and_sound_alone_is_a_recording_too() {
    let (mut house, folder) = (House::new(), Folder::new());
    let camera = house.publish(1, Wants { simulcast: true, ..Wants::PUBLISHER });
    let voice = house.publish_as(Client::over_udp(), peer(2), Kind::Camera, Wants { video: 0, ..Wants::PUBLISHER });
    house.until("both stand", |house| house.clients[camera].connected && house.clients[voice].connected);
    house.ask(house.node.record(STAGE, folder.recording())).unwrap();
    house.frames(camera, 250);
    let parts = house.ask(house.node.stop_recording(STAGE)).unwrap();
    assert_eq!(parts.len(), 2);
    for part in &parts {
        let film = read(&part.file);
        let expected: &[&str] = if part.peer == peer(1) { &["V_VP8", "A_OPUS"] } else { &["A_OPUS"] };
        assert_eq!(film.codecs, expected);
        assert!(film.blocks.len() > 50 && !film.cues.is_empty());
    }
    let large = std::fs::metadata(&parts.iter().find(|part| part.peer == peer(1)).unwrap().file).unwrap().len();
    let film = read(&parts.iter().find(|part| part.peer == peer(1)).unwrap().file);
    assert_eq!(film.size, (640, 360), "the size of the best layer, whichever came first");
    let pictures = pictures(&film).count() as u64;
    assert!(large > pictures * 1_200, "{large} bytes for {pictures} pictures: that is a smaller layer");
}

#[test]
fn a_folder_that_is_not_there_is_refused() {
    let house = House::new();
    let recording = Recording { folder: "/nowhere/at/all".into(), started: Instant::now() };
    assert!(matches!(house.ask(house.node.record(STAGE, recording)), Err(RecordRefused::Folder(_))));
    assert_eq!(house.ask(house.node.stop_recording(STAGE)).unwrap(), []);
}

#[test]
fn h264_is_recorded_as_matroska() {
    let (mut house, folder) = (House::new(), Folder::new());
    let studio = house.publish_as(Client::with_h264(), peer(1), Kind::Camera, Wants::PUBLISHER);
    house.until("the studio stands", |house| house.clients[studio].connected);
    house.ask(house.node.record(STAGE, folder.recording())).unwrap();
    house.frames(studio, 100);
    let parts = house.ask(house.node.stop_recording(STAGE)).unwrap();
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].file.extension().unwrap(), "mkv");
    let film = read(&parts[0].file);
    assert_eq!(film.codecs, ["V_MPEG4/ISO/AVC", "A_OPUS"]);
    assert_eq!(film.size, (640, 360));
    assert!(film.complete && pictures(&film).next().unwrap().2 && pictures(&film).count() > 60);
}

const FOLDER: &str = "STAGE_FOLDER";

#[test]
#[ignore = "runs until it is killed: the victim of the test below"]
fn records_until_killed() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let mut house = House::new();
    let publisher = house.publish(1, Wants::PUBLISHER);
    house.until("it stands", |house| house.clients[publisher].connected);
    let started = Instant::now();
    house.ask(house.node.record(STAGE, Recording { folder, started })).unwrap();
    loop {
        house.frames(publisher, 5);
        println!("{}", started.elapsed().as_millis());
    }
}

#[test]
fn a_killed_process_leaves_all_but_the_last_two_seconds() {
    let folder = Folder::new();
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "recording::records_until_killed", "--ignored", "--nocapture"])
        .env(FOLDER, folder.0.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let told = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut told = told.filter_map(|line| line.parse::<i64>().ok());
    let reached = told.find(|millis| *millis > 4_000);
    victim.kill().unwrap();
    victim.wait().unwrap();
    // What it told between our decision and its death counts as well.
    let reached = told.last().or(reached).unwrap();
    let film = read(&folder.files()[0]);
    assert!(!film.complete && film.codecs == ["V_VP8", "A_OPUS"]);
    let last = film.blocks.iter().map(|block| block.1).max().unwrap();
    assert!(last + 2_000 >= reached, "{last} ms of {reached} ms are in the file");
    assert!(pictures(&film).next().unwrap().2);
}
