//! The embedded server: it listens, counts its clients, and ends with its value.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::Socket;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use super::behaviour::{Behaviour, Door};
use super::blocked::BlockedPort;
use super::ports::{ControlPort, PassivePorts};
use super::session::Session;
use super::shared::{Places, Shared};
use super::tls::Identity;
use super::transcript::Transcript;

/// A loopback server has no use for more clients at a time.
const MOST_SESSIONS: usize = 256;

/// A running server. All of it ends when this value is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    passive_ports: Option<(u16, u16)>,
    authority: Option<Vec<u8>>,
    transcript: Transcript,
    task: Option<JoinHandle<()>>,
    /// What holds a closed or filtered control port, and the default data port.
    _held: (Option<Socket>, Option<BlockedPort>, Socket),
}

impl Server {
    /// Starts a server on loopback; when this returns, it can be connected to.
    ///
    /// # Errors
    /// Where the system has no ports left, or cannot do what the behaviour asks for, such as
    /// IPv6 or a blocked port.
    pub async fn start(behaviour: Behaviour) -> io::Result<Self> {
        let host = behaviour.family.loopback();
        let control = ControlPort::take(host, behaviour.preferred_port)?;
        let address = control.address;
        let transcript = Transcript::default();
        let ports = PassivePorts::new(address, &behaviour.ports).await?;
        let passive_ports = ports.range();
        let identity = behaviour.tls.as_ref().map(Identity::new).transpose()?;
        let authority = identity.as_ref().map(|identity| identity.authority().to_vec());
        let (mut task, mut closed, mut filtered) = (None, None, None);
        match behaviour.door {
            Door::Closed => closed = Some(control.socket),
            Door::Filtered => filtered = Some(BlockedPort::new(control.socket).await?),
            Door::Open => {
                control.socket.listen(128)?;
                let listener = TcpListener::from_std(control.socket.into())?;
                let shared = Arc::new(Shared {
                    behaviour,
                    identity,
                    control: address,
                    ports,
                    places: Places::default(),
                    transcript: transcript.clone(),
                });
                task = Some(tokio::spawn(serve(listener, shared)));
            }
        }
        Ok(Self {
            address,
            passive_ports,
            authority,
            transcript,
            task,
            _held: (closed, filtered, control.below),
        })
    }

    /// The control port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lowest and highest passive port, where the behaviour has a range.
    pub fn passive_ports(&self) -> Option<(u16, u16)> {
        self.passive_ports
    }

    /// The certificate (DER) of the authority that signed the server's own, to be trusted by its
    /// guests; none where the server speaks no TLS. It is made anew for each server, and its key
    /// is never written anywhere.
    pub fn authority(&self) -> Option<&[u8]> {
        self.authority.as_deref()
    }

    /// What was said so far, one line each: session number, `C`, `S` or `D` (an event on a
    /// data connection), and the text. Passwords are left out.
    pub fn transcript(&self) -> Vec<String> {
        self.transcript.lines()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            // Its sessions go with it, and their sockets with them.
            task.abort();
        }
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut sessions = JoinSet::new();
    let mut number = 0;
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) if sessions.len() < MOST_SESSIONS => {
                    number += 1;
                    let session = Session::new(stream, peer, number, Arc::clone(&shared));
                    sessions.spawn(session.run());
                }
                Ok(_) => {}
                // Out of descriptors, or the client was gone before we looked.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = sessions.join_next() => {}
        }
    }
}
