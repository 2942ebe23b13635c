//! The ways in: TCP, another network in the middle of it, several media threads.

use std::net::{TcpStream, UdpSocket};

use guildhall_media::{IcePatched, Kind, NodeConfig, PatchRefused};

use crate::client::{Client, Wants};
use crate::house::{House, STAGE, missing, peer, unhurried};

#[test]
fn who_has_only_tcp_publishes_and_sees_all_the_same() {
    let mut house = House::new();
    let tcp = house.node.tcp_address().unwrap();
    house.publish_as(Client::over_tcp(tcp), peer(1), Kind::Camera, Wants::PUBLISHER);
    let by_tcp = house.view_as(Client::over_tcp(tcp), None, Wants::VIEWER);
    let by_udp = house.view(Wants::VIEWER);
    house.until("both see", |house| house.pictures(by_tcp) > 100 && house.pictures(by_udp) > 100);
    for viewer in [by_tcp, by_udp] {
        let client = &house.clients[viewer];
        assert!(client.pictures()[0].picture().keyframe);
        assert_eq!(missing(client.pictures().iter().map(|got| got.sequence)), [0; 0]);
    }
}

#[test]
fn several_media_threads_serve_one_stage() {
    let mut house = House::with(NodeConfig { threads: 3, ..unhurried() });
    let tcp = house.node.tcp_address().unwrap();
    house.publish(1, Wants::PUBLISHER);
    house.publish_as(Client::over_tcp(tcp), peer(2), Kind::Camera, Wants::PUBLISHER);
    let slots = Wants { audio: 2, video: 2, ..Wants::VIEWER };
    // Threads take turns, so six viewers sit on all three, over UDP and over TCP.
    let viewers: Vec<usize> = (0..6)
        .map(|n| house.view_as(if n < 3 { Client::over_udp() } else { Client::over_tcp(tcp) }, None, slots))
        .collect();
    house.until("everybody sees both", |house| {
        viewers.iter().all(|viewer| {
            let client = &house.clients[*viewer];
            client.video.iter().all(|mid| client.got.iter().filter(|got| got.mid == *mid).count() > 40)
        })
    });
    assert_eq!(house.ask(house.node.snapshot(STAGE)).unwrap().viewers, 6);
    assert_eq!(house.node.totals().overflown, 0);
    house.ask(house.node.end(STAGE)).unwrap();
    house.until("everybody is told", |house| house.clients.iter().all(|client| client.gone));
    assert_eq!(house.node.totals().connections, 0);
}

#[test]
fn a_viewer_goes_on_from_another_network_after_an_ice_restart() {
    let mut house = House::new();
    house.publish(1, Wants::PUBLISHER);
    let viewer = house.view(Wants::VIEWER);
    house.until("the viewer sees", |house| house.pictures(viewer) > 20);
    let (ufrag, pwd) = house.clients[viewer].local_fragment();
    let trickled = format!(
        "a=ice-ufrag:{ufrag}\r\na=ice-pwd:{pwd}\r\nm=audio 9 X 0\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
    );
    assert_eq!(house.ask(house.node.restart_ice(house.connections[viewer], &trickled)), Ok(IcePatched::Unchanged));
    let ours = ("restart1".to_owned(), "0123456789abcdef01234567".to_owned());
    let fragment =
        format!("a=ice-ufrag:{}\r\na=ice-pwd:{}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n", ours.0, ours.1);
    let connection = house.connections[viewer];
    let patched = house.ask(house.node.restart_ice(connection, &fragment)).unwrap();
    let IcePatched::Restarted { fragment: answer, ice_tag } = patched else { panic!("{patched:?}") };
    let line = |name: &str| answer.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
    assert_eq!(line("a=ice-ufrag:"), ice_tag);
    house.clients[viewer].move_elsewhere(ours, (ice_tag, line("a=ice-pwd:")));
    let before = house.pictures(viewer);
    house.until("the viewer sees again", |house| house.pictures(viewer) > before + 60);
    assert_eq!(house.ask(house.node.restart_ice(connection, &fragment)), Ok(IcePatched::Unchanged), "candidates alone");
    let unknown = house.connections[0];
    house.ask(house.node.close(unknown)).unwrap();
    assert_eq!(house.ask(house.node.restart_ice(unknown, &fragment)), Err(PatchRefused::NotFound));
}

#[test]
fn strangers_and_garbage_change_nothing() {
    let mut house = House::new();
    let publisher = house.publish(1, Wants::PUBLISHER);
    let viewer = house.view(Wants::VIEWER);
    house.until("the viewer sees", |house| house.pictures(viewer) > 20);
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (ufrag, _) = house.clients[viewer].local_fragment();
    let mut forged = vec![0, 1, 0, 40, 0x21, 0x12, 0xa4, 0x42];
    forged.extend_from_slice(&[9; 12]);
    for name in [format!("00ffffffffffffffff:{ufrag}"), format!("ff:{ufrag}"), ufrag] {
        let mut message = forged.clone();
        message.extend_from_slice(&[0, 6, 0, u8::try_from(name.len()).unwrap()]);
        message.extend_from_slice(name.as_bytes());
        message.resize(60, 0);
        stranger.send_to(&message, house.udp()).unwrap();
    }
    for first in 0..=255_u8 {
        stranger.send_to(&[&[first][..], &[first ^ 0x5a; 90]].concat(), house.udp()).unwrap();
    }
    stranger.send_to(&[], house.udp()).unwrap();
    let tcp = house.node.tcp_address().unwrap();
    let links: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(tcp).unwrap()).collect();
    for (n, mut link) in links.iter().enumerate() {
        std::io::Write::write_all(&mut link, &vec![u8::try_from(n * 13 % 256).unwrap(); 5_000]).unwrap();
    }
    house.until("they were heard", |house| house.node.totals().strangers >= 250);
    let before = house.pictures(viewer);
    house.until("the viewer sees on", |house| house.pictures(viewer) > before + 60);
    assert_eq!(missing(house.clients[viewer].pictures().iter().map(|got| got.sequence)), [0; 0]);
    assert!(!house.clients[publisher].gone && !house.clients[viewer].gone);
    assert_eq!(house.node.totals().connections, 2);
}
