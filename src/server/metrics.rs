//! `/metrics`, on a listener of its own: who may reach that may read it, and nobody else.

use std::net::TcpListener;

use actix_web::{
    App as Web, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    web::{self, Data},
};
use tokio::sync::Mutex;

use crate::{
    app::App,
    error::Fault,
    usecases::letters::{self, Backlog},
};

/// The form that `OpenMetrics` has registered for its texts.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the readers share: one of them at a time looks into the database.
struct Desk {
    app: App,
    looking: Mutex<()>,
}

/// Serves the metrics until the handle is told to stop.
pub fn serve(app: &App, listener: TcpListener) -> Result<ServerHandle, Fault> {
    let desk = Data::new(Desk { app: app.clone(), looking: Mutex::new(()) });
    let server = HttpServer::new(move || {
        Web::new().app_data(Data::clone(&desk)).route("/metrics", web::get().to(tell))
    })
    .workers(1)
    .disable_signals()
    .listen(listener)
    .map_err(|cause| Fault::because("the listener of the metrics cannot be served", cause))?
    .run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(handle)
}

async fn tell(desk: Data<Desk>) -> HttpResponse {
    let _alone = desk.looking.lock().await;
    look(&desk.app).await;
    match desk.app.meters().text() {
        Ok(text) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, OPEN_METRICS))
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(text),
        Err(fault) => {
            tracing::error!(?fault, "fault");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// Brings up to date what nobody counts as it happens.
async fn look(app: &App) {
    let meters = app.meters();
    for (pool, busy, idle) in app.store().pools() {
        meters.connections.are(pool, busy, idle);
    }
    match app.read(letters::backlog).await {
        Ok(Backlog { due, later, parked, oldest }) => {
            meters.house.database_up.set(1);
            meters.house.outbox(due, later, parked, oldest.num_seconds());
        }
        // What was known of the outbox stays; that the database is away says the rest.
        Err(_away) => {
            meters.house.database_up.set(0);
        }
    }
}
