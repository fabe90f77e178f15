//! A PostgreSQL of our own, which may be killed, stopped, frozen, filled and followed by a standby.

use std::{
    env, fs,
    net::TcpListener,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// A cluster and its postmaster, which ends with it.
pub struct Cluster {
    bin: PathBuf,
    dir: TempDir,
    port: u16,
    settings: Vec<String>,
    postmaster: Option<Child>,
}

/// Whom PostgreSQL runs as where we are root, which it refuses.
const NOBODY: u32 = 65534;

impl Cluster {
    /// Makes one that syncs to disk, and starts it.
    pub async fn make(settings: &[&str]) -> Self {
        let mut cluster = Self::unmade(settings);
        cluster.init();
        cluster.start().await;
        cluster
    }

    fn init(&self) {
        let data = self.data();
        let words = ["-U", "cambio", "-A", "trust", "-E", "UTF8", "--locale=C", "-D"];
        self.run("initdb", &[&words[..], &[data.to_str().unwrap()]].concat());
    }

    /// Copies this one into a standby and starts that.
    pub async fn standby(&self, settings: &[&str]) -> Self {
        let mut standby = Self::unmade(settings);
        let (data, port) = (standby.data(), self.port.to_string());
        let words = ["-h", "127.0.0.1", "-p", &port, "-U", "cambio", "-X", "stream", "-c", "fast"];
        standby.run("pg_basebackup", &[&words[..], &["-R", "-D", data.to_str().unwrap()]].concat());
        standby.start().await;
        standby
    }

    /// Makes one that keeps its write-ahead log in an archive, too.
    pub async fn archived() -> Self {
        let mut cluster = Self::unmade(&["archive_mode=on"]);
        let archive = cluster.archive();
        make_dir(&archive);
        let into = archive.join("%f");
        cluster.settings.push(format!("archive_command=cp %p {}", into.display()));
        cluster.init();
        cluster.start().await;
        cluster
    }

    /// A base backup, made while others go on; of the log it holds nothing.
    pub async fn base(&self) -> Base {
        let copy = Self::unmade(&[]);
        let (data, port) = (copy.data(), self.port.to_string());
        let words = ["-h", "127.0.0.1", "-p", &port, "-U", "cambio", "-X", "none", "-c", "fast"];
        let mut command = copy.command("pg_basebackup");
        command.args(words).arg("-D").arg(data);
        let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Base(copy)
    }

    /// Has what was committed so far archived, as `archive_timeout` does from time to time.
    pub async fn archive_now(&self) {
        let (client, began) = (self.connect().await, Instant::now());
        let name = client.query_one("select pg_walfile_name(pg_switch_wal())", &[]).await.unwrap();
        let wanted = self.archive().join(name.get::<_, String>(0));
        let is_whole = || fs::metadata(&wanted).is_ok_and(|file| file.len() == 16 << 20);
        while !is_whole() {
            assert!(began.elapsed() < Duration::from_mins(1), "nothing is archived");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn unmade(settings: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        make_dir(&dir.path().join("data"));
        let settings = settings.iter().map(|&setting| setting.to_owned()).collect();
        Self { bin: programs(), dir, port: free_port(), settings, postmaster: None }
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        format!("postgres://cambio@127.0.0.1:{}/postgres", self.port)
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts the postmaster and waits until it takes connections.
    pub async fn start(&mut self) {
        let began = Instant::now();
        self.launch();
        while tokio_postgres::connect(&self.url(), NoTls).await.is_err() {
            // What a killed postmaster leaves behind holds its memory for a moment.
            let ended = self.postmaster.as_mut().is_some_and(|p| p.try_wait().unwrap().is_some());
            assert!(began.elapsed() < Duration::from_secs(30), "no PostgreSQL: {}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
            if ended {
                self.launch();
            }
        }
    }

    fn launch(&mut self) {
        let (data, port) = (self.data(), self.port.to_string());
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log_file()).unwrap();
        // It ends with whoever started it, however that ends.
        let mut command = self.command("postgres");
        command.arg("-D").arg(data).args(["-h", "127.0.0.1", "-p", &port, "-k", ""]);
        command.args(["-c", "shared_buffers=32MB", "-c", "log_min_messages=warning"]);
        for setting in &self.settings {
            command.arg("-c").arg(setting);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.postmaster = Some(command.process_group(0).spawn().unwrap());
    }

    /// `kill -9` of the postmaster alone.
    pub fn kill(&mut self) {
        let mut postmaster = self.postmaster.take().unwrap();
        postmaster.kill().unwrap();
        postmaster.wait().unwrap();
    }

    /// Ends it: `INT` is a fast shutdown, `QUIT` an immediate one.
    pub fn stop(&mut self, how: &str) {
        if let Some(mut postmaster) = self.postmaster.take() {
            signal(&[postmaster.id()], how);
            postmaster.wait().unwrap();
        }
    }

    /// Freezes it with all its children.
    pub fn freeze(&self) {
        signal(&self.family(), "STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        signal(&self.family(), "CONT");
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        let data = self.data();
        self.run("pg_ctl", &["promote", "-w", "-D", data.to_str().unwrap()]);
    }

    /// A connection of the tests' own.
    pub async fn connect(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// Makes another database and tells its address.
    pub async fn database(&self, name: &str) -> String {
        self.connect().await.batch_execute(&format!("create database {name}")).await.unwrap();
        format!("postgres://cambio@127.0.0.1:{}/{name}", self.port)
    }

    fn family(&self) -> Vec<u32> {
        let parent = self.postmaster.as_ref().unwrap().id();
        let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| {
            let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            // `pid (name) state parent …`
            let its: u32 = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
            (its == parent).then_some(pid)
        });
        std::iter::once(parent).chain(processes).collect()
    }

    fn archive(&self) -> PathBuf {
        self.dir.path().join("archive")
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn log_file(&self) -> PathBuf {
        self.dir.path().join("log")
    }

    /// What it has written to its log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).arg(self.bin.join(program));
        command.current_dir(Path::new("/"));
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    fn run(&self, program: &str, words: &[&str]) {
        let done = self.command(program).args(words).output().unwrap();
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

/// A base backup that nobody runs on yet.
pub struct Base(Cluster);

impl Base {
    /// Brings it as far as the archive of the one it was made of goes, and lets it take writes.
    pub async fn recover(self, of: &Cluster) -> Cluster {
        let Self(mut cluster) = self;
        let from = of.archive().join("%f");
        cluster.settings.push(format!("restore_command=cp {} %p", from.display()));
        let signal = cluster.data().join("recovery.signal");
        fs::write(&signal, "").unwrap();
        give_away(&signal);
        cluster.start().await;
        let (client, began) = (cluster.connect().await, Instant::now());
        let under_way = "select pg_is_in_recovery()";
        while client.query_one(under_way, &[]).await.unwrap().get(0) {
            assert!(began.elapsed() < Duration::from_mins(1), "{}", cluster.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        cluster
    }
}

fn make_dir(path: &Path) {
    fs::create_dir(path).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
    give_away(path);
}

/// To whom PostgreSQL runs as.
fn give_away(path: &Path) {
    if is_root() {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.postmaster.is_some() {
            self.thaw();
        }
        self.stop("QUIT");
    }
}

/// Sends a signal to those processes; that one of them is gone by now does not matter.
pub fn signal(pids: &[u32], which: &str) {
    let pids = pids.iter().map(ToString::to_string);
    let done =
        Command::new("kill").arg(format!("-{which}")).args(pids).stderr(Stdio::null()).status();
    assert!(done.is_ok(), "{done:?}");
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Where initdb and postgres are: `scripts/faults` says so.
fn programs() -> PathBuf {
    env::var_os("POSTGRES_PROGRAMS")
        .map(PathBuf::from)
        .expect("scripts/faults sets POSTGRES_PROGRAMS")
}
