//! Whatever reads bytes from outside, fed with the seeds of the fuzz targets and with what becomes of them.

use std::{fs, path::Path};

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

#[path = "../../fuzz/src/eaters.rs"]
mod eaters;

/// How many changed seeds a reader is fed with. Settings are read with all their defaults each time.
fn rounds(name: &str) -> u32 {
    if name.starts_with("config") { 20 } else { 300 }
}

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    let files = fs::read_dir(&folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut seeds: Vec<Vec<u8>> =
        files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    seeds.sort();
    assert!(seeds.len() >= 3, "{name}: few seeds");
    seeds
}

/// A change of a few bytes: another byte in the place of one, a stretch left out or doubled.
#[derive(Debug, Clone)]
enum Change {
    Byte(prop::sample::Index, u8),
    Cut(prop::sample::Index, usize),
    Double(prop::sample::Index, usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let stretch = |at: &prop::sample::Index, length: usize| {
            let from = at.index(bytes.len());
            from..(from + length).min(bytes.len())
        };
        match self {
            Self::Byte(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Self::Cut(at, length) => drop(bytes.drain(stretch(at, *length))),
            Self::Double(at, length) => {
                let stretch = stretch(at, *length);
                let again = bytes[stretch.clone()].to_vec();
                bytes.splice(stretch.start..stretch.start, again);
            }
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (at(), prop::sample::select(b"{}[]\",:=&%+.-_@/\\ \r\n0e;".to_vec()))
            .prop_map(|(at, byte)| Change::Byte(at, byte)),
        (at(), 1..20_usize).prop_map(|(at, length)| Change::Cut(at, length)),
        (at(), 1..20_usize).prop_map(|(at, length)| Change::Double(at, length)),
    ]
}

#[test]
fn every_reader_eats_its_seeds() {
    for (name, eat) in eaters::ALL {
        seeds(name).iter().for_each(|seed| eat(seed));
    }
}

#[test]
fn every_reader_survives_what_becomes_of_its_seeds() {
    for (name, eat) in eaters::ALL {
        let seeds = seeds(name);
        let config = Config { cases: rounds(name), failure_persistence: None, ..Config::default() };
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let changed = (any::<prop::sample::Index>(), prop::collection::vec(change(), 1..6));
        let ran = TestRunner::new_with_rng(config, rng).run(&changed, |(seed, changes)| {
            let mut bytes = seed.get(&seeds).clone();
            changes.iter().for_each(|change| change.apply(&mut bytes));
            eat(&bytes);
            Ok(())
        });
        ran.unwrap_or_else(|why| panic!("{name}: {why}"));
    }
}

#[test]
fn every_reader_has_a_fuzz_target() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for (name, _) in eaters::ALL {
        let target = fs::read_to_string(root.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(target.contains(&format!("eaters::{name}(data)")), "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}
