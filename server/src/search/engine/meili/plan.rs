//! A batch as the fewest tasks: groups to delete, then documents to delete, then documents to put.
//!
//! The latest operation on a key wins, so only the last state of each key is sent. Deleting a group takes back what the batch
//! had put into it before, and spares what it puts into it after.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::layout::Sent;
use crate::search::engine::{Document, IndexOp};

const MAX_DOCUMENTS_PER_CALL: usize = 500;
/// Of folded text; the server refuses calls over 100 MB, and a document is sent as a few times its text.
const MAX_TEXT_BYTES_PER_CALL: usize = 4 * 1024 * 1024;

#[derive(Debug, Default)]
pub(super) struct Plan {
    pub groups: Vec<Uuid>,
    pub deletes: Vec<Uuid>,
    puts: Vec<Document>,
}

impl Plan {
    pub fn of(batch: Vec<IndexOp>) -> Self {
        let mut groups = Vec::new();
        let mut last: BTreeMap<Uuid, Option<Document>> = BTreeMap::new();
        for op in batch {
            match op {
                IndexOp::Put(document) => {
                    last.insert(document.key, Some(*document));
                }
                IndexOp::Delete(key) => {
                    last.insert(key, None);
                }
                IndexOp::DeleteGroup(group) => {
                    for document in last.values_mut() {
                        document.take_if(|document| document.group == group);
                    }
                    groups.push(group);
                }
            }
        }
        let mut plan = Self { groups, ..Self::default() };
        for (key, document) in last {
            match document {
                Some(document) => plan.puts.push(document),
                None => plan.deletes.push(key),
            }
        }
        plan
    }

    /// The documents to put, in calls that the server takes.
    pub fn calls(&self) -> Vec<Vec<Sent>> {
        let mut calls: Vec<Vec<Sent>> = Vec::new();
        let mut bytes = 0;
        for document in &self.puts {
            let size = document.searched_body().len();
            match calls.last_mut() {
                Some(call) if call.len() < MAX_DOCUMENTS_PER_CALL && bytes + size <= MAX_TEXT_BYTES_PER_CALL => {
                    call.push(Sent::new(document));
                    bytes += size;
                }
                _ => {
                    calls.push(vec![Sent::new(document)]);
                    bytes = size;
                }
            }
        }
        calls
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::engine::DocumentKind;

    fn put(number: u128, group: u128, body: &str) -> IndexOp {
        IndexOp::Put(Box::new(Document {
            key: Uuid::from_u128(number),
            kind: DocumentKind::Message,
            group: Uuid::from_u128(group),
            parent: None,
            at_ms: 0,
            title: None,
            body: body.to_owned(),
            tags: Vec::new(),
            accepted: false,
            superseded: false,
        }))
    }

    fn numbers(keys: impl IntoIterator<Item = Uuid>) -> Vec<u128> {
        keys.into_iter().map(|key| key.as_u128()).collect()
    }

    #[test]
    fn the_last_operation_on_a_key_is_what_is_sent() {
        let delete = |number| IndexOp::Delete(Uuid::from_u128(number));
        let plan = Plan::of(vec![put(1, 1, "a"), delete(2), put(2, 1, "b"), put(3, 1, "c"), delete(3), put(1, 1, "d")]);
        assert_eq!(numbers(plan.puts.iter().map(|document| document.key)), [1, 2]);
        assert_eq!(plan.puts[0].body, "d");
        assert_eq!(numbers(plan.deletes), [3]);
    }

    #[test]
    fn a_deleted_group_takes_what_came_before_and_spares_what_comes_after() {
        let gone = IndexOp::DeleteGroup(Uuid::from_u128(7));
        let plan = Plan::of(vec![put(1, 7, "a"), put(2, 8, "b"), gone, put(3, 7, "c")]);
        assert_eq!(numbers(plan.puts.iter().map(|document| document.key)), [2, 3]);
        assert_eq!((numbers(plan.groups), numbers(plan.deletes)), (vec![7], vec![1]));
    }

    #[test]
    fn calls_are_bounded_in_number_and_size() {
        let many = Plan::of((1..=1200).map(|number| put(number, 1, "a")).collect());
        assert_eq!(many.calls().iter().map(Vec::len).collect::<Vec<_>>(), [500, 500, 200]);
        let body = "lorem ".repeat(10_000);
        let long = Plan::of((1..=150).map(|number| put(number, 1, &body)).collect());
        assert_eq!(long.calls().iter().map(Vec::len).collect::<Vec<_>>(), [69, 69, 12]);
    }
}
