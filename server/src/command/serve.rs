//! `serve`: opens everything, answers, works in the background, and stops without losing a request.
use crate::cli::Failure;
use crate::config::Config;
use crate::http::{self, Readiness, Shared};
use crate::installation::{Installation, configured_municipality};
use crate::jobs::{Jobs, NoMailer};
use crate::mailer::SmtpMailer;
use crate::metrics::Metrics;
use crate::municipality_file;
use crate::public_url::PublicUrl;
use crate::site::Site;
use crate::worker::Pool;
use app::http::AppState;
use axum::Router;
use axum::serve::ListenerExt;
use desk::Desk;
use desk::mail::Mailer;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Between "not ready" and closing the door: a balancer looks about once a second.
const NOTICE: Duration = Duration::from_secs(2);
/// How long requests that came in may still take.
const DRAIN: Duration = Duration::from_secs(20);

/// `sala serve`
pub async fn run(config: Config) -> Result<(), Failure> {
    let site = Arc::new(Site::open(&config.site_dir).map_err(Failure::Setting)?);
    let listener = bind(config.listen, "SALA_LISTEN").await?;
    let bound = listener.local_addr().map_err(|error| Failure::of(&error))?;
    let public_url = config
        .public_url
        .clone()
        .unwrap_or_else(|| PublicUrl::of(bound));
    let metrics = Arc::new(Metrics::default());
    let pool = Pool::of_this_program().measured(&metrics.worker_peak);
    let desk = Installation::open(&config).await?.desk(&config).await?;
    let desk = desk.with_workshop(Arc::new(pool));
    let desk = desk.with_public_url(public_url.origin());
    let desk = Arc::new(if config.smtp.is_some() {
        desk.with_mail(public_url.origin())
    } else {
        desk
    });
    let mailer = mailer(&config, &public_url, &desk)?;
    tell(&config, &public_url, bound, &desk);

    let shared = shared(
        &config,
        &public_url,
        site,
        Arc::clone(&metrics),
        Arc::clone(&desk),
    );
    let (stop, stopped) = watch::channel(false);
    let jobs = Jobs {
        desk: Arc::clone(&desk),
        mailer,
        metrics,
    };
    let jobs = tokio::spawn(jobs.run(stopped.clone()));
    let measurements = match config.metrics_listen {
        Some(address) => {
            let listener = bind(address, "SALA_METRICS_LISTEN").await?;
            Some(tokio::spawn(answer(
                listener,
                http::metrics_router(Arc::clone(&shared.metrics)),
                stopped.clone(),
            )))
        }
        None => None,
    };
    let readiness = Arc::clone(&shared.readiness);
    let answers = tokio::spawn(answer(listener, http::router(shared), stopped));

    wait_for_the_end(&readiness).await?;
    // Nobody listening any more means that everything has ended already.
    let _ended = stop.send(true);
    let ends = async {
        let _ = answers.await;
        let _ = jobs.await;
        if let Some(measurements) = measurements {
            let _ = measurements.await;
        }
        desk.store.close().await;
    };
    if tokio::time::timeout(DRAIN, ends).await.is_err() {
        tracing::warn!(
            "some requests were still open after {} seconds",
            DRAIN.as_secs()
        );
    }
    tracing::info!("stopped");
    Ok(())
}

fn shared(
    config: &Config,
    public_url: &PublicUrl,
    site: Arc<Site>,
    metrics: Arc<Metrics>,
    desk: Arc<Desk>,
) -> Shared {
    let assets = Arc::clone(&site);
    Shared {
        app: AppState {
            desk,
            assets: Arc::new(move |name| assets.path(name)),
            demo: config.demo,
            secure: public_url.is_https(),
            public_url: public_url.origin().to_owned(),
        },
        site,
        metrics,
        readiness: Arc::new(Readiness::default()),
        trusted_proxies: config.trusted_proxies.clone().into(),
    }
}

async fn bind(address: SocketAddr, variable: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Failure::Setting(format!("{variable}: {address}: {error}")))
}

fn mailer(
    config: &Config,
    public_url: &PublicUrl,
    desk: &Desk,
) -> Result<Arc<dyn Mailer>, Failure> {
    let Some(smtp) = &config.smtp else {
        return Ok(Arc::new(NoMailer));
    };
    let rules = desk.rules();
    let mailer =
        SmtpMailer::new(smtp, public_url, &rules.municipality.name.th).map_err(Failure::Setting)?;
    Ok(Arc::new(mailer))
}

/// What an operator should see at the start.
fn tell(config: &Config, public_url: &PublicUrl, bound: SocketAddr, desk: &Desk) {
    tracing::info!(listen = %bound, public_url = %public_url, database = ?config.database_url, "serving");
    let rules = desk.rules();
    if rules.municipality.sample {
        tracing::warn!("the settings are samples, and every page says so");
    }
    if config.demo {
        tracing::warn!(limits = config.limits, clock = ?config.clock, "this is a demonstration (SALA_DEMO=1)");
    }
    if config.smtp.is_none() {
        tracing::info!("SALA_SMTP_URL is not set: no letters are written");
    }
    if config.municipality.is_some() {
        match configured_municipality(config) {
            Ok(file) if municipality_file::diff(&rules.municipality, &file).is_empty() => {}
            Ok(_) => tracing::warn!(
                "SALA_MUNICIPALITY differs from the settings in force; see sala seed"
            ),
            Err(failure) => {
                tracing::warn!(%failure, "SALA_MUNICIPALITY cannot be read; the settings in force stand");
            }
        }
    }
}

/// Answers on a listener until told to stop, then ends what has begun.
async fn answer(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    let listener = listener.tap_io(|stream| {
        // A small answer should not wait for a larger one.
        let _ = stream.set_nodelay(true);
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stopped = async move {
        let _ = stop.wait_for(|stop| *stop).await;
    };
    if let Err(error) = axum::serve(listener, service)
        .with_graceful_shutdown(stopped)
        .await
    {
        tracing::error!(%error, "answering failed");
    }
}

/// Returns when the server should close its door; a balancer was told before.
async fn wait_for_the_end(readiness: &Readiness) -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| Failure::of(&error))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| Failure::of(&error))?;
    tokio::select! {
        _ = terminate.recv() => {
            readiness.drain();
            tracing::info!("asked to stop: no longer ready");
            tokio::select! {
                () = tokio::time::sleep(NOTICE) => {}
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
        // Somebody at the keyboard: there is no balancer to tell.
        _ = interrupt.recv() => readiness.drain(),
    }
    Ok(())
}
