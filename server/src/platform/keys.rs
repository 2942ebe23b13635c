//! The server's own secrets, made at the first start and kept in the data folder, readable for nobody else.
//!
//! They belong into every backup: without the pepper no password fits any more. Whether a missing one may be made is
//! decided by who knows whether there are passwords (`settings`).

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::platform::ids::Chance;

const FOLDER: &str = "keys";
const PEPPER_FILE: &str = "pepper";
const HANDOFF_FILE: &str = "handoff-ed25519";
const KEY_BYTES: usize = 32;

/// Mixed into every password hash, and kept apart from the database.
#[derive(Clone)]
pub struct Pepper([u8; KEY_BYTES]);

/// What hand-offs are signed with.
#[derive(Clone)]
pub struct SigningKey {
    pub(super) pkcs8: Vec<u8>,
    pub(super) public: Vec<u8>,
}

/// All secrets of the server.
#[derive(Debug, Clone)]
pub struct Keys {
    pub pepper: Pepper,
    pub signing: SigningKey,
}

impl Keys {
    /// Opens the keys in the data folder; those that are missing are made.
    pub fn open(data: &Path, chance: &dyn Chance) -> io::Result<Keys> {
        let folder = data.join(FOLDER);
        make_private_folder(&folder)?;
        let pepper = Pepper(key(&folder, PEPPER_FILE, chance)?);
        let signing = SigningKey::from_seed(&key(&folder, HANDOFF_FILE, chance)?)?;
        Ok(Keys { pepper, signing })
    }

    /// Where the pepper lies.
    pub fn pepper_file(data: &Path) -> PathBuf {
        data.join(FOLDER).join(PEPPER_FILE)
    }

    /// Makes a pepper in place of whatever is there.
    pub fn new_pepper(data: &Path, chance: &dyn Chance) -> io::Result<Pepper> {
        let folder = data.join(FOLDER);
        make_private_folder(&folder)?;
        make(&folder, PEPPER_FILE, chance).map(Pepper)
    }
}

impl Pepper {
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Pepper(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// By what it can be recognised without being told: it has 256 bits, so nobody finds it from its hash.
    pub fn print(&self) -> String {
        let mut digest = Sha256::new_with_prefix(b"guildhall pepper");
        digest.update(self.0);
        URL_SAFE_NO_PAD.encode(digest.finalize())
    }
}

impl SigningKey {
    pub fn from_seed(seed: &[u8; KEY_BYTES]) -> io::Result<Self> {
        let unusable = || io::Error::new(io::ErrorKind::InvalidData, "the signing key cannot be used");
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| unusable())?;
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| unusable())?.as_ref().to_vec();
        Ok(SigningKey { pkcs8, public: pair.public_key().as_ref().to_vec() })
    }
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pepper(…)")
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

fn key(folder: &Path, name: &str, chance: &dyn Chance) -> io::Result<[u8; KEY_BYTES]> {
    let path = folder.join(name);
    match fs::read(&path) {
        Ok(bytes) => bytes.try_into().map_err(|_| damaged(&path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(folder, name, chance),
        Err(error) => Err(error),
    }
}

fn make(folder: &Path, name: &str, chance: &dyn Chance) -> io::Result<[u8; KEY_BYTES]> {
    let mut bytes = [0; KEY_BYTES];
    chance.fill(&mut bytes);
    write_once(folder, name, &bytes)?;
    Ok(bytes)
}

fn damaged(path: &Path) -> io::Error {
    let words = format!("the key file {} is damaged: put it back from a backup", path.display());
    io::Error::new(io::ErrorKind::InvalidData, words)
}

/// Written aside and renamed, so that a power cut never leaves half a key.
fn write_once(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let aside = folder.join(format!("{name}.new"));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&aside, folder.join(name))?;
    File::open(folder)?.sync_all()
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::ids::SystemChance;

    #[test]
    fn keys_are_made_once_and_read_for_ever() {
        let data = tempfile::tempdir().unwrap();
        let first = Keys::open(data.path(), &SystemChance).unwrap();
        let second = Keys::open(data.path(), &SystemChance).unwrap();
        assert_eq!(first.pepper.bytes(), second.pepper.bytes());
        assert_eq!(first.signing.public, second.signing.public);
        let other = Keys::open(tempfile::tempdir().unwrap().path(), &SystemChance).unwrap();
        assert_ne!(first.pepper.bytes(), other.pepper.bytes());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_them() {
        use std::os::unix::fs::PermissionsExt;
        let data = tempfile::tempdir().unwrap();
        Keys::open(data.path(), &SystemChance).unwrap();
        let mode = |path: &str| fs::metadata(data.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("keys"), mode("keys/pepper"), mode("keys/handoff-ed25519")), (0o700, 0o600, 0o600));
    }

    #[test]
    fn a_damaged_key_is_not_replaced() {
        let data = tempfile::tempdir().unwrap();
        Keys::open(data.path(), &SystemChance).unwrap();
        fs::write(data.path().join("keys/pepper"), b"short").unwrap();
        let error = Keys::open(data.path(), &SystemChance).unwrap_err();
        assert!(error.to_string().contains("from a backup"), "{error}");
    }

    #[test]
    fn keys_do_not_show_in_debug_output() {
        let pepper = Pepper::new([7; 32]);
        assert_eq!(format!("{pepper:?}"), "Pepper(…)");
    }
}
