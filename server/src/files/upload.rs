//! Uploading a file: the walk.

use std::convert::Infallible;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::{TryStreamExt, stream};

use super::draw::{self, Drawn};
use super::kind::{self, Kind};
use super::store::{self, NewFile, Quotas};
use super::view::FileView;
use crate::access::{Actor, Upload, permit, see_for};
use crate::app::App;
use crate::changes::client_keys::{self, Claim, ClientKey};
use crate::platform::blobs::{BlobKey, Blobs, Stored};
use crate::platform::ids::{FileId, GroupId};
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Failure, Result};
use crate::platform::text;

/// A file on its way in.
#[derive(Debug)]
pub struct Incoming {
    pub name: String,
    pub key: ClientKey,
    /// How long the sender says it is.
    pub announced_bytes: Option<u64>,
    pub body: Body,
}

/// Stores a file; until a message takes it, it is there for its uploader only. A repeat under the same key finds the first.
pub async fn upload(app: &App, actor: &Actor, group: GroupId, incoming: Incoming) -> Result<FileView> {
    let name = text::file_name("name", &incoming.name)?;
    let room = allowance_for(app, actor, group, incoming.announced_bytes).await?;

    let mut loose = Loose::new(&app.blobs);
    let came =
        app.blobs.put(incoming.body.into_data_stream(), room.bytes).await.map_err(|failure| room.explain(failure))?;
    loose.holds(&came.key);
    let file = match kind::kind_of(&name, &came.head)? {
        Kind::Opaque { mime } => NewFile::opaque(name.clone(), mime, &came),
        Kind::Picture => picture(app, &mut loose, &name, came.key.clone()).await?,
    };

    let tx = app.store.begin().await?;
    let permit = permit::<Upload>(&tx, actor, group).await?;
    let id = FileId(app.ids.uuid(tx.now()));
    let request = ("file", group, name, came.sha256);
    if let Claim::Repeat(first) = client_keys::claim(&tx, actor.account, &incoming.key, &request, id.0).await? {
        return store::view(&tx, FileId(first)).await;
    }
    store::insert(&permit, id, &file, &quotas(app)).await?;
    tx.commit().await?;
    loose.keep(&[Some(&file.blob_key), file.thumb_key.as_ref()]);
    Ok(file.view(id))
}

/// How much may come, and which bound that is.
struct Allowance {
    bytes: u64,
    by_quota: bool,
}

impl Allowance {
    fn explain(&self, failure: Failure) -> Failure {
        if self.by_quota && failure.code() == Code::BodyTooLarge { Code::QuotaExceeded.into() } else { failure }
    }
}

fn quotas(app: &App) -> Quotas {
    let limits = &app.config.limits;
    Quotas { member_bytes: limits.member_quota_bytes.0, brand_bytes: limits.brand_quota_bytes.0 }
}

/// Asks for right, rate and room before the first byte is read.
async fn allowance_for(app: &App, actor: &Actor, group: GroupId, announced_bytes: Option<u64>) -> Result<Allowance> {
    let reader = app.store.read().await?;
    let seen = see_for::<Upload>(&reader, actor, group).await?;
    app.limits.check(Limit::Upload, Key::of(&[&seen.member()]))?;
    let left = store::left(&reader, seen.brand(), seen.member(), &quotas(app)).await?;
    let most = app.config.limits.max_upload_bytes.0;
    let announced = announced_bytes.unwrap_or(0);
    if announced > most {
        Err(Code::BodyTooLarge.into())
    } else if left == 0 || announced > left {
        Err(Code::QuotaExceeded.into())
    } else {
        Ok(Allowance { bytes: most.min(left), by_quota: left < most })
    }
}

/// Draws the picture anew and stores what was drawn; what came is of no use any more.
async fn picture(app: &App, loose: &mut Loose, name: &str, came: BlobKey) -> Result<NewFile> {
    let Drawn { picture, thumb, mime, width, height } = draw::draw_anew(read_whole(&app.blobs, &came)).await?;
    let picture = put(&app.blobs, picture).await?;
    loose.holds(&picture.key);
    let thumb = put(&app.blobs, thumb).await?;
    loose.holds(&thumb.key);
    Ok(NewFile {
        width: Some(i64::from(width)),
        height: Some(i64::from(height)),
        thumb_key: Some(thumb.key),
        ..NewFile::opaque(kind::renamed(name, mime), mime.to_owned(), &picture)
    })
}

async fn read_whole(blobs: &Blobs, key: &BlobKey) -> Result<Bytes> {
    let blob =
        blobs.get(key, None).await?.ok_or_else(|| Failure::broken("an upload is gone before it was looked at"))?;
    let bytes: BytesMut = blob.bytes.try_collect().await.map_err(|error| Failure::fault("reading an upload", error))?;
    Ok(bytes.freeze())
}

async fn put(blobs: &Blobs, bytes: Bytes) -> Result<Stored> {
    let length = bytes.len() as u64;
    blobs.put(stream::once(async { Ok::<_, Infallible>(bytes) }), length).await
}

/// Blobs that no row holds yet. Whatever ends the upload, a refusal or the sender going away, takes them along.
struct Loose {
    blobs: Blobs,
    keys: Vec<BlobKey>,
}

impl Loose {
    fn new(blobs: &Blobs) -> Self {
        Loose { blobs: blobs.clone(), keys: Vec::new() }
    }

    fn holds(&mut self, key: &BlobKey) {
        self.keys.push(key.clone());
    }

    /// A row holds these now; the others go.
    fn keep(mut self, held: &[Option<&BlobKey>]) {
        self.keys.retain(|key| !held.contains(&Some(key)));
    }
}

impl Drop for Loose {
    fn drop(&mut self) {
        let (blobs, keys) = (self.blobs.clone(), std::mem::take(&mut self.keys));
        if let (false, Ok(runtime)) = (keys.is_empty(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move {
                for key in keys {
                    if let Err(failure) = blobs.delete(&key).await {
                        failure.log("upload");
                    }
                }
            });
        }
    }
}
