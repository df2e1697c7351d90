//! The addresses inside PORT, EPRT, PASV and EPSV, from a server's point of view.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Why an EPRT argument is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// Not the form of RFC 2428 §2.
    Syntax,
    /// Another protocol than the one spoken.
    Family,
}

/// `h1,h2,h3,h4,p1,p2` (RFC 959 §4.1.2).
pub(super) fn parse_port(argument: &str) -> Option<SocketAddr> {
    let mut numbers = [0_u8; 6];
    let mut parts = argument.split(',');
    for number in &mut numbers {
        *number = parts.next()?.trim().parse().ok()?;
    }
    if parts.next().is_some() {
        return None;
    }
    let [a, b, c, d, high, low] = numbers;
    let port = u16::from_be_bytes([high, low]);
    Some(SocketAddr::from((Ipv4Addr::new(a, b, c, d), port)))
}

/// `|1|192.0.2.1|6446|` or `|2|2001:db8::1|6446|` (RFC 2428 §2), over IPv6 or not.
pub(super) fn parse_eprt(argument: &str, v6: bool) -> Result<SocketAddr, Unusable> {
    let delimiter = argument.chars().next().ok_or(Unusable::Syntax)?;
    let parts: Vec<&str> = argument.split(delimiter).collect();
    let ["", protocol, address, port, ""] = parts[..] else {
        return Err(Unusable::Syntax);
    };
    let expected = if v6 { "2" } else { "1" };
    if protocol != expected {
        return Err(Unusable::Family);
    }
    let address: IpAddr = address.parse().map_err(|_| Unusable::Syntax)?;
    if address.is_ipv6() != v6 {
        return Err(Unusable::Syntax);
    }
    let port: u16 = port.parse().map_err(|_| Unusable::Syntax)?;
    Ok(SocketAddr::new(address, port))
}

/// `p1,p2`.
pub(super) fn port_pair(port: u16) -> String {
    let [high, low] = port.to_be_bytes();
    format!("{high},{low}")
}

/// `h1,h2,h3,h4,p1,p2`.
pub(super) fn host_port(address: Ipv4Addr, port: u16) -> String {
    let [a, b, c, d] = address.octets();
    format!("{a},{b},{c},{d},{}", port_pair(port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv6Addr;

    #[test]
    fn port_arguments() {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 51213));
        assert_eq!(parse_port("127,0,0,1,200,13"), Some(address));
        let wrong = ["", "127,0,0,1,200", "127,0,0,1,200,13,1", "256,0,0,1,1,1", "a"];
        for wrong in wrong {
            assert_eq!(parse_port(wrong), None, "{wrong}");
        }
        assert_eq!(host_port(Ipv4Addr::LOCALHOST, 51213), "127,0,0,1,200,13");
    }

    #[test]
    fn eprt_arguments() {
        let v4 = SocketAddr::from((Ipv4Addr::LOCALHOST, 51213));
        assert_eq!(parse_eprt("|1|127.0.0.1|51213|", false), Ok(v4));
        let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, 51213));
        assert_eq!(parse_eprt("!2!::1!51213!", true), Ok(v6));
        for foreign in ["|2|::1|5|", "|9|x|5|"] {
            assert_eq!(parse_eprt(foreign, false), Err(Unusable::Family), "{foreign}");
        }
        let wrong = ["", "|", "|1|127.0.0.1|5", "|1|127.0.0.1|70000|", "|1|::1|5|"];
        for wrong in wrong {
            assert_eq!(parse_eprt(wrong, false), Err(Unusable::Syntax), "{wrong}");
        }
    }

    #[test]
    fn nothing_from_a_client_is_a_panic() {
        let arguments = ["127,0,0,1,200,13", "|1|127.0.0.1|51213|", "|2|::1|51213|"];
        for argument in arguments {
            for end in 0..=argument.len() {
                let _ = parse_port(&argument[..end]);
                let _ = parse_eprt(&argument[..end], false);
                let _ = parse_eprt(&format!("\u{e9}{}", &argument[end..]), true);
            }
        }
    }
}
