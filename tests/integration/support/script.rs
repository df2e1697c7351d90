//! A scripted FTP server for tests: it says what the script says, and nothing else.
//!
//! ```text
//! A: NOOP => 200 ok                     # answered at any time
//! S: 220 hello
//! C: USER *                             # * stands for anything
//! S: 331 password?
//! C: PASS *
//! S: 230 in
//! C?: FEAT                              # may come; if not, its answer is left out
//! S: 211 no features
//! D: listen d                           # a data port, called d
//! C: PASV
//! S: 227 Entering Passive Mode ({d})    # 127,0,0,1,p1,p2
//! C: LIST
//! D: accept d
//! S: 150 here it comes
//! D: send a.txt\r\n
//! D: close
//! S: 226 done
//! C: QUIT
//! S: 221 bye
//! X: close
//! == session 2
//! S: 421 full
//! X: close
//! ```
//!
//! | line | does |
//! | --- | --- |
//! | `S: TEXT` | sends a line; `{d}`, `{d.port}`, `{d.address}` stand for a data port |
//! | `R: TEXT` | sends bytes on the control connection, no line end added; `\r \n \t \\ \xNN` |
//! | `C: PATTERN` | the client must send this; `C: <end>`: it must close |
//! | `C?: PATTERN` | it may send this; the `S`, `R` and `W` that follow belong to it |
//! | `A: PATTERN => TEXT` | answered whenever it comes (`\n` begins another line); QUIT also closes |
//! | `W: 300ms` | waits |
//! | `X: close`, `X: cut`, `X: rst`, `X: hang` | ends the control connection (`cut`: without `close_notify`), or says nothing more |
//! | `T: NAME` | TLS on the control connection from here on, with the identity of that name |
//! | `T: hear` | waits for bytes there, such as a `ClientHello`, and takes them |
//! | `T: raw TEXT` | sends bytes past TLS, written as in `R` |
//! | `D: listen NAME` | opens a port that will be accepted, and that can be connected to at once |
//! | `D: refuse NAME` | has a port that answers with RST |
//! | `D: block NAME` | has a port that drops every SYN |
//! | `D: accept NAME` | waits for the client there; this is the data connection now |
//! | `D: nobody NAME 300ms` | nobody may come within that time |
//! | `D: connect` | connects to the address of the last PORT or EPRT; `D: connect 127.0.0.2` from there |
//! | `D: send TEXT` | sends bytes, written as in `R` |
//! | `D: fill N` | sends N bytes |
//! | `D: secure NAME`, `D: hear` | as `T`, on the data connection; where the client ends the handshake, the script goes on without it |
//! | `D: resume NAME REPLY` | as `D: secure`; where no session was resumed, closes, says this, and plays no further |
//! | `D: tls` | sends a TLS alert |
//! | `D: close`, `D: cut`, `D: rst`, `D: hang` | ends the data connection, or leaves it open to the end |
//! | `== session N` | what follows is for the Nth connection; `== session *` for all further ones |
//! | `== listen ::1` | listens there, not on 127.0.0.1 |
//! | `#` | a comment, also after a line (with two blanks before it) |
//!
//! Ports are the system's. [`ScriptServer::start`] returns when the server can be connected to.
//! Where a client does not keep to the script, the server hangs up and the transcript says why.

mod parse;
mod play;
mod stream;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use parse::Script;
use play::Play;
use stream::Wire;
use tokio_rustls::rustls::ServerConfig;

/// How long a client may take for the next step.
const LIMIT: Duration = Duration::from_secs(10);

/// Where client and script part, with both transcripts. It prints as plain text.
pub(crate) struct Mismatch(String);

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mismatch {}

impl From<io::Error> for Mismatch {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<&str> for Mismatch {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Mismatch {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// What a server shows under TLS, by name.
pub(crate) type Identities = HashMap<String, Arc<ServerConfig>>;

/// A running script. It stops when dropped.
pub(crate) struct ScriptServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl ScriptServer {
    /// Reads a script and starts to play it; when this returns, it can be connected to.
    pub(crate) fn start(script: &str) -> Result<Self, Mismatch> {
        Self::start_with(script, &Identities::new())
    }

    /// As [`ScriptServer::start`], for a script with TLS.
    pub(crate) fn start_with(script: &str, identities: &Identities) -> Result<Self, Mismatch> {
        let script = Script::parse(script)?;
        let listener = TcpListener::bind((script.listen, 0))?;
        let address = listener.local_addr()?;
        let sessions = script.sessions.iter().map(|_| Vec::new());
        let shared = Arc::new(Shared {
            sessions: Mutex::new(sessions.collect()),
            stop: AtomicBool::new(false),
            wire: Wire::default(),
            identities: identities.clone(),
            script,
        });
        let inner = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &inner));
        Ok(Self { address, shared })
    }

    /// The control port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was said so far, over all sessions.
    pub(crate) fn transcript(&self) -> Vec<String> {
        let sessions = self.shared.sessions();
        sessions.concat()
    }

    /// Every byte that came on any connection, as it was on the wire.
    pub(crate) fn wire(&self) -> Vec<u8> {
        self.shared.wire.bytes()
    }
}

impl Drop for ScriptServer {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect_timeout(&self.address, LIMIT);
    }
}

struct Shared {
    script: Script,
    /// What was said, by session.
    sessions: Mutex<Vec<Vec<String>>>,
    stop: AtomicBool,
    wire: Wire,
    identities: Identities,
}

impl Shared {
    fn sessions(&self) -> MutexGuard<'_, Vec<Vec<String>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn over(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn note(&self, index: usize, line: String) {
        if let Some(seen) = self.sessions().get_mut(index) {
            seen.push(line);
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for number in 0.. {
        let Ok((stream, _)) = listener.accept() else {
            return;
        };
        if shared.over() {
            return;
        }
        let last = shared.script.sessions.len() - 1;
        let index = number.min(last);
        if number > last && !shared.script.sessions[last].repeats {
            shared.note(last, "-- one more connection than the script has sessions".to_owned());
            continue;
        }
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            if let Err(mismatch) = Play::new(&shared, index, stream).run() {
                shared.note(index, format!("-- {mismatch}"));
            }
        });
    }
}
