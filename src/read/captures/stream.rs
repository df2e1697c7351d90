//! One direction of a TCP connection put in order: late, repeated and overlapping segments. What
//! the other end acknowledges and the file does not have was lost by the capture, not by the
//! network.

/// Bytes that are kept of segments that came before their turn.
const MOST_WAITING: usize = 256 * 1024;
/// Further ahead than any window that matters here.
const MOST_AHEAD: u32 = 4 << 20;
/// An acknowledgement may be stored before what it acknowledges.
const SETTLED: u64 = 50_000;

/// What comes out, in order.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// The next bytes.
    Data(&'a [u8]),
    /// Bytes are missing here.
    Gap,
}

/// A packet's number and time.
pub type Origin = (u64, u64);

struct Later {
    /// The packet that it came in.
    from: Origin,
    seq: u32,
    data: Vec<u8>,
    length: u32,
}

/// One direction.
#[derive(Default)]
pub struct Stream {
    next: Option<u32>,
    later: Vec<Later>,
    waiting: usize,
    /// What the other end has acknowledged beyond what was seen, and when.
    beyond: Option<(u32, Origin)>,
    /// Segments that were sent again.
    pub again: u32,
    /// Whether the capture is known to have lost bytes.
    pub lost: bool,
}

impl Stream {
    /// The sequence number of the first byte, from a SYN.
    pub fn begin(&mut self, seq: u32) {
        self.next.get_or_insert(seq);
    }

    /// A segment with `length` bytes, of which `data` were stored. Pieces come out with the packet that
    /// they came in, which may be an earlier one.
    pub fn push(
        &mut self,
        from: Origin,
        (seq, length): (u32, u32),
        data: &[u8],
        mut out: impl FnMut(Piece<'_>, Origin),
    ) {
        if length == 0 {
            return;
        }
        let next = *self.next.get_or_insert(seq);
        let ahead = seq.wrapping_sub(next);
        if ahead == 0 || ahead > u32::MAX / 2 {
            self.take(from, (seq, length), data, &mut out);
            self.drain(&mut out);
        } else if ahead <= MOST_AHEAD && self.waiting + data.len() <= MOST_WAITING {
            if self.later.iter().any(|l| l.seq == seq && l.length >= length) {
                self.again += 1;
                return;
            }
            self.waiting += data.len();
            self.later.push(Later { from, seq, data: data.to_vec(), length });
        }
    }

    /// The other end has got everything before `ack`.
    pub fn acknowledged(&mut self, ack: u32, from: Origin, out: impl FnMut(Piece<'_>, Origin)) {
        let Some(next) = self.next else { return };
        let ahead = ack.wrapping_sub(next);
        // One more than the last byte acknowledges a FIN.
        if ahead <= 1 || ahead > MOST_AHEAD {
            if ahead > u32::MAX / 2 || ahead == 0 {
                self.beyond = None;
            }
            return;
        }
        match self.beyond {
            Some((known, since)) if from.1.saturating_sub(since.1) > SETTLED => {
                self.skip(known, since, out);
            }
            Some(_) => {}
            None => self.beyond = Some((ack, from)),
        }
    }

    /// Nothing more comes: what was acknowledged and not seen is missing.
    pub fn end(&mut self, out: impl FnMut(Piece<'_>, Origin)) {
        if let Some((ack, since)) = self.beyond {
            self.skip(ack, since, out);
        }
    }

    fn skip(&mut self, ack: u32, since: Origin, mut out: impl FnMut(Piece<'_>, Origin)) {
        self.beyond = None;
        let Some(next) = self.next else { return };
        let missing = ack.wrapping_sub(next);
        if missing == 0 || missing > u32::MAX / 2 {
            return;
        }
        // Up to what is there, at most.
        let first = self.later.iter().map(|l| l.seq.wrapping_sub(next)).min();
        let step = first.map_or(missing, |first| first.min(missing));
        self.lost = true;
        self.next = Some(next.wrapping_add(step));
        // It stood before what came after it.
        let next = self.next.unwrap_or(ack);
        let after = self.later.iter().find(|l| l.seq == next).map_or(since, |l| l.from);
        out(Piece::Gap, after.min(since));
        self.drain(&mut out);
    }

    fn take(
        &mut self,
        from: Origin,
        (seq, length): (u32, u32),
        data: &[u8],
        out: &mut impl FnMut(Piece<'_>, Origin),
    ) {
        let Some(next) = self.next else { return };
        let known = next.wrapping_sub(seq);
        if known >= length {
            self.again += 1;
            return;
        }
        let fresh = data.get(usize::try_from(known).unwrap_or(usize::MAX)..).unwrap_or_default();
        if !fresh.is_empty() {
            out(Piece::Data(fresh), from);
        }
        if data.len() < usize::try_from(length).unwrap_or(0) {
            // Stored in part.
            out(Piece::Gap, from);
        }
        self.next = Some(seq.wrapping_add(length));
    }

    fn drain(&mut self, out: &mut impl FnMut(Piece<'_>, Origin)) {
        while let Some(next) = self.next {
            let ready = self.later.iter().position(|l| {
                let ahead = l.seq.wrapping_sub(next);
                ahead == 0 || ahead > u32::MAX / 2
            });
            let Some(at) = ready else { return };
            let later = self.later.swap_remove(at);
            self.waiting -= later.data.len();
            let known = next.wrapping_sub(later.seq);
            if known < later.length {
                self.take(later.from, (later.seq, later.length), &later.data, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(steps: &[(u32, &str)]) -> String {
        let mut stream = Stream::default();
        stream.begin(u32::MAX - 3);
        let mut text = String::new();
        for (seq, data) in steps {
            let seq = (u32::MAX - 3).wrapping_add(*seq);
            let length = u32::try_from(data.len()).unwrap();
            stream.push((1, 1), (seq, length), data.as_bytes(), |piece, _| match piece {
                Piece::Data(bytes) => text.push_str(&String::from_utf8_lossy(bytes)),
                Piece::Gap => text.push('#'),
            });
        }
        text
    }

    #[test]
    fn segments_are_put_in_order_across_the_end_of_the_numbers() {
        assert_eq!(joined(&[(0, "abc"), (3, "def"), (6, "gh")]), "abcdefgh");
        assert_eq!(joined(&[(3, "def"), (6, "gh"), (0, "abc")]), "abcdefgh");
        assert_eq!(joined(&[(0, "abc"), (0, "abc"), (1, "bcde"), (5, "f")]), "abcdef");
        assert_eq!(joined(&[(2, "cd"), (2, "cd"), (0, "ab"), (4, "e")]), "abcde");
        assert_eq!(joined(&[(0, "ab"), (4, "ef")]), "ab", "what is missing is waited for");
    }

    #[test]
    fn what_the_other_end_has_got_was_lost_by_the_capture() {
        let mut stream = Stream::default();
        stream.begin(100);
        let mut gaps = 0;
        let mut text = Vec::new();
        let mut origins = Vec::new();
        let mut out = |piece: Piece<'_>, from: Origin| {
            origins.push(from.0);
            match piece {
                Piece::Data(bytes) => text.extend_from_slice(bytes),
                Piece::Gap => gaps += 1,
            }
        };
        stream.push((1, 10), (100, 2), b"ab", &mut out);
        stream.push((2, 20), (104, 2), b"ef", &mut out);
        stream.acknowledged(106, (3, 1_000), &mut out);
        stream.acknowledged(106, (4, 2_000), &mut out);
        stream.acknowledged(106, (5, 900_000), &mut out);
        assert_eq!((text.as_slice(), gaps, stream.lost), (b"abef".as_slice(), 1, true));
        assert_eq!(origins, [1, 2, 2], "what came late stands where it came");
    }

    #[test]
    fn what_was_stored_in_part_leaves_a_gap() {
        let mut stream = Stream::default();
        let mut seen = Vec::new();
        stream.push((1, 1), (7, 10), b"abc", |piece, _| seen.push(piece == Piece::Gap));
        assert_eq!(seen, [false, true]);
    }
}
