//! How long it takes to read a large capture with little FTP in it, beside `tshark -r`:
//!
//! ```text
//! cargo bench --bench read
//! ```
//!
//! It needs tshark, and room for the file (`FTP_DOCTOR_READ_MIB`, 1024) in the temporary folder. The
//! file is made here: downloads of other protocols over many connections, and one FTP session with a
//! listing in the middle. Both programs run three times on one core, the best time counts; the largest
//! memory of ours is printed for the whole file and for a quarter of it, because it has to be the same.
//! Times are printed, not judged.

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Payload of a full segment.
const FULL: usize = 1448;
/// Connections of other protocols at a time.
const FLOWS: u32 = 200;
/// Runs of each program.
const RUNS: usize = 3;

fn main() {
    let mib: u64 = std::env::var("FTP_DOCTOR_READ_MIB")
        .map_or(1024, |mib| mib.parse().expect("FTP_DOCTOR_READ_MIB is a number"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (whole, quarter) = (folder.path().join("whole.pcap"), folder.path().join("quarter.pcap"));
    write(&whole, mib << 20).expect("room for the file");
    write(&quarter, mib << 18).expect("room for the file");
    let size = fs::metadata(&whole).expect("the file").len();
    let (ours, most) = best(|| doctor(&whole));
    let (_, less) = best(|| doctor(&quarter));
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let speed = size as f64 / ours.as_secs_f64() / 1e6;
    println!("{:<34} {:>8.2} s  {speed:>6.0} MB/s", "ftp-doctor read", ours.as_secs_f64());
    println!("{:<34} {most:>8} KiB", "  largest memory, whole file");
    println!("{:<34} {less:>8} KiB", "  largest memory, a quarter of it");
    if Command::new("tshark").arg("--version").output().is_err() {
        println!("tshark is not installed");
        return;
    }
    let (theirs, _) = best(|| tshark(&whole));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("{:<34} {:>8.2} s  ratio {ratio:.2}", "tshark -r FILE -Y ftp", theirs.as_secs_f64());
}

/// The shortest of several runs, and the largest memory of any.
fn best(run: impl Fn() -> (Duration, u64)) -> (Duration, u64) {
    let runs: Vec<(Duration, u64)> = (0..RUNS).map(|_| run()).collect();
    let time = runs.iter().map(|(time, _)| *time).min().unwrap_or_default();
    (time, runs.iter().map(|(_, memory)| *memory).max().unwrap_or_default())
}

fn doctor(file: &Path) -> (Duration, u64) {
    let program = env!("CARGO_BIN_EXE_ftp-doctor");
    let (time, memory, said) = on_one_core(&[program, "read", "--json", &file.to_string_lossy()]);
    assert!(
        said.contains("\"verdict\": \"healthy\""),
        "the session in the middle is found: {said}"
    );
    (time, memory)
}

fn tshark(file: &Path) -> (Duration, u64) {
    let (time, memory, said) =
        on_one_core(&["tshark", "-n", "-r", &file.to_string_lossy(), "-Y", "ftp"]);
    assert!(said.contains("227"), "the session in the middle is found: {said}");
    (time, memory)
}

/// Runs a command on the first core: time, largest memory in KiB, and what it said.
fn on_one_core(command: &[&str]) -> (Duration, u64, String) {
    let begin = Instant::now();
    let mut child = Command::new("taskset")
        .args(["-c", "0"])
        .args(command)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("taskset (util-linux) can be started");
    let status = format!("/proc/{}/status", child.id());
    let mut output = child.stdout.take().expect("stdout is piped");
    let reader = std::thread::spawn(move || {
        let mut said = Vec::new();
        io::Read::read_to_end(&mut output, &mut said).expect("what it says");
        String::from_utf8_lossy(&said).into_owned()
    });
    let mut memory = 0;
    while child.try_wait().expect("a child can be asked").is_none() {
        memory = memory.max(high_water(&status));
        std::thread::sleep(Duration::from_millis(5));
    }
    let time = begin.elapsed();
    (time, memory, reader.join().expect("a reader"))
}

/// The largest memory that a process has had.
fn high_water(status: &str) -> u64 {
    let text = fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Makes the file: other people's downloads, and a session in the middle of them.
fn write(path: &Path, size: u64) -> io::Result<()> {
    let mut out = Capture { file: BufWriter::new(File::create(path)?), now: 0, written: 24 };
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 262_144, 1] {
        out.file.write_all(&word.to_le_bytes())?;
    }
    let body = vec![0x5a; FULL];
    let (mut sequence, mut round, mut told) = (vec![1_u32; FLOWS as usize], 0_u32, false);
    while out.written < size {
        let flow = round % FLOWS;
        // Connections end and begin anew.
        let port =
            20_000 + u16::try_from((flow + round / (FLOWS * 500) * FLOWS) % 40_000).unwrap_or(0);
        let (server, client) = (([203, 0, 113, 80], 443), ([10, 1, 0, 9], port));
        let place = flow as usize;
        if (round / FLOWS).is_multiple_of(500) {
            sequence[place] = 1;
            out.packet(client, server, (0, 0, 2), b"")?;
            out.packet(server, client, (0, 1, 18), b"")?;
        }
        out.packet(server, client, (sequence[place], 1, 16), &body)?;
        sequence[place] = sequence[place].wrapping_add(u32::try_from(FULL).unwrap_or(0));
        if round % 4 == 0 {
            out.packet(client, server, (1, sequence[place], 16), b"")?;
        }
        round = round.wrapping_add(1);
        if !told && out.written > size / 2 {
            told = true;
            session(&mut out)?;
        }
    }
    out.file.flush()
}

type End = ([u8; 4], u16);

struct Capture {
    file: BufWriter<File>,
    now: u64,
    written: u64,
}

impl Capture {
    /// A segment: sequence, acknowledgement and flags.
    fn packet(
        &mut self,
        from: End,
        to: End,
        (seq, ack, flags): (u32, u32, u8),
        data: &[u8],
    ) -> io::Result<()> {
        self.now += 3;
        let total = u16::try_from(40 + data.len()).expect("a segment");
        let mut frame = Vec::with_capacity(54 + data.len());
        frame.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0]);
        frame.extend(total.to_be_bytes());
        frame.extend([0, 0, 0x40, 0, if from.1 < 1024 { 61 } else { 64 }, 6, 0, 0]);
        frame.extend(from.0);
        frame.extend(to.0);
        frame.extend(from.1.to_be_bytes());
        frame.extend(to.1.to_be_bytes());
        frame.extend(seq.to_be_bytes());
        frame.extend(ack.to_be_bytes());
        frame.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        frame.extend(data);
        let length = u32::try_from(frame.len()).expect("a frame");
        let (seconds, micros) = (self.now / 1_000_000, self.now % 1_000_000);
        let seconds = u32::try_from(1_700_000_000 + seconds).expect("a date");
        for word in [seconds, u32::try_from(micros).expect("micros"), length, length] {
            self.file.write_all(&word.to_le_bytes())?;
        }
        self.file.write_all(&frame)?;
        self.written += 16 + u64::from(length);
        Ok(())
    }

    /// A line of the dialogue; the sequence numbers of both ends go on.
    fn line(&mut self, from: End, to: End, at: &mut (u32, u32), text: &str) -> io::Result<()> {
        let data = format!("{text}\r\n");
        self.packet(from, to, (at.0, at.1, 24), data.as_bytes())?;
        at.0 += u32::try_from(data.len()).expect("a line");
        Ok(())
    }
}

/// A login, a passive listing, and the end.
fn session(out: &mut Capture) -> io::Result<()> {
    let (client, server) = (([10, 1, 0, 7], 50_123), ([203, 0, 113, 21], 21));
    let (from, to) = (([10, 1, 0, 7], 50_124), ([203, 0, 113, 21], 50_000));
    out.packet(client, server, (100, 0, 2), b"")?;
    out.packet(server, client, (900, 101, 18), b"")?;
    out.packet(client, server, (101, 901, 16), b"")?;
    let (mut asks, mut says) = (101, 901);
    let lines = [
        (false, "220 ready"),
        (true, "USER joe"),
        (false, "331 password"),
        (true, "PASS secret"),
        (false, "230 in"),
        (true, "PASV"),
        (false, "227 Entering Passive Mode (203,0,113,21,195,80)."),
        (true, "LIST"),
        (false, "150 here"),
        (false, "226 done"),
        (true, "QUIT"),
        (false, "221 bye"),
    ];
    for (asked, text) in lines {
        if text.starts_with("226") {
            out.packet(from, to, (300, 0, 2), b"")?;
            out.packet(to, from, (700, 301, 18), b"")?;
            out.packet(from, to, (301, 701, 16), b"")?;
            out.packet(to, from, (701, 301, 24), b"-rw-r--r-- one\r\n")?;
            out.packet(to, from, (717, 301, 17), b"")?;
            out.packet(from, to, (301, 718, 17), b"")?;
            out.packet(to, from, (718, 302, 16), b"")?;
        }
        if asked {
            let mut at = (asks, says);
            out.line(client, server, &mut at, text)?;
            asks = at.0;
        } else {
            let mut at = (says, asks);
            out.line(server, client, &mut at, text)?;
            says = at.0;
        }
    }
    out.packet(server, client, (says, asks, 17), b"")?;
    out.packet(client, server, (asks, says + 1, 17), b"")
}
