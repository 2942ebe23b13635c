//! Passwords: the policy, and hashing that can neither be hurried nor flooded.
//!
//! A hash costs memory and a core on purpose, so at most one runs per core, a bounded number waits, and the rest is told
//! to come back. A log-in for an unknown account costs the same as one with a wrong password.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use zxcvbn::{Score, zxcvbn};

use crate::platform::ids::Chance;
use crate::platform::keys::Pepper;
use crate::platform::refusal::{Code, Failure, Refusal, Result};

const CHARS_LEAST: usize = 8;
const CHARS_MOST: usize = 128;
const QUEUE_MAX: usize = 32;
const QUEUE_RETRY_MS: u64 = 2_000;
const SALT_BYTES: usize = 16;
const STRENGTH_LEAST: Score = Score::Three;
const PRODUCT_WORDS: &[&str] = &["guildhall", "gildenhalle", "gilde", "password", "passwort"];
/// A shorter word stands in too many passwords by chance.
const WORD_CHARS_LEAST: usize = 3;

/// What one hash costs.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub memory_kib: u32,
    pub rounds: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Cost { memory_kib: 19_456, rounds: 2 }
    }
}

/// Hashes and verifies. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    hasher: Arc<Hasher>,
    chance: Arc<dyn Chance>,
    /// Everyone who is being served or waits.
    admitted: Arc<Semaphore>,
    cores: Arc<Semaphore>,
}

impl Passwords {
    pub fn new(pepper: Pepper, cost: Cost, chance: Arc<dyn Chance>) -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut hasher = Hasher { pepper, cost, of_nobody: String::new() };
        hasher.of_nobody = hasher.hash("nobody's password", &salt(&*chance))?;
        Ok(Passwords {
            hasher: Arc::new(hasher),
            chance,
            admitted: Arc::new(Semaphore::new(cores + QUEUE_MAX)),
            cores: Arc::new(Semaphore::new(cores)),
        })
    }

    /// Checks a new password against the policy and hashes it. `words` are what an attacker would try first: the
    /// address, the person's name, the brand's.
    pub async fn hash_new(&self, password: &str, words: &[&str]) -> Result<String> {
        check_length(password)?;
        let (password, words) = (password.to_owned(), parts(words));
        let salt = salt(&*self.chance);
        self.work(move |hasher| {
            check_strength(&password, &words)?;
            hasher.hash(&password, &salt)
        })
        .await
    }

    /// Whether the password fits the stored hash; `None` where there is no such account.
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> Result<bool> {
        let too_long = password.chars().nth(CHARS_MOST).is_some();
        let password = if too_long { String::new() } else { password.to_owned() };
        let stored = stored.map(str::to_owned);
        self.work(move |hasher| {
            let fits = hasher.fits(&password, stored.as_deref().unwrap_or(&hasher.of_nobody))?;
            Ok(fits && stored.is_some() && !too_long)
        })
        .await
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce(&Hasher) -> Result<T> + Send + 'static) -> Result<T> {
        let Ok(_admitted) = self.admitted.try_acquire() else {
            return Err(Refusal::new(Code::Overloaded).retry_after_ms(QUEUE_RETRY_MS).into());
        };
        let core = Arc::clone(&self.cores).acquire_owned().await.map_err(|error| Failure::fault("hashing", error))?;
        let hasher = Arc::clone(&self.hasher);
        let done = tokio::task::spawn_blocking(move || {
            // The core is taken until the hash is made, even if the asker has hung up.
            let _core = core;
            job(&hasher)
        });
        done.await.map_err(|error| Failure::fault("hashing", error))?
    }
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passwords")
    }
}

/// The policy of A03, for the parts that need no waiting.
fn check_length(password: &str) -> Result<(), Code> {
    let chars = password.chars().take(CHARS_MOST + 1).count();
    if (CHARS_LEAST..=CHARS_MOST).contains(&chars) { Ok(()) } else { Err(Code::PasswordPolicy) }
}

fn check_strength(password: &str, words: &[String]) -> Result<(), Code> {
    let words: Vec<&str> = words.iter().map(String::as_str).chain(PRODUCT_WORDS.iter().copied()).collect();
    if zxcvbn(password, &words).score() >= STRENGTH_LEAST { Ok(()) } else { Err(Code::PasswordPolicy) }
}

/// Names and addresses, whole and in their parts.
fn parts(words: &[&str]) -> Vec<String> {
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let split = lower.iter().flat_map(|word| word.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
    split.chain(lower.iter().cloned()).filter(|word| word.chars().count() >= WORD_CHARS_LEAST).collect()
}

fn salt(chance: &dyn Chance) -> [u8; SALT_BYTES] {
    let mut salt = [0; SALT_BYTES];
    chance.fill(&mut salt);
    salt
}

struct Hasher {
    pepper: Pepper,
    cost: Cost,
    of_nobody: String,
}

impl Hasher {
    fn argon2(&self) -> Result<Argon2<'_>> {
        let params = Params::new(self.cost.memory_kib, self.cost.rounds, 1, None);
        let params = params.map_err(|error| Failure::fault("argon2 parameters", error))?;
        Argon2::new_with_secret(self.pepper.bytes(), Algorithm::Argon2id, Version::V0x13, params)
            .map_err(|error| Failure::fault("argon2", error))
    }

    fn hash(&self, password: &str, salt: &[u8]) -> Result<String> {
        let hash: PasswordHash = self
            .argon2()?
            .hash_password_with_salt(password.as_bytes(), salt)
            .map_err(|error| Failure::fault("argon2", error))?;
        Ok(hash.to_string())
    }

    fn fits(&self, password: &str, stored: &str) -> Result<bool> {
        let stored = PasswordHash::new(stored).map_err(|error| Failure::fault("a stored password hash", error))?;
        match self.argon2()?.verify_password(password.as_bytes(), &stored) {
            Ok(()) => Ok(true),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(Failure::fault("argon2", error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::ids::SystemChance;

    const GOOD: &str = "kranich-ofen-sieben";

    fn passwords(pepper: u8) -> Passwords {
        Passwords::new(Pepper::new([pepper; 32]), Cost { memory_kib: 64, rounds: 1 }, Arc::new(SystemChance)).unwrap()
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = passwords(1);
        let stored = passwords.hash_new(GOOD, &[]).await.unwrap();
        assert!(passwords.verify(GOOD, Some(&stored)).await.unwrap());
        assert!(!passwords.verify("kranich-ofen-acht", Some(&stored)).await.unwrap());
        assert_ne!(stored, passwords.hash_new(GOOD, &[]).await.unwrap(), "each has a salt of its own");
    }

    #[tokio::test]
    async fn without_the_pepper_nothing_fits() {
        let stored = passwords(1).hash_new(GOOD, &[]).await.unwrap();
        assert!(!passwords(2).verify(GOOD, Some(&stored)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let passwords = passwords(1);
        assert!(!passwords.verify("nobody's password", None).await.unwrap());
        assert!(!passwords.verify(&"x".repeat(1 << 20), None).await.unwrap());
    }

    #[tokio::test]
    async fn weak_passwords_are_refused_and_strong_ones_taken() {
        let passwords = passwords(1);
        let words = ["anna.keller@helvion.example", "Helvion Antriebstechnik"];
        let too_long = "kranich".repeat(19);
        for weak in ["", "short7!", "password1", "guildhall2026", "Helvion2026", "annakeller", "qwertzuiop", &too_long]
        {
            let refused = passwords.hash_new(weak, &words).await.unwrap_err();
            assert_eq!(refused.code(), Code::PasswordPolicy, "{weak}");
        }
        let longest: String = GOOD.chars().cycle().take(CHARS_MOST).collect();
        for strong in [GOOD, "ütliberg-Wäsche-42", "今日は良い天気ですね散歩", &longest] {
            assert!(passwords.hash_new(strong, &words).await.is_ok(), "{strong}");
        }
    }

    #[test]
    fn the_cost_is_what_the_security_page_says() {
        let passwords = Passwords::new(Pepper::new([1; 32]), Cost::default(), Arc::new(SystemChance)).unwrap();
        assert!(passwords.hasher.of_nobody.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[tokio::test]
    async fn beyond_the_queue_the_server_says_overloaded() {
        let passwords = passwords(1);
        let all = u32::try_from(passwords.admitted.available_permits()).unwrap();
        let _everyone = passwords.admitted.acquire_many(all).await.unwrap();
        assert_eq!(passwords.verify(GOOD, None).await.unwrap_err().code(), Code::Overloaded);
    }
}
