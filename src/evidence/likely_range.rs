//! From announced ports to the range that is likely set.

use super::Evidence;
use super::announced_ports::{FEW, are_whole_range, distinct};
use super::known_ports::{service, services};
use crate::facts::{BoundsFrom, PortRange};

/// Ranges that systems take a free port from where a server is set to none: Linux, Windows and the
/// BSDs, and servers that draw one of all there are.
const SYSTEMS: [(u16, u16); 3] = [(32768, 60999), (49152, 65535), (1024, 65535)];
/// The chance that so many draws from a system's own range lie so near together, above which it may
/// be just that.
const CHANCE: f64 = 0.03;
/// Announcements from which it shows whether ports are taken one after the other.
const ROW: usize = 5;
/// Steps from one announcement to the next, on average, that the system's next free port makes.
const STEP: usize = 64;
/// With no more draws than so many, a range is rounded to these numbers at least.
const ROUGH: [(usize, u16); 2] = [(3, 1000), (11, 100)];
/// So many ports are a handful.
const HANDFUL: u16 = 16;
/// Announcements of one port alone that make a range of it.
const ALONE: usize = 3;

impl Evidence<'_> {
    /// The range that the server is set to, as far as its announcements tell: `None` where they may
    /// as well come from the whole range of its system, and where what it names is nothing that
    /// anybody would open. A range that was given to an audit counts as it is.
    ///
    /// The ports are the server's word: a well-known port, or one of a known service, is taken for
    /// none of the range just because a reply named it.
    pub fn set_range(&self) -> Option<PortRange> {
        if let Some(range) = self.given_range() {
            return Some(range);
        }
        set_range(&self.announcements())
    }

    /// The range that an audit was told.
    fn given_range(&self) -> Option<PortRange> {
        let sweep = self.facts.audit.as_ref().and_then(|audit| audit.sweep.as_ref());
        let declared = self.facts.request.audit.and_then(|audit| audit.passive_ports);
        let swept = sweep.filter(|s| s.from == BoundsFrom::Declared).map(|s| s.bounds);
        declared.or(swept)
    }

    /// Whether somebody said what the range is.
    pub fn range_was_given(&self) -> bool {
        self.given_range().is_some()
    }

    /// The lowest and the highest port that was announced.
    pub fn announced_span(&self) -> Option<PortRange> {
        let all = distinct(self.announcements());
        Some(PortRange { min: *all.first()?, max: *all.last()? })
    }
}

/// See [`Evidence::set_range`].
fn set_range(drawn: &[u16]) -> Option<PortRange> {
    let plain = |port: &u16| *port >= 1024 && service(*port).is_none();
    let kept: Vec<u16> = drawn.iter().copied().filter(plain).collect();
    if kept.len() < 2 || kept.len() * 4 < drawn.len() * 3 || is_row(&kept) {
        return None;
    }
    let mut sorted = kept;
    sorted.sort_unstable();
    let home = home(&sorted);
    let (first, last) = (*home.first()?, *home.last()?);
    let span = f64::from(last - first);
    let draws = i32::try_from(home.len()).unwrap_or(i32::MAX);
    // So many draws from so wide a range lie so near together.
    let by_chance = |(min, max): &(u16, u16)| {
        let part = span / f64::from(max - min);
        let n = f64::from(draws);
        let chance = n * part.powi(draws - 1) - (n - 1.0) * part.powi(draws);
        *min <= first && last <= *max && chance > CHANCE
    };
    if SYSTEMS.iter().any(by_chance) {
        return None;
    }
    // Of a handful of ports only those that were named are known: a service among them is not
    // opened for the sake of its neighbours.
    let narrow = last - first < HANDFUL;
    let served = || services(first.saturating_sub(HANDFUL), last.saturating_add(HANDFUL)).next();
    if narrow && served().is_some() {
        return None;
    }
    Some(rounded(first, last, home.len()))
}

/// The range from port to port that somebody is likely to have typed when so many draws of it lie
/// between these two: outwards to whole tens, hundreds, thousands or ten thousands, whichever is
/// as wide as they lie apart. Too much opens ports that nobody listens at, too little leaves
/// transfers that fail now and then.
fn rounded(first: u16, last: u16, draws: usize) -> PortRange {
    if first == last && draws >= ALONE {
        return PortRange { min: first, max: last };
    }
    let rough = ROUGH.iter().find(|(most, _)| draws <= *most).map_or(10, |(_, unit)| *unit);
    let units = [10, 100, 1000].into_iter().filter(|unit| *unit >= rough);
    let unit = units.into_iter().find(|unit| last - first <= *unit).unwrap_or(10_000);
    let min = (first / unit * unit).max(1024);
    PortRange { min, max: last.checked_next_multiple_of(unit).unwrap_or(u16::MAX) }
}

/// Whether these, in order, look like the system's next free ports.
fn is_row(drawn: &[u16]) -> bool {
    let steps = || drawn.iter().zip(drawn.iter().skip(1));
    let (Some(first), Some(last)) = (drawn.first(), drawn.last()) else { return false };
    drawn.len() >= ROW
        && steps().all(|(a, b)| b > a)
        && usize::from(last.saturating_sub(*first)) <= STEP * drawn.len()
}

/// The range behind these announcements: the lowest and the highest of them, without strangers far
/// away from nearly all the others, widened to the round numbers that an administrator is likely
/// to have set where those are so near that chance alone would leave them out.
pub fn likely(announced: &[u16]) -> Option<PortRange> {
    let mut all = announced.to_vec();
    all.sort_unstable();
    let home = home(&all);
    let (min, max) = (*home.first()?, *home.last()?);
    let mut distinct = home.to_vec();
    distinct.dedup();
    if are_whole_range(home.len(), distinct.len()) || distinct.len() < 2 {
        return Some(PortRange { min, max });
    }
    let span = u32::from(max - min);
    let gaps = u32::try_from(distinct.len()).unwrap_or(u32::MAX).saturating_sub(1).max(1);
    // With this many draws, an edge lies farther out than four mean gaps once in fifty times.
    let reach = u16::try_from((span * 4 / gaps).max(1)).unwrap_or(u16::MAX);
    Some(PortRange {
        min: roundest(min.saturating_sub(reach).max(1024).min(min)..=min, min),
        max: roundest(max..=max.saturating_add(reach), max),
    })
}

/// The announcements without strangers: at most one in four, and far off.
fn home(sorted: &[u16]) -> &[u16] {
    let mut home = sorted;
    loop {
        let Some((at, gap)) = widest(home) else { return home };
        let (low, high) = home.split_at(at);
        let main = if low.len() >= high.len() { low } else { high };
        let span = match (main.first(), main.last()) {
            (Some(first), Some(last)) => u32::from(last - first),
            _ => return home,
        };
        let most = main.len() >= FEW && main.len() * 4 >= sorted.len() * 3;
        if !most || span * 3 >= gap || gap < 8 {
            return home;
        }
        home = main;
    }
}

/// The place and the width of the widest gap.
fn widest(sorted: &[u16]) -> Option<(usize, u32)> {
    sorted
        .windows(2)
        .enumerate()
        .filter_map(|(at, pair)| match pair {
            [a, b] => Some((at + 1, u32::from(b - a))),
            _ => None,
        })
        .max_by_key(|(_, gap)| *gap)
}

/// The number that people would choose, the nearest one among equals.
fn roundest(near: std::ops::RangeInclusive<u16>, seen: u16) -> u16 {
    let score = |port: u16| {
        // Ends of the system's own ranges.
        if matches!(port, 1024 | 32768 | 49152 | 60999 | 65534 | 65535) {
            return 9;
        }
        let zeros =
            |port: u16| [10, 100, 1000, 10000].iter().filter(|n| port.is_multiple_of(**n)).count();
        let next = port.checked_add(1).map_or(0, zeros);
        (zeros(port) * 2).max((next * 2).saturating_sub(1))
    };
    near.max_by_key(|port| (score(*port), std::cmp::Reverse(port.abs_diff(seen)))).unwrap_or(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "that is how it is compared")]
    fn range(min: u16, max: u16) -> Option<PortRange> {
        Some(PortRange { min, max })
    }

    /// Draws like a server's.
    fn drawn(min: u16, max: u16, count: u32) -> Vec<u16> {
        drawn_from(12345, min, max, count)
    }

    fn drawn_from(seed: u32, min: u16, max: u16, count: u32) -> Vec<u16> {
        let mut state = seed.wrapping_mul(0x9e37_79b9);
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                min + u16::try_from((state >> 8) % (u32::from(max - min) + 1)).unwrap_or(0)
            })
            .collect()
    }

    #[test]
    fn bounds_are_the_round_numbers_nearby() {
        assert_eq!(likely(&drawn(50000, 50100, 40)), range(50000, 50100));
        // Which of 49999 and 50000 is set cannot be told: one port more is knocked at.
        assert_eq!(likely(&drawn(40000, 49999, 40)), range(40000, 50000));
        assert_eq!(likely(&drawn(32768, 60999, 40)), range(32768, 60999));
    }

    #[test]
    fn a_small_range_that_was_seen_whole_is_not_widened() {
        assert_eq!(likely(&drawn(50001, 50007, 60)), range(50001, 50007));
        assert_eq!(likely(&[50000; 20]), range(50000, 50000));
        assert_eq!(likely(&[]), None);
    }

    #[test]
    fn strangers_do_not_widen_it() {
        let mut ports = drawn(50000, 50100, 38);
        ports.extend([38411, 42960]);
        assert_eq!(likely(&ports), range(50000, 50100));
        // Half of them elsewhere are no strangers.
        let mut two = drawn(50000, 50100, 20);
        two.extend(drawn(30000, 30100, 20));
        assert!(likely(&two).is_some_and(|r| r.min <= 30010 && r.max >= 50090));
    }

    #[test]
    fn a_handful_of_announcements_tells_a_range_that_was_set() {
        // Six of a thousand ports: the thousand that somebody typed.
        for seed in 0..200 {
            let drawn = drawn_from(seed, 3000, 4000, 6);
            let set = set_range(&drawn).unwrap_or_else(|| panic!("{drawn:?}"));
            assert!(set.min >= 3000 && set.max <= 4000, "{drawn:?}: {set:?}");
        }
        let whole = |seed: &u32| {
            let set = set_range(&drawn_from(*seed, 3000, 4000, 6));
            set.is_some_and(|set| set.min <= 3000 && set.max >= 4000)
        };
        assert!((0..200).filter(whole).count() >= 198);
        assert_eq!(set_range(&[3100, 3900, 3412]), range(3000, 4000));
        assert_eq!(set_range(&[50013, 50090]), range(50000, 51000));
        assert_eq!(set_range(&[50013, 50061, 50090, 50077, 50033, 50091]), range(50000, 50100));
        assert_eq!(set_range(&[2121, 2122, 2126, 2128, 2140, 2139]), range(2100, 2200));
        assert_eq!(set_range(&[60131, 60288, 61281, 61907, 64014, 65021]), range(60000, 65535));
        assert_eq!(set_range(&[50000; 3]), range(50000, 50000));
    }

    #[test]
    fn what_comes_from_all_that_the_system_has_is_no_range() {
        for (min, max) in [(32768, 60999), (49152, 65535), (1024, 65535)] {
            let set = (0..200).filter(|seed| set_range(&drawn_from(*seed, min, max, 6)).is_some());
            assert!(set.count() <= 12, "{min}-{max}");
        }
        // The next free port, and the next.
        assert_eq!(set_range(&[49731, 49732, 49735, 49736, 49740]), None);
        assert_eq!(set_range(&[40211]), None);
    }

    #[test]
    fn what_a_reply_names_is_not_opened_for_it() {
        assert_eq!(set_range(&[22, 22, 22]), None);
        assert_eq!(set_range(&[3306; 4]), None);
        assert_eq!(set_range(&[3305, 3307, 3305, 3307]), None);
        assert_eq!(set_range(&[5060; 4]), None);
        // One of many draws that happens to be a service's does no harm to the range.
        assert_eq!(set_range(&[3100, 3306, 3900, 3412, 3710, 3055]), range(3000, 4000));
    }
}
