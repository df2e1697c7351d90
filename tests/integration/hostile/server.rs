//! A server that misbehaves as told and never minds what the client does. What a case does not say
//! is done as a plain, healthy server would do it.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket, Type};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How often a waiting thread looks whether all is over.
const GLANCE: Duration = Duration::from_millis(10);
/// A client that has not come to a data port by then does not come.
const COMES: Duration = Duration::from_secs(3);

/// One thing that a server does.
#[derive(Clone)]
pub(crate) enum Act {
    /// Sends lines; `{p}`, `{port}`, `{decoy}`, `{decoy.port}`, `{control}` and `{n}` (which session this
    /// is) are filled in.
    Say(String),
    /// Sends bytes.
    Raw(Vec<u8>),
    /// Sends these bytes again and again, until nobody takes them any more.
    Flood(Vec<u8>),
    /// Sends these bytes again and again, one at a time, with pauses.
    Drip(Vec<u8>, Duration),
    /// Waits.
    Wait(Duration),
    /// FIN.
    Close,
    /// RST.
    Rst,
    /// Says nothing more and reads on.
    Hang,
    /// Goes over to TLS.
    Tls(&'static str),
    /// Opens a data port.
    Listen,
    /// Takes a port number at which nobody listens.
    ListenNot,
    /// A data connection, at the data port or by a call to the client's.
    Open,
    /// Sends on the data connection.
    Data(Vec<u8>),
    /// Sends on the data connection for ever.
    DataFlood(Vec<u8>),
    /// The same, slowly.
    DataDrip(Vec<u8>, Duration),
    /// FIN on the data connection.
    DataClose,
    /// RST on the data connection.
    DataRst,
    /// TLS on the data connection.
    DataTls(&'static str),
    /// This many calls to the client's port, from other addresses than the server's.
    Strangers(u8),
}

pub(crate) fn say(text: &str) -> Act {
    Act::Say(text.to_owned())
}

pub(crate) fn raw(bytes: &[u8]) -> Act {
    Act::Raw(bytes.to_vec())
}

pub(crate) fn flood(bytes: &[u8]) -> Act {
    Act::Flood(bytes.to_vec())
}

pub(crate) fn wait(milliseconds: u64) -> Act {
    Act::Wait(Duration::from_millis(milliseconds))
}

pub(crate) fn data(bytes: &[u8]) -> Act {
    Act::Data(bytes.to_vec())
}

/// What a server does in a session, by the command that it answers; `greeting` comes first.
pub(crate) type Rules = HashMap<&'static str, Vec<Act>>;

/// What a server has seen.
#[derive(Default)]
pub(crate) struct Seen {
    /// The commands of each session.
    pub(crate) sessions: Vec<Vec<String>>,
    /// The clients' ports.
    clients: Vec<u16>,
    /// All that came in any session, whether it was answered or not.
    heard: Vec<u8>,
    /// Most sessions that the client held at once.
    pub(crate) at_once: usize,
}

/// A running server; it stops when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

/// Identities under TLS, by name.
pub(crate) type Identities = HashMap<&'static str, Arc<ServerConfig>>;

struct Shared {
    rules: Vec<Rules>,
    identities: Arc<Identities>,
    control: SocketAddr,
    decoy: SocketAddr,
    decoyed: AtomicUsize,
    _shut: Socket,
    seen: Mutex<Seen>,
    stop: AtomicBool,
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn over(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Server {
    /// Starts; the last rules are for all further sessions too.
    pub(crate) fn start(rules: Vec<Rules>, identities: &Arc<Identities>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        // Another machine, as far as the client can tell: nobody has a reason to call it.
        let decoy = TcpListener::bind((Ipv4Addr::new(127, 0, 0, 77), 0)).unwrap();
        // The same port of the server's own address stays shut, whatever else runs on this machine.
        let shut = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let beside = SocketAddr::from((Ipv4Addr::LOCALHOST, decoy.local_addr().unwrap().port()));
        if shut.bind(&beside.into()).is_err() {
            return Self::start(rules, identities);
        }
        let shared = Arc::new(Shared {
            rules,
            identities: Arc::clone(identities),
            control: address,
            decoy: decoy.local_addr().unwrap(),
            decoyed: AtomicUsize::new(0),
            _shut: shut,
            seen: Mutex::default(),
            stop: AtomicBool::new(false),
        });
        let inner = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in decoy.incoming() {
                if inner.over() {
                    return;
                }
                drop(stream);
                inner.decoyed.fetch_add(1, Ordering::Relaxed);
            }
        });
        let inner = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                if inner.over() {
                    return;
                }
                let Ok(from) = stream.peer_addr() else { continue };
                let index = {
                    let mut seen = inner.seen();
                    seen.clients.push(from.port());
                    seen.at_once = seen.at_once.max(held(inner.control, &seen.clients));
                    seen.sessions.push(Vec::new());
                    seen.sessions.len() - 1
                };
                let inner = Arc::clone(&inner);
                thread::spawn(move || Session::new(&inner, index, stream).run());
            }
        });
        Self { address, shared }
    }

    /// What was seen so far.
    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.shared.seen()
    }

    /// What came in all sessions, answered or not.
    pub(crate) fn heard(&self) -> String {
        thread::sleep(Duration::from_millis(300));
        String::from_utf8_lossy(&self.seen().heard).into_owned()
    }

    /// Calls at the machine that nobody has a reason to call.
    pub(crate) fn decoyed(&self) -> usize {
        self.shared.decoyed.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        for at in [self.address, self.shared.decoy] {
            let _ = TcpStream::connect_timeout(&at, Duration::from_secs(1));
        }
    }
}

/// Connections at a port of ours, from these, that the other end has not closed.
fn held(at: SocketAddr, clients: &[u16]) -> usize {
    let IpAddr::V4(ip) = at.ip() else { return 0 };
    let own = format!("{:08X}:{:04X}", u32::from_le_bytes(ip.octets()), at.port());
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let client = |line: &str| {
        let mut fields = line.split_whitespace().skip(1);
        let (local, remote, state) = (fields.next()?, fields.next()?, fields.next()?);
        let port = u16::from_str_radix(remote.split(':').nth(1)?, 16).ok()?;
        (local == own && state == "01" && clients.contains(&port)).then_some(port)
    };
    // The table changes while it is read: a line may be there twice.
    table.lines().filter_map(client).collect::<BTreeSet<u16>>().len()
}

enum Stream {
    Clear(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Stream {
    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Clear(tcp) => tcp,
            Self::Tls(tls) => &tls.sock,
        }
    }

    fn io(&mut self) -> &mut dyn ReadWrite {
        match self {
            Self::Clear(tcp) => tcp,
            Self::Tls(tls) => tls,
        }
    }
}

trait ReadWrite: Read + Write {}
impl<T: Read + Write> ReadWrite for T {}

/// The session is over, one way or another.
struct Over;

impl From<io::Error> for Over {
    fn from(_: io::Error) -> Self {
        Self
    }
}

struct Session<'a> {
    shared: &'a Shared,
    index: usize,
    rules: &'a Rules,
    control: Option<Stream>,
    data: Option<Stream>,
    /// The data port, and whether somebody listens there.
    port: Option<(Socket, SocketAddr)>,
    /// From the last PORT or EPRT.
    client: Option<SocketAddr>,
    strangers: Vec<TcpStream>,
    buffer: Vec<u8>,
}

impl<'a> Session<'a> {
    fn new(shared: &'a Shared, index: usize, control: TcpStream) -> Self {
        let last = shared.rules.len() - 1;
        Self {
            shared,
            index,
            rules: &shared.rules[index.min(last)],
            control: Some(Stream::Clear(control)),
            data: None,
            port: None,
            client: None,
            strangers: Vec::new(),
            buffer: Vec::new(),
        }
    }

    fn run(mut self) {
        let _ = self.serve();
    }

    fn serve(&mut self) -> Result<(), Over> {
        let tcp = self.control()?.tcp();
        tcp.set_read_timeout(Some(GLANCE))?;
        tcp.set_write_timeout(Some(GLANCE))?;
        tcp.set_nodelay(true)?;
        self.answer("greeting")?;
        loop {
            let command = self.command()?;
            let verb = command.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            match (verb.as_str(), command.split_once(' ')) {
                ("PORT", Some((_, argument))) => self.client = port_address(argument),
                ("EPRT", Some((_, argument))) => self.client = eprt_address(argument),
                ("PASV" | "EPSV", _) => self.client = None,
                _ => {}
            }
            self.shared.seen().sessions[self.index].push(command);
            self.answer(&verb)?;
        }
    }

    fn answer(&mut self, verb: &str) -> Result<(), Over> {
        let usual;
        let acts = if let Some(acts) = self.rules.get(verb) {
            acts
        } else {
            usual = usual_acts(verb);
            &usual
        };
        for act in acts {
            self.act(act)?;
        }
        Ok(())
    }

    fn act(&mut self, act: &Act) -> Result<(), Over> {
        match act {
            Act::Say(text) => {
                let bytes = self.fill(text).replace('\n', "\r\n") + "\r\n";
                self.write(bytes.as_bytes())
            }
            Act::Raw(bytes) => self.write(bytes),
            Act::Flood(bytes) => {
                let many = bytes.repeat((32 << 10) / bytes.len() + 1);
                loop {
                    self.write(&many)?;
                }
            }
            Act::Drip(bytes, pause) => {
                for byte in bytes.iter().cycle() {
                    self.write(&[*byte])?;
                    self.rest(*pause)?;
                }
                Ok(())
            }
            Act::Wait(time) => self.rest(*time),
            Act::Close => {
                let _ = self.control()?.tcp().shutdown(Shutdown::Write);
                self.hang()
            }
            Act::Rst => {
                if let Some(control) = self.control.take() {
                    let _ = SockRef::from(control.tcp()).set_linger(Some(Duration::ZERO));
                }
                Err(Over)
            }
            Act::Hang => self.hang(),
            Act::Tls(name) => {
                let stream = self.control.take().ok_or(Over)?;
                self.control = Some(self.secure(stream, name)?);
                Ok(())
            }
            Act::Listen | Act::ListenNot => self.listen(matches!(act, Act::Listen)),
            Act::Open => self.open(),
            Act::Data(bytes) => self.write_data(bytes),
            Act::DataFlood(bytes) => {
                let many = bytes.repeat((64 << 10) / bytes.len() + 1);
                while self.data.is_some() {
                    self.write_data(&many)?;
                }
                Ok(())
            }
            Act::DataDrip(bytes, pause) => {
                while self.data.is_some() {
                    self.write_data(bytes)?;
                    self.rest(*pause)?;
                }
                Ok(())
            }
            Act::DataClose => {
                if let Some(Stream::Tls(tls)) = &mut self.data {
                    tls.conn.send_close_notify();
                    let _ = tls.flush();
                }
                self.data = None;
                Ok(())
            }
            Act::DataRst => {
                if let Some(data) = self.data.take() {
                    let _ = SockRef::from(data.tcp()).set_linger(Some(Duration::ZERO));
                }
                Ok(())
            }
            Act::DataTls(name) => {
                if let Some(stream) = self.data.take() {
                    self.data = self.secure(stream, name).ok();
                }
                Ok(())
            }
            Act::Strangers(count) => {
                self.call_as_strangers(*count);
                Ok(())
            }
        }
    }

    fn control(&mut self) -> Result<&mut Stream, Over> {
        self.control.as_mut().ok_or(Over)
    }

    fn secure(&self, stream: Stream, name: &str) -> Result<Stream, Over> {
        let Stream::Clear(mut tcp) = stream else { return Err(Over) };
        let config = self.shared.identities.get(name).expect("a known identity");
        let mut tls = ServerConnection::new(Arc::clone(config)).map_err(|_| Over)?;
        tcp.set_read_timeout(Some(GLANCE))?;
        let until = Instant::now() + COMES;
        while tls.is_handshaking() {
            match tls.complete_io(&mut tcp) {
                Err(error) if is_timeout(&error) && Instant::now() < until => {}
                other => _ = other?,
            }
        }
        while tls.wants_write() {
            tls.write_tls(&mut tcp)?;
        }
        Ok(Stream::Tls(Box::new(StreamOwned::new(tls, tcp))))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Over> {
        let shared = self.shared;
        write_all(self.control()?.io(), bytes, shared)
    }

    fn write_data(&mut self, bytes: &[u8]) -> Result<(), Over> {
        let shared = self.shared;
        if let Some(data) = &mut self.data
            && write_all(data.io(), bytes, shared).is_err()
        {
            self.data = None;
        }
        if shared.over() { Err(Over) } else { Ok(()) }
    }

    /// Waits, and notices when the client leaves.
    fn rest(&mut self, time: Duration) -> Result<(), Over> {
        let until = Instant::now() + time;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            self.read()?;
            thread::sleep(left.min(Duration::from_millis(1)));
        }
    }

    fn hang(&mut self) -> Result<(), Over> {
        loop {
            self.command()?;
        }
    }

    /// Takes what is there, and ends when the client has left.
    fn read(&mut self) -> Result<(), Over> {
        if self.shared.over() {
            return Err(Over);
        }
        let mut bytes = [0; 512];
        match self.control()?.io().read(&mut bytes) {
            Ok(0) => Err(Over),
            Ok(count) => {
                self.buffer.extend(&bytes[..count]);
                self.shared.seen().heard.extend(&bytes[..count]);
                Ok(())
            }
            Err(error) if is_timeout(&error) => Ok(()),
            Err(_) => Err(Over),
        }
    }

    fn command(&mut self) -> Result<String, Over> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            self.read()?;
        }
    }

    fn listen(&mut self, really: bool) -> Result<(), Over> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
        if really {
            socket.listen(8)?;
        }
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?.as_socket().ok_or(Over)?;
        self.port = Some((socket, address));
        Ok(())
    }

    fn open(&mut self) -> Result<(), Over> {
        let stream = if let Some(to) = self.client {
            // Never anywhere but to this machine, whatever is asked for.
            if !to.ip().is_loopback() {
                return Ok(());
            }
            TcpStream::connect_timeout(&to, COMES).ok()
        } else {
            let until = Instant::now() + COMES;
            loop {
                let Some((socket, _)) = &self.port else { break None };
                match socket.accept() {
                    Ok((socket, _)) => break Some(TcpStream::from(socket)),
                    Err(_) if Instant::now() > until => break None,
                    Err(_) => self.rest(GLANCE)?,
                }
            }
        };
        if let Some(stream) = &stream {
            stream.set_nonblocking(false)?;
            stream.set_write_timeout(Some(GLANCE))?;
            stream.set_read_timeout(Some(GLANCE))?;
        }
        self.data = stream.map(Stream::Clear);
        Ok(())
    }

    fn call_as_strangers(&mut self, count: u8) {
        let Some(to) = self.client.filter(|to| to.ip().is_loopback()) else { return };
        for number in 0..count {
            let call = || -> io::Result<TcpStream> {
                let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
                let from = Ipv4Addr::new(127, 0, 9, 1 + number % 200);
                socket.bind(&SocketAddr::from((from, 0)).into())?;
                socket.connect_timeout(&to.into(), Duration::from_millis(200))?;
                Ok(socket.into())
            };
            self.strangers.extend(call());
        }
    }

    fn fill(&self, text: &str) -> String {
        let (port, decoy) = (self.port.as_ref().map(|(_, at)| *at), self.shared.decoy);
        let port = port.unwrap_or(decoy);
        text.replace("{p}", &tuple(port))
            .replace("{port}", &port.port().to_string())
            .replace("{hi}", &(port.port() >> 8).to_string())
            .replace("{lo}", &(port.port() & 255).to_string())
            .replace("{decoy}", &tuple(decoy))
            .replace("{decoy.ip}", &decoy.ip().to_string())
            .replace("{decoy.port}", &decoy.port().to_string())
            .replace("{control}", &tuple(self.shared.control))
            .replace("{n}", &self.index.to_string())
    }
}

/// The six numbers of RFC 959.
fn tuple(at: SocketAddr) -> String {
    let IpAddr::V4(ip) = at.ip() else { return String::new() };
    let [a, b, c, d] = ip.octets();
    format!("{a},{b},{c},{d},{},{}", at.port() >> 8, at.port() & 255)
}

/// Until all is written or nobody takes it.
fn write_all(to: &mut dyn ReadWrite, mut bytes: &[u8], shared: &Shared) -> Result<(), Over> {
    while !bytes.is_empty() {
        if shared.over() {
            return Err(Over);
        }
        match to.write(bytes) {
            Ok(0) => return Err(Over),
            Ok(count) => bytes = &bytes[count..],
            Err(error) if is_timeout(&error) => {}
            Err(_) => return Err(Over),
        }
    }
    let _ = to.flush();
    Ok(())
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

/// What a healthy server does.
fn usual_acts(verb: &str) -> Vec<Act> {
    match verb {
        "greeting" => vec![say("220 Ready.")],
        "USER" => vec![say("331 Password, please.")],
        "PASS" => vec![say("230 You are in.")],
        "FEAT" => vec![say("211 No features.")],
        "SYST" => vec![say("215 UNIX Type: L8")],
        "STAT" => vec![say("211 No status.")],
        "PWD" => vec![say("257 \"/\"")],
        "TYPE" | "NOOP" | "PORT" | "EPRT" | "PBSZ" | "PROT" => vec![say("200 Fine.")],
        "CWD" => vec![say("250 Done.")],
        "ABOR" => vec![say("226 Nothing to abort.")],
        "QUIT" => vec![say("221 Bye."), Act::Close],
        "PASV" => vec![Act::Listen, say("227 Entering Passive Mode ({p}).")],
        "EPSV" => vec![Act::Listen, say("229 Extended passive mode (|||{port}|).")],
        "LIST" | "NLST" | "MLSD" | "RETR" => vec![
            say("150 Here it comes."),
            Act::Open,
            data(b"-rw-r--r-- 1 0 0 3 Jan 1 1970 a.txt\r\n"),
            Act::DataClose,
            say("226 Done."),
        ],
        _ => vec![say("502 Not implemented.")],
    }
}

fn port_address(argument: &str) -> Option<SocketAddr> {
    let numbers: Vec<u8> = argument.split(',').map_while(|n| n.parse().ok()).collect();
    let [a, b, c, d, high, low] = numbers[..] else { return None };
    let port = u16::from(high) << 8 | u16::from(low);
    Some(SocketAddr::from(([a, b, c, d], port)))
}

fn eprt_address(argument: &str) -> Option<SocketAddr> {
    let mut fields = argument.split('|').skip(2);
    let ip: IpAddr = fields.next()?.parse().ok()?;
    Some(SocketAddr::new(ip, fields.next()?.parse().ok()?))
}
