//! Random numbers, and inputs that are like others and are not.

use serde_json::Value;

/// xorshift64*: fast, and the same on every machine.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % end
    }

    pub fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    pub fn of<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Bytes that mean something to one parser or another.
const SIGNS: &[u8] =
    b"\0\t\n\r \"#%&'()*+,-./0123456789:;<=>?@AZ[\\]_az{|}\x1b\x7f\x80\xc2\xe2\xff";

/// Numbers at whose sides things break.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "00",
    "21",
    "127",
    "128",
    "255",
    "256",
    "1023",
    "32767",
    "32768",
    "65535",
    "65536",
    "2147483648",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "-1",
    "1e9",
    "340282366920938463463374607431768211456",
];

fn cut(rng: &mut Rng, length: usize) -> (usize, usize) {
    let from = rng.below(length + 1);
    let long = 1 + if rng.one_in(4) { rng.below(length + 1) } else { rng.below(8) };
    (from, (from + long).min(length))
}

/// An input of at most `most` bytes, made from `pool` into `out`.
pub fn bytes(rng: &mut Rng, pool: &[Vec<u8>], words: &[&str], most: usize, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&pool[rng.below(pool.len())]);
    for _ in 0..=rng.below(6) {
        let (from, to) = cut(rng, out.len());
        let insert =
            |out: &mut Vec<u8>, what: &[u8]| drop(out.splice(from..from, what.iter().copied()));
        match rng.below(12) {
            0 => drop(out.drain(from..to)),
            1 => {
                let part = out[from..to].to_vec();
                insert(out, &part);
            }
            2 => {
                let part = out[from..to].to_vec();
                let times = 1 + rng.below(200);
                insert(out, &part.repeat(times));
            }
            3 | 4 if !words.is_empty() => {
                let word = words[rng.below(words.len())];
                insert(out, word.as_bytes());
            }
            5 => {
                // A number becomes another one.
                let digits = out[from..].iter().position(u8::is_ascii_digit).map(|at| from + at);
                let at = digits.unwrap_or(from);
                let end = out[at..]
                    .iter()
                    .position(|b| !b.is_ascii_digit())
                    .map_or(out.len(), |n| at + n);
                let number = *rng.of(NUMBERS);
                out.splice(at..end, number.bytes());
            }
            6 | 7 => {
                // The end of another one.
                let other = &pool[rng.below(pool.len())];
                let begin = rng.below(other.len() + 1);
                out.truncate(from);
                out.extend_from_slice(&other[begin..]);
            }
            8 if from < out.len() => {
                let bit = 1 << rng.below(8);
                out[from] ^= bit;
            }
            9 => {
                let byte = u8::try_from(rng.below(256)).unwrap();
                insert(out, &[byte]);
            }
            _ if from < out.len() => out[from] = *rng.of(SIGNS),
            _ => out.push(*rng.of(SIGNS)),
        }
        // Repeated repetitions would fill the memory.
        out.truncate(2 * most);
    }
    out.truncate(most);
}

/// Texts that nobody should say: each one made to break out of something.
pub const HOSTILE: &[&str] = &[
    "",
    "\u{1b}[2J\u{1b}]0;t\u{7}",
    "\u{202e}\u{2066}\u{200b}\u{feff}\u{85}\u{9b}31m\u{2028}",
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</code></pre></style></title></textarea>&lt;&#60;",
    "a\r\nPROBLEM: forged",
    "```\n~~~\n# heading\n| a | b |\n- x",
    "{$name} { $x } {\"x\"}",
    "ftp://user:secret@host/",
    "\u{4f60}\u{597d}\u{ff08}\u{1f4a9}e\u{301}\u{301}",
    "%s%n\\x1b\\u{202e}\0",
    "227 Entering Passive Mode (127,0,0,1,0,21).",
    "421 Too many connections.",
    "-",
    " ",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

/// Endpoints and addresses of every kind.
const PLACES: &[&str] = &[
    "0.0.0.0",
    "127.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.1.1",
    "224.0.0.1",
    "255.255.255.255",
    "198.51.100.20",
    "203.0.113.5",
    "::",
    "::1",
    "fe80::1",
    "fd00::1",
    "2001:db8::1",
    "::ffff:192.0.2.1",
    "64:ff9b::1",
    "ff02::1",
];

/// The values that stand under each key, in all scenarios: what may stand there.
pub struct Pool {
    keys: Vec<(String, Vec<Value>)>,
}

/// More of one key are not kept.
const KEPT: usize = 400;

impl Pool {
    pub fn new<'a>(documents: impl Iterator<Item = &'a Value>) -> Self {
        let mut pool = Self { keys: Vec::new() };
        for document in documents {
            pool.gather("", document);
        }
        pool
    }

    fn gather(&mut self, key: &str, value: &Value) {
        let place = self.keys.iter().position(|(k, _)| k == key).unwrap_or_else(|| {
            self.keys.push((key.to_owned(), Vec::new()));
            self.keys.len() - 1
        });
        let kept = &mut self.keys[place].1;
        if kept.len() < KEPT && !kept.contains(value) {
            kept.push(value.clone());
        }
        match value {
            Value::Array(items) => {
                for item in items {
                    self.gather(&format!("{key}[]"), item);
                }
            }
            Value::Object(map) => {
                for (name, item) in map {
                    self.gather(name, item);
                }
            }
            _ => {}
        }
    }

    pub fn any(&self, rng: &mut Rng, key: &str) -> Option<Value> {
        let (_, kept) = self.keys.iter().find(|(k, _)| k == key)?;
        Some(rng.of(kept).clone())
    }
}

/// Number of places in a document.
fn places(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(places).sum(),
        Value::Object(map) => map.values().map(places).sum(),
        _ => 0,
    }
}

/// Changes the document at one place.
pub fn document(rng: &mut Rng, pool: &Pool, value: &mut Value) {
    let mut at = rng.below(places(value));
    change(rng, pool, "", value, &mut at);
}

fn change(rng: &mut Rng, pool: &Pool, key: &str, value: &mut Value, at: &mut usize) {
    if *at == 0 {
        *at = usize::MAX;
        here(rng, pool, key, value);
        return;
    }
    *at -= 1;
    match value {
        Value::Array(items) => {
            let key = format!("{key}[]");
            for item in items {
                change(rng, pool, &key, item, at);
                if *at == usize::MAX {
                    return;
                }
            }
        }
        Value::Object(map) => {
            for (name, item) in map.iter_mut() {
                change(rng, pool, name, item, at);
                if *at == usize::MAX {
                    return;
                }
            }
        }
        _ => {}
    }
}

fn here(rng: &mut Rng, pool: &Pool, key: &str, value: &mut Value) {
    if rng.one_in(3)
        && let Some(other) = pool.any(rng, key)
    {
        *value = other;
        return;
    }
    match value {
        Value::Array(items) if !items.is_empty() => {
            let (one, two) = (rng.below(items.len()), rng.below(items.len()));
            match rng.below(5) {
                0 => drop(items.remove(one)),
                1 => items.swap(one, two),
                2 => items.insert(one, items[two].clone()),
                3 => items.truncate(one),
                _ => {
                    let other = pool.any(rng, &format!("{key}[]"));
                    items.extend(other);
                }
            }
        }
        Value::Array(items) => items.extend(pool.any(rng, &format!("{key}[]"))),
        Value::Object(map) if !map.is_empty() => {
            let names: Vec<String> = map.keys().cloned().collect();
            let name = rng.of(&names);
            if rng.one_in(2) {
                map.remove(name);
            } else {
                let other = pool.any(rng, name).unwrap_or(Value::Null);
                map.insert(name.clone(), other);
            }
        }
        Value::Bool(flag) => *flag = !*flag,
        Value::Number(_) => {
            let text = rng.of(NUMBERS);
            *value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(7));
        }
        Value::String(text) => {
            let place = |rng: &mut Rng| (*rng.of(PLACES)).to_owned();
            *text = if let Ok(_ip) = text.parse::<std::net::IpAddr>() {
                place(rng)
            } else if text.parse::<std::net::SocketAddr>().is_ok() {
                let ip: std::net::IpAddr = place(rng).parse().unwrap();
                std::net::SocketAddr::new(ip, *rng.of(&[0, 20, 21, 1024, 50000, 65535])).to_string()
            } else if rng.one_in(2) {
                (*rng.of(HOSTILE)).to_owned()
            } else {
                format!("{text}{}", rng.of(HOSTILE))
            };
        }
        Value::Null | Value::Object(_) => {
            if let Some(other) = pool.any(rng, key) {
                *value = other;
            }
        }
    }
}
