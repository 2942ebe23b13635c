//! The sweep: takes the bytes of deleted files, and of uploads that no message took, out of the store.

use super::store::{self, Swept};
use crate::app::App;
use crate::platform::blobs::BlobKey;
use crate::platform::clock::Millis;
use crate::platform::ids::FileId;
use crate::platform::refusal::Result;

/// How long an upload may wait for its message.
const UNATTACHED_DAYS: i64 = 1;
const BATCH_MAX: i64 = 100;

/// First the bytes go, then the row: where it stops in between, the next sweep finds the row and goes on.
pub async fn sweep(app: &App, now: Millis) -> Result<()> {
    let tx = app.store.begin().await?;
    store::give_up_unattached(&tx, now.plus_days(-UNATTACHED_DAYS)).await?;
    tx.commit().await?;

    let mut after: Option<FileId> = None;
    loop {
        let reader = app.store.read().await?;
        let batch = store::deleted(&reader, after, BATCH_MAX).await?;
        drop(reader);
        let Some(last) = batch.last() else { return Ok(()) };
        after = Some(last.id);
        let mut gone = Vec::new();
        for file in batch {
            match remove(app, &file).await {
                Ok(()) => gone.push(file.id),
                // The next sweep tries again; the others need not wait for this one.
                Err(failure) => failure.log("files sweep"),
            }
        }
        let tx = app.store.begin().await?;
        store::forget(&tx, &gone).await?;
        tx.commit().await?;
    }
}

async fn remove(app: &App, file: &Swept) -> Result<()> {
    for key in [Some(&file.blob_key), file.thumb_key.as_ref()].into_iter().flatten() {
        if let Some(key) = BlobKey::from_stored(key) {
            app.blobs.delete(&key).await?;
        }
    }
    Ok(())
}
