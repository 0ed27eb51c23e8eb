//! The environment: every variable parsed, every mistake reported at once by its name.
use crate::clock::ClockSetting;
use crate::objects::Objects;
use crate::public_url::PublicUrl;
use ipnet::IpNet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Variables that `cargo xtask`, the tests and the build read, and not the server.
const OF_THE_BUILD: [&str; 4] = [
    "SALA_BIN",
    "SALA_CHROMIUM",
    "SALA_TEST_POSTGRES",
    "SALA_WASM",
];

/// Variables of the server that begin with `SALA_`.
const KNOWN: [&str; 13] = [
    "SALA_CLOCK",
    "SALA_DATA_DIR",
    "SALA_DEMO",
    "SALA_LIMITS",
    "SALA_LISTEN",
    "SALA_METRICS_LISTEN",
    "SALA_MUNICIPALITY",
    "SALA_OBJECTS_URL",
    "SALA_PUBLIC_URL",
    "SALA_SECRET_KEY_FILE",
    "SALA_SITE_DIR",
    "SALA_SMTP_URL",
    "SALA_TRUSTED_PROXIES",
];

/// Everything the environment says.
#[derive(Clone, Debug)]
pub struct Config {
    /// `DATABASE_URL`; an SQLite file in the data folder by default.
    pub database_url: DatabaseUrl,
    /// `SALA_DATA_DIR`
    pub data_dir: PathBuf,
    /// `SALA_OBJECTS_URL`; absent: the folder `objects` in the data folder.
    pub objects: Objects,
    /// `SALA_LISTEN`
    pub listen: SocketAddr,
    /// `SALA_PUBLIC_URL`; absent: `http://` and the address that was bound.
    pub public_url: Option<PublicUrl>,
    /// `SALA_MUNICIPALITY`; absent: the embedded sample.
    pub municipality: Option<PathBuf>,
    /// `SALA_SECRET_KEY_FILE`
    pub secret_key_file: PathBuf,
    /// `SALA_TRUSTED_PROXIES`
    pub trusted_proxies: Vec<IpNet>,
    /// `SALA_SMTP_URL`; absent: no e-mail is written.
    pub smtp: Option<SmtpUrl>,
    /// `SALA_METRICS_LISTEN`; absent: off.
    pub metrics_listen: Option<SocketAddr>,
    /// `SALA_SITE_DIR`: the built site where none is embedded.
    pub site_dir: PathBuf,
    /// `SALA_DEMO=1`
    pub demo: bool,
    /// `false` only by `SALA_LIMITS=off` in a demonstration.
    pub limits: bool,
    /// `SALA_CLOCK`
    pub clock: ClockSetting,
}

/// A database address; it may hold a password, so it is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(pub String);

impl DatabaseUrl {
    /// The SQLite file it names, if it names one.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let rest = self.0.strip_prefix("sqlite:")?;
        let path = rest.strip_prefix("//").unwrap_or(rest);
        let path = path.split('?').next().unwrap_or(path);
        Some(PathBuf::from(path))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.0.split(':').next().unwrap_or_default();
        write!(out, "{scheme}:…")
    }
}

/// A mail server's address and the sender; the address may hold a password, so it is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl {
    /// As lettre reads it: `smtps://user:password@host:465`.
    pub server: String,
    /// From `?from=`; absent: `noreply@` the public host.
    pub from: Option<String>,
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SmtpUrl")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

/// One variable that cannot be used, and what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub variable: &'static str,
    pub reason: String,
}

/// Every mistake of the environment; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, mistake) in self.0.iter().enumerate() {
            let line = if number == 0 { "" } else { "\n" };
            write!(out, "{line}{}: {}", mistake.variable, mistake.reason)?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

impl Config {
    /// The configuration that the process's environment gives.
    pub fn from_env() -> Result<Self, Mistakes> {
        // A value that is no text is taken as text with marks, and refused by its parser.
        Self::parse(&|name| {
            std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
        })
    }

    /// The configuration that `value` gives; an empty value is an absent one.
    pub fn parse(value: &dyn Fn(&str) -> Option<String>) -> Result<Self, Mistakes> {
        let mut reader = Reader {
            value,
            mistakes: Vec::new(),
        };
        let config = reader.config();
        if reader.mistakes.is_empty() {
            Ok(config)
        } else {
            Err(Mistakes(reader.mistakes))
        }
    }

    /// Variables that look like ours but are none of ours: mostly spelling mistakes.
    pub fn strangers(names: impl Iterator<Item = String>) -> Vec<String> {
        names
            .filter(|name| name.starts_with("SALA_"))
            .filter(|name| {
                !KNOWN.contains(&name.as_str()) && !OF_THE_BUILD.contains(&name.as_str())
            })
            .collect()
    }
}

struct Reader<'a> {
    value: &'a dyn Fn(&str) -> Option<String>,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn config(&mut self) -> Config {
        let demo = self.switch("SALA_DEMO");
        let data_dir = self
            .path("SALA_DATA_DIR")
            .unwrap_or_else(|| PathBuf::from("data"));
        let listen = self.address("SALA_LISTEN").unwrap_or_else(default_listen);
        let objects = self.objects(&data_dir);
        Config {
            database_url: self.database(&data_dir),
            public_url: self.public_url(listen, demo),
            municipality: self.path("SALA_MUNICIPALITY"),
            secret_key_file: self
                .path("SALA_SECRET_KEY_FILE")
                .unwrap_or_else(|| data_dir.join("secret.key")),
            trusted_proxies: self.proxies(),
            smtp: self.smtp(),
            metrics_listen: self.address("SALA_METRICS_LISTEN"),
            site_dir: self
                .path("SALA_SITE_DIR")
                .unwrap_or_else(|| PathBuf::from("target/site")),
            limits: self.limits(demo),
            clock: self.clock(demo),
            objects,
            data_dir,
            listen,
            demo,
        }
    }

    fn get(&self, variable: &str) -> Option<String> {
        (self.value)(variable)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    fn mistake(&mut self, variable: &'static str, reason: impl Into<String>) {
        self.mistakes.push(Mistake {
            variable,
            reason: reason.into(),
        });
    }

    fn path(&self, variable: &str) -> Option<PathBuf> {
        self.get(variable).map(PathBuf::from)
    }

    fn switch(&mut self, variable: &'static str) -> bool {
        match self.get(variable).as_deref() {
            None | Some("0") => false,
            Some("1") => true,
            Some(other) => {
                self.mistake(
                    variable,
                    format!("use 1 or leave it unset; it is {other:?}"),
                );
                false
            }
        }
    }

    fn address(&mut self, variable: &'static str) -> Option<SocketAddr> {
        let text = self.get(variable)?;
        let numbers = text
            .strip_prefix("localhost:")
            .map(|port| format!("127.0.0.1:{port}"));
        let parsed = numbers.as_deref().unwrap_or(&text).parse().ok();
        if parsed.is_none() {
            self.mistake(
                variable,
                format!("use an address and a port, such as 127.0.0.1:3000; it is {text:?}"),
            );
        }
        parsed
    }

    fn database(&mut self, data_dir: &std::path::Path) -> DatabaseUrl {
        let Some(url) = self.get("DATABASE_URL") else {
            return DatabaseUrl(format!("sqlite:{}", data_dir.join("sala.sqlite").display()));
        };
        let known = ["sqlite:", "postgres:", "postgresql:"];
        if !known.iter().any(|scheme| url.starts_with(scheme)) {
            self.mistake("DATABASE_URL", "it must begin with sqlite: or postgres://");
        }
        DatabaseUrl(url)
    }

    fn public_url(&mut self, listen: SocketAddr, demo: bool) -> Option<PublicUrl> {
        const NAME: &str = "SALA_PUBLIC_URL";
        const PLAIN: &str = "browsers keep no sign-in over http except on this machine: use an https address, \
                             or SALA_DEMO=1 for a demonstration";
        let Some(text) = self.get(NAME) else {
            if !listen.ip().is_loopback() && !demo {
                self.mistake(NAME, format!("set it to the address residents use, because SALA_LISTEN is {listen}; {PLAIN}"));
            }
            return None;
        };
        match PublicUrl::parse(&text) {
            Ok(url) if !url.is_https() && !url.is_loopback() && !demo => {
                self.mistake(NAME, format!("{PLAIN}; it is {text:?}"));
                None
            }
            Ok(url) => Some(url),
            Err(reason) => {
                self.mistake(NAME, format!("{reason}; it is {text:?}"));
                None
            }
        }
    }

    fn proxies(&mut self) -> Vec<IpNet> {
        const NAME: &str = "SALA_TRUSTED_PROXIES";
        let text = self.get(NAME).unwrap_or_default();
        let mut nets = Vec::new();
        for part in text.split([',', ' ']).filter(|part| !part.is_empty()) {
            match part
                .parse()
                .or_else(|_| part.parse::<IpAddr>().map(IpNet::from))
            {
                Ok(net) => nets.push(net),
                Err(_) => self.mistake(
                    NAME,
                    format!(
                        "use networks such as 10.0.0.0/8, separated by commas; {part:?} is none"
                    ),
                ),
            }
        }
        nets
    }

    fn smtp(&mut self) -> Option<SmtpUrl> {
        const NAME: &str = "SALA_SMTP_URL";
        let text = self.get(NAME)?;
        if !text.starts_with("smtp://") && !text.starts_with("smtps://") {
            // Not repeated: it may hold a password.
            self.mistake(NAME, "it must begin with smtp:// or smtps://, such as smtps://user:password@mail.example.org");
            return None;
        }
        let (address, query) = text.split_once('?').unwrap_or((&text, ""));
        let is_from = |pair: &&str| pair.starts_with("from=");
        let from = query
            .split('&')
            .find(is_from)
            .map(|pair| pair.trim_start_matches("from=").replace("%40", "@"));
        let rest: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !is_from(pair))
            .collect();
        let server = if rest.is_empty() {
            address.to_owned()
        } else {
            format!("{address}?{}", rest.join("&"))
        };
        if let Some(from) = &from
            && !from.contains('@')
        {
            self.mistake(
                NAME,
                format!("from= must be an e-mail address; it is {from:?}"),
            );
        }
        Some(SmtpUrl { server, from })
    }

    fn objects(&mut self, data_dir: &std::path::Path) -> Objects {
        const NAME: &str = "SALA_OBJECTS_URL";
        let in_data_dir = || Objects::Folder(data_dir.join("objects"));
        match self.get(NAME).map(|url| Objects::parse(&url)) {
            None => in_data_dir(),
            Some(Ok(objects)) => objects,
            Some(Err(reason)) => {
                // Not repeated: it may hold a password.
                self.mistake(NAME, reason);
                in_data_dir()
            }
        }
    }

    fn limits(&mut self, demo: bool) -> bool {
        const NAME: &str = "SALA_LIMITS";
        match self.get(NAME).as_deref() {
            None | Some("on") => true,
            Some("off") if demo => false,
            Some("off") => {
                self.mistake(NAME, "limits can be switched off only with SALA_DEMO=1");
                true
            }
            Some(other) => {
                self.mistake(NAME, format!("use off or leave it unset; it is {other:?}"));
                true
            }
        }
    }

    fn clock(&mut self, demo: bool) -> ClockSetting {
        const NAME: &str = "SALA_CLOCK";
        let Some(text) = self.get(NAME) else {
            return ClockSetting::System;
        };
        if !demo {
            self.mistake(NAME, "another clock can be set only with SALA_DEMO=1");
        }
        match ClockSetting::parse(&text) {
            Ok(setting) => setting,
            Err(reason) => {
                self.mistake(NAME, reason);
                ClockSetting::System
            }
        }
    }
}

fn default_listen() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 3000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(settings: &[(&str, &str)]) -> Result<Config, Mistakes> {
        let settings: Vec<(String, String)> = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Config::parse(&move |name| {
            settings
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.clone())
        })
    }

    #[test]
    fn an_empty_environment_serves_this_machine_only() {
        let config = parse(&[]).expect("a configuration");
        assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(
            config.database_url.sqlite_file(),
            Some(PathBuf::from("data/sala.sqlite"))
        );
        assert_eq!(config.secret_key_file, PathBuf::from("data/secret.key"));
        assert_eq!(
            (config.demo, config.limits, config.clock),
            (false, true, ClockSetting::System)
        );
        assert!(
            config.public_url.is_none() && config.smtp.is_none() && config.metrics_listen.is_none()
        );
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let mistakes = parse(&[
            ("DATABASE_URL", "mysql://root:secret@db"),
            ("SALA_CLOCK", "yesterday"),
            ("SALA_DEMO", "yes"),
            ("SALA_LIMITS", "off"),
            ("SALA_LISTEN", "3000"),
            ("SALA_METRICS_LISTEN", "here"),
            ("SALA_OBJECTS_URL", "ftp://x"),
            ("SALA_PUBLIC_URL", "http://sala.example.org"),
            ("SALA_SMTP_URL", "mail:secret@host"),
            ("SALA_TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ])
        .expect_err("mistakes");
        let mut named: Vec<&str> = mistakes.0.iter().map(|mistake| mistake.variable).collect();
        named.sort_unstable();
        named.dedup();
        assert_eq!(
            named,
            [
                "DATABASE_URL",
                "SALA_CLOCK",
                "SALA_DEMO",
                "SALA_LIMITS",
                "SALA_LISTEN",
                "SALA_METRICS_LISTEN",
                "SALA_OBJECTS_URL",
                "SALA_PUBLIC_URL",
                "SALA_SMTP_URL",
                "SALA_TRUSTED_PROXIES"
            ]
        );
        assert!(
            !mistakes.to_string().contains("secret"),
            "no password is repeated: {mistakes}"
        );
    }

    #[test]
    fn plain_http_is_for_this_machine_or_for_a_demonstration() {
        for (settings, accepted) in [
            (vec![("SALA_PUBLIC_URL", "https://sala.example.org")], true),
            (vec![("SALA_PUBLIC_URL", "http://localhost:3000")], true),
            (vec![("SALA_PUBLIC_URL", "http://[::1]:3000")], true),
            (vec![("SALA_PUBLIC_URL", "http://10.0.0.5:3000")], false),
            (
                vec![("SALA_PUBLIC_URL", "http://localhost.example.org")],
                false,
            ),
            (
                vec![
                    ("SALA_PUBLIC_URL", "http://10.0.0.5:3000"),
                    ("SALA_DEMO", "1"),
                ],
                true,
            ),
            (vec![("SALA_LISTEN", "0.0.0.0:3000")], false),
            (
                vec![("SALA_LISTEN", "0.0.0.0:3000"), ("SALA_DEMO", "1")],
                true,
            ),
            (
                vec![
                    ("SALA_LISTEN", "0.0.0.0:3000"),
                    ("SALA_PUBLIC_URL", "https://sala.example.org"),
                ],
                true,
            ),
        ] {
            assert_eq!(parse(&settings).is_ok(), accepted, "{settings:?}");
        }
    }

    #[test]
    fn only_a_demonstration_bends_limits_and_time() {
        for variable in [
            ("SALA_LIMITS", "off"),
            ("SALA_CLOCK", "fixed:2026-11-23T09:00:00+07:00"),
        ] {
            assert!(parse(&[variable]).is_err(), "{variable:?}");
            assert!(
                parse(&[variable, ("SALA_DEMO", "1")]).is_ok(),
                "{variable:?}"
            );
        }
    }

    #[test]
    fn the_sender_stands_in_the_mail_servers_address() {
        let smtp = |url| {
            parse(&[("SALA_SMTP_URL", url)])
                .expect("a configuration")
                .smtp
                .expect("a mail server")
        };
        let plain = smtp("smtps://u:p@mail.example.org?from=sala@trang.example");
        assert_eq!(
            (plain.server.as_str(), plain.from.as_deref()),
            ("smtps://u:p@mail.example.org", Some("sala@trang.example"))
        );
        let more = smtp("smtp://mail.example.org:587?tls=required&from=a%40b.c");
        assert_eq!(
            (more.server.as_str(), more.from.as_deref()),
            ("smtp://mail.example.org:587?tls=required", Some("a@b.c"))
        );
    }

    #[test]
    fn proxies_are_networks_or_single_addresses() {
        let config = parse(&[("SALA_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7,fd00::/8")])
            .expect("a configuration");
        let nets: Vec<String> = config
            .trusted_proxies
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(nets, ["10.0.0.0/8", "192.0.2.7/32", "fd00::/8"]);
    }

    #[test]
    fn misspelt_variables_are_noticed() {
        let names = ["PATH", "SALA_LISTEN", "SALA_TRUSTED_PROXY", "SALA_BIN"].map(str::to_owned);
        assert_eq!(Config::strangers(names.into_iter()), ["SALA_TRUSTED_PROXY"]);
    }
}
