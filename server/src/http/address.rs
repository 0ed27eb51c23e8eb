//! Where a visitor comes from, through trusted proxies only. For limits; it is never logged.
use app::http::ClientAddress;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Finds the address and hands it on.
pub async fn found(
    State(trusted): State<Arc<[IpNet]>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    let address = peer.map_or_else(
        || "local".to_owned(),
        |peer| limited(client(peer, request.headers(), &trusted)),
    );
    request.extensions_mut().insert(ClientAddress(address));
    next.run(request).await
}

/// The nearest address, going back from our own door, that is not one of our proxies.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_ours = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
    let mut nearest = peer.to_canonical();
    let hops: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in hops.iter().rev() {
        if !is_ours(nearest) {
            break;
        }
        // What a proxy of ours did not write well is not believed further.
        let Some(before) = parse(hop.trim()) else {
            break;
        };
        nearest = before.to_canonical();
    }
    nearest
}

/// `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1` or `[2001:db8::1]:443`.
fn parse(hop: &str) -> Option<IpAddr> {
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    bare.parse()
        .ok()
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// The unit that limits count: one address, or the /64 that one household or phone has of the newer kind.
fn limited(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &str) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().expect("a header"));
        }
        let trusted: Vec<IpNet> = trusted
            .split(' ')
            .filter_map(|net| net.parse().ok())
            .collect();
        limited(client(
            peer.parse().expect("an address"),
            &headers,
            &trusted,
        ))
    }

    #[test]
    fn a_header_is_believed_from_our_own_proxies_only() {
        for (peer, forwarded, trusted, expected) in [
            ("192.0.2.9", &["203.0.113.5"][..], "", "192.0.2.9"),
            ("10.0.0.1", &["203.0.113.5"], "10.0.0.0/8", "203.0.113.5"),
            (
                "10.0.0.1",
                &["1.1.1.1, 203.0.113.5"],
                "10.0.0.0/8",
                "203.0.113.5",
            ),
            (
                "10.0.0.1",
                &["1.1.1.1", "203.0.113.5, 10.0.0.2"],
                "10.0.0.0/8",
                "203.0.113.5",
            ),
            ("10.0.0.1", &["garbage"], "10.0.0.0/8", "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.0/8", "10.0.0.1"),
            (
                "10.0.0.1",
                &["203.0.113.5:4711"],
                "10.0.0.0/8",
                "203.0.113.5",
            ),
            (
                "::ffff:10.0.0.1",
                &["[2001:db8:1:2:3:4:5:6]:1"],
                "10.0.0.0/8",
                "2001:db8:1:2::/64",
            ),
        ] {
            assert_eq!(
                seen(peer, forwarded, trusted),
                expected,
                "{peer} {forwarded:?}"
            );
        }
    }
}
