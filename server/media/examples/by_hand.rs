//! A node that is spoken to on standard input, one JSON object a line, so that any WebRTC stack can be tried with it without
//! a server: `{"publish": <offer>}`, `{"view": <offer>}`, `{"record": <folder>}`, `{"stop": true}`, `{"look": true}`. Each
//! is answered by one line. `examples/aiortc_walk.py` does it with aiortc.

#![expect(clippy::print_stdout, reason = "it talks on standard output")]

use std::error::Error;
use std::io::BufRead;
use std::time::Instant;

use guildhall_media::{Kind, Node, NodeConfig, PeerId, Publish, Recording, StageId, View};
use serde_json::{Value, json};
use uuid::Uuid;

const STAGE: StageId = StageId(Uuid::nil());

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build()?;
    let node = Node::start(NodeConfig::loopback())?;
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let asked: Value = serde_json::from_str(&line?)?;
        let answer = runtime.block_on(answer(&node, number as u128, &asked));
        println!("{}", answer.unwrap_or_else(|error| json!({"error": error.to_string()})));
    }
    runtime.block_on(node.stop());
    Ok(())
}

async fn answer(node: &Node, number: u128, asked: &Value) -> Result<Value, Box<dyn Error>> {
    if let Some(offer) = asked["publish"].as_str() {
        let peer = PeerId(Uuid::from_u128(number));
        let publish = Publish { stage: STAGE, peer, kind: Kind::Camera, offer: offer.to_owned(), address: None };
        return Ok(json!({"answer": node.publish(publish).await?.answer}));
    }
    if let Some(offer) = asked["view"].as_str() {
        let view = View { stage: STAGE, peer: None, offer: offer.to_owned(), address: None };
        return Ok(json!({"answer": node.view(view).await?.answer}));
    }
    if let Some(folder) = asked["record"].as_str() {
        node.record(STAGE, Recording { folder: folder.into(), started: Instant::now() }).await?;
    }
    if asked["stop"] == true {
        let parts = node.stop_recording(STAGE).await?;
        return Ok(json!({"parts": parts.iter().map(|part| format!("{part:?}")).collect::<Vec<_>>()}));
    }
    Ok(json!({"stage": format!("{:?}", node.snapshot(STAGE).await?), "totals": format!("{:?}", node.totals())}))
}
