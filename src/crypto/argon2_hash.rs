//! One Argon2 hash as a PHC string: `argon2id$v=19$m=19456,t=2,p=1$salt$tag`.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use subtle::ConstantTimeEq as _;

use super::room;
use crate::domain::password::Password;

/// Bytes of salt in a hash of ours.
pub(super) const SALT: usize = 16;

/// Bytes of tag in a hash of ours.
pub(super) const TAG: usize = 32;

/// Most memory a stored hash may ask for: 256 MiB, more than twice what Django asks for.
const MOST_MEMORY_KIB: u32 = 256 * 1024;

/// Most memory times passes: five times what Django asks for.
const MOST_WORK_KIB: u64 = 1024 * 1024;

const MOST_LANES: u32 = 16;

/// A hash taken apart.
pub(super) struct Argon2Hash {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Vec<u8>,
    tag: Vec<u8>,
}

impl Argon2Hash {
    /// Hashes a password the way of today: Argon2id, version 19.
    pub(super) fn make(
        password: &Password,
        salt: &[u8; SALT],
        params: Params,
    ) -> Result<Self, argon2::Error> {
        let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
        let mut tag = vec![0; TAG];
        let argon2 = Argon2::new(algorithm, version, params.clone());
        room::lend(&params, |blocks| {
            argon2.hash_password_into_with_memory(
                password.expose().as_bytes(),
                salt,
                &mut tag,
                blocks,
            )
        })?;
        Ok(Self { algorithm, version, params, salt: salt.to_vec(), tag })
    }

    /// Reads a PHC string without its leading `$`; `None` when it is malformed, its salt or tag is shorter than
    /// Argon2 or good sense allow, or it asks for an absurd amount of memory or time.
    pub(super) fn parse(phc: &str) -> Option<Self> {
        let mut parts = phc.split('$');
        let algorithm = parts.next()?.parse().ok()?;
        let version = number(parts.next()?, "v=").and_then(|v| Version::try_from(v).ok())?;
        let costs = parts.next()?;
        let salt = STANDARD_NO_PAD.decode(parts.next()?).ok()?;
        let tag = STANDARD_NO_PAD.decode(parts.next()?).ok()?;
        let sound = parts.next().is_none() && salt.len() >= 8 && (16..=64).contains(&tag.len());
        let params = sound.then(|| parse_costs(costs, tag.len()))??;
        Some(Self { algorithm, version, params, salt, tag })
    }

    /// Whether it is the hash of this password.
    pub(super) fn holds(&self, password: &Password) -> bool {
        let mut tag = vec![0; self.tag.len()];
        let argon2 = Argon2::new(self.algorithm, self.version, self.params.clone());
        let done = room::lend(&self.params, |blocks| {
            argon2.hash_password_into_with_memory(
                password.expose().as_bytes(),
                &self.salt,
                &mut tag,
                blocks,
            )
        });
        done.is_ok() && bool::from(tag.ct_eq(&self.tag))
    }

    /// Whether [`Argon2Hash::make`] with these parameters would make a hash like this one.
    pub(super) fn is_made_with(&self, params: &Params) -> bool {
        self.algorithm == Algorithm::Argon2id
            && self.version == Version::V0x13
            && self.costs() == (params.m_cost(), params.t_cost(), params.p_cost())
            && self.salt.len() >= SALT
            && self.tag.len() == TAG
    }

    fn costs(&self) -> (u32, u32, u32) {
        (self.params.m_cost(), self.params.t_cost(), self.params.p_cost())
    }
}

impl fmt::Display for Argon2Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (m, t, p) = self.costs();
        let version = u32::from(self.version);
        let (salt, tag) = (STANDARD_NO_PAD.encode(&self.salt), STANDARD_NO_PAD.encode(&self.tag));
        write!(f, "${}$v={version}$m={m},t={t},p={p}${salt}${tag}", self.algorithm)
    }
}

fn parse_costs(text: &str, tag: usize) -> Option<Params> {
    let mut parts = text.split(',');
    let memory = number(parts.next()?, "m=")?;
    let passes = number(parts.next()?, "t=")?;
    let lanes = number(parts.next()?, "p=")?;
    let bearable = memory <= MOST_MEMORY_KIB
        && u64::from(memory) * u64::from(passes) <= MOST_WORK_KIB
        && lanes <= MOST_LANES
        && parts.next().is_none();
    bearable.then(|| Params::new(memory, passes, lanes, Some(tag)).ok())?
}

fn number(text: &str, name: &str) -> Option<u32> {
    text.strip_prefix(name)?.parse().ok()
}
