//! Where a capture was taken, by the lives of its packets: who has passed no router stands here. Where
//! lives tell nothing (a box on the way gives packets a new one), by who stands on the link.

use super::conversation::{Conversation, Point};
use crate::facts::reading::{FileRead, KnownBy, Reading, Vantage};

/// A way of more routers is no way: the life was another one at the beginning.
const FARTHEST: u8 = 32;

/// Fills in where the files of a session were taken, where that was not said.
pub fn judge(reading: &mut Reading, conversations: &[Conversation]) {
    for (index, file) in reading.files.iter_mut().enumerate() {
        let points: Vec<&Point> =
            conversations.iter().flat_map(|c| &c.points).filter(|p| p.file == index).collect();
        if points.is_empty() {
            continue;
        }
        file.from_client = commonest(points.iter().filter_map(|p| p.from_client));
        file.from_server = commonest(points.iter().filter_map(|p| p.from_server));
        file.inside = points.iter().map(|p| p.inside).min().unwrap_or(0);
        let loopback = points.iter().all(|p| p.client.ip() == p.server.ip());
        let here = |end: fn(&Point) -> Option<bool>| agreed(points.iter().filter_map(|p| end(p)));
        place(file, loopback, here(|p| p.here[0]), here(|p| p.here[1]));
    }
}

/// What all of them say; `None` where they differ, or say nothing.
fn agreed(mut values: impl Iterator<Item = bool>) -> Option<bool> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

fn place(file: &mut FileRead, loopback: bool, client: Option<bool>, server: Option<bool>) {
    match (file.known_by, file.vantage) {
        // What was said counts, also where a box on the way gives packets a new life.
        (Some(KnownBy::Said), Vantage::Client) => file.from_client = Some(0),
        (Some(KnownBy::Said), Vantage::Server) => file.from_server = Some(0),
        (Some(KnownBy::Said), _) => {}
        _ if loopback => {
            file.known_by = Some(KnownBy::Loopback);
        }
        _ => {
            file.vantage = match (file.from_client, file.from_server) {
                (Some(0), Some(1..)) => Vantage::Client,
                (Some(1..), Some(0)) => Vantage::Server,
                (Some(1..), Some(1..)) => Vantage::Between,
                // Neither has passed a router: both ends are on this very wire.
                _ => Vantage::Unknown,
            };
            file.known_by = (file.vantage != Vantage::Unknown).then_some(KnownBy::Lives);
            let by_link = match (client, server) {
                (Some(true), Some(false)) => Vantage::Client,
                (Some(false), Some(true)) => Vantage::Server,
                (Some(false), Some(false)) => Vantage::Between,
                _ => Vantage::Unknown,
            };
            if file.vantage == Vantage::Unknown && by_link != Vantage::Unknown {
                file.vantage = by_link;
                file.known_by = Some(KnownBy::Neighbours);
                // Whoever is behind a gateway has passed one router at least, whatever its life says.
                file.from_client = file.from_client.filter(|_| client == Some(true));
                file.from_server = file.from_server.filter(|_| server == Some(true));
            }
        }
    }
}

/// The value that is seen most; the smaller one of equals.
fn commonest(values: impl Iterator<Item = u8>) -> Option<u8> {
    let mut counts = [0_u32; FARTHEST as usize];
    for value in values {
        if let Some(count) = counts.get_mut(usize::from(value)) {
            *count += 1;
        }
    }
    let most = counts.iter().max().copied().filter(|most| *most > 0)?;
    let at = counts.iter().position(|count| *count == most)?;
    u8::try_from(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::reading::FileKind;

    fn judged(client: u8, server: u8, said: Option<Vantage>) -> FileRead {
        let mut file = FileRead::new(FileKind::Capture, "pcap");
        if let Some(said) = said {
            file.vantage = said;
            file.known_by = Some(KnownBy::Said);
        }
        let at = |last: u8| std::net::SocketAddr::from(([10, 0, 0, last], 21));
        let point = Point {
            file: 0,
            client: at(1),
            server: at(2),
            client_isn: None,
            server_isn: None,
            from_client: Some(client),
            from_server: Some(server),
            inside: 0,
            here: [None, None],
            mss: [None, None],
            lost: false,
            packets: 1,
        };
        let conversation = Conversation { points: vec![point], ..Conversation::default() };
        let mut reading = Reading { files: vec![file], ..Reading::default() };
        judge(&mut reading, &[conversation]);
        reading.files.remove(0)
    }

    #[test]
    fn who_has_passed_no_router_stands_here() {
        assert_eq!(judged(0, 3, None).vantage, Vantage::Client);
        assert_eq!(judged(3, 0, None).vantage, Vantage::Server);
        assert_eq!(judged(2, 1, None).vantage, Vantage::Between);
        assert_eq!(judged(0, 0, None).vantage, Vantage::Unknown);
        assert_eq!(judged(2, 1, None).hops(), Some(4));
    }

    #[test]
    fn what_was_said_counts() {
        let file = judged(2, 1, Some(Vantage::Server));
        assert_eq!(
            (file.vantage, file.from_server, file.hops()),
            (Vantage::Server, Some(0), Some(3))
        );
    }
}
