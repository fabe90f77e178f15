//! A program that runs beside the measurement, and what the system tells of it.

use std::{
    fs::{self, File},
    io::Write as _,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child as Process, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{Done, http};

/// Microseconds of a tick of `/proc/PID/stat`, which is the same on every Linux.
const TICK_MICROS: u64 = 10_000;

/// A running program; it ends when this is dropped.
#[derive(Debug)]
pub struct Child(Process);

impl Child {
    /// Starts a command whose words go to a file.
    pub fn start(command: &mut Command, log: &Path) -> Done<Self> {
        let log = File::create(log)?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(Self(command.spawn()?))
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a command to its end.
pub fn run(command: &mut Command, typed: &str) -> Done<()> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn()?;
    if let Some(mut stdin) = process.stdin.take() {
        stdin.write_all(typed.as_bytes())?;
    }
    let ended = process.wait_with_output()?;
    if !ended.status.success() {
        let said = String::from_utf8_lossy(&ended.stderr);
        return Err(format!("a command of the command line failed: {said}").into());
    }
    Ok(())
}

/// An address on which nobody listens.
pub fn free_address() -> Done<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Waits until a server answers that path, in whatever way.
pub fn wait_for(target: SocketAddr, path: &str, seconds: u64) -> Done<()> {
    let until = Instant::now() + Duration::from_secs(seconds);
    while http::once(target, &http::get(path, "")).is_err() {
        if Instant::now() > until {
            return Err(format!("{target} does not answer {path}").into());
        }
        thread::park_timeout(Duration::from_millis(50));
    }
    Ok(())
}

/// Microseconds a process has computed so far.
pub fn computed_micros(id: u32) -> Done<u64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = after_name.split_whitespace().skip(11).take(2);
    Ok(ticks.map(|ticks| ticks.parse().unwrap_or(0)).sum::<u64>() * TICK_MICROS)
}

/// Forgets the process's peak memory, so that the next peak is that of the next load.
pub fn forget_peak(id: u32) -> Done<()> {
    Ok(fs::write(format!("/proc/{id}/clear_refs"), "5")?)
}

/// The most memory the process had in use at a time, in MiB.
pub fn peak_mib(id: u32) -> Done<f64> {
    mib(id, "VmHWM:")
}

/// The memory the process has in use now, in MiB.
pub fn resident_mib(id: u32) -> Done<f64> {
    mib(id, "VmRSS:")
}

fn mib(id: u32, what: &str) -> Done<f64> {
    let status = fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    let kib: u32 =
        line.and_then(|line| line.trim().strip_suffix("kB")).unwrap_or("0").trim().parse()?;
    Ok(f64::from(kib) / 1024.0)
}
