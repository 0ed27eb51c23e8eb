//! A real installation: the program in a process of its own, spoken to over HTTP.
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const NOW: &str = "fixed:2026-11-23T09:00:00+07:00";

/// An installation in a folder of its own, or one more server of the same.
pub struct Installation {
    pub folder: PathBuf,
    address: SocketAddr,
    /// `None`: an SQLite file in the folder.
    database: Option<String>,
    /// Settings besides the usual ones.
    settings: Vec<(String, String)>,
}

impl Installation {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("sala_{name}_{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        let address = free_address();
        Self {
            folder,
            address,
            database: None,
            settings: Vec::new(),
        }
    }

    /// The same on a database server.
    pub fn on(name: &str, database: &str) -> Self {
        Self {
            database: Some(database.to_owned()),
            ..Self::new(name)
        }
    }

    /// Another server beside this one: the same folder, key and database, a port of its own.
    pub fn beside(&self) -> Self {
        Self {
            folder: self.folder.clone(),
            address: free_address(),
            database: self.database.clone(),
            settings: self.settings.clone(),
        }
    }

    /// With more settings, or others.
    pub fn with(mut self, settings: &[(&str, &str)]) -> Self {
        let settings = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.settings.extend(settings);
        self
    }

    pub fn sala(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sala"));
        command
            .args(arguments)
            .env_remove("DATABASE_URL")
            .env("SALA_DATA_DIR", &self.folder)
            .env("SALA_LISTEN", self.address.to_string())
            .env("SALA_PUBLIC_URL", format!("http://{}", self.address))
            .env("SALA_DEMO", "1")
            .env("SALA_LIMITS", "off")
            .env("SALA_CLOCK", NOW)
            .stderr(Stdio::null());
        for (name, value) in &self.settings {
            command.env(name, value);
        }
        if let Some(database) = &self.database {
            command.env("DATABASE_URL", database);
        }
        command
    }

    pub fn serve(&self) -> Child {
        let child = self
            .sala(&["serve"])
            .stdout(Stdio::null())
            .spawn()
            .expect("a server");
        let patience = Instant::now() + Duration::from_mins(1);
        while self
            .call("GET", "/readyz", &[], "")
            .is_none_or(|(status, _)| status != 200)
        {
            assert!(
                Instant::now() < patience,
                "the server is ready within a minute"
            );
            thread::sleep(Duration::from_millis(50));
        }
        child
    }

    /// One request on a connection of its own; `None` when the connection breaks.
    pub fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Option<(u16, String)> {
        let kind = if body.starts_with('{') {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        self.send(method, path, headers, kind, body.as_bytes())
    }

    /// The same with a body of any kind.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        kind: &str,
        body: &[u8],
    ) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .ok()?;
        let headers: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{}\
             Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            self.address,
            headers.concat(),
            body.len()
        );
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(body).ok()?;
        let mut reader = BufReader::new(stream);
        let mut status_line = String::new();
        reader.read_line(&mut status_line).ok()?;
        let status = status_line.split(' ').nth(1)?.parse().ok()?;
        let mut rest = String::new();
        reader.read_to_string(&mut rest).ok()?;
        rest.split_once("\r\n\r\n")
            .map(|(_, body)| (status, body.to_owned()))
    }

    /// A channel's token without a limit.
    pub fn token(&self) -> String {
        let made = self
            .sala(&["token", "create", "--channel", "test", "--per-minute", "0"])
            .output()
            .expect("a token");
        let token = String::from_utf8(made.stdout).expect("text");
        token.trim().to_owned()
    }

    /// Sends a booking under a key of its own.
    pub fn book(&self, token: &str, key: &str, body: &str) -> Option<(u16, String)> {
        let headers = [
            ("Authorization", &*format!("Bearer {token}")),
            ("Idempotency-Key", key),
        ];
        self.call("POST", "/api/v1/crematorium/requests", &headers, body)
    }
}

fn free_address() -> SocketAddr {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    free.local_addr().expect("its address")
}

/// A text field of a JSON object; empty when it is not there.
pub fn text<'a>(json: &'a serde_json::Value, field: &str) -> &'a str {
    json.get(field)
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default()
}
