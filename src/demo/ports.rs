//! Which port is used: the control port, and the passive ports in turn.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use socket2::Socket;

use super::behaviour::PortRange;
use super::blocked::{BlockedPort, bind, local_address};

/// Rows of ports are sought here: above the well-known ones, below those that the
/// system hands out by itself, so that no client's own socket sits in the middle.
const ROWS: std::ops::Range<u16> = 12_000..30_000;

/// Ports that are kept blocked, or listening, after their transfer: the latest ones.
const MOST_KEPT: usize = 256;

/// How many places are tried before giving up.
const TRIES: u16 = 200;

/// The control port, and the port below it, kept so that active connections can start there.
pub(super) struct ControlPort {
    pub(super) socket: Socket,
    pub(super) address: SocketAddr,
    /// Bound, never listening: the default data port (L−1).
    pub(super) below: Socket,
}

impl ControlPort {
    /// Takes a free pair of ports.
    ///
    /// # Errors
    /// Where the system has no pair.
    pub(super) fn take(host: IpAddr, preferred: Option<u16>) -> io::Result<Self> {
        let mut last = None;
        for port in preferred.into_iter().chain((0..TRIES).map(|_| 0)) {
            match Self::pair(host, port) {
                Ok(pair) => return Ok(pair),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| io::Error::other("no free pair of ports")))
    }

    fn pair(host: IpAddr, port: u16) -> io::Result<Self> {
        let socket = bind(SocketAddr::new(host, port))?;
        let address = local_address(&socket)?;
        let below = bind(SocketAddr::new(host, address.port() - 1))?;
        Ok(Self { socket, address, below })
    }
}

/// A passive port that was taken.
pub(super) enum Taken {
    /// Bound, not yet listening.
    Free(Socket, SocketAddr),
    /// Behind the firewall of a partly blocked range.
    Blocked(SocketAddr),
}

/// The passive ports of a server.
pub(super) struct PassivePorts {
    host: IpAddr,
    /// First port and number of ports.
    range: Option<(u16, u16)>,
    turn: AtomicU32,
    /// Blocked for good.
    blocked: BTreeMap<u16, BlockedPort>,
    /// Blocked because a transfer was to be; they stay so while the server runs.
    made: Mutex<BTreeMap<u16, BlockedPort>>,
    busy: Vec<Socket>,
    /// Listening for good, though nobody accepts.
    kept: Mutex<VecDeque<Socket>>,
}

impl PassivePorts {
    /// Finds the range, and blocks or occupies what has to be.
    ///
    /// # Errors
    /// Where there are not so many free ports in a row.
    pub(super) async fn new(control: SocketAddr, range: &PortRange) -> io::Result<Self> {
        let host = control.ip();
        let mut ports = Self {
            host,
            range: None,
            turn: AtomicU32::new(0),
            blocked: BTreeMap::new(),
            made: Mutex::new(BTreeMap::new()),
            busy: Vec::new(),
            kept: Mutex::new(VecDeque::new()),
        };
        match range {
            PortRange::Any => {}
            PortRange::DefaultDataPort => ports.range = Some((control.port() - 1, 1)),
            PortRange::Fixed { first, last } => {
                ports.range = Some((*first, last.saturating_sub(*first).saturating_add(1)));
            }
            PortRange::Row { size, blocked, busy } => {
                let mut row = free_row(host, *size)?;
                ports.range = Some((row.first, *size));
                for offset in blocked {
                    if let Some(socket) = row.sockets.remove(offset) {
                        let port = row.first + offset;
                        ports.blocked.insert(port, BlockedPort::new(socket).await?);
                    }
                }
                for offset in busy {
                    if let Some(socket) = row.sockets.remove(offset) {
                        socket.listen(16)?;
                        ports.busy.push(socket);
                    }
                }
            }
        }
        Ok(ports)
    }

    /// The range, both ends included, where there is one.
    pub(super) fn range(&self) -> Option<(u16, u16)> {
        self.range.map(|(first, size)| (first, first + (size - 1)))
    }

    /// The next free port, or `None` where all of them are in use.
    pub(super) fn take(&self) -> io::Result<Option<Taken>> {
        let Some((first, size)) = self.range else {
            let socket = bind(SocketAddr::new(self.host, 0))?;
            let address = local_address(&socket)?;
            return Ok(Some(Taken::Free(socket, address)));
        };
        for _ in 0..size {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed) % u32::from(size);
            let Some(port) = u16::try_from(turn).ok().and_then(|n| first.checked_add(n)) else {
                continue;
            };
            let address = SocketAddr::new(self.host, port);
            if self.blocked.contains_key(&port) {
                return Ok(Some(Taken::Blocked(address)));
            }
            // In use by another transfer, or not ours to have.
            if let Ok(socket) = bind(address) {
                return Ok(Some(Taken::Free(socket, address)));
            }
        }
        Ok(None)
    }

    /// Keeps listeners open after their transfer.
    pub(super) fn keep(&self, sockets: impl IntoIterator<Item = Socket>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(sockets);
        while kept.len() > MOST_KEPT {
            kept.pop_front();
        }
    }

    /// Blocks a bound port from now on.
    pub(super) async fn block(&self, socket: Socket) -> io::Result<()> {
        let port = local_address(&socket)?.port();
        let blocked = BlockedPort::new(socket).await?;
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.len() >= MOST_KEPT {
            made.pop_first();
        }
        made.insert(port, blocked);
        Ok(())
    }

    /// A port whose SYNs are dropped from now on.
    pub(super) async fn take_blocked(&self) -> io::Result<Option<SocketAddr>> {
        match self.take()? {
            Some(Taken::Free(socket, address)) => {
                self.block(socket).await?;
                Ok(Some(address))
            }
            Some(Taken::Blocked(address)) => Ok(Some(address)),
            // A range of few ports, all of which were blocked before.
            None => Ok(self
                .made
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .keys()
                .next()
                .map(|port| SocketAddr::new(self.host, *port))),
        }
    }
}

/// Ports in a row, each of them held.
struct Row {
    first: u16,
    /// By offset.
    sockets: BTreeMap<u16, Socket>,
}

fn free_row(host: IpAddr, size: u16) -> io::Result<Row> {
    let places = (ROWS.end - ROWS.start) / size.max(1);
    for _ in 0..TRIES {
        let first = ROWS.start + random(places) * size;
        let sockets: BTreeMap<u16, Socket> = (0..size)
            .map_while(|offset| {
                let address = SocketAddr::new(host, first + offset);
                bind(address).ok().map(|socket| (offset, socket))
            })
            .collect();
        if sockets.len() == usize::from(size) {
            return Ok(Row { first, sockets });
        }
    }
    Err(io::Error::other(format!("no {size} free ports in a row on {host}")))
}

/// A number below `end`: good enough to keep two servers apart.
fn random(end: u16) -> u16 {
    use std::hash::{BuildHasher, RandomState};
    let drawn = RandomState::new().hash_one(std::process::id());
    u16::try_from(drawn % u64::from(end.max(1))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    async fn row(size: u16, blocked: Vec<u16>, busy: Vec<u16>) -> io::Result<PassivePorts> {
        let range = PortRange::Row { size, blocked, busy };
        PassivePorts::new(SocketAddr::new(HOST, 2121), &range).await
    }

    #[test]
    fn the_port_below_the_control_port_can_be_bound() -> io::Result<()> {
        let control = ControlPort::take(HOST, None)?;
        bind(SocketAddr::new(HOST, control.address.port() - 1))?;
        Ok(())
    }

    #[tokio::test]
    async fn a_row_is_cycled_through() -> io::Result<()> {
        let ports = row(3, vec![1], vec![2]).await?;
        let (first, last) = ports.range().unwrap_or_default();
        assert_eq!(last, first + 2);
        for _ in 0..2 {
            assert!(matches!(ports.take()?, Some(Taken::Free(_, a)) if a.port() == first));
            assert!(matches!(ports.take()?, Some(Taken::Blocked(a)) if a.port() == first + 1));
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_busy_row_is_exhausted() -> io::Result<()> {
        let ports = row(2, vec![], vec![0, 1]).await?;
        assert!(ports.take()?.is_none());
        assert!(ports.take_blocked().await?.is_none());
        Ok(())
    }

    #[tokio::test]
    async fn a_short_row_stays_blocked() -> io::Result<()> {
        let ports = row(1, vec![], vec![]).await?;
        let once = ports.take_blocked().await?;
        assert!(once.is_some());
        assert_eq!(ports.take_blocked().await?, once);
        Ok(())
    }
}
