//! Lines of our own making in the shape of each program, and what is read from them.

use super::read;
use crate::read::conversation::{Control, Conversation, Data, DataEvent, TlsEvent, What};
use crate::read::input::Found;

fn found(text: &[u8]) -> Found {
    let mut bytes = text;
    read(&mut bytes, 0).unwrap()
}

fn word(what: &What) -> String {
    match what {
        What::Control(Control::Dialled) => "dials".to_owned(),
        What::Control(Control::Connected) => "stands".to_owned(),
        What::Control(Control::Closed(_)) => "ends".to_owned(),
        What::Control(other) => format!("control {other:?}").to_lowercase(),
        What::Command(asked) => asked.shown(),
        What::Reply(said) => said.code.to_string(),
        What::Tls(TlsEvent::Done) => "tls".to_owned(),
        What::Tls(_) => "tls failed".to_owned(),
        What::Data(Data { door, what }) => {
            let word = match what {
                DataEvent::Dialled => "knock",
                DataEvent::Connected { .. } => "data",
                DataEvent::Refused => "refused",
                DataEvent::TimedOut { .. } => "silence",
                DataEvent::Icmp(_) => "prohibited",
                DataEvent::NoRoute => "no route",
                DataEvent::Bytes(_) => "bytes",
                DataEvent::Tls => "data tls",
                DataEvent::TlsNotClosed => "not closed",
                DataEvent::TlsFailed(_) => "data tls failed",
                DataEvent::Closed | DataEvent::LeftEmpty => "eof",
                DataEvent::Reset => "reset",
                DataEvent::Local(_) | DataEvent::WrongPeer(_) | DataEvent::Seen(_) => "other",
            };
            match door {
                Some(door) => format!("{word} {}", door.port),
                None => word.to_owned(),
            }
        }
        What::GaveUp { .. } => "gave up".to_owned(),
        What::NotAReply(_) => "not a reply".to_owned(),
        What::Gap => "gap".to_owned(),
    }
}

fn words(conversation: &Conversation) -> String {
    let words: Vec<String> = conversation.events.iter().map(|event| word(&event.what)).collect();
    words.join(", ")
}

/// A program's name, lines in its shape, and what each conversation in them comes to.
const LOGS: &[(&str, &str, &[&str])] = &[
    (
        "FileZilla",
        "Estado:\tConectando a 198.51.100.9:2121...\n\
         Respuesta:\t220 hola\n\
         Comando:\tUSER ana\n\
         Respuesta:\t331 clave\n\
         Comando:\tPASS *****\n\
         Respuesta:\t230 dentro\n\
         Comando:\tFEAT\n\
         Respuesta:\t211-Lista\n\
         Respuesta:\t MLSD\n\
         Respuesta:\t211 fin\n\
         Comando:\tPASV\n\
         Respuesta:\t227 (198,51,100,9,100,1)\n\
         Comando:\tMLSD\n\
         Error:\tSe agotaron 20 segundos sin que nada pasara\n",
        &["dials, 220, USER ana, 331, PASS ****, 230, FEAT, 211, PASV, 227, MLSD, gave up"],
    ),
    (
        "FileZilla",
        "2026-03-04 10:00:00 77 1 Status: Connecting to 198.51.100.9:21...\n\
         2026-03-04 10:00:01 77 2 Status: Connecting to 198.51.100.9:21...\n\
         2026-03-04 10:00:01 77 1 Response: 220 one\n\
         2026-03-04 10:00:01 77 2 Response: 220 two\n\
         2026-03-04 10:00:02 77 2 Command: PASV\n\
         2026-03-04 10:00:02 77 1 Command: CWD /\n\
         2026-03-04 10:00:02 77 2 Response: 227 Entering (198,51,100,9,100,2)\n\
         2026-03-04 10:00:03 77 2 Error: The data connection could not be established: ECONNREFUSED - Connection refused by server\n",
        &["dials, 220, CWD /", "dials, 220, PASV, 227, refused"],
    ),
    (
        "WinSCP",
        ". 2026-03-04 10:41:05.101 Host name: ftp.example.net (Port: 21)\n\
         . 2026-03-04 10:41:05.124 Connecting to ftp.example.net ...\n\
         . 2026-03-04 10:41:05.140 Connected with ftp.example.net. Waiting for welcome message...\n\
         < 2026-03-04 10:41:05.223 220 ready\n\
         > 2026-03-04 10:41:05.224 USER joe\n\
         < 2026-03-04 10:41:05.323 331 password\n\
         > 2026-03-04 10:41:05.324 PASS ********\n\
         < 2026-03-04 10:41:05.400 230 in\n\
         > 2026-03-04 10:41:05.523 PASV\n\
         < 2026-03-04 10:41:05.550 227 Entering Passive Mode (198,51,100,9,100,3)\n\
         > 2026-03-04 10:41:05.551 MLSD\n\
         . 2026-03-04 10:41:05.552 Connecting to 198.51.100.9:25603 ...\n\
         . 2026-03-04 10:41:20.553 Timeout detected. (data connection)\n",
        &[
            "dials, stands, 220, USER joe, 331, PASS ****, 230, PASV, 227, MLSD, knock 25603, silence 25603",
        ],
    ),
    (
        "curl",
        "  % Total    % Received\r  0     0\r*   Trying 198.51.100.9:21...\n\
         * Connected to ftp.example.net (198.51.100.9) port 21\n\
         < 220-several\n\
         < PASV is offered\n\
         < 220 lines\n\
         > EPSV\n\
         * Connect data stream passively\n\
         < 229 Entering Extended Passive Mode (|||40000|)\n\
         *   Trying 198.51.100.9:40000...\n\
         * connect to 198.51.100.9 port 40000 from 10.0.0.2 port 5 failed: Connection refused\n\
         * Failed to connect to 198.51.100.9 port 21 after 1 ms: Couldn't connect to server\n\
         > PASV\n\
         < 227 Entering Passive Mode (198,51,100,9,156,65)\n\
         * Connecting to 198.51.100.9 (198.51.100.9) port 40001\n\
         * Connection time-out\n\
         curl: (28) Connection time-out\n",
        &["dials, stands, 220, EPSV, 229, knock 40000, refused 40000, PASV, 227"],
    ),
    (
        "curl",
        "== Info:   Trying 198.51.100.9:21...\n\
         <= Recv header, 11 bytes (0xb)\n\
         0000: 220 hello\n\
         => Send header, 10 bytes (0xa)\n\
         0000: USER joe\n",
        &["dials, 220, USER joe"],
    ),
    (
        "lftp",
        "---- Connecting to ftp.example.net (198.51.100.9) port 21\n\
         <--- 220 x\n\
         ---> EPSV\n\
         <--- 229 ok (|||40002|)\n\
         ---- Connecting data socket to (198.51.100.9) port 40002\n\
         ---- Data connection established\n\
         ---> LIST\n\
         <--- 150 go\n\
         ---- Got EOF on data connection\n\
         <--- 226 done\n\
         ---- Closing control socket\n\
         ---- Connecting to ftp.example.net (198.51.100.9) port 21\n\
         **** Socket error (Connection refused) - reconnecting\n",
        &[
            "dials, 220, EPSV, 229, knock 40002, data, LIST, 150, eof, 226, ends",
            "dials, control refused",
        ],
    ),
    (
        "wget",
        "Connecting to ftp.example.net|198.51.100.9|:21... connected.\n\
         Logging in as anonymous ... Logged in!\n\
         ==> SYST ... done.    ==> PWD ... done.\n\
         ==> TYPE I ... done.  ==> CWD (1) /pub ... done.\n\
         ==> PASV ... couldn't connect to 198.51.100.9 port 40003: Connection timed out\n",
        &["dials, stands, USER anonymous, 331, PASS ****, 230, SYST, 215, PWD, 257, TYPE I, 200, \
           CWD /pub, 250, PASV, 227, silence"],
    ),
    (
        "Python ftplib",
        "*cmd* 'USER joe'\n\
         *resp* '331 pass'\n\
         *cmd* 'PASS ******'\n\
         *resp* '230-hello\\n230 in'\n\
         *cmd* 'PASV'\n\
         *resp* '227 (198,51,100,9,156,68)'\n\
         Traceback (most recent call last):\n\
         \x20 File \"/usr/lib/python3/ftplib.py\", line 354, in ntransfercmd\n\
         \x20   conn = socket.create_connection((host, port), self.timeout)\n\
         \x20 File \"/usr/lib/python3/socket.py\", line 836, in create_connection\n\
         \x20   sock.connect(sa)\n\
         OSError: [Errno 113] No route to host\n",
        &["USER joe, 331, PASS ****, 230, PASV, 227, prohibited"],
    ),
    (
        "FluentFTP",
        "# Connect()\n\
         Status:   Connecting to 198.51.100.9:21\n\
         Response: 220 hi [3ms]\n\
         Command:  EPSV\n\
         Response: 229 Entering (|||40005|)\n\
         Status:   Connecting to 198.51.100.9:40005\n\
         System.TimeoutException: Timed out trying to connect!\n",
        &["dials, 220, EPSV, 229, knock 40005, silence 40005"],
    ),
    (
        ".NET FtpWebRequest",
        "System.Net Information: 0 : [7] FtpControlStream#9 - Created connection from 10.0.0.2:5000 to 198.51.100.9:21.\n\
         System.Net Information: 0 : [7] FtpControlStream#9 - Received response [220 hi]\n\
         System.Net Information: 0 : [7] FtpControlStream#9 - Sending command [PORT 10,0,0,2,19,137]\n",
        &["dials, stands, 220, PORT 10,0,0,2,19,137"],
    ),
    (
        "Apache commons-net",
        "220 ready\nUSER joe\n331 pass\nPASS *******\n230 in\nEPSV\n229 ok (|||40006|)\n\
         java.net.ConnectException: Connection refused\n",
        &["220, USER joe, 331, PASS ****, 230, EPSV, 229, refused"],
    ),
    (
        "ftp",
        "C:\\>ftp 198.51.100.9\nConnected to 198.51.100.9.\n220 hi\n\
         User (198.51.100.9:(none)): joe\n331 pass\n230 in\nftp> ls\n\
         200 PORT command successful.\n150 Opening.\n425 Can't open data connection.\nftp> bye\n",
        &["dials, stands, 220, USER, 331, PASS, 230, PORT, 200, LIST, 150, 425"],
    ),
    (
        "basic-ftp",
        "Connected to 198.51.100.9:21 (No encryption)\n< 220 hi\nLogin security: No encryption\n\
         > USER joe\n< 331 pass\n> PASS ###\n< 230 in\n> FEAT\n< 211-Features:\n MLSD\n PASV\n211 End\n\
         > EPSV\n< 229 ok (|||40007|)\n> PASV\n< 227 ok (198,51,100,9,156,71)\nError: connect ECONNREFUSED 198.51.100.9:40007\n",
        &[
            "dials, stands, 220, USER joe, 331, PASS ****, 230, FEAT, 211, EPSV, 229, gap, PASV, 227, refused",
        ],
    ),
    (
        "rclone",
        "2026/03/04 10:00:00 DEBUG : ftp://h:21/: dial(\"tcp\",\"198.51.100.9:21\")\n\
         2026/03/04 10:00:00 DEBUG : ftp://h:21/: > dial: conn=*net.TCPConn, err=<nil>\n\
         2026/03/04 10:00:00 DEBUG : FTP Rx: \"220 hi\"\n\
         2026/03/04 10:00:00 DEBUG : FTP Tx: \"EPSV\"\n\
         2026/03/04 10:00:00 DEBUG : FTP Rx: \"229 ok (|||40008|)\"\n\
         2026/03/04 10:00:00 DEBUG : ftp://h:21/: dial(\"tcp\",\"198.51.100.9:40008\")\n\
         2026/03/04 10:01:00 DEBUG : ftp://h:21/: > dial: conn=<nil>, err=dial tcp 198.51.100.9:40008: i/o timeout\n",
        &["dials, stands, 220, EPSV, 229, knock 40008, silence 40008"],
    ),
    (
        "vsftpd",
        "Wed Mar  4 09:30:06 2026 [pid 11] CONNECT: Client \"::ffff:203.0.113.5\"\n\
         Wed Mar  4 09:30:06 2026 [pid 12] CONNECT: Client \"::ffff:203.0.113.5\"\n\
         Wed Mar  4 09:30:06 2026 [pid 11] FTP response: Client \"::ffff:203.0.113.5\", \"220 a\"\n\
         Wed Mar  4 09:30:06 2026 [pid 12] FTP response: Client \"::ffff:203.0.113.5\", \"220 b\"\n\
         Wed Mar  4 09:30:06 2026 [pid 11] FTP command: Client \"::ffff:203.0.113.5\", \"PASS <password>\"\n\
         Wed Mar  4 09:30:06 2026 [pid 10] [joe] OK LOGIN: Client \"::ffff:203.0.113.5\"\n\
         Wed Mar  4 09:30:06 2026 [pid 13] [joe] FTP response: Client \"::ffff:203.0.113.5\", \"230 in\"\n\
         Wed Mar  4 09:30:06 2026 [pid 13] [joe] FTP response: Client \"::ffff:203.0.113.5\", \"211-F\"\n\
         Wed Mar  4 09:30:06 2026 [pid 13] [joe] FTP response: Client \"::ffff:203.0.113.5\", \" PASV??\"\n\
         Wed Mar  4 09:30:06 2026 [pid 12] FTP command: Client \"::ffff:203.0.113.5\", \"QUIT\"\n\
         Wed Mar  4 09:30:06 2026 [pid 13] [joe] FTP response: Client \"::ffff:203.0.113.5\", \"211 End\"\n",
        &["stands, 220, PASS ****, 230, 211", "stands, 220, QUIT"],
    ),
    (
        "ProFTPD",
        "Mar 04 09:30:06 srv proftpd[51] srv (host[203.0.113.5]): FTP session opened.\n\
         Mar 04 09:30:07 srv proftpd[51] srv (host[203.0.113.5]): USER joe: Login successful.\n\
         Mar 04 09:30:08 srv proftpd[51] srv (host[203.0.113.5]): Refused PORT 192,168,1,2,4,1 (address mismatch)\n\
         Mar 04 09:30:40 srv proftpd[51] srv (host[203.0.113.5]): Passive data transfer failed, possibly due to network issues\n\
         Mar 04 09:30:41 srv proftpd[51] srv (host[203.0.113.5]): FTP session closed.\n",
        &[
            "stands, USER joe, 331, PASS ****, 230, PORT 192,168,1,2,4,1, 500, PASV, 227, silence, ends",
        ],
    ),
    (
        "Pure-FTPd",
        "Mar  4 09:30:06 srv pure-ftpd: (?@203.0.113.5) [INFO] New connection from 203.0.113.5\n\
         Mar  4 09:30:06 srv pure-ftpd: (?@203.0.113.5) [DEBUG] Command [user] [joe]\n\
         Mar  4 09:30:06 srv pure-ftpd: (?@203.0.113.5) [DEBUG] Command [pass] [s3cret]\n\
         Mar  4 09:30:06 srv pure-ftpd: (joe@203.0.113.5) [DEBUG] 211-Extensions:\n PASV\n EPSV\n\
         Mar  4 09:30:06 srv pure-ftpd: (joe@203.0.113.5) [DEBUG] 211 End.\n\
         Mar  4 09:30:06 srv pure-ftpd: (joe@203.0.113.5) [INFO] Logout.\n\
         Mar  4 09:30:06 srv pure-ftpd: (joe@203.0.113.5) [DEBUG] 227 Logout.\n",
        &["stands, USER joe, 331, PASS ****, 211, ends"],
    ),
    (
        "FileZilla Server",
        "(000007)3/4/2026 9:30:06 AM - (not logged in) (203.0.113.5)> Connected on port 21, sending welcome message...\n\
         (000007)3/4/2026 9:30:06 AM - (not logged in) (203.0.113.5)> 220 hi\n\
         (000007)3/4/2026 9:30:06 AM - (not logged in) (203.0.113.5)> USER joe\n\
         (000007)3/4/2026 9:30:26 AM - (not logged in) (203.0.113.5)> disconnected.\n\
         <04/03/2026 09:31:00> FTP Session 8 203.0.113.5 [Response] 220 hi\n\
         <04/03/2026 09:31:00> FTP Session 8 203.0.113.5 [Command] PASV\n\
         2026-03-04T09:32:00.000Z >> [FTP Session 9 203.0.113.5] 220 hi\n\
         2026-03-04T09:32:00.100Z << [FTP Session 9 203.0.113.5] EPSV\n",
        &["stands, 220, USER joe, ends", "220, PASV", "220, EPSV"],
    ),
    (
        "IIS",
        "#Fields: time c-ip c-port s-ip s-port cs-method cs-uri-stem sc-status sc-win32-status x-session\n\
         11:00:02 203.0.113.5 5000 10.0.0.4 21 ControlChannelOpened - - 0 a\n\
         11:00:03 203.0.113.5 5000 10.0.0.4 21 PASV - 227 0 a\n\
         11:00:03 203.0.113.5 5001 10.0.0.4 5003 DataChannelOpened - - 0 a\n\
         11:00:09 203.0.113.5 5001 10.0.0.4 5003 DataChannelClosed - - 64 a\n\
         11:00:09 203.0.113.5 5000 10.0.0.4 21 RETR /a+b 426 64 a\n",
        &["stands, PASV, 227, data 5003, reset 5003, RETR /a b, 426"],
    ),
    (
        "pyftpdlib",
        "[I 2026-03-04 09:30:06] 203.0.113.5:5000-[] FTP session opened (connect)\n\
         [D 2026-03-04 09:30:06] 203.0.113.5:5000-[] -> 220 hi\n\
         [D 2026-03-04 09:30:06] 203.0.113.5:5000-[joe] <- PASV\n",
        &["stands, 220, PASV"],
    ),
    (
        "",
        "192.0.2.7 - joe [04/Mar/2026:09:30:06 +0000] \"PASV\" 227 -\n\
         192.0.2.7 - joe [04/Mar/2026:09:30:36 +0000] \"LIST -a\" 425 -\n",
        &["PASV, 227, LIST -a, 425"],
    ),
    (
        "",
        "C: USER joe\nS: 331 pass\nC: PASV\nS: 227 ok (198,51,100,9,156,68)\n",
        &["USER joe, 331, PASV, 227"],
    ),
    ("", "-> USER joe\n<- 331 pass\n-> LIST\n<- 550 no\n", &["USER joe, 331, LIST, 550"]),
];

#[test]
fn each_program_is_known_by_the_shape_of_its_lines() {
    let mut wrong = Vec::new();
    for (program, text, wanted) in LOGS {
        let found = found(text.as_bytes());
        let got: Vec<String> = found.conversations.iter().map(words).collect();
        let known = program.is_empty() || found.file.format == *program;
        if got != *wanted || !known || !found.file.unread.is_empty() || found.file.used == 0 {
            wrong.push(format!("{program} ({}):\n{text}{got:#?}\n", found.file.format));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_was_put_around_the_lines_makes_no_difference() {
    for (program, text, wanted) in LOGS {
        let crlf = text.replace('\n', "\r\n");
        let coloured = text.replace('\n', "\u{1b}[0m\n");
        let utf16: Vec<u8> = std::iter::once(0xfeff_u16)
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let mailed: String = text.split_inclusive('\n').flat_map(|line| ["> ", line]).collect();
        let mailed = format!("Hello,\nsee this:\n{mailed}\nRegards\n");
        for bytes in [crlf.into_bytes(), coloured.into_bytes(), utf16, mailed.into_bytes()] {
            let got: Vec<String> = found(&bytes).conversations.iter().map(words).collect();
            let shown = String::from_utf8_lossy(&bytes).into_owned();
            assert_eq!(got, *wanted, "{program}:\n{shown}");
        }
    }
}

/// What tcpdump prints and what Wireshark lists: `PASV`, and a port that is silent.
const PACKETS: &[&str] = &[
    "10:00:00.000000 IP 192.168.7.2.40000 > 198.51.100.9.21: Flags [S], seq 1, win 9, options [mss 1460], length 0\n\
     10:00:00.010000 IP 198.51.100.9.21 > 192.168.7.2.40000: Flags [S.], seq 2, ack 2, win 9, length 0\n\
     10:00:00.020000 IP 198.51.100.9.21 > 192.168.7.2.40000: Flags [P.], seq 1:9, ack 1, win 9, length 8: FTP: 220 hi\n\
     10:00:00.030000 IP 192.168.7.2.40000 > 198.51.100.9.21: Flags [P.], seq 1:7, ack 9, win 9, length 6: FTP: PASV\n\
     10:00:00.040000 IP 198.51.100.9.21 > 192.168.7.2.40000: Flags [P.], seq 9:40, ack 7, win 9, length 31: FTP: 227 ok (198,51,100,9,156,70)\n\
     10:00:00.050000 IP 192.168.7.2.40001 > 198.51.100.9.40006: Flags [S], seq 3, win 9, options [mss 1460], length 0\n\
     10:00:01.050000 IP 192.168.7.2.40001 > 198.51.100.9.40006: Flags [S], seq 3, win 9, options [mss 1460], length 0\n\
     10:00:09.050000 IP 192.168.7.2.53 > 198.51.100.9.53: UDP, length 9\n",
    "No.  Time      Source       Destination  Protocol Length Info\n\
     1 0.000000 198.51.100.9 192.168.7.2  FTP 80 Response: 220 hi\n\
     2 0.010000 192.168.7.2  198.51.100.9 FTP 60 Request: PASV\n\
     3 0.020000 198.51.100.9 192.168.7.2  FTP 99 Response: 227 ok (198,51,100,9,156,70)\n\
     4 0.030000 192.168.7.2  198.51.100.9 TCP 74 40001 → 40006 [SYN] Seq=0 Win=9 Len=0 MSS=1460\n\
     5 1.030000 192.168.7.2  198.51.100.9 TCP 74 [TCP Retransmission] 40001 → 40006 [SYN] Seq=0 Win=9 Len=0 MSS=1460\n\
     9 9.030000 192.168.7.2  198.51.100.9 ICMP 74 Echo (ping) request\n",
];

#[test]
fn lists_of_packets_go_the_way_of_a_capture() {
    for text in PACKETS {
        let found = found(text.as_bytes());
        let [conversation] = found.conversations.as_slice() else { panic!("{found:?}") };
        let got = words(conversation);
        assert!(
            got.contains("220") && got.contains("PASV, 227, knock 40006, silence 40006"),
            "{got}"
        );
        assert_eq!(conversation.server.address, Some([198, 51, 100, 9].into()));
        assert!(conversation.points.is_empty(), "no lives of packets are in it");
    }
}

#[test]
fn passwords_are_dropped_where_they_are_read() {
    for text in [
        "> USER joe\n> PASS s3cret\n",
        "Command:\tPASS s3cret\n",
        "*cmd* 'PASS s3cret'\n*put* 'PASS s3cret\\r\\n'\n",
        "FTP Tx: \"PASS s3cret\"\n",
        "FtpControlStream#1 - Sending command [PASS s3cret]\n",
        "pure-ftpd: (?@192.0.2.7) [DEBUG] Command [pass] [s3cret]\n",
        "[pid 1] FTP command: Client \"192.0.2.7\", \"PASS s3cret\"\n",
        "(000001) - (x) (192.0.2.7)> PASS s3cret\n",
        "192.0.2.7 - - [04/Mar/2026:09:30:06 +0000] \"PASS s3cret\" 230 -\n",
        "USER joe\nPASS s3cret\nACCT s3cret\nADAT s3cret\n",
        "> USER joe:s3cret@h\n< 331 x\n> CWD ftp://joe:s3cret@h/\n< 550 no ftp://joe:s3cret@h/ here\n",
        "> AUTH GSSAPI\n< 334 ADAT=s3cret\n> ADAT s3cret\n< 235 ADAT=s3cret\n",
        "> SITE PSWD s3cret other\n",
        "OK LOGIN: Client \"192.0.2.7\", anon password \"s3cret\"\n",
        "Status:\tConnecting to joe:s3cret@ftp.example.net:21...\nResponse:\t220 x\n",
        "Connected to joe:s3cret@ftp.example.net.\n220 x\n",
        ". Host name: joe:s3cret@ftp.example.net (Port: 21)\n< 220 x\n",
        "* error:s3cret ftp://joe:s3cret@h/ SSL_connect\n".replace("error:s3cret ", "").as_str(),
    ] {
        let found = found(text.as_bytes());
        let kept = format!("{found:?}");
        assert!(!kept.contains("s3cret"), "{text}: {kept}");
    }
}

#[test]
fn endless_things_are_bounded_and_what_was_read_stays() {
    let reply = format!("< 220 hi\n> FEAT\n< 211-x\n{}", "< more\n".repeat(200_000));
    let found_reply = found(reply.as_bytes());
    assert_eq!(words(&found_reply.conversations[0]), "220, FEAT, 211");
    let long = format!("< 220 hi\n> NOOP\n{}\n< 200 ok\n", "x".repeat(5_000_000));
    let found_long = found(long.as_bytes());
    assert_eq!(words(&found_long.conversations[0]), "220, NOOP, 200");
    assert_eq!(found_long.file.unread[0].number, Some(3));
    let many = format!("< 220 hi\n{}", "> NOOP\n< 200 ok\n".repeat(100_000));
    let found_many = found(many.as_bytes());
    assert!(found_many.conversations[0].events.len() < 50_000);
    assert!(found_many.file.unread[0].number.is_some_and(|line| line > 1000));
    let noise: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let found_noise = found(&noise);
    assert!(found_noise.conversations.is_empty() && !found_noise.file.unread.is_empty());
}

/// A small generator of numbers (xorshift), so that a failure can be repeated.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (most.max(1) as u64)).unwrap()
    }
}

#[test]
fn damaged_logs_are_read_without_harm() {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for (_, text, _) in LOGS {
        for end in (0..=text.len()).step_by(3) {
            found(text.as_bytes().get(..end).unwrap());
        }
        for _ in 0..60 {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..=numbers.below(8) {
                let at = numbers.below(bytes.len());
                match numbers.below(4) {
                    0 => bytes[at] = u8::try_from(numbers.below(256)).unwrap(),
                    1 => drop(bytes.remove(at)),
                    2 => bytes.insert(at, b" :[]()\"'\n\r\t>-0"[numbers.below(14)]),
                    _ => {
                        let other = LOGS[numbers.below(LOGS.len())].1.as_bytes();
                        let from = numbers.below(other.len());
                        bytes.extend_from_slice(&other[from..]);
                    }
                }
            }
            found(&bytes);
        }
    }
}
