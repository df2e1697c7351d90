//! From announced ports to the range that is likely set.

use crate::evidence::announced_ports::{FEW, are_whole_range};
use crate::facts::PortRange;

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
        let mut state = 12345_u32;
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
}
