//! The service: every part started on its ground, and ended in the opposite order.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

use super::engine_thread::{EngineThread, history_fix, reached};
use super::ground::Ground;
use super::historian::{Fixes, Historian};
use super::keeper::{Keeper, Progress};
use super::load;
use super::player::Player;
use super::publisher::{Publisher, Told};
use super::recover::{JOURNAL_DIR, Recovered, config_of, recover};
use super::signals::Signals;
use super::status::{Status, Trouble};
use super::sweeper::Sweeper;
use crate::app::in_force::InForce;
use crate::edge::api::{self, FeedDescription, Hosts, Pace, Services};
use crate::edge::auth::Access;
use crate::edge::clock::Clock;
use crate::edge::feed::{self, FeedContext, Running};
use crate::edge::health::Health;
use crate::edge::inlet::{Inlet, Work};
use crate::edge::metrics::Metrics;
use crate::edge::seen::SeenPicture;
use crate::edge::store::{DataLock, HistoryReader, HistoryStore, LocalStore, Outbox, StoreReader};
use crate::engine::Engine;
use crate::engine::input::Feed;
use crate::engine::output::Output;
use crate::engine::time::Span;
use crate::settings::{ServiceSettings, Settings};

/// The engine notices that time went on this often, where nothing comes in.
const TICKS_EVERY: Duration = Duration::from_millis(200);
/// The engine's thread has so long to end; a disk that cannot be written may keep it.
const STOPS_WITHIN: Duration = Duration::from_secs(20);
/// Days of track history that are kept where the settings do not say.
const HISTORY_DAYS: u32 = 30;

/// Why a service that has just been started answers nothing yet.
const JOURNAL_IS_RUN: &str = "the journal is run";

/// Every part of the service, started but for the engine and the API.
pub struct Service {
    _lock: DataLock,
    engine: EngineThread,
    work: mpsc::Receiver<Work>,
    listener: TcpListener,
    services: Services,
    access: Access,
    live: Running,
    threads: Vec<JoinHandle<()>>,
    player: Option<Player>,
    status: Status,
    stop: watch::Sender<bool>,
    stopping: watch::Receiver<bool>,
}

/// What the parts share.
struct Shared {
    service: ServiceSettings,
    clock: Clock,
    exercise: Option<String>,
    inlet: Inlet,
    outbox: Outbox,
    store: StoreReader,
    history: HistoryReader,
    hosts: Hosts,
    seen: SeenPicture,
    metrics: Metrics,
    status: Status,
}

impl Service {
    /// Starts it: what the journal holds is run first, then the feeds are read.
    ///
    /// # Errors
    /// A journal or zones that cannot be read, an address of a feed that cannot be listened on.
    pub async fn start(ground: Ground, config: Option<PathBuf>, settings: &Settings) -> anyhow::Result<Service> {
        let Ground { lock, mut table, store, history, access, hosts, listener, clock, exercise } = ground;
        let (inlet, work) = Inlet::new();
        let shared = Shared::new(settings.service.clone(), clock, exercise, inlet, hosts, (&store, &history))?;
        let (progress, kept) = channel();
        store.hasten()?;
        let (told, publisher) = shared.publisher(store, progress).start()?;
        let (fixes, historian) = shared.historian(history).start()?;
        let journal_run = {
            let (data_dir, told) = (shared.service.data_dir.clone(), told.clone());
            tokio::task::spawn_blocking(move || run_journal(&data_dir, &told, fixes))
        };
        let (recovered, fixes) = tokio::select! {
            run = journal_run => run??,
            never = api::answer_early(&listener, JOURNAL_IS_RUN) => match never {},
        };
        table.merge(recovered.as_ref().map_or(&[][..], |r| r.engine.core().config().feeds.as_slice()));
        let in_force = InForce::load(settings, None, table.feeds().to_vec())?;
        let health = Health::new(table.feeds().len());
        let (sweeper, picture) = Sweeper::start(shared.seen.clone())?;
        let data_dir = shared.service.data_dir.clone();
        let snapshot_seq = recovered.as_ref().map_or(0, |r| r.snapshot_seq);
        let keeper =
            Keeper { store: LocalStore::open(&data_dir)?, data_dir: data_dir.clone(), snapshot_seq }.start(kept)?;
        let (in_force_sender, in_force_shown) = watch::channel(api::InForce::default());
        let reopens = recovered.is_some();
        let engine = recovered.map_or_else(|| Engine::new(config_of(&in_force)), |r| r.engine);
        shared.clock.hold_at(reached(&engine));
        table.count_taken(&engine);
        let feeds = table.feeds().to_vec();
        let known = engine.core().config().feeds.as_slice().into();
        let mut engine = EngineThread {
            journal: in_force.open_journal(&data_dir.join(JOURNAL_DIR), shared.exercise.as_deref())?,
            engine,
            feeds: known,
            clock: shared.clock.clone(),
            told,
            fixes,
            sweeper,
            health: health.clone(),
            metrics: shared.metrics.clone(),
            status: shared.status.clone(),
            reload: Box::new(move || InForce::load(&load(config.as_deref())?, None, feeds.clone())),
            in_force: in_force_sender,
            exercise: shared.exercise.clone(),
            data_dir,
        };
        engine.begin(reopens, &in_force, &table.unread())?;
        let (stop, stopping) = watch::channel(false);
        let live = feed::spawn(table.live()?, shared.feed_context(&health), stopping.clone()).await?;
        table.tell_unread(&health);
        let player = table.player(&shared.service, &shared.clock, &shared.inlet, &health);
        let status = shared.status.clone();
        let services = shared.services(health, table.descriptions().into(), in_force_shown);
        let threads = vec![publisher, historian, picture, keeper];
        Ok(Service {
            _lock: lock,
            engine,
            work,
            listener,
            services,
            access,
            live,
            threads,
            player,
            status,
            stop,
            stopping,
        })
    }

    /// Serves until a signal comes, then ends feeds, engine and API, in this order.
    ///
    /// # Errors
    /// If the engine does not end, or a part has failed.
    pub async fn until_told(self, mut signals: Signals) -> anyhow::Result<()> {
        let inlet = self.services.inlet.clone();
        let say_where = address_line(&self.listener, self.services.exercise.as_deref())?;
        let (ended, mut engine_ended) = watch::channel(false);
        let (engine, work) = (self.engine, self.work);
        let engine = std::thread::Builder::new().name("engine".into()).spawn(move || {
            engine.run(work);
            ended.send_replace(true);
        })?;
        let playing = self.player.as_ref().map(Player::playing);
        let ticks = tokio::spawn(tick(inlet.clone(), playing));
        let player = self.player.map(|player| player.start(tokio::runtime::Handle::current())).transpose()?;
        let api = tokio::spawn(api::serve(self.listener, self.services, self.access, self.stopping));
        self.status.well(Trouble::Starting);
        println!("{say_where}");
        tokio::select! {
            () = signals.until_stop(&inlet) => tracing::info!("stopping"),
            _ = engine_ended.wait_for(|ended| *ended) => tracing::error!("the engine's thread has ended"),
        }
        self.stop.send_replace(true);
        ticks.abort();
        self.live.join().await;
        let engine_stopped = tokio::time::timeout(STOPS_WITHIN, async {
            inlet.stop().await;
            let _ = engine_ended.wait_for(|ended| *ended).await;
        });
        anyhow::ensure!(
            engine_stopped.await.is_ok(),
            "the engine did not stop within {} s: the journal holds all it took",
            STOPS_WITHIN.as_secs()
        );
        let _ = api.await;
        let joined = tokio::task::spawn_blocking(move || {
            let threads = std::iter::once(engine).chain(self.threads).chain(player);
            threads.map(JoinHandle::join).all(|ended| ended.is_ok())
        });
        let joined = tokio::time::timeout(STOPS_WITHIN, joined).await;
        let joined = joined.context("alerts still wait for the store: the journal will be run and tells them again")?;
        anyhow::ensure!(joined?, "a part of the service failed: the log says which");
        tracing::info!("stopped");
        Ok(())
    }
}

impl Shared {
    fn new(
        service: ServiceSettings,
        clock: Clock,
        exercise: Option<String>,
        inlet: Inlet,
        hosts: Hosts,
        (store, history): (&LocalStore, &HistoryStore),
    ) -> anyhow::Result<Self> {
        Ok(Shared {
            service,
            clock,
            exercise,
            inlet,
            outbox: Outbox::new(store.reader())?,
            store: store.reader(),
            history: history.reader(),
            hosts,
            seen: SeenPicture::default(),
            metrics: Metrics::default(),
            status: Status::starting(JOURNAL_IS_RUN),
        })
    }

    fn publisher(&self, store: LocalStore, progress: Sender<Progress>) -> Publisher {
        Publisher {
            store,
            outbox: self.outbox.clone(),
            clock: self.clock.clone(),
            exercise: self.exercise.clone(),
            metrics: self.metrics.clone(),
            status: self.status.clone(),
            progress,
        }
    }

    fn historian(&self, store: HistoryStore) -> Historian {
        let days = self.service.keep_days.unwrap_or(HISTORY_DAYS);
        let kept_for = Span::from_hours(24 * i64::from(days));
        Historian { store, kept_for, status: self.status.clone(), metrics: self.metrics.clone() }
    }

    fn services(
        self,
        health: Health,
        feeds: Arc<[FeedDescription]>,
        in_force: watch::Receiver<api::InForce>,
    ) -> Services {
        Services {
            clock: self.clock,
            inlet: self.inlet,
            outbox: self.outbox,
            store: self.store,
            history: self.history,
            seen: self.seen,
            health,
            feeds,
            in_force,
            exercise: self.exercise,
            readiness: self.status.readiness(),
            metrics: self.metrics,
            hosts: self.hosts,
            pace: Pace::default(),
        }
    }

    fn feed_context(&self, health: &Health) -> FeedContext {
        FeedContext {
            inlet: self.inlet.clone(),
            health: health.clone(),
            clock: self.clock.clone(),
            data_dir: self.service.data_dir.clone(),
        }
    }
}

/// Runs what the journal holds through an engine; what it tells that the store lacks is told now.
fn run_journal(data_dir: &Path, told: &Sender<Told>, mut fixes: Fixes) -> anyhow::Result<(Option<Recovered>, Fixes)> {
    let began = Instant::now();
    let mut known: Arc<[Feed]> = Arc::new([]);
    let recovered = recover(data_dir, u64::MAX, |output, feeds| match output {
        Output::Alert(alert) => {
            if *known != *feeds {
                known = feeds.into();
            }
            let (alerts, feeds, arrived) = (vec![*alert], known.clone(), Instant::now());
            let _ = told.send(Told::Alerts { alerts, feeds, journal: None, arrived });
        }
        Output::Fix(track, fix) => fixes.push_all(history_fix(track, &fix)),
        Output::Track(_) => {}
    })?;
    fixes.flush_all();
    if let Some(Recovered { seq, snapshot_seq, .. }) = &recovered {
        let took_s = began.elapsed().as_secs_f64();
        tracing::info!(seq, snapshot_seq, took_s, "the journal was run");
    }
    Ok((recovered, fixes))
}

/// Where to look: what a person who starts it, or a script, waits for on standard output.
fn address_line(listener: &TcpListener, exercise: Option<&str>) -> std::io::Result<String> {
    let listen = listener.local_addr()?;
    Ok(exercise.map_or_else(
        || format!("picket is on http://{listen}"),
        |label| format!("{label}: picket is on http://{listen}"),
    ))
}

/// Lets the engine notice that time goes on, once no player does.
async fn tick(inlet: Inlet, playing: Option<watch::Receiver<bool>>) {
    if let Some(mut playing) = playing {
        let _ = playing.wait_for(|playing| !playing).await;
    }
    let mut interval = tokio::time::interval(TICKS_EVERY);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        interval.tick().await;
        inlet.tick();
    }
}
