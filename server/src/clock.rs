//! Time and chance: the one module that may ask the machine for either.
use chrono::{DateTime, TimeDelta, Utc};
use desk::{Chance, Clock};
use domain::time::Instant;
use rand::TryRng;
use rand::rngs::SysRng;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// What `SALA_CLOCK` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClockSetting {
    /// The machine's clock.
    System,
    /// `fixed:T`: always T.
    Fixed(Instant),
    /// `from:T`: T when the process starts, and runs.
    From(Instant),
    /// `file:PATH`: what the file says at every use.
    File(PathBuf),
}

impl ClockSetting {
    pub fn parse(text: &str) -> Result<Self, String> {
        const SHAPE: &str =
            "use fixed:T, from:T or file:PATH, with T such as 2026-11-23T09:00:00+07:00";
        let instant = |text: &str| {
            parse_instant(text).ok_or_else(|| format!("{SHAPE}; {text:?} is no such time"))
        };
        match text.split_once(':') {
            Some(("fixed", rest)) => instant(rest).map(Self::Fixed),
            Some(("from", rest)) => instant(rest).map(Self::From),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            _ => Err(SHAPE.to_owned()),
        }
    }

    /// The clock; fails when the file cannot be read even once.
    pub fn open(&self) -> Result<Arc<dyn Clock>, String> {
        Ok(match self {
            Self::System => Arc::new(SystemClock),
            Self::Fixed(instant) => Arc::new(FixedClock(*instant)),
            Self::From(instant) => Arc::new(RunningClock {
                began: std::time::Instant::now(),
                at: *instant,
            }),
            Self::File(path) => Arc::new(FileClock::open(path.clone())?),
        })
    }
}

/// RFC 3339, seconds optional: `2026-11-23T09:00+07:00` is taken too.
fn parse_instant(text: &str) -> Option<Instant> {
    let text = text.trim();
    let parsed = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z"))
        .or_else(|_| DateTime::parse_from_str(&text.replace('Z', "+00:00"), "%Y-%m-%dT%H:%M%:z"));
    parsed.ok().map(|instant| instant.to_utc())
}

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    fn now(&self) -> Instant {
        Utc::now()
    }
}

/// A clock that stands.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub Instant);

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        self.0
    }
}

/// A clock that began elsewhere and runs.
#[derive(Clone, Copy, Debug)]
struct RunningClock {
    began: std::time::Instant,
    at: Instant,
}

impl Clock for RunningClock {
    fn now(&self) -> Instant {
        let passed = TimeDelta::from_std(self.began.elapsed()).unwrap_or(TimeDelta::MAX);
        self.at.checked_add_signed(passed).unwrap_or(self.at)
    }
}

/// A clock in a file, re-read at every use.
#[derive(Debug)]
struct FileClock {
    path: PathBuf,
    /// Answers while the file is missing or half written.
    last_good: Mutex<LastGood>,
}

#[derive(Debug)]
struct LastGood {
    at: Instant,
    /// Whether the present trouble was logged already.
    told: bool,
}

impl FileClock {
    fn open(path: PathBuf) -> Result<Self, String> {
        let at = read(&path)?;
        Ok(Self {
            path,
            last_good: Mutex::new(LastGood { at, told: false }),
        })
    }
}

impl Clock for FileClock {
    fn now(&self) -> Instant {
        let found = read(&self.path);
        let mut last = self
            .last_good
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match found {
            Ok(at) => *last = LastGood { at, told: false },
            Err(reason) if !last.told => {
                last.told = true;
                tracing::warn!(%reason, "SALA_CLOCK's file gives no time; the last good one stands");
            }
            Err(_) => {}
        }
        last.at
    }
}

fn read(path: &PathBuf) -> Result<Instant, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    parse_instant(&text).ok_or_else(|| {
        format!(
            "{}: no time such as 2026-11-23T09:00:00+07:00",
            path.display()
        )
    })
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug)]
pub struct OsChance;

impl Chance for OsChance {
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = SysRng.try_fill_bytes(bytes) {
            // Going on would make guessable keys and tokens.
            panic!("the operating system gives no randomness: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        parse_instant(text).expect("an instant")
    }

    #[test]
    fn settings_are_read_or_refused() {
        let nine = at("2026-11-23T02:00:00Z");
        for (text, expected) in [
            (
                "fixed:2026-11-23T09:00:00+07:00",
                Some(ClockSetting::Fixed(nine)),
            ),
            (
                "fixed:2026-11-23T09:00+07:00",
                Some(ClockSetting::Fixed(nine)),
            ),
            ("fixed:2026-11-23T02:00Z", Some(ClockSetting::Fixed(nine))),
            (
                "from:2026-11-23T09:00:00+07:00",
                Some(ClockSetting::From(nine)),
            ),
            (
                "file:/tmp/clock",
                Some(ClockSetting::File(PathBuf::from("/tmp/clock"))),
            ),
            ("file:", None),
            ("fixed:2026-11-23", None),
            ("2026-11-23T09:00:00+07:00", None),
            ("system", None),
        ] {
            assert_eq!(ClockSetting::parse(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_fixed_clock_stands_and_a_running_one_runs() {
        let nine = at("2026-11-23T09:00:00+07:00");
        let fixed = ClockSetting::Fixed(nine).open().expect("a clock");
        assert_eq!((fixed.now(), fixed.now()), (nine, nine));
        let running = ClockSetting::From(nine).open().expect("a clock");
        std::thread::sleep(std::time::Duration::from_millis(5));
        let passed = running.now() - nine;
        assert!(
            passed >= TimeDelta::milliseconds(5) && passed < TimeDelta::minutes(1),
            "{passed}"
        );
    }

    #[test]
    fn a_file_is_read_at_every_use_and_a_bad_one_keeps_the_last_good_time() {
        let path = std::env::temp_dir().join(format!("sala-clock-{}", std::process::id()));
        let setting = ClockSetting::File(path.clone());
        assert!(setting.open().is_err(), "there is no file yet");
        fs::write(&path, "2026-11-23T09:00:00+07:00\n").expect("written");
        let clock = setting.open().expect("a clock");
        assert_eq!(clock.now(), at("2026-11-23T02:00:00Z"));
        fs::write(&path, "2026-11-24T09:00:00+07:00").expect("written");
        assert_eq!(clock.now(), at("2026-11-24T02:00:00Z"));
        fs::write(&path, "tomorrow").expect("written");
        assert_eq!(clock.now(), at("2026-11-24T02:00:00Z"));
        fs::remove_file(&path).expect("removed");
        assert_eq!(clock.now(), at("2026-11-24T02:00:00Z"));
    }

    #[test]
    fn chance_differs() {
        let (mut one, mut other) = ([0; 16], [0; 16]);
        OsChance.fill(&mut one);
        OsChance.fill(&mut other);
        assert_ne!(one, other);
    }
}
