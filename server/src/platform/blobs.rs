//! Where the bytes of files lie. Keys are random and say nothing about the file; names and rights are the rooms' business.

use std::ops::Range;
use std::path::Path as FolderPath;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error, GetOptions, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};

use crate::platform::ids::Chance;
use crate::platform::refusal::{Code, Failure, Result};

const PART_BYTES: usize = 1024 * 1024;
/// Enough for every signature that tells one kind of file from another.
const HEAD_BYTES: usize = 8 * 1024;
const KEY_BYTES: usize = 16;

/// What the store knows a file by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobKey(String);

impl BlobKey {
    /// A key as it was written into the database.
    pub fn from_stored(text: &str) -> Option<Self> {
        let is_key = text.len() == 2 * KEY_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_key.then(|| BlobKey(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In folders of two letters, because some file systems grow slow on one large folder.
    fn path(&self) -> Path {
        Path::from(format!("{}/{}/{}", &self.0[..2], &self.0[2..4], &self.0))
    }
}

/// What has been stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub key: BlobKey,
    pub size: u64,
    pub sha256: [u8; 32],
    /// The beginning, to see what kind of file it is.
    pub head: Bytes,
}

/// What is read back.
pub struct Blob {
    /// Of the whole file, whatever range is read.
    pub size: u64,
    pub range: Range<u64>,
    pub bytes: BoxStream<'static, std::io::Result<Bytes>>,
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    chance: Arc<dyn Chance>,
}

impl Blobs {
    /// In a folder of this machine, which is made if it is missing. A stored file is on disk before it is announced.
    pub fn in_folder(folder: &FolderPath, chance: Arc<dyn Chance>) -> Result<Self> {
        let fault = |error: Box<dyn std::error::Error + Send + Sync>| Failure::fault("the file store", error);
        std::fs::create_dir_all(folder).map_err(|error| fault(error.into()))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| fault(error.into()))?.with_fsync(true);
        Ok(Blobs { store: Arc::new(store), chance })
    }

    /// Stores a body as it comes. One byte over the limit, or a body that breaks off, leaves nothing behind.
    pub async fn put<E>(&self, body: impl Stream<Item = Result<Bytes, E>> + Send, limit_bytes: u64) -> Result<Stored>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let key = self.new_key();
        let mut upload = self.store.put_multipart(&key.path()).await.map_err(fault)?;
        let written = write_parts(&mut *upload, body, limit_bytes).await;
        match written {
            Ok(written) => {
                upload.complete().await.map_err(fault)?;
                let (size, sha256, head) = (written.size, written.digest.finalize().into(), written.head.freeze());
                Ok(Stored { key, size, sha256, head })
            }
            Err(failure) => {
                if let Err(error) = upload.abort().await {
                    tracing::warn!(error = %error, "an unfinished file could not be removed");
                }
                Err(failure)
            }
        }
    }

    /// The file, or a range of it cut to its size; nothing where it is gone.
    pub async fn get(&self, key: &BlobKey, range: Option<Range<u64>>) -> Result<Option<Blob>> {
        let options = GetOptions { range: range.map(Into::into), ..GetOptions::default() };
        match self.store.get_opts(&key.path(), options).await {
            Ok(found) => Ok(Some(Blob {
                size: found.meta.size,
                range: found.range.clone(),
                bytes: found.into_stream().map_err(std::io::Error::other).boxed(),
            })),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(fault(error)),
        }
    }

    /// Removes the file. Removing what is gone is no error, so a job may do it twice.
    pub async fn delete(&self, key: &BlobKey) -> Result<()> {
        match self.store.delete(&key.path()).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(fault(error)),
        }
    }

    fn new_key(&self) -> BlobKey {
        let mut bytes = [0; KEY_BYTES];
        self.chance.fill(&mut bytes);
        BlobKey(format!("{:032x}", u128::from_be_bytes(bytes)))
    }
}

impl std::fmt::Debug for Blobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Blobs")
    }
}

#[derive(Default)]
struct Written {
    size: u64,
    digest: Sha256,
    head: BytesMut,
}

async fn write_parts<E>(
    upload: &mut dyn MultipartUpload,
    body: impl Stream<Item = Result<Bytes, E>> + Send,
    limit_bytes: u64,
) -> Result<Written>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut body = std::pin::pin!(body);
    let mut written = Written::default();
    let mut part = BytesMut::with_capacity(PART_BYTES);
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(broken_off)?;
        written.size += chunk.len() as u64;
        if written.size > limit_bytes {
            return Err(Code::BodyTooLarge.into());
        }
        written.digest.update(&chunk);
        let missing = HEAD_BYTES - written.head.len();
        written.head.extend_from_slice(&chunk[..chunk.len().min(missing)]);
        part.extend_from_slice(&chunk);
        if part.len() >= PART_BYTES {
            upload.put_part(PutPayload::from(part.split().freeze())).await.map_err(fault)?;
        }
    }
    upload.put_part(PutPayload::from(part.freeze())).await.map_err(fault)?;
    Ok(written)
}

/// The sender went away or was too slow; nobody is left to be told, and it is no fault of ours.
fn broken_off(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Failure {
    tracing::debug!(error = %error.into(), "an upload broke off");
    Code::BadQuery.into()
}

fn fault(error: Error) -> Failure {
    Failure::fault("the file store", error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::ids::SystemChance;
    use futures_util::stream;

    type Chunk = Result<Bytes, &'static str>;

    fn blobs() -> (tempfile::TempDir, Blobs) {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(folder.path(), Arc::new(SystemChance)).unwrap();
        (folder, blobs)
    }

    fn chunks(of: usize, count: usize) -> impl Stream<Item = Chunk> {
        stream::iter((0..count).map(move |nth| Ok(Bytes::from(vec![u8::try_from(nth % 251).unwrap(); of]))))
    }

    async fn read(blob: Blob) -> Vec<u8> {
        blob.bytes.try_collect::<BytesMut>().await.unwrap().to_vec()
    }

    fn files_in(folder: &FolderPath) -> usize {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| if path.is_dir() { files_in(&path) } else { 1 }).sum()
    }

    #[tokio::test]
    async fn a_file_comes_back_as_it_went_in() {
        let (_folder, blobs) = blobs();
        let stored = blobs.put(chunks(100_000, 30), 3_000_000).await.unwrap();
        assert_eq!((stored.size, stored.head.len()), (3_000_000, HEAD_BYTES));
        let bytes = read(blobs.get(&stored.key, None).await.unwrap().unwrap()).await;
        assert_eq!(<[u8; 32]>::from(Sha256::digest(&bytes)), stored.sha256);
        let part = blobs.get(&stored.key, Some(99_999..100_001)).await.unwrap().unwrap();
        assert_eq!((part.size, read(part).await), (3_000_000, vec![0, 1]));
        let end = blobs.get(&stored.key, Some(2_999_999..9_000_000)).await.unwrap().unwrap();
        assert_eq!(read(end).await.len(), 1);
    }

    #[tokio::test]
    async fn an_empty_file_is_a_file() {
        let (_folder, blobs) = blobs();
        let stored = blobs.put(chunks(1, 0), 10).await.unwrap();
        assert_eq!(read(blobs.get(&stored.key, None).await.unwrap().unwrap()).await, Vec::<u8>::new());
    }

    #[tokio::test]
    async fn too_much_or_too_little_leaves_nothing_behind() {
        let (folder, blobs) = blobs();
        let too_much = blobs.put(chunks(1_000, 3_000), 2_999_999).await.unwrap_err();
        assert_eq!(too_much.code(), Code::BodyTooLarge);
        let broken = stream::iter([Ok(Bytes::from_static(b"half")), Err("gone")]);
        assert!(blobs.put(broken, 100).await.is_err());
        assert_eq!(files_in(folder.path()), 0);
    }

    #[tokio::test]
    async fn what_is_removed_is_gone_and_may_be_removed_twice() {
        let (folder, blobs) = blobs();
        let stored = blobs.put(chunks(10, 1), 10).await.unwrap();
        blobs.delete(&stored.key).await.unwrap();
        blobs.delete(&stored.key).await.unwrap();
        assert!(blobs.get(&stored.key, None).await.unwrap().is_none());
        assert_eq!(files_in(folder.path()), 0);
    }

    #[test]
    fn only_keys_are_keys() {
        assert!(BlobKey::from_stored("0123456789abcdef0123456789abcdef").is_some());
        for wrong in ["", "../../../../../../../etc/passwd0", "0123456789abcdef0123456789abcdeg", "é"] {
            assert!(BlobKey::from_stored(wrong).is_none(), "{wrong}");
        }
    }
}
