//! The other hashes Django stores, so that people who move here keep their passwords.
//!
//! Read only: a password that fits is hashed anew with Argon2id at its next login.

use std::num::NonZeroU32;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::pbkdf2::{self, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::domain::password::Password;

/// Most PBKDF2 iterations a stored hash may ask for: four times what Django's newest asks for.
const MOST_ITERATIONS: u32 = 5_000_000;

/// Most bcrypt rounds, as a power of two: eight times what Django asks for.
const MOST_ROUNDS: u32 = 15;

/// Most memory for scrypt, in blocks of 128 bytes: 256 MiB.
const MOST_BLOCKS: u64 = 2 * 1024 * 1024;

/// Most memory times lanes for scrypt: more than six times what Django asks for.
const MOST_BLOCK_LANES: u64 = 4 * 1024 * 1024;

/// Whether the password fits what is stored behind the name of the scheme; `None` when the scheme is unknown, the
/// rest malformed, or the work it asks for absurd.
pub(super) fn check(scheme: &str, rest: &str, password: &Password) -> Option<bool> {
    let typed = password.expose().as_bytes();
    match scheme {
        "pbkdf2_sha256" => check_pbkdf2(PBKDF2_HMAC_SHA256, 32, rest, typed),
        "pbkdf2_sha1" => check_pbkdf2(PBKDF2_HMAC_SHA1, 20, rest, typed),
        // Hashed first, in hex, because bcrypt reads no more than 72 bytes.
        "bcrypt_sha256" => check_bcrypt(rest, hex::encode(Sha256::digest(typed)).as_bytes()),
        "bcrypt" => check_bcrypt(rest, typed),
        "scrypt" => check_scrypt(rest, typed),
        _ => None,
    }
}

/// `iterations$salt$tag`, the salt as text, the tag in base64.
fn check_pbkdf2(
    algorithm: pbkdf2::Algorithm,
    length: usize,
    rest: &str,
    typed: &[u8],
) -> Option<bool> {
    let mut parts = rest.splitn(3, '$');
    let iterations: NonZeroU32 = parts.next()?.parse().ok()?;
    let salt = parts.next()?.as_bytes();
    let tag = STANDARD.decode(parts.next()?).ok()?;
    if tag.len() != length || iterations.get() > MOST_ITERATIONS {
        return None;
    }
    Some(pbkdf2::verify(algorithm, iterations, salt, typed, &tag).is_ok())
}

/// `$2b$rounds$salt-and-tag`, the usual form of bcrypt.
fn check_bcrypt(rest: &str, typed: &[u8]) -> Option<bool> {
    let rounds: u32 = rest.split('$').nth(2)?.parse().ok()?;
    (rounds <= MOST_ROUNDS).then(|| bcrypt::verify(typed, rest).ok())?
}

/// `cost$salt$block size$lanes$tag`, the salt as text, the tag in base64.
fn check_scrypt(rest: &str, typed: &[u8]) -> Option<bool> {
    let mut parts = rest.splitn(5, '$');
    let cost: u64 = parts.next()?.parse().ok()?;
    let salt = parts.next()?.as_bytes();
    let block: u32 = parts.next()?.parse().ok()?;
    let lanes: u32 = parts.next()?.parse().ok()?;
    let tag = STANDARD.decode(parts.next()?).ok()?;
    if tag.len() != 64 {
        return None;
    }
    let params = scrypt_params(cost, block, lanes)?;
    let mut made = [0; 64];
    scrypt::scrypt(typed, salt, &params, &mut made).ok()?;
    Some(bool::from(made.ct_eq(&tag)))
}

fn scrypt_params(cost: u64, block: u32, lanes: u32) -> Option<scrypt::Params> {
    let blocks = cost.checked_mul(u64::from(block)).filter(|blocks| *blocks <= MOST_BLOCKS)?;
    let work = blocks.checked_mul(u64::from(lanes)).filter(|work| *work <= MOST_BLOCK_LANES)?;
    // A power of two above 1 (RFC 7914 §2); a product of 0 hides factors that were never bounded.
    let sound = cost > 1 && cost.is_power_of_two() && work > 0;
    let exponent = u8::try_from(cost.trailing_zeros()).ok()?;
    sound.then(|| scrypt::Params::new(exponent, block, lanes).ok())?
}
