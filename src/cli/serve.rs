//! `cambio serve`.

use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::ExitCode,
};

use tokio::{
    runtime::Handle,
    signal::unix::{SignalKind, signal},
};

use super::{Failed, log, open};
use crate::{
    app::App,
    config::Config,
    courier::Office,
    error::Fault,
    server::{self, Running},
    traces::Traces,
};

/// Serves until told to stop.
pub fn run(file: Option<PathBuf>) -> Result<ExitCode, Failed> {
    let config = open::config(file)?;
    actix_web::rt::System::new().block_on(async {
        let traces = Traces::start(&config.telemetry, Handle::current())?;
        let _written = log::start(&config.log, traces.as_ref());
        let app = open::app(&config)?;
        if let Some(traces) = &traces {
            traces.count_lost(app.meters().house.lost_spans.clone());
        }
        let office = Office::build(&config)?;
        let listener = TcpListener::bind(config.server.listen)
            .map_err(|cause| Failed(format!("server.listen {}: {cause}", config.server.listen)))?;
        let metrics = config.metrics.listen.map(bind_metrics).transpose()?;
        let mut running = open_doors(&app, &config, listener, office).await?;
        tracing::info!(listen = %config.server.listen, "serving");
        if let Some(metrics) = metrics {
            tracing::info!(listen = ?metrics.local_addr(), "telling metrics");
            running.tell_metrics(metrics)?;
        }
        let code = until_told(running).await;
        end(traces).await;
        code
    })
}

/// Sends the last traces. They are sent on this thread's runtime, so it must not wait for them itself.
async fn end(traces: Option<Traces>) {
    if let Some(traces) = traces {
        let _ = tokio::task::spawn_blocking(move || traces.end()).await;
    }
}

fn bind_metrics(listen: SocketAddr) -> Result<TcpListener, Failed> {
    TcpListener::bind(listen).map_err(|cause| Failed(format!("metrics.listen {listen}: {cause}")))
}

/// Brings the tables up to date, if the settings say so, and starts serving.
pub async fn open_doors(
    app: &App,
    config: &Config,
    listener: TcpListener,
    office: Office,
) -> Result<Running, Failed> {
    server::at_home(app).await?;
    if config.database.migrate_at_start {
        for name in server::migrate(app).await? {
            tracing::info!(name, "migrated");
        }
    }
    Ok(server::start(app, config, listener, office)?)
}

/// Waits for SIGTERM or SIGINT and stops in good order; a second one cuts the draining short.
pub async fn until_told(mut running: Running) -> Result<ExitCode, Failed> {
    let deaf = |cause| Fault::because("signals cannot be heard", cause);
    let mut terminate = signal(SignalKind::terminate()).map_err(deaf)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(deaf)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        ended = running.ended() => {
            ended?;
            return Err(Failed("the server ended by itself".to_owned()));
        }
    }
    tracing::info!("stopping: not ready any more; requests in progress are finished first");
    tokio::select! {
        () = running.drain() => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}
