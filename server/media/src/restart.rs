//! Our side of an ICE restart, as the body of the answer to a PATCH (RFC 9725, 4.3.3).

use crate::offer::{Candidates, IceName};
use crate::wire::sdpfrag::Fragment;

/// Our side after a restart.
pub fn write(asked: &Fragment<'_>, ours: &IceName, candidates: &Candidates) -> String {
    let mut lines = vec!["a=ice-lite".to_owned(), "a=ice-options:trickle ice2".to_owned()];
    lines.push(format!("a=ice-ufrag:{}", ours.ufrag));
    lines.push(format!("a=ice-pwd:{}", ours.pwd));
    lines.push(format!("m={}", asked.media.unwrap_or("audio 9 UDP/TLS/RTP/SAVPF 0")));
    lines.push(format!("a=mid:{}", asked.mid.unwrap_or("0")));
    lines.extend(candidates.lines().map(|line| format!("a={line}")));
    lines.push("a=end-of-candidates\r\n".to_owned());
    lines.join("\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::sdpfrag::parse;

    const RESTART: &str =
        "a=ice-ufrag:ysXw\r\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n";

    #[test]
    fn the_answer_can_be_read_as_a_fragment() {
        let ours = IceName { ufrag: "00abcdef".into(), pwd: "0123456789abcdef0123456789abcdef".into() };
        let candidates = Candidates::of(&["192.0.2.7:4000".parse().unwrap()], &[]);
        let text = write(&parse(RESTART).unwrap(), &ours, &candidates);
        assert_eq!(parse(&text).unwrap().ufrag, "00abcdef");
        assert!(text.contains("a=candidate:") && text.contains("192.0.2.7 4000 typ host"), "{text}");
    }
}
