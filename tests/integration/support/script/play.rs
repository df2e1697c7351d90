//! Playing a session of a script.

use std::collections::HashMap;
use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::parse::{End, Step, matches};
use super::stream::Stream;
use super::{LIMIT, Mismatch, Shared};

/// How often a waiting thread looks whether all is over.
const GLANCE: Duration = Duration::from_millis(10);
/// A handshake over loopback is over before this.
const UNANSWERED: Duration = Duration::from_millis(60);
const LONGEST_LINE: usize = 4096;
/// What stands for a command where the client has closed.
const END: &str = "<end>";

/// A data port.
struct Port {
    address: SocketAddr,
    socket: Socket,
    _queue: Vec<TcpStream>,
}

pub(super) struct Play<'a> {
    shared: &'a Shared,
    index: usize,
    /// Gone only while it goes over to TLS.
    control: Option<Stream>,
    buffer: Vec<u8>,
    /// A command that was read and not yet dealt with.
    held_back: Option<String>,
    ports: HashMap<String, Port>,
    data: Option<Stream>,
    /// From the last PORT or EPRT.
    client_port: Option<SocketAddr>,
    /// Data connections that are left open.
    hanging: Vec<Stream>,
    closed: bool,
    /// The data connection did not come through its handshake.
    lost: bool,
    /// What is left of the script is not played.
    skip: bool,
}

impl<'a> Play<'a> {
    pub(super) fn new(shared: &'a Shared, index: usize, control: TcpStream) -> Self {
        let control = Some(Stream::new(control, &shared.wire));
        Self {
            shared,
            index,
            control,
            buffer: Vec::new(),
            held_back: None,
            ports: HashMap::new(),
            data: None,
            client_port: None,
            hanging: Vec::new(),
            closed: false,
            lost: false,
            skip: false,
        }
    }

    pub(super) fn run(mut self) -> Result<(), Mismatch> {
        let tcp = self.control()?.tcp();
        tcp.set_read_timeout(Some(GLANCE))?;
        tcp.set_nodelay(true)?;
        let lines = &self.shared.script.sessions[self.index].lines;
        let mut skipping = false;
        for line in lines {
            let answers = matches!(line.step, Step::Say(_) | Step::Raw(_) | Step::Wait(_));
            if let Step::Expect { pattern, optional } = &line.step {
                skipping = !self.expect(pattern, *optional)?;
            } else if !(skipping && answers) {
                skipping = false;
                self.step(&line.step).map_err(|error| format!("at `{}`: {error}", line.text))?;
            }
            if self.closed {
                return Ok(());
            }
            if self.skip {
                break;
            }
        }
        // Nothing is left but to answer what may come at any time.
        self.expect(END, false).map(|_| ())
    }

    /// True where the client sent what matches.
    fn expect(&mut self, pattern: &str, optional: bool) -> Result<bool, Mismatch> {
        loop {
            let command = match self.held_back.take() {
                Some(command) => command,
                None => self.command()?,
            };
            if matches(pattern, &command) {
                self.closed |= command == END;
                self.remember(&command);
                return Ok(true);
            }
            if self.answer(&command)? {
                if self.closed && !optional && pattern != END {
                    return Err(format!("the client left, expected `{pattern}`").into());
                }
                if self.closed {
                    return Ok(false);
                }
                continue;
            }
            if optional {
                self.held_back = Some(command);
                return Ok(false);
            }
            return Err(format!("the client sent `{command}`, expected `{pattern}`").into());
        }
    }

    /// Answers what is answered at any time.
    fn answer(&mut self, command: &str) -> Result<bool, Mismatch> {
        let anytime = &self.shared.script.anytime;
        let Some((_, reply)) = anytime.iter().find(|(pattern, _)| matches(pattern, command)) else {
            return Ok(false);
        };
        self.remember(command);
        self.say(reply)?;
        if command == "QUIT" {
            self.finish_control(End::Close);
        }
        Ok(true)
    }

    fn remember(&mut self, command: &str) {
        let address = match command.split_once(' ') {
            Some(("PORT", argument)) => port_address(argument),
            Some(("EPRT", argument)) => eprt_address(argument),
            _ => return,
        };
        self.client_port = address;
    }

    fn step(&mut self, step: &Step) -> Result<(), Mismatch> {
        match step {
            Step::Say(text) => self.say(&self.fill(text)?),
            Step::Raw(bytes) => {
                self.note('R', &String::from_utf8_lossy(bytes));
                self.write(bytes)
            }
            Step::Wait(time) => self.wait(*time, || Ok(None::<()>)).map(|_| ()),
            Step::End(end) => {
                self.finish_control(*end);
                if *end == End::Hang {
                    self.ignore();
                }
                Ok(())
            }
            Step::Secure(name) => self.secure(name),
            Step::Hear => {
                let told = hear(self.control()?)?;
                self.note('T', &told);
                Ok(())
            }
            Step::Past(bytes) => {
                self.note('T', &format!("past TLS: {}", String::from_utf8_lossy(bytes)));
                self.control()?.write_raw(bytes).map_err(Mismatch::from)
            }
            Step::Listen(name) => self.open(name, Some(16)),
            Step::Refuse(name) => self.open(name, None),
            Step::Block(name) => self.open(name, Some(0)),
            Step::Accept(name) => match self.accepted(name, LIMIT)? {
                Some(stream) => {
                    self.data = Some(Stream::new(stream, &self.shared.wire));
                    Ok(())
                }
                None => Err("nobody came".into()),
            },
            Step::Nobody(name, time) => match self.accepted(name, *time)? {
                Some(_) => Err("somebody came".into()),
                None => Ok(()),
            },
            Step::Connect(from) => self.connect(*from),
            Step::Send(_) | Step::Data(_) if self.lost => Ok(()),
            Step::Send(bytes) => {
                self.note('D', &format!("{} bytes", bytes.len()));
                let stream = self.data.as_mut().ok_or("no data connection")?;
                stream.write_all(bytes)?;
                stream.flush().map_err(Mismatch::from)
            }
            Step::DataSecure(name) => {
                let stream = self.data.take().ok_or("no data connection")?;
                // A client that does not trust us ends it; what the server then says is next.
                self.data = self.over(stream, name, 'D').ok();
                self.lost |= self.data.is_none();
                Ok(())
            }
            Step::DataResume(name, reply) => {
                let stream = self.data.take().ok_or("no data connection")?;
                let mut stream = self.over(stream, name, 'D')?;
                if stream.resumed() {
                    self.data = Some(stream);
                    return Ok(());
                }
                stream.end(End::Close);
                self.say(reply)?;
                // Nothing more of the script fits.
                self.skip = true;
                Ok(())
            }
            Step::DataHear => {
                let told = hear(self.data.as_mut().ok_or("no data connection")?)?;
                self.note('D', &told);
                Ok(())
            }
            Step::Data(end) => {
                let mut stream = self.data.take().ok_or("no data connection")?;
                self.note('D', &format!("{end:?}"));
                stream.end(*end);
                if *end == End::Hang {
                    self.hanging.push(stream);
                }
                Ok(())
            }
            Step::Expect { .. } => Ok(()),
        }
    }

    fn finish_control(&mut self, end: End) {
        self.note('X', &format!("{end:?}"));
        self.closed = true;
        if let Some(control) = &mut self.control {
            control.end(end);
        }
    }

    fn control(&mut self) -> Result<&mut Stream, Mismatch> {
        self.control.as_mut().ok_or_else(|| "the control connection is gone".into())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Mismatch> {
        let control = self.control()?;
        control.write_all(bytes)?;
        control.flush().map_err(Mismatch::from)
    }

    /// The control connection goes over to TLS.
    fn secure(&mut self, name: &str) -> Result<(), Mismatch> {
        let stream = self.control.take().ok_or("the control connection is gone")?;
        self.control = Some(self.over(stream, name, 'T')?);
        Ok(())
    }

    /// A connection goes over to TLS, and shows this identity.
    fn over(&self, mut stream: Stream, name: &str, who: char) -> Result<Stream, Mismatch> {
        let config = self.shared.identities.get(name).ok_or("no such identity")?;
        stream.tcp().set_read_timeout(Some(GLANCE))?;
        match stream.secure(config, LIMIT) {
            Ok((stream, told)) => {
                self.note(who, &told);
                Ok(stream)
            }
            Err(error) => {
                self.note(who, &format!("no TLS: {error}"));
                Err(error.into())
            }
        }
    }

    /// Until the client closes or all is over.
    fn ignore(&mut self) {
        let mut bytes = [0; 512];
        while !self.shared.over() {
            match self.control().map(|control| control.read(&mut bytes)) {
                Ok(Ok(0)) | Err(_) => return,
                Ok(Err(error)) if !is_timeout(&error) => return,
                _ => {}
            }
        }
    }

    fn say(&mut self, text: &str) -> Result<(), Mismatch> {
        for line in text.lines() {
            self.note('S', line);
        }
        let bytes = text.replace('\n', "\r\n") + "\r\n";
        self.write(bytes.as_bytes())
    }

    /// The next command line, or [`END`].
    fn command(&mut self) -> Result<String, Mismatch> {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                self.note('C', &line);
                return Ok(line);
            }
            if self.buffer.len() > LONGEST_LINE {
                return Err("the client sent a line without an end".into());
            }
            let mut bytes = [0; 512];
            match self.control()?.read(&mut bytes) {
                Ok(0) => {
                    self.note('C', END);
                    return Ok(END.to_owned());
                }
                Ok(count) => self.buffer.extend(&bytes[..count]),
                Err(error) if !is_timeout(&error) => {
                    self.note('C', &format!("<{error}>"));
                    return Ok(END.to_owned());
                }
                Err(_) if self.shared.over() => return Err("stopped".into()),
                Err(_) if Instant::now() > deadline => {
                    return Err("the client sent nothing more".into());
                }
                Err(_) => {}
            }
        }
    }

    fn open(&mut self, name: &str, backlog: Option<i32>) -> Result<(), Mismatch> {
        let wanted = SocketAddr::new(self.shared.script.listen, 0);
        let socket = Socket::new(Domain::for_address(wanted), Type::STREAM, None)?;
        socket.bind(&wanted.into())?;
        let address = socket.local_addr()?;
        let address = address.as_socket().ok_or("no address")?;
        let mut queue = Vec::new();
        if let Some(backlog) = backlog {
            socket.listen(backlog)?;
        }
        if backlog == Some(0) {
            // A full queue drops every further SYN.
            while let Ok(filler) = TcpStream::connect_timeout(&address, UNANSWERED) {
                queue.push(filler);
                if queue.len() > 16 {
                    return Err("the queue is never full on this system".into());
                }
            }
        }
        self.note('D', &format!("{name} is port {}", address.port()));
        let port = Port { address, socket, _queue: queue };
        self.ports.insert(name.to_owned(), port);
        Ok(())
    }

    fn accepted(&mut self, name: &str, limit: Duration) -> Result<Option<TcpStream>, Mismatch> {
        let port = self.port(name)?;
        port.socket.set_nonblocking(true)?;
        let come = self.wait(limit, || match port.socket.accept() {
            Ok((socket, _)) => Ok(Some(TcpStream::from(socket))),
            Err(error) if is_timeout(&error) => Ok(None),
            Err(error) => Err(error.into()),
        })?;
        if let Some(stream) = &come {
            stream.set_nonblocking(false)?;
            let from = stream.peer_addr()?;
            self.note('D', &format!("{from} came to {name}"));
        }
        Ok(come)
    }

    fn connect(&mut self, from: Option<IpAddr>) -> Result<(), Mismatch> {
        let to = self.client_port.ok_or("no PORT and no EPRT came")?;
        if !to.ip().is_loopback() {
            return Err(format!("{to} is not on this machine").into());
        }
        let socket = Socket::new(Domain::for_address(to), Type::STREAM, None)?;
        if let Some(from) = from {
            socket.bind(&SocketAddr::new(from, 0).into())?;
        }
        socket.connect_timeout(&to.into(), LIMIT)?;
        self.note('D', &format!("connected to {to}"));
        self.data = Some(Stream::new(socket.into(), &self.shared.wire));
        Ok(())
    }

    fn port(&self, name: &str) -> Result<&Port, Mismatch> {
        self.ports.get(name).ok_or_else(|| format!("no port is called {name}").into())
    }

    /// Replaces `{d}`, `{d.port}` and `{d.address}`.
    fn fill(&self, text: &str) -> Result<String, Mismatch> {
        let mut text = text.to_owned();
        for (name, Port { address, .. }) in &self.ports {
            let port = address.port();
            if let IpAddr::V4(v4) = address.ip() {
                let [a, b, c, d] = v4.octets();
                let pasv = format!("{a},{b},{c},{d},{},{}", port >> 8, port & 255);
                text = text.replace(&format!("{{{name}}}"), &pasv);
            }
            text = text
                .replace(&format!("{{{name}.port}}"), &port.to_string())
                .replace(&format!("{{{name}.address}}"), &address.ip().to_string());
        }
        if text.contains('{') && text.contains('}') {
            return Err(format!("an unknown port in `{text}`").into());
        }
        Ok(text)
    }

    /// Asks again and again, for as long as may be.
    fn wait<T>(
        &self,
        limit: Duration,
        mut ask: impl FnMut() -> Result<Option<T>, Mismatch>,
    ) -> Result<Option<T>, Mismatch> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(answer) = ask()? {
                return Ok(Some(answer));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || self.shared.over() {
                return Ok(None);
            }
            thread::sleep(left.min(GLANCE));
        }
    }

    fn note(&self, who: char, text: &str) {
        self.shared.note(self.index, format!("{who}: {text}"));
    }
}

/// Waits until something comes, and takes it.
fn hear(stream: &mut Stream) -> Result<String, Mismatch> {
    let deadline = Instant::now() + LIMIT;
    stream.tcp().set_read_timeout(Some(GLANCE))?;
    let mut bytes = [0; 4096];
    loop {
        match stream.read(&mut bytes) {
            Ok(count) => return Ok(format!("heard {count} bytes")),
            Err(error) if is_timeout(&error) && Instant::now() < deadline => {}
            Err(error) => return Err(error.into()),
        }
    }
}

pub(super) fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

fn port_address(argument: &str) -> Option<SocketAddr> {
    let numbers: Vec<u8> = argument.split(',').map_while(|n| n.parse().ok()).collect();
    let [a, b, c, d, high, low] = numbers[..] else {
        return None;
    };
    let port = u16::from_be_bytes([high, low]);
    Some(SocketAddr::from(([a, b, c, d], port)))
}

fn eprt_address(argument: &str) -> Option<SocketAddr> {
    let mut parts = argument.split('|').skip(2);
    let address: IpAddr = parts.next()?.parse().ok()?;
    Some(SocketAddr::new(address, parts.next()?.parse().ok()?))
}
