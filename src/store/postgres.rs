//! A PostgreSQL connection without libpq and without OpenSSL.
//!
//! Diesel's synchronous interface over the pure-Rust driver: each connection owns a small runtime that the
//! calling database thread itself drives, so a query costs no hop to another thread.

use std::{cell::RefCell, fs, net::IpAddr, sync::Arc, time::Duration};

use diesel::connection::SimpleConnection as _;
use diesel_async::{
    AsyncPgConnection,
    async_connection_wrapper::{AsyncConnectionWrapper, BlockOn},
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, Config, NoTls, config::Host};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::Url;

use super::{faults, patience::Patience};
use crate::error::Fault;

/// Diesel's view of the connection.
pub type PostgresConnection = AsyncConnectionWrapper<AsyncPgConnection, Drive>;

thread_local! {
    /// Hands the runtime that opened a connection to the wrapper that will drive it: the wrapper makes its
    /// `Drive` itself and takes no argument.
    static HANDED_OVER: RefCell<Option<Runtime>> = const { RefCell::new(None) };
}

/// The runtime of one connection.
pub struct Drive(Option<Runtime>);

impl BlockOn for Drive {
    #[expect(clippy::expect_used, reason = "`Target::connect` hands every wrapper its runtime")]
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.as_ref().expect("a connection is opened with its runtime").block_on(future)
    }

    fn get_runtime() -> Self {
        Self(HANDED_OVER.with_borrow_mut(Option::take))
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // Dropping a runtime waits for its tasks, which is not allowed on an async thread.
            runtime.shutdown_background();
        }
    }
}

/// How to reach the server, read from the URL once.
#[derive(Clone)]
pub struct Target {
    pub(super) config: Config,
    pub(super) tls: Option<Arc<ClientConfig>>,
    /// Settings of every session, as SQL.
    session: String,
    connect: Duration,
    deed: Duration,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("postgres::Target(…)")
    }
}

/// Limits of every session.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    /// Longest statement, and the longest time a session is lent for, in milliseconds.
    pub statement_ms: u64,
    /// Longest wait for a row lock, in milliseconds.
    pub lock_ms: u64,
    /// Longest attempt to connect, in milliseconds.
    pub connect_ms: u64,
}

impl Target {
    /// Reads a `postgres://` URL.
    ///
    /// `sslmode` is `disable`, `require` (encrypt, do not check), `verify-ca` or `verify-full`; without it a
    /// loopback or socket host gets `disable` and any other `verify-full`. `sslrootcert` names a PEM file;
    /// without it the public roots count.
    pub fn parse(url: &str, limits: SessionLimits) -> Result<Self, Fault> {
        let mut url =
            Url::parse(url).map_err(|cause| Fault::because("database.url is not a URL", cause))?;
        let mode = take_parameter(&mut url, "sslmode");
        let roots = take_parameter(&mut url, "sslrootcert");
        name_hosts_apart(&mut url);
        let mut config: Config = url
            .as_str()
            .parse()
            .map_err(|cause| Fault::because("database.url is not understood", cause))?;
        // Whoever waits for it may have gone by then; the next one finds it in the pool.
        let connect = Duration::from_millis(limits.connect_ms.max(limits.statement_ms));
        config.connect_timeout(connect);
        config.tcp_user_timeout(Duration::from_secs(5));
        config.keepalives_idle(Duration::from_secs(10));
        config.application_name("cambio");
        let tls = tls_for(mode.as_deref(), roots.as_deref(), is_local(&config))?;
        if tls.is_some() {
            config.ssl_mode(tokio_postgres::config::SslMode::Require);
        }
        // Every query is sought by a key or bounded by a limit. No value is worth a plan of its own, and making one for four
        // tables costs more than running it. A plan is kept while its tables grow, so it must not be one for small tables;
        // and one that collects rows before it looks at them never forgets those that are dead.
        let session = format!(
            "set statement_timeout = {}; set lock_timeout = {}; \
             set idle_in_transaction_session_timeout = 10000; \
             set plan_cache_mode = force_generic_plan; set jit = off; \
             set enable_seqscan = off; set enable_bitmapscan = off",
            limits.statement_ms, limits.lock_ms
        );
        let deed = Duration::from_millis(limits.statement_ms);
        Ok(Self { config, tls, session, connect, deed })
    }

    /// Opens a connection, gives the session its limits, and tells whoever lends it how to limit each loan.
    pub fn connect(&self) -> Result<(PostgresConnection, Patience), Fault> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|cause| Fault::because("no runtime for a database connection", cause))?;
        let patience = Patience::new(self.deed);
        // The driver limits the connection itself only: a server that takes it may say nothing for ever.
        let opening = async { tokio::time::timeout(self.connect, self.open(&patience)).await };
        let opened = runtime.block_on(opening).map_err(|_late| {
            Fault::unavailable("the database took the connection and said nothing")
        })??;
        HANDED_OVER.with_borrow_mut(|slot| *slot = Some(runtime));
        let mut connection = PostgresConnection::from(opened);
        patience.begin();
        faults::postgres(|| connection.batch_execute(&self.session))?;
        Ok((connection, patience))
    }

    /// Opens a connection of the driver's own, without limits, for what diesel has no words for (`copy`).
    /// It lives as long as the runtime that is handed out with it, and moves only while that one is driven.
    pub fn connect_raw(&self) -> Result<(Runtime, Client), Fault> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|cause| Fault::because("no runtime for a database connection", cause))?;
        let client = runtime.block_on(async {
            if let Some(tls) = &self.tls {
                let connector = MakeRustlsConnect::new(tls.as_ref().clone());
                let (client, driver) = self.config.connect(connector).await.map_err(no_answer)?;
                tokio::spawn(driver);
                return Ok(client);
            }
            let (client, driver) = self.config.connect(NoTls).await.map_err(no_answer)?;
            tokio::spawn(driver);
            Ok(client)
        })?;
        Ok((runtime, client))
    }

    async fn open(&self, patience: &Patience) -> Result<AsyncPgConnection, Fault> {
        // Once its patience is over the connection is dropped, and whoever waits is told that it is closed: what
        // limits statements in the server does not help against a server that is frozen, or out of reach.
        let client = if let Some(tls) = &self.tls {
            let connector = MakeRustlsConnect::new(tls.as_ref().clone());
            let (client, driver) = self.config.connect(connector).await.map_err(no_answer)?;
            tokio::spawn(patience.clone().bound(driver));
            client
        } else {
            let (client, driver) = self.config.connect(NoTls).await.map_err(no_answer)?;
            tokio::spawn(patience.clone().bound(driver));
            client
        };
        let opened = AsyncPgConnection::try_from(client).await;
        opened.map_err(|cause| Fault::Unavailable {
            what: "the database connection cannot be set up".to_owned(),
            cause: Some(cause.into()),
        })
    }
}

fn no_answer(cause: tokio_postgres::Error) -> Fault {
    Fault::Unavailable {
        what: "the database does not take connections".to_owned(),
        cause: Some(cause.into()),
    }
}

/// Takes a parameter that the driver does not know out of the URL.
fn take_parameter(url: &mut Url, name: &str) -> Option<String> {
    let taken = url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    // What is kept is kept as written: the driver does not read `+` as a space.
    let others = url.query().unwrap_or_default().split('&');
    let kept: Vec<&str> = others.filter(|pair| pair.split('=').next() != Some(name)).collect();
    let kept = kept.join("&");
    url.set_query(Some(kept.as_str()).filter(|kept| !kept.is_empty()));
    taken
}

/// Makes `host=A,B` two hosts: in a URL the driver takes it for the name of one.
fn name_hosts_apart(url: &mut Url) {
    let Some(query) = url.query() else { return };
    let pairs = query.split('&').map(|pair| match pair.strip_prefix("host=") {
        Some(hosts) => {
            let hosts = hosts.split(',').map(|host| format!("host={host}"));
            hosts.collect::<Vec<_>>().join("&")
        }
        None => pair.to_owned(),
    });
    let query = pairs.collect::<Vec<_>>().join("&");
    url.set_query(Some(&query));
}

/// Whether every host is this machine. The driver is asked, not the URL: `?host=` names hosts, too.
fn is_local(config: &Config) -> bool {
    let here = |host: &Host| match host {
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(here) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

fn tls_for(
    mode: Option<&str>,
    roots: Option<&str>,
    local: bool,
) -> Result<Option<Arc<ClientConfig>>, Fault> {
    let check = match mode {
        Some("disable") => return Ok(None),
        None if local => return Ok(None),
        Some("require") => Check::Nothing,
        Some("verify-ca") => Check::Issuer,
        None | Some("verify-full") => Check::IssuerAndName,
        Some(_) => {
            return Err(Fault::internal(
                "database.url: sslmode must be disable, require, verify-ca or verify-full",
            ));
        }
    };
    let store = roots_from(roots)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|cause| Fault::because("no TLS protocol to speak to the database", cause))?;
    let config = match check {
        Check::IssuerAndName => builder.with_root_certificates(store).with_no_client_auth(),
        Check::Issuer | Check::Nothing => {
            let verifier = super::server_check::LaxVerifier::new(check, store, &provider)?;
            builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
        }
    };
    Ok(Some(Arc::new(config)))
}

/// How much of the server's certificate is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Nothing: encryption against listeners only.
    Nothing,
    /// That a trusted authority issued it.
    Issuer,
    /// That, and that it names the host.
    IssuerAndName,
}

fn roots_from(file: Option<&str>) -> Result<RootCertStore, Fault> {
    let mut store = RootCertStore::empty();
    let Some(file) = file else {
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        return Ok(store);
    };
    let pem = fs::read(file)
        .map_err(|cause| Fault::because("database.url: sslrootcert cannot be read", cause))?;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate
            .map_err(|cause| Fault::because("database.url: sslrootcert is not PEM", cause))?;
        store
            .add(certificate)
            .map_err(|cause| Fault::because("database.url: sslrootcert is no root", cause))?;
    }
    Ok(store)
}

#[cfg(test)]
mod tests {
    use super::{Host, SessionLimits, Target};

    fn is_encrypted(url: &str) -> bool {
        let limits = SessionLimits { statement_ms: 1, lock_ms: 1, connect_ms: 1 };
        Target::parse(url, limits).expect("a target").tls.is_some()
    }

    #[test]
    fn only_a_server_on_this_machine_is_spoken_to_in_the_clear_unasked() {
        for local in [
            "postgres://cambio@localhost/cambio",
            "postgres://cambio@127.0.0.1:5433/cambio",
            "postgres://cambio@[::1]/cambio",
            "postgres://cambio@%2Fvar%2Frun%2Fpostgresql/cambio",
            "postgres:///cambio?user=cambio&host=/var/run/postgresql",
            "postgres://cambio@db.example/cambio?sslmode=disable",
        ] {
            assert!(!is_encrypted(local), "{local}");
        }
        for remote in [
            "postgres://cambio@db.example/cambio",
            "postgres://cambio@10.0.0.5/cambio",
            "postgres:///cambio?user=cambio&host=db.example",
            "postgres://cambio@one.example,two.example/cambio?target_session_attrs=read-write",
            "postgres:///cambio?user=cambio&host=one.example,two.example&port=5433,5434",
            "postgres://cambio@localhost/cambio?hostaddr=10.0.0.5",
            "postgres://cambio@localhost/cambio?sslmode=require",
        ] {
            assert!(is_encrypted(remote), "{remote}");
        }
    }

    #[test]
    fn a_sslmode_that_does_not_exist_is_told() {
        let limits = SessionLimits { statement_ms: 1, lock_ms: 1, connect_ms: 1 };
        assert!(Target::parse("postgres://cambio@db.example/c?sslmode=prefer", limits).is_err());
    }

    #[test]
    fn hosts_and_ports_are_told_apart() {
        let url = "postgres:///c?user=u&host=one.example,127.0.0.1,/run/pg&port=5433,5434,5435\
                   &target_session_attrs=read-write";
        let limits = SessionLimits { statement_ms: 1, lock_ms: 1, connect_ms: 1 };
        let target = Target::parse(url, limits).expect("a target");
        let hosts = [
            Host::Tcp("one.example".to_owned()),
            Host::Tcp("127.0.0.1".to_owned()),
            Host::Unix("/run/pg".into()),
        ];
        assert_eq!(target.config.get_hosts(), hosts);
        assert_eq!(target.config.get_ports(), [5433, 5434, 5435]);
    }

    #[test]
    fn a_server_that_takes_the_connection_and_says_nothing_is_given_up() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("postgres://u@{}/c", silent.local_addr().expect("an address"));
        let limits = SessionLimits { statement_ms: 50, lock_ms: 50, connect_ms: 50 };
        assert!(Target::parse(&url, limits).expect("a target").connect().is_err());
    }

    #[test]
    fn what_is_not_ours_reaches_the_driver_as_written() {
        let url = "postgres://cambio@db.example/c?sslmode=require&options=-c%20search_path%3Dours";
        let limits = SessionLimits { statement_ms: 1, lock_ms: 1, connect_ms: 1 };
        let target = Target::parse(url, limits).expect("a target");
        assert_eq!(target.config.get_options(), Some("-c search_path=ours"));
    }
}
