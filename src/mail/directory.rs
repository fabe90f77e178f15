//! Letters as files, one `.eml` each, for another program to pick up.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::outgoing::Outgoing;

/// Makes the directory if there is none; only its owner may look inside.
pub(super) fn prepare(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Where a letter goes: names sort by time, and the same letter at the same time is the same file.
pub(super) fn place(directory: &Path, letter: &Outgoing) -> PathBuf {
    let time = letter.now.format("%Y%m%dT%H%M%S%.6fZ");
    let local = letter.message_id.split('@').next().unwrap_or_default();
    let unique: String = local.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    directory.join(format!("{time}-{unique}.eml"))
}

/// Writes the whole file or none: whoever watches the directory for `.eml` never sees half a letter.
pub(super) fn put(place: &Path, message: &[u8]) -> io::Result<()> {
    let draft = place.with_extension("tmp");
    let written = create(&draft).and_then(|mut file| {
        file.write_all(message)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&draft, place)).inspect_err(|_| {
        // The first failure is the one to tell; a draft left over is overwritten by the next attempt.
        let _ = fs::remove_file(&draft);
    })
}

fn create(draft: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(draft)
}
