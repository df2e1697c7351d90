//! Every parser of bytes that somebody else wrote: no panic, no end of memory, and what comes out
//! holds what its documentation promises.

use std::net::{IpAddr, SocketAddr, SocketAddrV4};

use super::engine::fuzz;
use super::texts::{ensure, plain, table};
use crate::cli::{credentials, values};
use crate::compare::{self, compare};
use crate::facts::{self, Host, Mode};
use crate::target::Target;
use crate::tests::support::replies::{Read, read};
use crate::tests::support::scenario;
use crate::wire::address::{AddressOddity, eprt_argument, parse_227, parse_229, port_argument};
use crate::wire::feat::Features;
use crate::wire::reply::{Reply, ReplyError, ReplyLimits};
use crate::wire::text::printable;
use crate::wire::{peer, service, software};

/// A text from bytes, as saved facts would hold it.
fn shown(bytes: &[u8]) -> String {
    let lines: Vec<String> =
        bytes.split(|b| *b == b'\n').map(|line| printable(line, line.len())).collect();
    lines.join("\n")
}

fn bytes_of(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// What JSON is made of, for mutations that keep it readable now and then.
const JSON: [&str; 12] =
    ["{", "}", "[", "]", "\"", ",", ":", "null", "true", "\\u202e", "\\u001b", "1e400"];

/// The reader of replies, the input in one piece and in many, with limits of every size.
fn replies_hold(input: &[u8]) -> Result<(), String> {
    let (head, bytes) = input.split_at_checked(3).unwrap_or((&[0, 9, 0], input));
    let limits = match head[0] % 3 {
        0 => ReplyLimits::default(),
        1 => ReplyLimits { line_bytes: 8, lines: 3, total_bytes: 40 },
        _ => ReplyLimits { line_bytes: head[1].into(), lines: 4, total_bytes: head[2].into() },
    };
    let whole = read(&[bytes], limits);
    let pieces: Vec<&[u8]> = bytes.chunks(1 + usize::from(head[1] % 7)).collect();
    let again = read(&pieces, limits);
    // More than fits ahead of its turn is an error, and in pieces it is fetched before it is more.
    let same = match whole.replies.split_last() {
        Some((Err(ReplyError::TooLong { code: None, .. }), before)) => {
            again.replies.starts_with(before)
        }
        _ => whole.replies == again.replies,
    };
    ensure(same, || format!("in one piece {:?}, in many {:?}", whole.replies, again.replies))?;
    let total = limits.total_bytes.max(1);
    for Read { replies, pending, partial } in [&whole, &again] {
        let room = total.max(2 * limits.line_bytes.clamp(1, total));
        ensure(pending.len() <= room, || {
            format!("{} bytes wait, {room} are allowed", pending.len())
        })?;
        let kept = replies.iter().filter_map(|r| r.as_ref().ok()).chain(partial);
        for reply in kept {
            ensure((100..1000).contains(&reply.code), || format!("code {}", reply.code))?;
            ensure(reply.lines.len() <= limits.lines.max(1), || {
                format!("{} lines", reply.lines.len())
            })?;
            for line in &reply.lines {
                plain(line)?;
            }
            // Each byte takes four at most where it has to be escaped, `\u{202e}` eight for three.
            let size: usize = reply.lines.iter().map(String::len).sum();
            let most = 4 * (total + limits.line_bytes.max(1)) + 8;
            ensure(size <= most, || format!("{size} bytes of text, {most} are allowed"))?;
        }
        if let Some(Err(error)) = replies.last() {
            plain(&error.to_string())?;
        }
    }
    Ok(())
}

#[test]
fn replies() {
    let mut seeds: Vec<Vec<u8>> =
        table("raw", 1).into_iter().map(|b| [b"\0\x02\0", b.as_slice()].concat()).collect();
    seeds.extend(table("raw", 1).into_iter().map(|b| [b"\x01\x05\0", b.as_slice()].concat()));
    let words = [
        "\r\n",
        "\n",
        "220 ",
        "220-",
        "226 ",
        "\r",
        "\u{ff}",
        "211-Features\r\n",
        "\r\n211 End\r\n",
        "999-",
        "\u{7f}",
    ];
    fuzz("replies", 1.0, 4096, seeds, &words, replies_hold);
}

fn oddities_hold(oddities: &[AddressOddity]) -> Result<(), String> {
    for oddity in oddities {
        if let AddressOddity::UnreadableAddress { text } = oddity {
            plain(text)?;
        }
    }
    Ok(())
}

/// 227 and 229: what is understood is written the same way by our own PORT and EPRT.
fn addresses_hold(input: &[u8]) -> Result<(), String> {
    let text = shown(input);
    match parse_227(&text) {
        Ok(reply) => {
            ensure(reply.port != 0, || "port 0".to_owned())?;
            oddities_hold(&reply.oddities)?;
            let again = parse_227(&format!(
                "({})",
                port_argument(SocketAddrV4::new(reply.address, reply.port))
            ));
            let same = again.is_ok_and(|a| {
                (a.address, a.port, a.oddities.len()) == (reply.address, reply.port, 0)
            });
            ensure(same, || format!("227 {reply:?} is not read back"))?;
        }
        Err(error) => plain(&error.to_string())?,
    }
    match parse_229(&text) {
        Ok(reply) => {
            ensure(reply.port != 0, || "port 0".to_owned())?;
            oddities_hold(&reply.oddities)?;
            let place =
                SocketAddr::new(reply.address.unwrap_or(IpAddr::from([192, 0, 2, 1])), reply.port);
            let again = parse_229(&format!("({})", eprt_argument(place)));
            ensure(again.is_ok_and(|a| a.port == reply.port), || {
                format!("229 {reply:?} is not read back")
            })?;
        }
        Err(error) => plain(&error.to_string())?,
    }
    Ok(())
}

#[test]
fn addresses() {
    let seeds = table("227", 1).into_iter().chain(table("229", 1)).collect();
    let words = [
        "(",
        ")",
        ",",
        "|||",
        "(|||50000|)",
        "127,0,0,1,4,1",
        "=",
        ".",
        " ",
        "[::1]",
        "\n",
        "|2|::1|21|",
    ];
    fuzz("addresses", 1.0, 600, seeds, &words, addresses_hold);
}

fn features_hold(input: &[u8]) -> Result<(), String> {
    for (code, lines) in
        [(211, shown(input).split('\n').map(str::to_owned).collect()), (500, vec![shown(input)])]
    {
        let reply = Reply { code, lines, oddities: Vec::new() };
        let features = Features::parse(&reply);
        ensure(features.lines.len() + 2 <= reply.lines.len() || features.lines.is_empty(), || {
            "more features than lines".to_owned()
        })?;
        for line in &features.lines {
            plain(line)?;
            ensure(!line.is_empty() && line.trim() == line, || format!("untrimmed: {line:?}"))?;
            let first = line.split([' ', '\t', ';', ',']).next().unwrap_or_default();
            ensure(features.has(first), || format!("{first:?} is in no line"))?;
        }
        for name in features.auth_mechanisms() {
            ensure(!name.is_empty(), || "a mechanism without a name".to_owned())?;
        }
    }
    Ok(())
}

#[test]
fn features() {
    let seeds = table("feat", 1);
    let words = [
        "\n",
        "211-",
        "211 ",
        "AUTH TLS",
        "AUTH SSL;TLS-C;",
        "UTF8",
        " ",
        "EPSV",
        "PROT",
        ";",
        ",",
    ];
    fuzz("features", 1.0, 2000, seeds, &words, features_hold);
}

/// What a server's words are taken for.
fn words_hold(input: &[u8]) -> Result<(), String> {
    let (head, rest) = input.split_at_checked(2).unwrap_or((&[2, 26], input));
    let code = u16::from(head[0]) * 100 % 1000 + u16::from(head[1] % 100);
    let text = shown(rest);
    let _said = [
        peer::is_address_refusal(code, &text),
        peer::is_bad_data_peer(code, &text),
        peer::is_data_tls_required(code, &text),
        peer::is_disabled(code, &text),
        peer::is_empty_listing(code, &text),
        peer::is_knock_failed(code, &text),
        peer::is_knock_prohibited(code, &text),
        peer::is_not_implemented(code, &text),
        peer::is_session_reuse_required(code, &text),
        peer::is_tls_required(code, &text),
        peer::is_too_many(code, &text),
        peer::is_wrong_family(code, &text),
        peer::may_mean_session_reuse(code, &text),
    ];
    if let Some(address) = peer::stat_client_address(&text) {
        ensure(address.to_canonical() == address, || format!("{address} is an IPv4 address"))?;
    }
    let _refusal = peer::port_refusal(&text);
    if let Some(found) =
        software::recognise(Some(&text), Some(&text), Some(&text), Some(&text), None)
    {
        found.version.as_deref().map_or(Ok(()), plain)?;
    }
    if let Some(service) = service::recognise(rest) {
        let told = serde_json::to_value(&service).map_err(|e| e.to_string())?;
        for text in
            told.as_object().into_iter().flat_map(|map| map.values()).filter_map(|v| v.as_str())
        {
            plain(text)?;
        }
    }
    let answer = service::tls_answer(rest);
    ensure(answer.is_none() || rest.len() >= 6, || "TLS from five bytes".to_owned())
}

#[test]
fn words() {
    let seeds: Vec<Vec<u8>> = ["wordings", "refusals", "stat", "software", "raw"]
        .iter()
        .flat_map(|name| table(name, 1))
        .map(|text| [b"\x05\x05", text.as_slice()].concat())
        .collect();
    let tokens = [
        "Connected to ",
        "Connected from ",
        "only to ",
        "SSH-2.0-",
        "\x16\x03\x01",
        "name=ProFTPD; version=",
        "::1",
        "(",
        "\n",
        "TLS",
    ];
    fuzz("words", 0.3, 600, seeds, &tokens, words_hold);
}

/// What was typed: never a control character, never a password in what is shown.
fn target_holds(input: &[u8]) -> Result<(), String> {
    const SECRET: &str = "S3cr3tW0rd";
    let text = String::from_utf8_lossy(input).replace("SECRET", SECRET);
    match Target::parse(&text) {
        Ok(target) => {
            ensure(!target.input.chars().any(char::is_control), || format!("{:?}", target.input))?;
            let password = target.password.as_ref().map(|p| p.to_string());
            if let Some(password) = &password {
                let again = Target::parse(&target.input)
                    .map_err(|e| format!("{:?} is not read back: {e}", target.input))?;
                ensure(
                    again.password.as_ref().map(|p| p.to_string()) != Some(password.clone())
                        || password.len() < 5,
                    || format!("{password:?} is shown in {:?}", target.input),
                )?;
                let elsewhere = text.matches(SECRET).count() > 1
                    || target.user.as_deref().is_some_and(|u| u.contains(SECRET));
                let shown = target.input.contains(SECRET) || format!("{target:?}").contains(SECRET);
                ensure(elsewhere || !shown || !password.contains(SECRET), || {
                    format!("shown: {target:?}")
                })?;
            }
            ensure(target.port != Some(0), || "port 0".to_owned())?;
            ensure(target.user.as_deref() != Some(""), || "no user".to_owned())?;
            let broken = |text: &str| text.chars().any(char::is_control);
            ensure(!target.user.as_deref().is_some_and(broken), || {
                "a user with a control character".to_owned()
            })?;
            ensure(!target.path.as_deref().is_some_and(broken), || {
                "a path with a control character".to_owned()
            })?;
            ensure(!target.password.as_ref().is_some_and(|p| broken(p)), || {
                "a password with a control character".to_owned()
            })?;
            let Host::Name(name) = &target.host else { return Ok(()) };
            let known = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-_.".contains(c);
            ensure(name.chars().all(known), || format!("name {name:?}"))
        }
        Err(error) => {
            plain(&error.to_string())?;
            // Where it stands is clear only behind `scheme://user:` and before the last `@`.
            let in_login = text
                .split_once("://")
                .and_then(|(_, rest)| rest.rsplit_once('@'))
                .is_some_and(|(login, after)| {
                    login
                        .split_once(':')
                        .is_some_and(|(u, p)| p.contains(SECRET) && !u.contains(SECRET))
                        && !after.contains(SECRET)
                });
            let scheme = text.split("://").next().unwrap_or_default();
            ensure(
                !in_login || scheme.contains(SECRET) || !error.to_string().contains(SECRET),
                || format!("shown: {error}"),
            )
        }
    }
}

#[test]
fn target() {
    let seeds = [
        "ftp.example.com",
        "ftp.example.com:2121",
        "[2001:db8::1]:21",
        "[fe80::1%eth0]:21",
        "ftp://me@ftp.example.com:21/pub/a%20b/;type=i",
        "ftpes://me:SECRET@[::1]/",
        "ftps://192.0.2.1:990//x",
        "sftp://h/",
        "ftp://u%40d:SECRET@h/%2Fetc",
        "user:SECRET@host",
        "http://h",
        "127.1",
        "0x7f.1",
        "h:0",
        "h:65536",
        "xn--bcher-kva.example.",
        "bücher.example",
        "ftp://a:SECRET@b:SECRET@c/?x#y",
    ];
    let words = [
        "ftp://", "ftps://", "ftpes://", "@", ":", "/", "%", "%0d%0a", "%00", "[", "]", "SECRET",
        ":SECRET@", "::", "%25", "?", "#", "\u{202e}", "..",
    ];
    fuzz("target", 1.0, 400, bytes_of(&seeds), &words, target_holds);
}

fn netrc_holds(input: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(input);
    for (host, user) in [("ftp.example.org", "bob"), ("h", ""), ("", "machine")] {
        if let Some(found) = credentials::lookup(&text, host, user) {
            let password = found.password.as_ref().ok_or("an entry without a password")?;
            ensure(text.contains(password.as_str()), || {
                "a password that is not in the file".to_owned()
            })?;
            let account = found.account.as_ref().map_or("", |a| a.as_str());
            ensure(text.contains(account), || "an account that is not in the file".to_owned())?;
        }
    }
    Ok(())
}

#[test]
fn netrc() {
    let seeds = [
        "# mine\nmachine other login alice password wrong\nmachine ftp.example.org\n  login bob\n  password \"two words\"\n  account dev\nmacdef init\nput x\n\ndefault login anonymous password me@\n",
        "machine h login bob password x macdef a\n\n",
        "default password p",
        "machine h password \"",
        "machine machine login login password password",
    ];
    let words = [
        "machine ",
        "default ",
        "login ",
        "password ",
        "account ",
        "macdef ",
        "\n",
        "\n\n",
        "\"",
        "ftp.example.org ",
        "bob ",
        "#",
        "\\",
    ];
    fuzz("netrc", 1.0, 1000, bytes_of(&seeds), &words, netrc_holds);
}

/// Values of options.
fn values_hold(input: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(input);
    match values::port_range(&text) {
        Ok(range) => ensure(range.min > 0 && range.min <= range.max, || format!("{range:?}"))?,
        Err(error) => plain(&error)?,
    }
    if let Ok(duration) = values::duration(&text) {
        ensure(!duration.is_zero() && duration.as_secs() <= 86400, || format!("{duration:?}"))?;
    }
    if let Ok(path) = values::remote_path(&text) {
        ensure(!path.contains(['\r', '\n', '\0']), || format!("{path:?}"))?;
    }
    if let Ok(chain) = values::nft_chain(&text) {
        let known = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
        ensure(chain.chars().all(known) && chain.matches('/').count() == 2, || chain.clone())?;
    }
    let _mode: Result<Mode, String> = values::mode(&text);
    let proxy = values::without_userinfo(&text);
    plain(&proxy)?;
    let shown = printable(input, usize::MAX);
    plain(&shown)?;
    ensure(printable(shown.as_bytes(), usize::MAX) == shown, || {
        format!("{shown:?} is changed again")
    })
}

#[test]
fn values_of_options() {
    let seeds = [
        "6000-7000",
        "65535",
        "500ms",
        "8s",
        "2m",
        "1day 3h",
        "inet/filter/input",
        "http://me:pw@proxy:3128/",
        "/pub/file.txt",
        "pasv",
        "EPRT",
    ];
    let words = ["-", "ms", "s", "h", "day", "/", "://", "@", "inet/", " ", "\n", "\0"];
    fuzz("values", 1.0, 300, bytes_of(&seeds), &words, values_hold);
}

/// Saved facts as bytes: read, or refused with a text that can be shown; and what is read is saved
/// and read the same.
fn facts_hold(input: &[u8]) -> Result<(), String> {
    match facts::read(input) {
        Ok(read) => {
            let saved = serde_json::to_vec(&read).map_err(|e| e.to_string())?;
            let again = facts::read(&saved).map_err(|e| format!("saved and not read: {e}"))?;
            ensure(again == read, || "changes on its way through a file".to_owned())
        }
        Err(error) => plain(&error.to_string()),
    }
}

#[test]
fn saved_facts() {
    let names = ["name-not-found", "control-refused", "tls-required"];
    let seeds = names.iter().map(|name| serde_json::to_vec(&scenario::of(name).saved).unwrap());
    let own = ["{\"is\":\"open\"}", "\"is\":", "[[[["];
    let words = [JSON.as_slice(), &own].concat();
    fuzz("facts", 0.2, 12_000, seeds.collect(), &words, facts_hold);
}

/// A report as bytes, for `diff`: a run compared with itself never differs.
fn report_holds(input: &[u8]) -> Result<(), String> {
    match compare::read("a.json", input) {
        Ok(run) => {
            let comparison = compare(&run, &run);
            ensure(!comparison.differs(), || "differs from itself".to_owned())?;
            for text in [&run.target.host, &run.target.user, &run.started] {
                plain(text)?;
            }
            run.findings.iter().try_for_each(|f| plain(&f.title).and(plain(&f.cause)))
        }
        Err(error) => plain(&error.to_string()),
    }
}

/// A report without what `diff` does not read, so that a mutation meets what it does.
fn bare_report(name: &str) -> Vec<u8> {
    let mut report = scenario::of(name).report().clone();
    for key in ["clients", "summary", "tool", "ports"] {
        report.as_object_mut().unwrap().remove(key);
    }
    for finding in report["findings"].as_array_mut().unwrap() {
        for key in ["explanation", "evidence", "remedies", "ruled_out"] {
            finding.as_object_mut().unwrap().remove(key);
        }
    }
    for attempt in report["attempts"].as_array_mut().unwrap() {
        attempt.as_object_mut().unwrap().remove("replies");
    }
    serde_json::to_vec(&report).unwrap()
}

#[test]
fn reports_for_diff() {
    let names = [
        "name-not-found",
        "control-refused",
        "public-server-blocks-passive",
        "server-blocks-passive-four-hops",
    ];
    let own = ["\"open\"", "\"timed-out\"", "\"::1\"", "\"healthy\""];
    let words = [JSON.as_slice(), &own].concat();
    let seeds = names.iter().map(|name| bare_report(name)).collect();
    fuzz("report", 0.2, 12_000, seeds, &words, report_holds);
}
