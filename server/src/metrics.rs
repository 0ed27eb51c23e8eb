//! Counts and times, in the text form that Prometheus reads.
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the buckets, in seconds.
const BOUNDS: [f64; 8] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Everything measured since the process began.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<Route, Times>>,
    jobs: Mutex<BTreeMap<&'static str, u64>>,
    /// The most memory a worker held, in bytes; its pool writes it.
    pub worker_peak: Arc<AtomicU64>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Route {
    /// A pattern such as `/crematorium/{draft}/days`: there are only as many as there are routes.
    pattern: String,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Default)]
struct Times {
    count: u64,
    sum: Duration,
    /// How many fell under each bound.
    buckets: [u64; BOUNDS.len()],
}

impl Metrics {
    /// Counts one answer.
    pub fn request(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let key = Route {
            pattern: route.to_owned(),
            method,
            status,
        };
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let times = requests.entry(key).or_default();
        times.count += 1;
        times.sum += took;
        for (bucket, bound) in times.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(took.as_secs_f64() <= bound);
        }
    }

    /// Counts rounds of the background work: `done` or `failed`.
    pub fn job(&self, outcome: &'static str, count: u64) {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        *jobs.entry(outcome).or_default() += count;
    }
}

impl Display for Metrics {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "# HELP sala_http_request_seconds Time to answer, by route pattern."
        )?;
        writeln!(out, "# TYPE sala_http_request_seconds histogram")?;
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, times) in requests.iter() {
            times.write(out, key)?;
        }
        writeln!(out, "# HELP sala_jobs_total Background jobs, by outcome.")?;
        writeln!(out, "# TYPE sala_jobs_total counter")?;
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        for (outcome, count) in jobs.iter() {
            writeln!(out, "sala_jobs_total{{outcome=\"{outcome}\"}} {count}")?;
        }
        writeln!(
            out,
            "# HELP sala_worker_peak_bytes The most memory a worker process held."
        )?;
        writeln!(out, "# TYPE sala_worker_peak_bytes gauge")?;
        let peak = self.worker_peak.load(Ordering::Relaxed);
        writeln!(out, "sala_worker_peak_bytes {peak}")?;
        Ok(())
    }
}

impl Times {
    fn write(&self, out: &mut Formatter<'_>, key: &Route) -> fmt::Result {
        const NAME: &str = "sala_http_request_seconds";
        let Route {
            pattern,
            method,
            status,
        } = key;
        let labels = format!("method=\"{method}\",route=\"{pattern}\",status=\"{status}\"");
        for (bucket, bound) in self.buckets.iter().zip(BOUNDS) {
            writeln!(out, "{NAME}_bucket{{{labels},le=\"{bound}\"}} {bucket}")?;
        }
        writeln!(out, "{NAME}_bucket{{{labels},le=\"+Inf\"}} {}", self.count)?;
        writeln!(out, "{NAME}_sum{{{labels}}} {:.6}", self.sum.as_secs_f64())?;
        writeln!(out, "{NAME}_count{{{labels}}} {}", self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_route_and_status() {
        let metrics = Metrics::default();
        metrics.request("GET", "/track", 200, Duration::from_millis(7));
        metrics.request("GET", "/track", 200, Duration::from_millis(70));
        metrics.request("POST", "/track", 404, Duration::from_secs(9));
        metrics.job("done", 3);
        let text = metrics.to_string();
        for line in [
            r#"sala_http_request_seconds_bucket{method="GET",route="/track",status="200",le="0.005"} 0"#,
            r#"sala_http_request_seconds_bucket{method="GET",route="/track",status="200",le="0.01"} 1"#,
            r#"sala_http_request_seconds_bucket{method="GET",route="/track",status="200",le="0.1"} 2"#,
            r#"sala_http_request_seconds_bucket{method="POST",route="/track",status="404",le="5"} 0"#,
            r#"sala_http_request_seconds_bucket{method="POST",route="/track",status="404",le="+Inf"} 1"#,
            r#"sala_http_request_seconds_sum{method="GET",route="/track",status="200"} 0.077000"#,
            r#"sala_jobs_total{outcome="done"} 3"#,
            "sala_worker_peak_bytes 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
