//! Passwords at rest: made with Argon2id, checked in every form that Django ever gave them.

use argon2::Params;

use super::{
    argon2_hash::{self, Argon2Hash},
    django_hash,
};
use crate::{domain::password::Password, entropy::Entropy, error::Fault};

/// How much work a password hash is (RFC 9106 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashParameters {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

impl Default for HashParameters {
    /// 19 MiB, two passes, one lane: the least that OWASP's password storage sheet recommends.
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2, parallelism: 1 }
    }
}

impl HashParameters {
    fn params(&self) -> Result<Params, argon2::Error> {
        let Self { memory_kib, iterations, parallelism } = *self;
        Params::new(memory_kib, iterations, parallelism, Some(argon2_hash::TAG))
    }
}

/// What came of checking a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Right,
    /// It is the password, but the stored hash is of another scheme or other parameters than today's: hash it anew.
    RightButWeak,
    /// It is not the password, or what is stored is no hash we know.
    Wrong,
}

/// Makes the hash to store: a PHC string `$argon2id$v=19$m=…,t=…,p=…$salt$tag` with a fresh salt of 16 bytes.
///
/// Takes tens of milliseconds of pure computing; a fault only when the parameters are out of Argon2's range.
pub fn hash(
    password: &Password,
    parameters: &HashParameters,
    entropy: &dyn Entropy,
) -> Result<String, Fault> {
    let salt = entropy.bytes::<{ argon2_hash::SALT }>();
    let made = parameters.params().and_then(|params| Argon2Hash::make(password, &salt, params));
    let made = made.map_err(|e| Fault::because("the password cannot be hashed", e))?;
    Ok(made.to_string())
}

/// Compares a password with a stored hash, in constant time once the work is done.
///
/// Understood are our own PHC strings and Django's `argon2`, `pbkdf2_sha256`, `pbkdf2_sha1`, `bcrypt_sha256`,
/// `bcrypt` and `scrypt`. Everything else (empty, Django's unusable `!…`, garbled, or asking for an absurd amount
/// of memory or time) is [`Verdict::Wrong`] after as much work as a real check.
pub fn verify(password: &Password, stored: &str, current: &HashParameters) -> Verdict {
    match check(password, stored) {
        Some(true) if is_current(stored, current) => Verdict::Right,
        Some(true) => Verdict::RightButWeak,
        Some(false) => Verdict::Wrong,
        None => {
            dummy_work(password, current);
            Verdict::Wrong
        }
    }
}

/// Does the work of a check and forgets the result, so that an unknown name answers as late as a known one.
pub fn dummy_work(password: &Password, parameters: &HashParameters) {
    let made = parameters
        .params()
        .and_then(|params| Argon2Hash::make(password, &[0; argon2_hash::SALT], params));
    // The compiler must not notice that nobody wants to know.
    drop(std::hint::black_box(made));
}

/// Whether the password fits; `None` when nothing stored can be checked.
fn check(password: &Password, stored: &str) -> Option<bool> {
    // No scheme writes more; a longer text only costs time.
    const LONGEST: usize = 512;
    if stored.len() > LONGEST {
        return None;
    }
    match stored.split_once('$')? {
        // Django puts the name of its own scheme before the PHC string.
        ("" | "argon2", phc) => Some(Argon2Hash::parse(phc)?.holds(password)),
        (scheme, rest) => django_hash::check(scheme, rest, password),
    }
}

fn is_current(stored: &str, current: &HashParameters) -> bool {
    let made = stored.strip_prefix('$').and_then(Argon2Hash::parse);
    made.zip(current.params().ok()).is_some_and(|(made, params)| made.is_made_with(&params))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{HashParameters, Verdict, hash, verify};
    use crate::{
        domain::password::Password,
        entropy::{Entropy, OsEntropy},
    };

    const QUICK: HashParameters = HashParameters { memory_kib: 64, iterations: 1, parallelism: 1 };
    const TYPED: &str = "Correct horse, Батарея 배터리";

    /// Made by Django 5.2.19 with argon2-cffi 25.1.0 and bcrypt 5.0.0 (bcrypt at 5 rounds, PBKDF2 at
    /// 20 000 iterations, the rest at its own figures), each with a fresh salt; the `argon2i` one by
    /// argon2-cffi alone, in the form of Django 1.10 to 3.1.
    const DJANGO: [&str; 7] = [
        "pbkdf2_sha256$20000$vBjCxT628jUyricrtxKfW1$mPw2NEaFIbZbO2ZWOht8Dw8E2pkASL9vgXjjOxGA18k=",
        "pbkdf2_sha1$20000$gWbepdXJ1sPgBrhKTD3zID$/wQDewqb7LZxxsg/V5xX7Thvg9Q=",
        "argon2$argon2id$v=19$m=102400,t=2,p=8$U3NjRGE3eTJBZHBHZUFUOVI0cGNtYQ$stsFV/IjozqY+/jWSRruS8kTq9iAwF2cXepa3qiQJ04",
        "argon2$argon2i$v=19$m=512,t=2,p=2$c2FsdHNhbHRzYWx0$JhV8Jm5ZDMw8Xr4ztRxKztahRjaJpIQ6diPZJQ8tk3Y",
        "bcrypt_sha256$$2b$05$OJO7teiZujR0a3gloeoujuwwQFjLYEpWnApWuorNWAj34X6yhoEB.",
        "bcrypt$$2b$05$iqHYTZ2JpETgFTFD/tIaq.mfoV0q6wfCFYdhSCjxXKf7solqRVAHu",
        "scrypt$16384$PT27Th1IqR7eHUHaPrfeg9$8$5$5fut7Ftz1k8YjP98H2Y8zyLl7Rwc0K38bqBWeZ8sG+MrWrXcbZyUqqT276xWfrla7fUrO/josnsU5H928hdO8g==",
    ];

    /// Made by argon2-cffi 25.1.0: today's parameters, others, and the version before RFC 9106.
    const PHC: [(&str, Verdict); 3] = [
        (
            "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$4FI6JHNWdGwd9KiwfAR4FhWUPyqRRrWIVrXBYfBdDOA",
            Verdict::Right,
        ),
        (
            "$argon2id$v=19$m=12288,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$viHi9EUCcEBF8oe9xgwoOZeoPshZLM+XUZjjYYgJhRM",
            Verdict::RightButWeak,
        ),
        (
            "$argon2id$v=16$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$JYwMO9+VyFb912LG28p/FrQuhw6NHnxa9ix3mVTMf4U",
            Verdict::RightButWeak,
        ),
    ];

    fn judge(typed: &str, stored: &str) -> Verdict {
        verify(&Password::new(typed), stored, &HashParameters::default())
    }

    #[test]
    fn what_we_hash_we_recognise_and_nothing_else() {
        let current = HashParameters::default();
        let stored = hash(&Password::new(TYPED), &current, &OsEntropy).expect("a hash");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_eq!(judge(TYPED, &stored), Verdict::Right);
        assert_eq!(judge("correct horse, батарея 배터리", &stored), Verdict::Wrong);
        let tougher = HashParameters { iterations: 3, ..current };
        assert_eq!(verify(&Password::new(TYPED), &stored, &tougher), Verdict::RightButWeak);
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        let make = || hash(&Password::new(TYPED), &QUICK, &OsEntropy).expect("a hash");
        assert_ne!(make(), make());
    }

    #[test]
    fn every_hash_of_django_is_recognised_and_due_for_a_new_one() {
        for stored in DJANGO {
            assert_eq!(judge(TYPED, stored), Verdict::RightButWeak, "{stored}");
            assert_eq!(judge("Correct horse", stored), Verdict::Wrong, "{stored}");
        }
    }

    #[test]
    fn foreign_phc_strings_are_judged_by_their_parameters() {
        for (stored, verdict) in PHC {
            assert_eq!(judge(TYPED, stored), verdict, "{stored}");
        }
    }

    #[test]
    fn what_is_no_hash_is_wrong() {
        let unusable = format!("!{}", "x".repeat(40));
        let long = format!("{}{}", PHC[0].0, "A".repeat(1000));
        let short_tag = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$4FI6";
        for stored in ["", "!", "$", "$$$$$", "md5$salt$hash", TYPED, &unusable, &long, short_tag] {
            assert_eq!(judge(TYPED, stored), Verdict::Wrong, "{stored}");
        }
    }

    #[test]
    fn a_hash_that_asks_for_absurd_work_is_wrong_at_once() {
        for stored in [
            "$argon2id$v=19$m=4194304,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$4FI6JHNWdGwd9KiwfAR4FhWUPyqRRrWIVrXBYfBdDOA",
            "$argon2id$v=19$m=19456,t=4294967295,p=1$MDEyMzQ1Njc4OWFiY2RlZg$4FI6JHNWdGwd9KiwfAR4FhWUPyqRRrWIVrXBYfBdDOA",
            "pbkdf2_sha256$4000000000$salt$BxMi0hGRPXuQ/vk/HS4VSJPLtYcsYEXasn0Maf63vQU=",
            "pbkdf2_sha256$0$salt$BxMi0hGRPXuQ/vk/HS4VSJPLtYcsYEXasn0Maf63vQU=",
            "bcrypt$$2b$31$iqHYTZ2JpETgFTFD/tIaq.mfoV0q6wfCFYdhSCjxXKf7solqRVAHu",
            "scrypt$1073741824$salt$8$1$5fut7Ftz1k8YjP98H2Y8zyLl7Rwc0K38bqBWeZ8sG+MrWrXcbZyUqqT276xWfrla7fUrO/josnsU5H928hdO8g==",
            "scrypt$16384$salt$4294967295$4294967295$5fut7Ftz1k8YjP98H2Y8zyLl7Rwc0K38bqBWeZ8sG+MrWrXcbZyUqqT276xWfrla7fUrO/josnsU5H928hdO8g==",
        ] {
            assert_eq!(judge(TYPED, stored), Verdict::Wrong, "{stored}");
        }
    }

    #[test]
    fn no_character_of_a_long_password_is_ignored() {
        let long = "x".repeat(1000);
        let stored = hash(&Password::new(long.as_str()), &QUICK, &OsEntropy).expect("a hash");
        let judge = |typed: &str| verify(&Password::new(typed), &stored, &QUICK);
        assert_eq!(judge(&long), Verdict::Right);
        assert_eq!(judge(&format!("{}y", "x".repeat(999))), Verdict::Wrong);
        assert_eq!(judge(&"x".repeat(999)), Verdict::Wrong);
    }

    #[test]
    fn parameters_out_of_range_are_a_fault() {
        let none = HashParameters { memory_kib: 0, iterations: 0, parallelism: 0 };
        assert!(hash(&Password::new(TYPED), &none, &OsEntropy).is_err());
        assert_eq!(verify(&Password::new(TYPED), "!", &none), Verdict::Wrong);
    }

    #[test]
    fn the_salt_comes_from_the_entropy_handed_in() {
        struct Sevens;
        impl Entropy for Sevens {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(7);
            }
        }
        let stored = hash(&Password::new(TYPED), &QUICK, &Sevens).expect("a hash");
        assert!(stored.contains("$BwcHBwcHBwcHBwcHBwcHBw$"), "{stored}");
    }

    proptest! {
        #[test]
        fn garbage_never_panics_and_is_never_right(
            scheme in "(|argon2|pbkdf2_sha256|pbkdf2_sha1|bcrypt|bcrypt_sha256|scrypt)",
            rest in "(\\$[a-zA-Z0-9=,+/.-]{0,12}){0,7}",
        ) {
            let verdict = verify(&Password::new(TYPED), &format!("{scheme}{rest}"), &QUICK);
            prop_assert_eq!(verdict, Verdict::Wrong);
        }

        #[test]
        fn any_password_is_recognised_by_its_own_hash(typed in "\\PC{0,40}", other in "\\PC{0,40}") {
            let stored = hash(&Password::new(typed.as_str()), &QUICK, &OsEntropy).expect("a hash");
            let judge = |typed: &str| verify(&Password::new(typed), &stored, &QUICK);
            prop_assert_eq!(judge(&typed), Verdict::Right);
            prop_assert_eq!(judge(&other) == Verdict::Right, typed.trim() == other.trim());
        }
    }
}
