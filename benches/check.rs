//! `ftp-doctor check` over many healthy servers, beside `curl --parallel` with the same listings.
//!
//! ```text
//! cargo bench --bench check              # 100 and 1,000 targets
//! cargo bench --bench check -- 10000     # as many as named
//! cargo bench --bench check -- silent    # 1,000, of which 300 drop everything, beside the other 700
//! ```
//!
//! A small server answers on all of 127.0.0.0/8, so each target has an address of its own. Prints
//! times, ratios and memory; asserts that every target is healthy and every listing came, and nothing
//! about time.

use std::fmt::Write as _;
use std::io::{BufRead as _, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

const LISTING: &[u8] = b"-rw-r--r-- 1 0 0 5 Jan 1 00:00 a.txt\r\n";

enum Data {
    Passive(TcpListener),
    Active(SocketAddr),
}

/// The address of PORT or EPRT.
fn address(verb: &str, argument: &str) -> Option<SocketAddr> {
    if verb == "EPRT" {
        let mut parts = argument.split('|').skip(2);
        let ip: IpAddr = parts.next()?.parse().ok()?;
        return Some(SocketAddr::new(ip, parts.next()?.parse().ok()?));
    }
    let numbers: Vec<u8> = argument.split(',').filter_map(|n| n.trim().parse().ok()).collect();
    let [a, b, c, d, high, low] = numbers.as_slice() else { return None };
    Some(SocketAddr::from(([*a, *b, *c, *d], u16::from_be_bytes([*high, *low]))))
}

async fn session(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let own = stream.local_addr()?.ip();
    let (read, mut write) = stream.split();
    let mut read = BufReader::new(read);
    write.write_all(b"220 ready\r\n").await?;
    let (mut line, mut data) = (String::new(), None);
    loop {
        line.clear();
        if read.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let (verb, argument) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
        let reply = match verb {
            "USER" => "331 password\r\n".to_owned(),
            "PASS" => "230 in\r\n".to_owned(),
            "FEAT" => "211-Features:\r\n EPSV\r\n211 End\r\n".to_owned(),
            "SYST" => "215 UNIX Type: L8\r\n".to_owned(),
            "PWD" => "257 \"/\"\r\n".to_owned(),
            "TYPE" | "NOOP" | "CWD" => "200 ok\r\n".to_owned(),
            "PASV" | "EPSV" => {
                let listener = TcpListener::bind((own, 0)).await?;
                let port = listener.local_addr()?.port();
                data = Some(Data::Passive(listener));
                if verb == "EPSV" {
                    format!("229 here (|||{port}|)\r\n")
                } else {
                    let host = own.to_string().replace('.', ",");
                    format!("227 here ({host},{},{})\r\n", port >> 8, port & 255)
                }
            }
            "PORT" | "EPRT" => match address(verb, argument) {
                Some(to) => {
                    data = Some(Data::Active(to));
                    "200 ok\r\n".to_owned()
                }
                None => "501 no\r\n".to_owned(),
            },
            "LIST" | "NLST" => {
                write.write_all(b"150 here it comes\r\n").await?;
                let mut to = match data.take() {
                    Some(Data::Passive(listener)) => listener.accept().await?.0,
                    Some(Data::Active(to)) => {
                        let socket = TcpSocket::new_v4()?;
                        socket.bind(SocketAddr::new(own, 0))?;
                        socket.connect(to).await?
                    }
                    None => return Ok(()),
                };
                to.write_all(LISTING).await?;
                to.shutdown().await?;
                "226 done\r\n".to_owned()
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "502 no\r\n".to_owned(),
        };
        write.write_all(reply.as_bytes()).await?;
    }
}

/// Starts the server in a thread; gives back its port.
fn serve() -> u16 {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind(SocketAddr::from(([0, 0, 0, 0], 0))).unwrap();
            let listener = socket.listen(4096).unwrap();
            tell.send(listener.local_addr().unwrap().port()).unwrap();
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        tokio::spawn(session(stream));
                    }
                    Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        });
    });
    told.recv().unwrap()
}

fn host(number: usize) -> String {
    format!("127.1.{}.{}", number / 250, number % 250 + 1)
}

/// Seconds, and the most memory in KiB, as GNU time tells it where it is installed.
fn timed(mut command: Command) -> (f64, String) {
    let began = Instant::now();
    let output = command.output().unwrap();
    let took = began.elapsed().as_secs_f64();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (took, String::from_utf8_lossy(&output.stderr).into_owned())
}

fn doctor(port: u16, number: usize) -> (f64, u64) {
    let list: String = (0..number).fold(String::new(), |mut list, n| {
        let _ = writeln!(list, "{}:{port}", host(n));
        list
    });
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(list.as_bytes()).unwrap();
    let program = env!("CARGO_BIN_EXE_ftp-doctor");
    let gnu = std::path::Path::new("/usr/bin/time").exists();
    let mut command = Command::new(if gnu { "/usr/bin/time" } else { program });
    if gnu {
        command.args(["-f", "%M", program]);
    }
    command
        .args(["check", "-", "--format", "jsonl"])
        .stdin(std::fs::File::open(file.path()).unwrap())
        .stdout(Stdio::piped());
    let (took, told) = timed(command);
    (took, told.trim().parse().unwrap_or(0))
}

fn curl(port: u16, number: usize) -> f64 {
    let ways = ["disable-epsv", "", "ftp-port = \"-\"\ndisable-eprt", "ftp-port = \"-\""];
    let mut blocks = Vec::new();
    for n in 0..number {
        for way in ways {
            blocks.push(format!(
                "url = \"ftp://{}:{port}/\"\noutput = \"/dev/null\"\n{way}\n",
                host(n)
            ));
        }
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(blocks.join("next\n").as_bytes()).unwrap();
    let mut command = Command::new("curl");
    command.args(["-sS", "--parallel", "--parallel-max", "32", "-K"]).arg(file.path());
    timed(command).0
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Both, the other one first in every second run.
fn in_turns<A, B>(run: usize, one: impl FnOnce() -> A, other: impl FnOnce() -> B) -> (A, B) {
    if run.is_multiple_of(2) {
        let one = one();
        (one, other())
    } else {
        let other = other();
        (one(), other)
    }
}

/// A port that drops every SYN: the queue of its listener is full, and nobody takes from it.
fn drop_everything() -> (socket2::Socket, Vec<std::net::TcpStream>, u16) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([0, 0, 0, 0], 0)).into()).unwrap();
    socket.listen(0).unwrap();
    let port = socket.local_addr().unwrap().as_socket().unwrap().port();
    let to = SocketAddr::from(([127, 0, 0, 1], port));
    let wait = Duration::from_millis(500);
    let filled = std::iter::from_fn(|| std::net::TcpStream::connect_timeout(&to, wait).ok());
    (socket, filled.take(16).collect(), port)
}

/// When the last healthy target was reported, and how many were; results come as they are ready.
fn last_healthy(list: &str) -> (f64, usize) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(list.as_bytes()).unwrap();
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_ftp-doctor"))
        .args(["check", "-", "--format", "jsonl"])
        .stdin(std::fs::File::open(file.path()).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut last, mut healthy) = (0.0, 0);
    for line in std::io::BufReader::new(child.stdout.take().unwrap()).lines() {
        if line.unwrap().contains("\"verdict\":\"healthy\"") {
            last = began.elapsed().as_secs_f64();
            healthy += 1;
        }
    }
    child.wait().unwrap();
    (last, healthy)
}

/// Do 300 targets that drop everything hold up the 700 others?
fn silent(port: u16) {
    let (_listener, _filled, silent) = drop_everything();
    let target = |n: usize, port: u16| format!("{}:{port}\n", host(n));
    let all: String =
        (0..1000).map(|n| target(n, if n % 10 < 3 { silent } else { port })).collect();
    let healthy: String = (0..1000).filter(|n| n % 10 >= 3).map(|n| target(n, port)).collect();
    let mut ratios = Vec::new();
    for run in 1..=9 {
        let ((with, found), (without, expected)) =
            in_turns(run, || last_healthy(&all), || last_healthy(&healthy));
        assert_eq!((found, expected), (700, 700));
        let ratio = with / without;
        ratios.push(ratio);
        println!(
            "300 of 1,000 silent, run {run}: last healthy one after {with:.2} s, without them \
             {without:.2} s, ratio {ratio:.2}"
        );
    }
    println!("median ratio {:.2}", median(ratios));
}

fn main() {
    let port = serve();
    if std::env::args().any(|a| a == "silent") {
        silent(port);
        return;
    }
    let named: Vec<usize> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let sizes = if named.is_empty() { vec![100, 1000] } else { named };
    let mut base: Option<(usize, u64)> = None;
    for number in sizes {
        // One of 10,000 takes long enough to be its own mean.
        let times = if number > 1000 { 1 } else { 7 };
        let runs: Vec<((f64, u64), f64)> = (0..times)
            .map(|run| in_turns(run, || doctor(port, number), || curl(port, number)))
            .collect();
        let ours = median(runs.iter().map(|((ours, _), _)| *ours));
        let theirs = median(runs.iter().map(|(_, theirs)| *theirs));
        let ratio = median(runs.iter().map(|((ours, _), theirs)| ours / theirs));
        let memory = runs.iter().map(|((_, memory), _)| *memory).max().unwrap_or(0);
        let each = base.map_or(String::new(), |(before, then)| {
            #[expect(clippy::cast_precision_loss, reason = "for people")]
            let kib = (memory.saturating_sub(then)) as f64 / (number - before) as f64;
            format!(", {kib:.1} KiB for each target more")
        });
        base = Some((number, memory));
        println!(
            "{number} targets, four modes each, medians of {times}: check {ours:.2} s, curl \
             {theirs:.2} s, ratio {ratio:.2}; {memory} KiB at most{each}"
        );
    }
}
