//! What the dialogue itself tells of the two ends: the client's own address stands in PORT and EPRT,
//! and a server's log has the address under which the server sees it.

use std::net::{IpAddr, SocketAddr};

use super::conversation::{Asked, Conversation, What};
use crate::facts::Mode;
use crate::facts::reading::{FileKind, Reading, Vantage};
use crate::wire::address::parse_227;

/// Fills in what logs tell of the client's addresses. Captures show them themselves.
pub fn tell(reading: &mut Reading, group: &[Conversation]) {
    if reading.files.iter().any(|file| file.kind == FileKind::Capture) {
        return;
    }
    let told = group.iter().flat_map(own_addresses).next();
    let at_server = reading.files.iter().all(|file| file.vantage == Vantage::Server);
    if !at_server {
        reading.own = reading.own.or(told);
        return;
    }
    reading.seen_as = reading.seen_as.or_else(|| group.iter().find_map(|c| c.client.address));
    // The same address may have been put there by somebody on the way, and says nothing then.
    reading.own = reading.own.or(told.filter(|own| Some(*own) != reading.seen_as));
}

/// Addresses that the client's active commands name.
fn own_addresses(conversation: &Conversation) -> impl Iterator<Item = IpAddr> + '_ {
    let asked = conversation.events.iter().filter_map(|event| match &event.what {
        What::Command(asked) => Some(asked),
        _ => None,
    });
    asked.filter_map(named)
}

/// The address in PORT or EPRT.
fn named(asked: &Asked) -> Option<IpAddr> {
    let argument = asked.argument()?;
    let address = match asked.mode()? {
        Mode::Port => IpAddr::V4(parse_227(argument).ok()?.address),
        Mode::Eprt => {
            let delimiter = argument.chars().next()?;
            let mut fields = argument.split(delimiter).skip(2);
            let address: IpAddr = fields.next()?.parse().ok()?;
            SocketAddr::new(address, fields.next()?.parse().ok()?).ip()
        }
        Mode::Pasv | Mode::Epsv => return None,
    };
    Some(address.to_canonical()).filter(|address| !address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::reading::{FileRead, Place};

    fn talk(client: Option<[u8; 4]>, commands: &[&str]) -> Conversation {
        let mut made = Conversation::default();
        made.client.address = client.map(IpAddr::from);
        for (number, command) in (1..).zip(commands) {
            made.command(Place { file: 0, number }, None, command.as_bytes());
        }
        made
    }

    fn told(vantage: Vantage, talk: Conversation) -> (Option<String>, Option<String>) {
        let mut file = FileRead::new(FileKind::Log, "text");
        file.vantage = vantage;
        let mut reading = Reading { files: vec![file], ..Reading::default() };
        tell(&mut reading, &[talk]);
        (reading.own.map(|a| a.to_string()), reading.seen_as.map(|a| a.to_string()))
    }

    #[test]
    fn the_client_names_its_own_address_and_the_server_sees_another() {
        let own = |a: &str| Some(a.to_owned());
        let port = &["PASV", "PORT 192,168,7,2,4,1"][..];
        assert_eq!(told(Vantage::Client, talk(None, port)), (own("192.168.7.2"), None));
        let seen = Some([198, 51, 100, 2]);
        assert_eq!(
            told(Vantage::Server, talk(seen, port)),
            (own("192.168.7.2"), own("198.51.100.2"))
        );
        let same = &["EPRT |1|198.51.100.2|5000|"][..];
        assert_eq!(told(Vantage::Server, talk(seen, same)), (None, own("198.51.100.2")));
        assert_eq!(told(Vantage::Client, talk(None, &["PASV"])), (None, None));
    }
}
