//! Copies of a `SQLite` database, made beside a running server, and put back.
//!
//! A copy has its name only once it is whole and on disk: until then it is called `NAME.part`. Nothing that
//! exists is written over.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection,
    connection::SimpleConnection as _,
    sql_query,
    sql_types::{BigInt, Text},
};

use super::{
    faults, migrate,
    moving::Halt,
    open::{Place, StoreOptions, open_sqlite},
};
use crate::error::Fault;

/// How often somebody who waits is told how far it is.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// Told how many bytes of how many there are.
pub type Tell<'a> = &'a mut dyn FnMut(u64, u64);

/// Writes a copy of the database into a file that does not exist; tells its size. Everything that was committed
/// before the call is in it, and of what is committed meanwhile all or nothing.
pub fn back_up(source: &StoreOptions, file: &Path, tell: Tell<'_>) -> Result<u64, Halt> {
    let Place::Sqlite { path, lock_ms, .. } = Place::parse(source)? else {
        return Err(refused(
            "this is PostgreSQL, which makes its own copies: `pg_dump --format=custom --file=FILE URL`, or \
             `pg_basebackup` with the write-ahead log for a point in time",
        ));
    };
    let part = Part::new(file)?;
    let mut connection = open_sqlite(&path, lock_ms, false)?;
    let of = size(&mut connection)?;
    let into = quoted(part.path.as_os_str().to_str().unwrap_or_default());
    let (said, done) = channel();
    let vacuumed = thread::scope(|scope| {
        let vacuum = scope.spawn(move || {
            let vacuumed =
                faults::sqlite(|| connection.batch_execute(&format!("vacuum into {into}")));
            let _ = said.send(());
            vacuumed
        });
        while done.recv_timeout(TELL_EVERY) == Err(RecvTimeoutError::Timeout) {
            tell(fs::metadata(&part.path).map_or(0, |found| found.len()), of);
        }
        vacuum.join().map_err(|_panic| Fault::internal("copying broke down"))?
    });
    vacuumed?;
    sound(&part.path)?;
    Ok(part.keep(file)?)
}

/// Puts a copy beside the place of the database, which must be empty; [`Part::keep`] makes it the database.
pub fn unpack(file: &Path, target: &StoreOptions, tell: Tell<'_>) -> Result<Part, Halt> {
    let Place::Sqlite { path, .. } = Place::parse(target)? else {
        return Err(refused(
            "this is PostgreSQL: put the copy back with `pg_restore`, then run `cambio restore --bump-epoch`",
        ));
    };
    for name in [path.clone(), format!("{path}-wal"), format!("{path}-shm")] {
        if Path::new(&name).exists() {
            let why = format!("{name} exists, and nothing is written over; move it away first");
            return Err(Halt::Refused(why));
        }
    }
    if beside(file, "-wal").metadata().is_ok_and(|found| found.len() > 0) {
        return Err(Halt::Refused(format!(
            "{} is not a copy but a database in use",
            file.display()
        )));
    }
    sound(file)?;
    ours(file)?;
    let part = Part::new(Path::new(&path))?;
    copy(file, &part.path, tell).map_err(|cause| Fault::because("it cannot be copied", cause))?;
    sound(&part.path)?;
    Ok(part)
}

/// A file that is not whole yet; gone when it is dropped without having been kept.
pub struct Part {
    path: PathBuf,
}

impl Part {
    fn new(file: &Path) -> Result<Self, Halt> {
        if file.to_str().is_none() {
            return Err(refused("the name of the file is not UTF-8"));
        }
        if file.exists() {
            let why = format!("{} exists, and nothing is written over", file.display());
            return Err(Halt::Refused(why));
        }
        let path = beside(file, ".part");
        let mut options = OpenOptions::new();
        options.create_new(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Ok(_) => Ok(Self { path }),
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => Err(Halt::Refused(format!(
                "{} exists: another copy is being made, or one was cut short; delete it if nobody is at it",
                path.display()
            ))),
            Err(cause) => Err(Halt::Refused(format!("{}: {cause}", path.display()))),
        }
    }

    /// Where it is for now.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its name, once all of it is on disk; tells its size.
    pub fn keep(self, file: &Path) -> Result<u64, Fault> {
        let failed = |cause| Fault::because("the copy cannot be kept", cause);
        let mut connection = open(&self.path, "rw")?;
        faults::sqlite(|| connection.batch_execute("pragma wal_checkpoint(truncate)"))?;
        drop(connection);
        let whole = File::open(&self.path).map_err(failed)?;
        whole.sync_all().map_err(failed)?;
        // Unlike a renaming this never takes the place of another file.
        fs::hard_link(&self.path, file).map_err(failed)?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = File::open(folder.unwrap_or(Path::new("."))).map_err(failed)?;
        folder.sync_all().map_err(failed)?;
        Ok(whole.metadata().map_err(failed)?.len())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        for ending in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(beside(&self.path, ending));
        }
    }
}

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    said: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn refused(why: &str) -> Halt {
    Halt::Refused(why.to_owned())
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(ending);
    name.into()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn size(connection: &mut SqliteConnection) -> Result<u64, Fault> {
    let query = "select page_count * page_size as number from pragma_page_count, pragma_page_size";
    let found: Number = faults::sqlite(|| sql_query(query).get_result(connection))?;
    Ok(u64::try_from(found.number).unwrap_or(0))
}

/// Opens a file as it is, whatever its journal's mode.
fn open(file: &Path, mode: &str) -> Result<SqliteConnection, Fault> {
    let path = file.to_str().unwrap_or_default();
    let path = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let immutable = if mode == "ro" { "&immutable=1" } else { "" };
    let connection = SqliteConnection::establish(&format!("file:{path}?mode={mode}{immutable}"));
    connection.map_err(|cause| Fault::because("the SQLite file cannot be opened", cause))
}

/// Refuses a file whose pages, indexes or references do not hold together.
fn sound(file: &Path) -> Result<(), Halt> {
    let broken = |why: &str| Halt::Refused(format!("{} is damaged: {why}", file.display()));
    let mut connection = open(file, "ro").map_err(|fault| broken(&fault.to_string()))?;
    let ask = "select integrity_check as said from pragma_integrity_check limit 5";
    let told: Vec<Said> = faults::sqlite(|| sql_query(ask).load(&mut connection))
        .map_err(|fault| broken(&fault.to_string()))?;
    if let Some(first) = told.iter().find(|row| row.said != "ok") {
        return Err(broken(&first.said));
    }
    let ask = "select count(*) as number from pragma_foreign_key_check";
    let found: Number = faults::sqlite(|| sql_query(ask).get_result(&mut connection))?;
    if found.number == 0 { Ok(()) } else { Err(broken("rows point at rows that are not there")) }
}

/// Refuses a database that is not Cambio's, or that of a newer one.
fn ours(file: &Path) -> Result<(), Halt> {
    let mut connection = open(file, "ro")?;
    let ask = "select version as said from __diesel_schema_migrations";
    let foreign = |_| Halt::Refused(format!("{} is not a database of Cambio's", file.display()));
    let ran: Vec<Said> =
        faults::sqlite(|| sql_query(ask).load(&mut connection)).map_err(foreign)?;
    let (known, _) = migrate::names()?;
    let known: Vec<String> = known.iter().map(|name| version(name)).collect();
    match ran.iter().find(|row| !known.contains(&row.said)) {
        None => Ok(()),
        Some(_) => Err(Halt::Refused(format!("{} was written by a newer Cambio", file.display()))),
    }
}

/// The version of a migration's name, as diesel keeps it: without the word and the dashes.
fn version(name: &str) -> String {
    name.split('_').next().unwrap_or_default().replace('-', "")
}

fn copy(from: &Path, to: &Path, tell: Tell<'_>) -> io::Result<()> {
    let (mut from, mut to) = (File::open(from)?, OpenOptions::new().write(true).open(to)?);
    let of = from.metadata()?.len();
    let (mut piece, mut done) = (vec![0; 1 << 20], 0);
    loop {
        let read = from.read(&mut piece)?;
        if read == 0 {
            return to.flush();
        }
        to.write_all(piece.get(..read).unwrap_or_default())?;
        done += u64::try_from(read).unwrap_or(0);
        tell(done, of);
    }
}
