//! F05, F06: the disk under an `SQLite` file fails, or is full.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::{
    load::Load,
    place::Place,
    probe::until,
    scene::{self, Scale},
    server::{self, Server},
    verdict::Verdict,
    verify,
};

const SECOND: Duration = Duration::from_secs(1);

/// A tracer that fails system calls of a server as long as it lives.
struct Tracer(Child);

impl Tracer {
    async fn attach(server: &Server, fault: &str, told: &Path) -> Self {
        let call = fault.split(':').next().unwrap();
        let (trace, inject) = (format!("trace={call}"), format!("inject={fault}"));
        let mut command = Command::new("strace");
        command.args(["-f", "-e", &trace, "-e", &inject, "-p", &server.pid().to_string()]);
        let told_file = File::create(told).unwrap();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(told_file).spawn();
        let tracer = Self(child.expect("strace is needed"));
        let attached = until(SECOND * 10, || async {
            fs::read_to_string(told).is_ok_and(|told| told.contains("attached"))
        });
        assert!(attached.await < SECOND * 10, "strace may not: {:?}", fs::read_to_string(told));
        tracer
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        // On SIGINT it lets go of the server; killed, it might leave it stopped.
        crate::cluster::signal(&[self.0.id()], "INT");
        let _ = self.0.wait();
    }
}

/// F05: what syncs or writes the file fails, from one moment on and for a while.
pub async fn failing(scale: Scale) -> Verdict {
    let mut verdict = Verdict::default();
    let faults = ["fsync,fdatasync:error=EIO", "pwrite64:error=EIO", "pwrite64:error=ENOSPC"];
    for (round, fault) in faults.iter().cycle().take(scale.of(9, 3)).enumerate() {
        let name = format!("{}_{round}", fault.replace([',', ':'], "_").replace("error=", ""));
        let sandbox = scene::emulators().await;
        let place = Place::with_file(&sandbox).with("TOKENS__REFRESH_GRACE_SECONDS", 60);
        let (mut server, load) = scene::begin(&place).await;
        let told = place.file("strace");
        let breaking = async {
            sleep(SECOND * 2).await;
            let tracer = Tracer::attach(&server, fault, &told).await;
            // What was synced before may still be on its way.
            sleep(SECOND / 5).await;
            let from = load.journal().count();
            sleep(SECOND * 3).await;
            let acks = load.journal().count() - from;
            drop(tracer);
            acks
        };
        let acks = load.work_beside(breaking).await;
        let injected = fs::read_to_string(&told).unwrap().matches("INJECTED").count();
        verdict.at_least(&format!("{name}_injected"), injected, 1);
        verdict.exactly(&format!("{name}_acks_after_the_failure"), acks, 0);
        let lives = server.ended().is_none();
        if !lives {
            server = Server::start(&place).await.0;
        }
        let back = until(SECOND * 20, || async {
            let said = load.caller.convert("yandex-oauth2", "ok-7").await;
            said.is_ok_and(|said| said.status == 200)
        });
        verdict.tell(&format!("{name}_went_on"), lives);
        verdict.within(&format!("{name}_back_after"), back.await, SECOND * 5);
        let found = verify::fresh(&load, &place).await;
        verdict.none(&format!("{name}_lost"), &found.lost);
        verdict.none(&format!("{name}_halves"), &found.halves);
        verdict.none(&format!("{name}_odd_answers"), &load.journal().oddities);
        if !verdict.missed().is_empty() {
            server::complain(&place);
        }
        drop(server);
        sandbox.stop().await;
    }
    verdict
}

/// A small disk of its own.
struct Disk(PathBuf);

impl Disk {
    /// Twenty megabytes of ext4 in a file, or where there are no loop devices of memory.
    fn mount(dir: &Path, verdict: &mut Verdict) -> Self {
        let (image, place) = (dir.join("image"), dir.join("disk"));
        fs::create_dir(&place).unwrap();
        File::create(&image).unwrap().set_len(20 << 20).unwrap();
        let (image, at) = (image.to_str().unwrap(), place.to_str().unwrap());
        let run = |words: &[&str]| {
            Command::new(words[0])
                .args(&words[1..])
                .output()
                .is_ok_and(|done| done.status.success())
        };
        let ext4 =
            run(&["mkfs.ext4", "-q", "-F", image]) && run(&["mount", "-o", "loop", image, at]);
        let kind = if ext4 { "ext4" } else { "tmpfs" };
        assert!(
            ext4 || run(&["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", at]),
            "a file system must be mounted, which takes root"
        );
        verdict.tell("file_system", kind);
        Self(place)
    }

    /// Takes what room there is left.
    fn fill(&self) {
        let mut filler = File::create(self.0.join("filler")).unwrap();
        for size in [1 << 16, 1 << 12, 1 << 9, 1] {
            while filler.write_all(&vec![1; size]).is_ok() {}
        }
        let _ = filler.sync_all();
    }

    fn free(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// F06.
pub async fn full(scale: Scale) -> Verdict {
    let mut verdict = Verdict::default();
    let sandbox = scene::emulators().await;
    let dir = tempfile::tempdir().unwrap();
    let disk = Disk::mount(dir.path(), &mut verdict);
    let url = format!("sqlite://{}", disk.0.join("house.db").display());
    let place = Place::at(&url, &sandbox).with("TOKENS__REFRESH_GRACE_SECONDS", 60);
    let (server, load) = scene::begin(&place).await;
    let mut grants = Vec::new();
    for _ in 0..20 {
        grants.push(
            load.patient.convert("yandex-oauth2", "ok-7").await.unwrap().text("access_token"),
        );
    }
    let (mut put_off, mut odd, mut slowest) = (0, Vec::new(), Duration::ZERO);
    let (mut good, mut checks) = (0, 0);
    let mut back = Vec::new();
    for _ in 0..scale.of(5, 1) {
        load.work_beside(sleep(SECOND)).await;
        disk.fill();
        let began = Instant::now();
        while began.elapsed() < SECOND * scale.of(10, 3) {
            let said = load.caller.convert("yandex-oauth2", "ok-8").await.unwrap();
            slowest = slowest.max(said.took);
            match said.status {
                503 => put_off += 1,
                // What was left of the last page.
                200 => disk.fill_again(),
                _ => odd.push(said),
            }
            for access in &grants {
                checks += 1;
                good += usize::from(load.caller.bearer_opens(access).await.unwrap().status == 200);
            }
        }
        disk.free();
        let writes = until(SECOND * 30, || async {
            let said = load.caller.convert("yandex-oauth2", "ok-8").await;
            said.is_ok_and(|said| said.status == 200)
        });
        back.push(writes.await);
    }
    verdict.at_least("writes_put_off", put_off, 1);
    verdict.none("odd_answers", &odd);
    verdict.none("odd_answers_of_the_load", &load.journal().oddities);
    verdict.within("slowest_write", slowest, SECOND);
    verdict.share("token_checks_percent", (good, checks), 99.9);
    verdict.within("back_after", back.into_iter().max().unwrap(), SECOND * 5);
    judge(&load, &place, &mut verdict).await;
    drop(server);
    sandbox.stop().await;
    verdict
}

impl Disk {
    fn fill_again(&self) {
        let mut filler = fs::OpenOptions::new().append(true).open(self.0.join("filler")).unwrap();
        while filler.write_all(&[1; 512]).is_ok() {}
    }
}

async fn judge(load: &Load, place: &Place, verdict: &mut Verdict) {
    let found = verify::fresh(load, place).await;
    found.judge(verdict);
    if !verdict.missed().is_empty() {
        server::complain(place);
    }
}
