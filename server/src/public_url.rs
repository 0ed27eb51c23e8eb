//! The address residents use: https or not, this machine or not, and the origin browsers send.
use axum::http::Uri;
use axum::http::uri::Scheme;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// `https://sala.example.org`: scheme, host in lower case, and a port where it is not the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    host: String,
    https: bool,
}

impl PublicUrl {
    /// Reads a scheme, a host and perhaps a port; a single slash at the end is dropped.
    pub fn parse(text: &str) -> Result<Self, String> {
        const SHAPE: &str =
            "use a scheme and a host, such as https://sala.example.org, without a path";
        let text = text.strip_suffix('/').unwrap_or(text);
        let uri: Uri = text.parse().map_err(|_| SHAPE.to_owned())?;
        let https = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(SHAPE.to_owned()),
        };
        let authority = uri.authority().ok_or(SHAPE)?;
        let rest = text.split_once("://").map_or("", |(_, rest)| rest);
        if rest.contains(['/', '?', '#', '@']) || authority.host().is_empty() {
            return Err(SHAPE.to_owned());
        }
        let host = authority.host().to_ascii_lowercase();
        let default = if https { 443 } else { 80 };
        let port = authority.port_u16().filter(|port| *port != default);
        Ok(Self::new(https, host, port))
    }

    /// The address of a listener nobody named otherwise.
    pub fn of(listen: SocketAddr) -> Self {
        let host = match listen.ip() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        };
        Self::new(false, host, Some(listen.port()).filter(|port| *port != 80))
    }

    fn new(https: bool, host: String, port: Option<u16>) -> Self {
        let scheme = if https { "https" } else { "http" };
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Self {
            origin: format!("{scheme}://{host}{port}"),
            host,
            https,
        }
    }

    /// As browsers write it in `Origin`: no trailing slash, no default port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Browsers treat these hosts as secure even over http.
    pub fn is_loopback(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        bare == "localhost"
            || bare.ends_with(".localhost")
            || bare
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_written_as_browsers_write_it() {
        for (text, origin) in [
            ("https://Sala.Example.org/", "https://sala.example.org"),
            ("https://sala.example.org:443", "https://sala.example.org"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(
                PublicUrl::parse(text).expect("an address").origin(),
                origin,
                "{text}"
            );
        }
        let listen: SocketAddr = "[::1]:3000".parse().expect("an address");
        assert_eq!(PublicUrl::of(listen).to_string(), "http://[::1]:3000");
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "sala.example.org",
            "ftp://x",
            "https://",
            "https://x/sala",
            "https://x?y",
            "https://u:p@x",
        ] {
            assert!(PublicUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_names() {
        for (text, loopback) in [
            ("http://localhost:3000", true),
            ("http://sala.localhost", true),
            ("http://127.1.2.3", true),
            ("http://[::1]", true),
            ("http://192.168.1.1", false),
            ("http://localhost.example.org", false),
        ] {
            assert_eq!(
                PublicUrl::parse(text).expect("an address").is_loopback(),
                loopback,
                "{text}"
            );
        }
    }
}
