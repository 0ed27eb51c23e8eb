//! The binary itself: what commands print, what stops them, and how a server starts and ends.
#![expect(
    clippy::expect_used,
    reason = "a test that is surprised has nothing better to do than to fail"
)]
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A data folder of a test's own, and the commands run in it.
struct Home(PathBuf);

impl Home {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("sala-cli-{}-{name}", std::process::id()));
        let _earlier = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn sala(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sala"));
        command
            .args(arguments)
            .env_clear()
            .env("SALA_DATA_DIR", self.0.join("data"))
            .current_dir(&self.0);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.sala(arguments).output().expect("the binary")
    }

    /// What a command that succeeds prints.
    fn prints(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("text")
    }

    /// Exit code and words of a command that fails.
    fn fails(command: &mut Command) -> (i32, String) {
        let output = command.output().expect("the binary");
        assert!(output.stdout.is_empty() || !output.status.success());
        (
            output.status.code().expect("a code"),
            String::from_utf8(output.stderr).expect("text"),
        )
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _gone = fs::remove_dir_all(&self.0);
        }
    }
}

fn municipality() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../config/trang.toml")
        .display()
        .to_string()
}

#[test]
fn secrets_are_printed_alone_and_accounts_are_enrolled() {
    let home = Home::new("secrets");
    home.prints(&["migrate"]);
    let token = home.prints(&["token", "create", "--channel", "line", "--per-minute", "0"]);
    assert_eq!(token.lines().count(), 1, "{token}");
    assert!(
        token.trim().len() >= 32 && !token.trim().contains(' '),
        "{token}"
    );
    let account = home.prints(&[
        "staff", "add", "somsri", "--role", "officer", "--role", "approver", "--json",
    ]);
    let account: Value = serde_json::from_str(&account).expect("one JSON object");
    let names: Vec<&String> = account.as_object().expect("an object").keys().collect();
    for name in ["username", "password", "totp_secret", "recovery_codes"] {
        assert!(
            names.iter().any(|known| *known == name),
            "{name} is not in {names:?}"
        );
    }
    assert_eq!(names.len(), 4, "{names:?}");
    assert_eq!(account["username"], "somsri");
    assert!(
        account["recovery_codes"]
            .as_array()
            .is_some_and(|codes| codes.len() >= 8)
    );
    let mode = fs::metadata(home.file("data/secret.key"))
        .expect("the key")
        .permissions();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777,
        0o600
    );
    let (code, words) =
        Home::fails(&mut home.sala(&["staff", "add", "somsri", "--role", "officer"]));
    assert_eq!(code, 2, "{words}");
    assert!(words.contains("username"), "{words}");
    assert!(home.prints(&["audit", "verify"]).starts_with("audit whole"));
}

#[test]
fn a_second_seed_shows_the_difference_and_wants_apply() {
    let home = Home::new("seed");
    let file = home.file("city.toml").display().to_string();
    fs::copy(municipality(), &file).expect("a copy");
    assert!(
        home.prints(&["seed", "--municipality", &file])
            .contains("revision 1 is in force")
    );
    assert!(
        home.prints(&["seed", "--municipality", &file])
            .contains("nothing differs")
    );
    let text = fs::read_to_string(&file).expect("text");
    fs::write(
        &file,
        text.replacen("hold_minutes = 60", "hold_minutes = 45", 1),
    )
    .expect("written");
    let refused = home.run(&["seed", "--municipality", &file]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&refused.stdout).contains("hold_minutes"),
        "{refused:?}"
    );
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("--apply"),
        "{refused:?}"
    );
    assert!(
        home.prints(&["seed", "--municipality", &file, "--apply"])
            .contains("revision 2 is in force")
    );
    fs::write(&file, "name = 3").expect("written");
    let (code, words) = Home::fails(&mut home.sala(&["seed", "--municipality", &file]));
    assert_eq!(code, 2);
    assert!(words.contains("city.toml:1"), "file and line: {words}");
}

#[test]
fn a_demonstration_is_loaded_once_and_names_its_accounts() {
    let home = Home::new("demo");
    let accounts = home.prints(&["demo"]);
    for name in ["officer", "approver", "cashier", "admin"] {
        assert!(accounts.contains(&format!("  {name}")), "{accounts}");
    }
    let (code, words) = Home::fails(&mut home.sala(&["demo"]));
    assert!(code == 1 && words.contains("without accounts"), "{words}");
}

#[test]
fn wrong_settings_and_wrong_keys_stop_everything_with_a_sentence() {
    let home = Home::new("settings");
    let mut command = home.sala(&["migrate"]);
    let (code, words) = Home::fails(
        command
            .env("SALA_LISTEN", "x")
            .env("SALA_CLOCK", "fixed:2026-11-23T09:00:00+07:00"),
    );
    assert_eq!(code, 2);
    assert!(
        words.contains("SALA_LISTEN") && words.contains("SALA_CLOCK"),
        "{words}"
    );

    home.prints(&["seed", "--municipality", &municipality()]);
    let key = home.file("data/secret.key");
    let aside = home.file("right.key");
    fs::copy(&key, &aside).expect("a copy");
    // Written over, the file keeps its mode.
    fs::write(&key, "00".repeat(32)).expect("another key");
    let (code, words) = Home::fails(&mut home.sala(&["audit", "verify"]));
    assert!(code == 2 && words.contains("another key"), "{words}");
    fs::remove_file(&key).expect("removed");
    let (code, words) = Home::fails(&mut home.sala(&["audit", "verify"]));
    assert!(
        code == 2 && words.contains("SALA_SECRET_KEY_FILE"),
        "{words}"
    );
    assert!(!key.exists(), "no key is made for a database that has one");
    fs::rename(&aside, &key).expect("the key");
    home.prints(&["audit", "verify"]);
}

#[test]
fn a_backup_comes_back_only_with_its_key_and_over_nothing() {
    let home = Home::new("backup");
    home.prints(&["seed", "--municipality", &municipality()]);
    home.prints(&["staff", "add", "somsri", "--role", "officer", "--json"]);
    let backup = home.file("copy.db").display().to_string();
    home.prints(&["backup", &backup]);
    let bytes = fs::read(&backup).expect("the backup");
    let key = fs::read_to_string(home.file("data/secret.key")).expect("the key");
    assert!(
        !bytes
            .windows(key.trim().len())
            .any(|part| part == key.trim().as_bytes()),
        "the key is not in it"
    );
    let (code, words) = Home::fails(&mut home.sala(&["backup", &backup]));
    assert!(code == 1 && words.contains("exists"), "{words}");
    let (code, words) = Home::fails(&mut home.sala(&["restore", &backup]));
    assert!(code == 1 && words.contains("holds data"), "{words}");

    let elsewhere = home.file("elsewhere");
    let (code, words) = Home::fails(
        home.sala(&["restore", &backup])
            .env("SALA_DATA_DIR", &elsewhere),
    );
    assert!(
        code == 2 && words.contains("SALA_SECRET_KEY_FILE"),
        "{words}"
    );
    assert!(
        !elsewhere.join("sala.sqlite").exists(),
        "nothing is left behind"
    );
    fs::copy(home.file("data/secret.key"), elsewhere.join("secret.key"))
        .or_else(|_| {
            fs::create_dir_all(&elsewhere)?;
            fs::copy(home.file("data/secret.key"), elsewhere.join("secret.key"))
        })
        .expect("the key, brought along");
    let restored = home
        .sala(&["restore", &backup])
        .env("SALA_DATA_DIR", &elsewhere)
        .output()
        .expect("the binary");
    assert!(
        restored.status.success(),
        "{}",
        String::from_utf8_lossy(&restored.stderr)
    );
    let (code, words) = Home::fails(
        home.sala(&["staff", "add", "somsri", "--role", "officer"])
            .env("SALA_DATA_DIR", &elsewhere),
    );
    assert!(
        code == 2 && words.contains("username"),
        "the account is there: {words}"
    );
}

/// A running server, and what it said.
struct Served {
    child: Child,
    address: SocketAddr,
}

impl Served {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .env("SALA_LISTEN", "127.0.0.1:0")
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary");
        let mut lines = BufReader::new(child.stderr.take().expect("the log")).lines();
        let address = lines
            .by_ref()
            .map(|line| line.expect("a line"))
            .find_map(|line| {
                line.split("listen=")
                    .nth(1)?
                    .split(' ')
                    .next()?
                    .parse()
                    .ok()
            })
            .expect("an address");
        // Somebody must go on reading, or the server waits for its log.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.address
        )
        .expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .expect("kill")
                .success()
        );
    }
}

#[test]
fn a_server_migrates_seeds_answers_and_stops_without_losing_a_request() {
    let home = Home::new("serve");
    let mut served = Served::start(
        home.sala(&["serve"])
            .env("SALA_DEMO", "1")
            .env("SALA_CLOCK", "fixed:2026-11-23T09:00:00+07:00"),
    );
    assert!(served.get("/readyz").starts_with("HTTP/1.1 200"));
    assert!(
        served.get("/api/v1/calendar").contains("\"2026-11-23\""),
        "the clock that was set"
    );
    assert!(served.get("/").starts_with("HTTP/1.1 200"));
    served.terminate();
    std::thread::sleep(Duration::from_millis(300));
    assert!(
        served.get("/readyz").starts_with("HTTP/1.1 503"),
        "told to look elsewhere first"
    );
    assert!(
        served.get("/").starts_with("HTTP/1.1 200"),
        "and still answers"
    );
    let began = Instant::now();
    let status = served.child.wait().expect("an end");
    assert!(status.success(), "{status}");
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
}
