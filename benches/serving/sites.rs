//! What is measured: Cambio on each database, the emulators alone, and the stack it replaces.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use crate::{
    Done,
    child::{self, Child},
    database::Database,
    figures::Sample,
    http, idle,
    load::Tally,
    options::Options,
    oracle::Oracle,
    scenes::{self, Scene},
};

/// The client that asks in every load.
pub const CLIENT: (&str, &str) = ("bench-backend", "bench-secret-0123456789");
/// The account that logs in.
pub const LOGIN: (&str, &str) = ("bench@example.com", "dormouse-teapot-42");

/// Somebody who answers.
#[derive(Debug)]
pub struct Site {
    /// Its name in every label.
    pub name: &'static str,
    /// Its address.
    pub target: SocketAddr,
    /// The address of its database; empty where that is none of ours.
    pub url: String,
    /// An access token that is good there; empty where there are none.
    pub bearer: String,
    /// The emulators it asks: the address, and how the delay is set.
    emulators: (SocketAddr, &'static str, &'static str),
    /// The process, where it is one alone.
    process: Option<Child>,
    _database: Option<Database>,
}

/// Everybody who is measured.
pub struct Sites {
    all: Vec<Site>,
    facts: Vec<(String, f64)>,
    _oracle: Option<Oracle>,
}

impl Sites {
    /// Starts everybody.
    pub fn open(options: &Options, dir: &Path) -> Done<Self> {
        let emulator = emulator(&options.program, dir)?;
        let mut sites = Vec::new();
        let mut facts = vec![("cambio/size".to_owned(), idle::mib_of(&options.program)?)];
        for name in ["sqlite", "sqlite-cold"] {
            let url = format!("sqlite://{}", dir.join(format!("{name}.db")).display());
            let plan = Plan::new(options, dir, (name, &url), emulator.target)?;
            sites.push(plan.start(None, &mut facts)?);
        }
        for name in ["postgres", "postgres-cold"] {
            let Some(server) = &options.postgres else { continue };
            let database = Database::make(server, name)?;
            let plan = Plan::new(options, dir, (name, &database.url()?), emulator.target)?;
            sites.push(plan.start(Some(database), &mut facts)?);
        }
        sites.push(emulator);
        let oracle =
            options.oracle.as_deref().map(|folder| Oracle::start(folder, dir)).transpose()?;
        if let Some(oracle) = &oracle {
            sites.push(Site {
                name: "oracle",
                target: oracle.target,
                url: String::new(),
                bearer: oracle.bearer()?,
                emulators: (oracle.emulators, "POST /_control", "latency_ms"),
                process: None,
                _database: None,
            });
        }
        Ok(Self { all: sites, facts, _oracle: oracle })
    }

    /// What was measured on the way: how long they took to start, what they need while nobody asks.
    pub fn facts(&self) -> Vec<(String, f64)> {
        self.facts.clone()
    }

    /// Whether any load on the scene's site is measured, to which it is compared.
    pub fn is_wanted(options: &Options, scene: &Scene<'_>) -> bool {
        scenes::of(scene.site).iter().any(|other| options.wants(&other.label()))
    }

    /// Every load, in the order in which they are measured.
    pub fn scenes(&self) -> Vec<Scene<'_>> {
        self.all.iter().flat_map(scenes::of).collect()
    }
}

impl Site {
    /// Makes the emulators it asks wait so long before they answer.
    pub fn set_delay(&self, ms: u32) -> Done<()> {
        let (target, door, field) = self.emulators;
        let (method, path) = door.split_once(' ').unwrap_or_default();
        let body = json!({ field: ms }).to_string();
        let said = http::once(target, &http::send(method, path, ("application/json", &body)))?;
        if said.status != 200 {
            return Err(format!("{target} does not take a delay: {}", said.status).into());
        }
        Ok(())
    }

    /// Begins to watch the process.
    pub fn watch(&self) -> Watch {
        let id = self.process.as_ref().map(Child::id);
        let computed = id.and_then(|id| {
            // Where the system does not allow it, the peak is that of the whole run.
            let _ = child::forget_peak(id);
            child::computed_micros(id).ok()
        });
        Watch { id, computed }
    }
}

/// A process under load.
#[derive(Debug)]
pub struct Watch {
    id: Option<u32>,
    computed: Option<u64>,
}

impl Watch {
    /// What the load cost.
    pub fn sample(&self, tally: Tally) -> Done<Sample> {
        let (Some(id), Some(before)) = (self.id, self.computed) else {
            return Ok(Sample { tally, peak_mib: None, computed_micros: None });
        };
        let spent = child::computed_micros(id)?.saturating_sub(before);
        Ok(Sample {
            tally,
            peak_mib: Some(child::peak_mib(id)?),
            computed_micros: Some(u32::try_from(spent).unwrap_or(u32::MAX)),
        })
    }
}

fn emulator(program: &Path, dir: &Path) -> Done<Site> {
    let target = child::free_address()?;
    let port = target.port().to_string();
    let mut command = Command::new(program);
    command.args(["sandbox", "--port", &port]);
    let process = Child::start(&mut command, &dir.join("emulator.log"))?;
    child::wait_for(target, "/_emu/config", 10)?;
    Ok(Site {
        name: "emulator",
        target,
        url: String::new(),
        bearer: String::new(),
        emulators: (target, EMULATORS.0, EMULATORS.1),
        process: Some(process),
        _database: None,
    })
}

/// How our emulators are told to wait.
const EMULATORS: (&str, &str) = ("POST /_emu/latency", "ms");

/// A Cambio about to be started.
struct Plan {
    url: String,
    program: PathBuf,
    name: &'static str,
    config: PathBuf,
    log: PathBuf,
    target: SocketAddr,
    emulators: SocketAddr,
}

impl Plan {
    /// Writes its settings: the defaults, but for addresses and what the options say.
    fn new(
        options: &Options,
        dir: &Path,
        (name, url): (&'static str, &str),
        emulators: SocketAddr,
    ) -> Done<Self> {
        let target = child::free_address()?;
        let providers = http::once(emulators, &http::get("/_emu/config", ""))?;
        let mut providers = String::from_utf8(providers.body)?;
        if let Some(most) = options.max_in_flight {
            let egress = format!("[providers.egress]\nmax_in_flight = {most}");
            providers = providers.replace("[providers.egress]", &egress);
        }
        let seconds = if name.ends_with("-cold") { "[cache]\nseconds = 0\n" } else { "" };
        let config = dir.join(format!("{name}.toml"));
        let text = format!(
            "public_url = \"http://{target}\"\n[server]\nlisten = \"{target}\"\n\
             max_connections_per_address = 0\n[limits]\nenabled = false\n\
             [database]\nurl = {}\n[mail]\ntransport = \"stdout\"\n{seconds}{providers}",
            json!(url)
        );
        fs::write(&config, text)?;
        let program = options.program.clone();
        let (log, url) = (dir.join(format!("{name}.log")), url.to_owned());
        Ok(Self { url, program, name, config, log, target, emulators })
    }

    /// Makes the client and the account, starts the server, and gets a token.
    fn start(self, database: Option<Database>, facts: &mut Vec<(String, f64)>) -> Done<Site> {
        child::run(self.command().arg("migrate"), "")?;
        let client = ["client", "create", "--name", "bench", "--type", "confidential"];
        let named = ["--id", CLIENT.0, "--secret-file", "-"];
        child::run(self.command().args(client).args(named), CLIENT.1)?;
        let account = ["account", "create", LOGIN.0, "--password-file", "-"];
        child::run(self.command().args(account), LOGIN.1)?;
        let begin = || Child::start(self.command().arg("serve"), &self.log);
        let idle = idle::measure(self.target, begin)?;
        facts.push((format!("{}/start-ms", self.name), idle.start_ms));
        facts.push((format!("{}/idle-mib", self.name), idle.mib));
        let process = begin()?;
        child::wait_for(self.target, "/health/ready", 10)?;
        Ok(Site {
            url: self.url.clone(),
            name: self.name,
            target: self.target,
            bearer: access_token(self.target, &scenes::conversion(1))?,
            emulators: (self.emulators, EMULATORS.0, EMULATORS.1),
            process: Some(process),
            _database: database,
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--config").arg(&self.config);
        command
    }
}

/// The access token that a request brings.
pub fn access_token(target: SocketAddr, request: &[u8]) -> Done<String> {
    let said = http::once(target, request)?;
    let body: Value = serde_json::from_slice(&said.body)?;
    let token = body.get("access_token").and_then(Value::as_str);
    Ok(token.ok_or_else(|| format!("{target} gave no token: {body}"))?.to_owned())
}
