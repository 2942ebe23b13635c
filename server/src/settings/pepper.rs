//! Which pepper the passwords here were hashed with, so that a lost or foreign one is noticed at the start and not at the
//! first log-in.

use std::path::Path;

use super::store;
use crate::accounts;
use crate::platform::ids::Chance;
use crate::platform::keys::Keys;
use crate::platform::refusal::{Failure, Result};
use crate::platform::store::Store;

/// Opens the keys of the data folder, and makes what is missing while nobody has a password yet. Afterwards the pepper
/// must be the one that the passwords were hashed with.
pub async fn open_keys(store: &Store, data: &Path, chance: &dyn Chance) -> Result<Keys> {
    let reader = store.read().await?;
    let inhabited = accounts::any(&reader).await?;
    let known = store::pepper_print(&reader).await?;
    drop(reader);
    let pepper = Keys::pepper_file(data);
    if inhabited && !pepper.exists() {
        return Err(stop(format!(
            "the key file {} is missing, and no password fits without it: {MEND}",
            pepper.display()
        )));
    }
    let keys = Keys::open(data, chance).map_err(|error| Failure::fault("opening the keys", error))?;
    let print = keys.pepper.print();
    if known.as_ref() == Some(&print) {
        return Ok(keys);
    }
    if inhabited && known.is_some() {
        let file = pepper.display();
        return Err(stop(format!("the key file {file} is not the one that the passwords here were made with: {MEND}")));
    }
    remember(store, &print).await?;
    Ok(keys)
}

/// Puts a new pepper in place of one that is lost for good. No old password fits any more.
pub async fn renew(store: &Store, data: &Path, chance: &dyn Chance) -> Result<()> {
    let pepper = Keys::new_pepper(data, chance).map_err(|error| Failure::fault("making a new pepper", error))?;
    remember(store, &pepper.print()).await
}

const MEND: &str = "put it back from a backup; if it is lost for good, `guildhall new-pepper` makes another, and \
                    everybody has to ask for a new password by mail";

async fn remember(store: &Store, print: &str) -> Result<()> {
    let tx = store.begin().await?;
    store::set_pepper_print(&tx, print).await?;
    tx.commit().await
}

fn stop(words: String) -> Failure {
    Failure::fault("opening the keys", words)
}
