//! `cambio sandbox`: the emulated providers alone.

use std::{net::TcpListener, process::ExitCode, sync::Arc};

use super::{Failed, args::SandboxOptions, say};
use crate::{
    clock::SystemClock,
    sandbox::{self, Apps},
};

/// Serves the emulators until told to stop.
pub fn run(options: &SandboxOptions) -> Result<ExitCode, Failed> {
    actix_web::rt::System::new().block_on(async {
        let sandbox = start(options.port, 2).await?;
        say(&format!(
            "The emulated providers listen on {}. Settings for Cambio:",
            sandbox.base_url()
        ));
        say("");
        say(&sandbox.config_fragment());
        tokio::signal::ctrl_c().await?;
        sandbox.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}

/// Starts the emulators on a port of 127.0.0.1.
pub async fn start(port: u16, workers: usize) -> Result<sandbox::Sandbox, Failed> {
    let listener = TcpListener::bind(("127.0.0.1", port))
        .map_err(|cause| Failed(format!("port {port} of 127.0.0.1: {cause}")))?;
    Ok(sandbox::start(listener, Apps::demo(), Arc::new(SystemClock), workers).await?)
}
