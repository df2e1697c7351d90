//! The tables of `fixtures/replies`, and the reader of replies fed with them.

use crate::wire::reply::{Reply, ReplyError, ReplyLimits, ReplyReader};

/// The rows of a table, their columns unescaped.
pub fn table(name: &str) -> Vec<Vec<Vec<u8>>> {
    let path = format!("{}/fixtures/replies/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let content = std::fs::read_to_string(&path).expect("the table is there");
    let rows: Vec<_> = content
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split(" => ").map(|cell| unescape(cell.trim_end_matches(" =>"))).collect())
        .collect();
    assert!(!rows.is_empty(), "{path}");
    rows
}

fn unescape(column: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = column.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match rest.next().expect("an escape") {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'x' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                out.push(u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap());
            }
            other => out.push(other),
        }
    }
    out
}

/// What a reader made of what came.
#[derive(Debug)]
pub struct Read {
    /// The replies; after an error there is nothing more.
    pub replies: Vec<Result<Reply, ReplyError>>,
    /// Bytes that wait for more.
    pub pending: Vec<u8>,
    /// The reply that has begun and is not over.
    pub partial: Option<Reply>,
}

/// Reads what comes in these pieces, as far as it can be read.
pub fn read(pieces: &[&[u8]], limits: ReplyLimits) -> Read {
    let mut reader = ReplyReader::new(limits);
    let mut replies = Vec::new();
    'all: for piece in pieces {
        reader.push(piece);
        while let Some(reply) = reader.next_reply().transpose() {
            let over = reply.is_err();
            replies.push(reply);
            if over {
                break 'all;
            }
        }
    }
    Read { replies, pending: reader.pending().to_vec(), partial: reader.partial() }
}
