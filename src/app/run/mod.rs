//! `picket run`: the service. Starts every part in order, waits to be told to stop, ends them in the opposite order.

mod counts;
mod engine_thread;
mod feeds;
mod ground;
mod historian;
mod keeper;
mod logging;
mod player;
mod publisher;
pub mod recover;
mod service;
mod signals;
mod status;
mod sweeper;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use super::EXIT_FILE;
use crate::settings::{Settings, SettingsError};
use ground::Ground;
use service::Service;
use signals::Signals;

/// Run the service: live feeds in, alerts out, with API and console
#[derive(clap::Args)]
pub struct RunArgs {
    /// The settings file; without it every default, and no feeds
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the log is written to standard error
    #[arg(long, value_enum, default_value_t = logging::Format::Auto)]
    log: logging::Format,
}

/// Runs the command: exit code 2 for what cannot be opened, 3 for wrong settings.
pub fn run(args: &RunArgs) -> anyhow::Result<ExitCode> {
    logging::start(args.log);
    let settings = load(args.config.as_deref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let result = runtime.block_on(serve(args.config.clone(), settings));
    runtime.shutdown_timeout(Duration::from_secs(1));
    match result {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) if error.is::<SettingsError>() => Err(error),
        Err(error) => {
            eprintln!("picket: {error:#}");
            Ok(ExitCode::from(EXIT_FILE))
        }
    }
}

fn load(config: Option<&Path>) -> Result<Settings, SettingsError> {
    config.map_or_else(|| Ok(Settings::default()), Settings::load)
}

async fn serve(config: Option<PathBuf>, settings: Settings) -> anyhow::Result<()> {
    let mut signals = Signals::new()?;
    let ground = Ground::open(&settings).await?;
    let service = tokio::select! {
        service = Service::start(ground, config, &settings) => service?,
        () = signals.stop() => {
            tracing::info!("stopped before it had begun");
            return Ok(());
        }
    };
    service.until_told(signals).await
}
