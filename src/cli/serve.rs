//! `ocop serve` and `ocop work`.

use std::net::TcpListener;

use ocop::app::App;
use ocop::clock::Clock;
use ocop::config::Config;
use tokio::sync::watch;

use super::{Done, Failure};

/// A signal to end, from Ctrl-C or the service manager.
pub(crate) fn stop_signal() -> std::io::Result<watch::Receiver<bool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (tell, told) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        let _ = tell.send(true);
    });
    Ok(told)
}

pub(crate) async fn serve(config: Config) -> Done {
    ocop::telemetry::measure();
    let stop = stop_signal()?;
    let listener = TcpListener::bind(config.listen)
        .map_err(|e| Failure::Told(format!("OCOP_LISTEN {}: {e}", config.listen)))?;
    let app = App::open(config, Clock::System).await?;
    tracing::info!(address = %listener.local_addr()?, database = app.db.address().display(), "serving");
    let workers = app.start_workers(app.config.workers, &stop);
    app.clone().serve(listener, stop).await?;
    workers.finish(app.config.shutdown_timeout).await;
    tracing::info!("ended");
    Ok(())
}

pub(crate) async fn work(config: Config) -> Done {
    let mut stop = stop_signal()?;
    let app = App::open(config, Clock::System).await?;
    let workers = app.start_workers(app.config.workers.max(1), &stop);
    tracing::info!(database = app.db.address().display(), "working");
    let _ = stop.wait_for(|stopped| *stopped).await;
    workers.finish(app.config.shutdown_timeout).await;
    Ok(())
}
