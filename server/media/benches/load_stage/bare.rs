//! The yardstick: a thread that reads a datagram and sends it to every address, and knows nothing else.

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::{Cost, thread_time};

const NAME: &str = "bare";
/// As the stage's publisher: two packets of picture and one of sound every 20 ms.
const FRAME_EVERY: Duration = Duration::from_millis(20);
const SOUND_BYTES: usize = 80;

pub fn measure(viewers: usize, bytes: usize, span: Duration) -> Cost {
    let stop = Arc::new(AtomicBool::new(false));
    let forwarder = UdpSocket::bind("127.0.0.1:0").unwrap();
    forwarder.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let address = forwarder.local_addr().unwrap();
    let sinks: Vec<UdpSocket> = (0..viewers).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
    for sink in &sinks {
        sink.set_nonblocking(true).unwrap();
    }
    let targets: Vec<_> = sinks.iter().map(|sink| sink.local_addr().unwrap()).collect();
    let stopped = Arc::clone(&stop);
    let thread = std::thread::Builder::new().name(NAME.to_owned()).spawn(move || {
        let (mut buffer, mut sent) = ([0; 2048], 0);
        while !stopped.load(Ordering::Relaxed) {
            let Ok((length, _)) = forwarder.recv_from(&mut buffer) else { continue };
            sent += targets.iter().filter(|target| forwarder.send_to(&buffer[..length], target).is_ok()).count() as u64;
        }
        (sent, thread_time::of(NAME).unwrap())
    });
    feed(address, &sinks, bytes, span);
    stop.store(true, Ordering::Relaxed);
    let (packets, seconds) = thread.unwrap().join().unwrap();
    Cost { packets, seconds }
}

fn feed(forwarder: std::net::SocketAddr, sinks: &[UdpSocket], bytes: usize, span: Duration) {
    let source = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (picture, sound, mut buffer) = (vec![0x55; bytes], [0x55; SOUND_BYTES], [0; 2048]);
    let (mut next, end) = (Instant::now(), Instant::now() + span);
    while Instant::now() < end {
        for packet in [&picture[..], &picture[..], &sound[..]] {
            source.send_to(packet, forwarder).unwrap();
        }
        next += FRAME_EVERY;
        while Instant::now() < next {
            for sink in sinks {
                while sink.recv_from(&mut buffer).is_ok() {}
            }
            std::thread::park_timeout(Duration::from_millis(1));
        }
    }
}
