//! Logs as JSON lines and measurements for Prometheus.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use metrics::Histogram;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Starts logging to standard error, once a process.
///
/// # Errors
/// A filter that cannot be read.
pub fn log(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|e| format!("OCOP_LOG: {e}"))?;
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    Ok(())
}

/// Starts measuring, once a process.
pub fn measure() {
    METRICS.get_or_init(|| {
        const SECONDS: &[f64] =
            &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
        let builder = PrometheusBuilder::new();
        let builder = match builder.set_buckets(SECONDS) {
            Ok(builder) => builder,
            Err(_) => PrometheusBuilder::new(),
        };
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        let _ = metrics::set_global_recorder(recorder);
        handle
    });
}

thread_local! {
    /// Histograms by their name and labels: looking one up in the recorder costs more than using it.
    static TIMERS: RefCell<HashMap<(&'static str, &'static str, &'static str), Histogram>> = RefCell::default();
}

/// Notes how long an operation took, with the class of its end.
pub fn took(name: &'static str, op: &'static str, class: &'static str, span: Duration) {
    TIMERS.with_borrow_mut(|timers| {
        let timer = timers
            .entry((name, op, class))
            .or_insert_with(|| metrics::histogram!(name, "op" => op, "class" => class));
        timer.record(span.as_secs_f64());
    });
}

/// Folds what was measured into the histograms; without it they would grow until somebody reads them.
pub fn upkeep() {
    if let Some(metrics) = METRICS.get() {
        metrics.run_upkeep();
    }
}

/// The measurements as text.
pub fn render() -> String {
    METRICS.get().map(PrometheusHandle::render).unwrap_or_default()
}
