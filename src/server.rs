//! Listener in, server out: the web server, the courier and the pruner, and how they stop.

mod connections;
pub mod metrics;
mod watch;

use std::{
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::{
    App as Web, HttpServer,
    dev::ServerHandle,
    middleware::{NormalizePath, from_fn},
    web::Data,
};
use tokio::{task::JoinHandle, time::timeout};

use self::connections::Crowd;
use crate::{
    app::App,
    config::{Config, dialects::ErrorForm},
    courier::{self, Office},
    error::{Fault, Outcome},
    http::{
        self, Places,
        body::BodyLimits,
        browser::BrowserCookie,
        cors, envelope,
        oauth::refusals::Style,
        openapi::{self, About, Document, manner::Manner, page::Page},
        pages::{self, LatePages, Pages},
        signin_pages, unread,
    },
    store::migrate,
    traces::Callers,
    usecases::prune,
};

/// A running server.
pub struct Running {
    app: App,
    drain: Duration,
    handle: ServerHandle,
    done: JoinHandle<std::io::Result<()>>,
    helpers: Vec<watch::Task>,
    /// The listener of the metrics, if there is one.
    metrics: Option<ServerHandle>,
    /// The courier's, and how long to wait for a letter that it has in hand.
    office: Option<Arc<Office>>,
    patience: Duration,
}

impl Running {
    /// Tells the numbers on that listener until it stops.
    pub fn tell_metrics(&mut self, listener: TcpListener) -> Result<(), Fault> {
        self.metrics = Some(metrics::serve(&self.app, listener)?);
        Ok(())
    }

    /// Says from now on that it is not ready, and serves on, for as long as the configuration allows whoever
    /// sends people here to notice.
    pub async fn drain(&self) {
        self.app.begin_to_stop();
        tokio::time::sleep(self.drain).await;
    }

    /// Takes nothing new, lets requests in progress finish and the courier hand over what it has in hand, for as
    /// long as the configuration allows, and ends. A letter dropped on the way would be sent twice.
    pub async fn stop(self) {
        self.app.begin_to_stop();
        self.handle.stop(true).await;
        // A server that has stopped has nothing more to tell.
        let _ = self.done.await;
        let at_rest = match &self.office {
            Some(office) => timeout(self.patience, office.at_rest()).await.ok(),
            None => None,
        };
        // Before the clerk is sent home, who may be writing.
        if let Err(error) = self.app.note_last_refusals().await {
            tracing::error!(?error, "the last events of refusals are lost");
        }
        drop(self.helpers);
        if let Some(metrics) = self.metrics {
            metrics.stop(false).await;
        }
        drop(at_rest);
    }

    /// Waits until the server ends by itself, which it does only when something is wrong.
    pub async fn ended(&mut self) -> std::io::Result<()> {
        (&mut self.done).await.unwrap_or_else(|panic| Err(std::io::Error::other(panic)))
    }
}

/// Brings the tables up to date on a thread of its own: the drivers must not block an async one.
pub async fn migrate(app: &App) -> Outcome<Vec<String>> {
    let store = app.store().clone();
    let ran = tokio::task::spawn_blocking(move || migrate::run(&store)).await;
    Ok(ran.map_err(|cause| Fault::because("the migration did not end", cause))??)
}

/// Refuses a database that is not to be served, as `cambio move` leaves one. A database that cannot be asked now
/// is asked by whoever comes first.
pub async fn at_home(app: &App) -> Outcome<()> {
    let store = app.store().clone();
    let asked = tokio::task::spawn_blocking(move || migrate::at_home(&store)).await;
    match asked.map_err(|cause| Fault::because("the database was not asked", cause))? {
        Err(Fault::Unavailable { .. }) => Ok(()),
        other => Ok(other?),
    }
}

/// Starts serving on the listener, with the courier and the pruner beside it, each of which is started again
/// if it breaks down.
pub fn start(
    app: &App,
    config: &Config,
    listener: TcpListener,
    office: Office,
) -> Result<Running, Fault> {
    let mut running = start_bare(app, config, listener)?;
    let (posting, office) = (app.clone(), Arc::new(office));
    running.office = Some(Arc::clone(&office));
    let courier = move || courier::run(posting.clone(), Arc::clone(&office));
    let (clearing, every, batch) = (app.clone(), config.prune.interval_seconds, config.prune.batch);
    let pruner = move || prune(clearing.clone(), every, batch);
    let noting = app.clone();
    let clerk = move || note(noting.clone());
    running.helpers.extend([
        watched(app, "clerk", clerk),
        watched(app, "courier", courier),
        watched(app, "pruner", pruner),
    ]);
    Ok(running)
}

/// Does the work over and over, and counts how often it had to be started again.
fn watched<F: Future<Output = ()> + Send + 'static>(
    app: &App,
    task: &'static str,
    work: impl Fn() -> F + Send + 'static,
) -> watch::Task {
    let app = app.clone();
    watch::Task::start(task, work, move || app.meters().house.restarted(task))
}

/// Starts the web server alone, and what hears of other nodes.
pub fn start_bare(app: &App, config: &Config, listener: TcpListener) -> Result<Running, Fault> {
    let (handle, done) = serve(app, config, listener)?;
    let drain = Duration::from_secs(config.server.drain_seconds.into());
    let patience = Duration::from_secs(config.server.shutdown_seconds.into());
    let hearing = app.clone();
    let listener = move || {
        let app = hearing.clone();
        async move { app.listen().await }
    };
    let helpers = vec![watched(app, "listener", listener)];
    let app = app.clone();
    Ok(Running { app, drain, handle, done, helpers, metrics: None, office: None, patience })
}

/// How many connections may wait to be accepted. The standard library lets 128; of a larger crowd that comes
/// at once, the rest would be dropped by the system and knock again after a second.
const BACKLOG: i32 = 4096;

/// In which words the token endpoint of the stack says no.
fn style(config: &Config) -> Style {
    match config.dialects.convert_token.errors {
        ErrorForm::Rfc => Style::Rfc,
        ErrorForm::Drf => Style::Drf,
    }
}

type Served = (ServerHandle, JoinHandle<std::io::Result<()>>);

fn serve(app: &App, config: &Config, listener: TcpListener) -> Result<Served, Fault> {
    let options = &config.server;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let workers = options.workers_on(cores);
    let app = Data::new(app.clone());
    let limits = Data::new(BodyLimits {
        json: options.json_limit_bytes,
        form: options.form_limit_bytes,
        time: Duration::from_secs(options.body_timeout_seconds.into()),
    });
    let style = Data::new(style(config));
    let crowd = Crowd::of(options);
    let proxies = Data::new(crowd.proxies.clone());
    let callers = Data::new(Callers::of(&config.telemetry));
    let key = config.jwt.signing_key.as_ref();
    let places = Places {
        api: config.dialects.api_at(key).map(str::to_owned),
        signin: config.dialects.signin_at(key).map(str::to_owned),
        document: config.docs.enabled,
        docs: config.docs.enabled && config.docs.page,
    };
    let signin = Data::new(signin_pages::Pages::load(&config.mail.site_name)?);
    let whereabouts = Data::new(places.clone());
    let cookie = Data::new(BrowserCookie { secure: config.public_url.is_https() });
    let document = Data::new(document(&app, config, &places));
    let page = Data::new(Page::default());
    let pages = config.docs.forms.then(|| Data::new(pages(Data::clone(&document), config)));
    let deaf = |cause| Fault::because("the listener cannot be served", cause);
    socket2::SockRef::from(&listener).listen(BACKLOG).map_err(deaf)?;
    let server = HttpServer::new(move || {
        let web = Web::new();
        let web = pages.iter().fold(web, |web, pages| web.app_data(Data::clone(pages)));
        web.app_data(Data::clone(&app))
            .app_data(Data::clone(&limits))
            .app_data(Data::clone(&proxies))
            .app_data(Data::clone(&callers))
            .app_data(Data::clone(&style))
            .app_data(Data::clone(&cookie))
            .app_data(Data::clone(&whereabouts))
            .app_data(Data::clone(&document))
            .app_data(Data::clone(&page))
            .app_data(Data::clone(&signin))
            .wrap(from_fn(cors::wrap))
            .wrap(from_fn(envelope::wrap))
            .wrap(from_fn(pages::wrap))
            .wrap(NormalizePath::trim())
            .wrap(from_fn(unread::wrap))
            .configure(|services| http::routes(services, &places))
    })
    .on_connect(move |io, data| crowd.admit(io, data))
    .workers(workers)
    .max_connections(options.max_connections.div_ceil(workers))
    .client_request_timeout(Duration::from_secs(options.header_timeout_seconds.into()))
    .keep_alive(Duration::from_secs(options.keep_alive_seconds.into()))
    .shutdown_timeout(options.shutdown_seconds.into())
    .disable_signals()
    .listen(listener)
    .map_err(deaf)?
    .run();
    Ok((server.handle(), tokio::spawn(server)))
}

/// The description of what is served.
fn document(app: &App, config: &Config, places: &Places) -> Document {
    let (app, places) = (App::clone(app), places.clone());
    let (url, site) = (config.public_url.clone(), config.mail.site_name.clone());
    let converting = match config.dialects.convert_token.errors {
        ErrorForm::Rfc => Manner::OAuth,
        ErrorForm::Drf => Manner::Drf,
    };
    let has_jwts = config.jwt.signing_key.is_some();
    let cookie = BrowserCookie { secure: config.public_url.is_https() };
    Document::new(move || {
        openapi::whole(&About {
            public_url: url.as_str(),
            site_name: &site,
            policy: app.policy(),
            places: &places,
            converting,
            has_jwts,
            cookie,
        })
    })
}

/// The pages for people.
fn pages(document: Data<Document>, config: &Config) -> LatePages {
    let (url, site) = (config.public_url.clone(), config.mail.site_name.clone());
    let has_document = config.docs.enabled;
    LatePages::new(Box::new(move || {
        Pages::new(&pages::About {
            document: &document,
            site: &site,
            public_url: url.as_str(),
            origin: url.origin(),
            has_document,
        })
    }))
}

/// Writes down what was refused, as it comes, and at the turn of a minute how much more there was.
async fn note(app: App) {
    loop {
        let _ = timeout(Duration::from_secs(20), app.refusal_waits()).await;
        if let Err(error) = app.note_refusals().await {
            tracing::error!(?error, "events of refusals are lost");
        }
    }
}

/// Takes away what is over, in small batches, while others write in between.
async fn prune(app: App, every_seconds: u32, limit: u32) {
    let mut clock = tokio::time::interval(Duration::from_secs(every_seconds.max(1).into()));
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut batch = limit;
    loop {
        clock.tick().await;
        match prune_all(&app, batch).await {
            Ok(gone) => {
                app.meters().house.pruned.inc_by(gone.try_into().unwrap_or(u64::MAX));
                tracing::debug!(gone, "pruned");
                batch = limit;
            }
            Err(error) => {
                tracing::warn!(?error, batch, "pruning failed; it is tried again later");
                // A batch has no more time than any other deed.
                batch = (batch / 4).max(1);
            }
        }
    }
}

/// Batches are as large as fits into the time that others may be kept waiting: a slow disk or a busy house makes
/// them smaller.
async fn prune_all(app: &App, limit: u32) -> Outcome<usize> {
    let (mut gone, mut size) = (0, limit.min(FIRST_BATCH));
    loop {
        let began = Instant::now();
        let rows = app.write(move |ctx| prune::batch(ctx, size.into())).await?;
        let took = began.elapsed();
        if rows == 0 {
            return Ok(gone);
        }
        tracing::debug!(rows, took_us = took.as_micros(), "pruned a batch");
        gone += rows;
        size = next_size(size, took, limit);
    }
}

/// Rows of the first batch of a round.
const FIRST_BATCH: u32 = 50;
/// How long a batch may take.
const PRUNE_TIME: Duration = Duration::from_millis(20);

/// How many rows the next batch may have: fewer if this one took too long, at most `limit`.
fn next_size(size: u32, took: Duration, limit: u32) -> u32 {
    if took > PRUNE_TIME {
        (size / 2).max(1)
    } else if took < PRUNE_TIME / 2 {
        (size + size / 4 + 1).min(limit)
    } else {
        size
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::next_size;

    #[test]
    fn batches_shrink_where_they_take_long_and_grow_again_to_what_is_allowed() {
        let quick = Duration::from_millis(1);
        assert_eq!(next_size(400, Duration::from_millis(21), 1000), 200);
        assert_eq!(next_size(1, Duration::from_secs(9), 1000), 1);
        assert_eq!(next_size(400, Duration::from_millis(15), 1000), 400);
        assert!(next_size(1, quick, 1000) > 1);
        assert_eq!(next_size(999, quick, 1000), 1000);
    }
}
