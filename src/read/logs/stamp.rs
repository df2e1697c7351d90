//! Time stamps at the beginning of a line, in the shapes that programs give them.

/// A moment in microseconds. Dates count from 1970 where the line has one, else from midnight.
pub type Moment = u64;

const DAY: u64 = 86_400 * 1_000_000;
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The line without a time stamp at its beginning, and the moment that it names.
pub fn strip(line: &str) -> (&str, Option<Moment>) {
    let trimmed = line.trim_start();
    let (inner, bracket) = match trimmed.chars().next() {
        Some(open @ ('[' | '<' | '(')) => (trimmed.get(1..).unwrap_or_default(), Some(open)),
        _ => (trimmed, None),
    };
    // `[I 2013-01-19 18:17:35]`: a letter for the level.
    let inner = match (bracket, inner.as_bytes()) {
        (Some('['), [letter, b' ', ..]) if letter.is_ascii_uppercase() => {
            inner.get(2..).unwrap_or_default()
        }
        _ => inner,
    };
    let mut cursor = Cursor { rest: inner };
    let Some(moment) = cursor.moment() else { return (line, None) };
    let mut rest = cursor.rest;
    if let Some(open) = bracket {
        let close = match open {
            '[' => ']',
            '<' => '>',
            _ => ')',
        };
        // `[2024-05-20T21:34:32Z DEBUG suppaftp::sync_ftp] text`: the rest of the bracket is the level.
        let Some(end) = rest.find(close).filter(|end| *end <= 80) else { return (line, None) };
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    (rest.strip_prefix([' ', '\t']).unwrap_or(rest), Some(moment))
}

struct Cursor<'a> {
    rest: &'a str,
}

impl Cursor<'_> {
    fn number(&mut self, most: usize) -> Option<u64> {
        let end = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at_checked(end)?;
        let value = digits.parse().ok()?;
        self.rest = rest;
        Some(value)
    }

    fn one_of(&mut self, set: &[char]) -> Option<char> {
        let next = self.rest.chars().next().filter(|c| set.contains(c))?;
        self.rest = self.rest.get(next.len_utf8()..)?;
        Some(next)
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    /// One of these words; its place.
    fn word(&mut self, words: &[&str]) -> Option<usize> {
        let head = self.rest.get(..3)?.to_ascii_lowercase();
        let place = words.iter().position(|word| *word == head)?;
        self.rest = self.rest.get(3..)?.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        Some(place)
    }

    /// `h:mm:ss` with a fraction, and what belongs to it.
    fn time(&mut self) -> Option<u64> {
        let start = self.rest;
        let found = self.time_of_day();
        if found.is_none() {
            self.rest = start;
        }
        found
    }

    fn time_of_day(&mut self) -> Option<u64> {
        let mut hour = self.number(2)?;
        self.one_of(&[':'])?;
        let minute = self.number(2)?;
        self.one_of(&[':'])?;
        let second = self.number(2)?;
        if hour > 24 || minute > 59 || second > 60 {
            return None;
        }
        let mut micros = 0;
        if self.rest.starts_with(['.', ','])
            && self.rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit)
        {
            self.one_of(&['.', ',']);
            let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
            let (fraction, rest) = self.rest.split_at_checked(digits)?;
            let six: String = fraction.chars().chain("000000".chars()).take(6).collect();
            micros = six.parse().ok()?;
            self.rest = rest;
        }
        let half = self.rest.trim_start().get(..2).map(str::to_ascii_lowercase);
        if let Some(half @ ("am" | "pm")) = half.as_deref() {
            hour = hour % 12 + if half == "pm" { 12 } else { 0 };
            self.rest = self.rest.trim_start().get(2..)?;
        }
        self.zone();
        Some(((hour * 60 + minute) * 60 + second) * 1_000_000 + micros)
    }

    /// A zone is the same all through a file: it is skipped.
    fn zone(&mut self) {
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return;
        }
        let trimmed = self.rest.trim_start_matches(' ');
        let mut zone = Cursor { rest: trimmed };
        let read = |zone: &mut Cursor<'_>| {
            zone.one_of(&['+', '-'])?;
            let before = zone.rest.len();
            zone.number(2)?;
            zone.one_of(&[':']);
            zone.number(2)?;
            (before - zone.rest.len() >= 4).then_some(())
        };
        if read(&mut zone).is_some() {
            self.rest = zone.rest;
        }
    }

    fn moment(&mut self) -> Option<Moment> {
        let start = self.rest;
        for read in [Self::numeric, Self::named, Self::short] {
            self.rest = start;
            if let Some(moment) = read(self) {
                return Some(moment);
            }
        }
        self.rest = start;
        self.time()
    }

    /// `2026-03-04 11:00:02`, `2026/03/04T11:00:02`, `04.03.2026 11:00:02`, `3/4/2026 9:30:06 AM`.
    fn numeric(&mut self) -> Option<Moment> {
        let separators = ['-', '/', '.'];
        let first = self.number(4)?;
        let separator = self.one_of(&separators)?;
        let second = self.number(2)?;
        self.one_of(&[separator])?;
        let third = self.number(4)?;
        let (year, month, day) = if first > 31 {
            (first, second, third)
        } else {
            // Which of the two is the month does not matter for differences of hours.
            let (day, month) = if second > 12 { (second, first) } else { (first, second) };
            (if third < 100 { third + 2000 } else { third }, month, day)
        };
        self.one_of(&['T', ' ', ',', '_'])?;
        self.spaces();
        let time = self.time()?;
        Some(days(year, month, day)? * DAY + time)
    }

    /// `Wed Mar  4 09:30:06 2026`, `Mar 04 09:30:06`, `04/Mar/2026:09:30:06 +0000`.
    fn named(&mut self) -> Option<Moment> {
        if self.word(&DAYS).is_some() {
            self.one_of(&[',']);
            self.spaces();
        }
        if let Some(month) = self.word(&MONTHS) {
            self.spaces();
            let day = self.number(2)?;
            self.spaces();
            let (year, time) = if let Some(time) = self.time() {
                let before = self.rest;
                self.spaces();
                let year = self.number(4).filter(|year| *year > 1970);
                if year.is_none() {
                    self.rest = before;
                }
                (year, time)
            } else {
                let year = self.number(4)?;
                self.spaces();
                (Some(year), self.time()?)
            };
            // Without a year, one that has no leap day moved: differences are what counts.
            return Some(days(year.unwrap_or(1972), month as u64 + 1, day)? * DAY + time);
        }
        let day = self.number(2)?;
        self.one_of(&['/', '-', ' '])?;
        let month = self.word(&MONTHS)? as u64 + 1;
        self.one_of(&['/', '-', ' '])?;
        let year = self.number(4)?;
        self.one_of(&[':', ' ', ','])?;
        self.spaces();
        Some(days(year, month, day)? * DAY + self.time()?)
    }

    /// `02-23 12:17:30`: month and day.
    fn short(&mut self) -> Option<Moment> {
        let month = self.number(2)?;
        self.one_of(&['-', '/'])?;
        let day = self.number(2)?;
        self.one_of(&[' '])?;
        Some(days(1972, month, day)? * DAY + self.time()?)
    }
}

/// Days from 1970 to a date of the Gregorian calendar.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    days.checked_sub(719_469)
}

/// Puts times of day in order: where the clock seems to go back by hours, midnight has passed.
#[derive(Debug, Default)]
pub struct Clock {
    last: Option<Moment>,
    added: u64,
}

impl Clock {
    /// The moment, on a clock that does not jump back at midnight.
    pub fn at(&mut self, moment: Moment) -> Moment {
        if moment < DAY
            && let Some(last) = self.last
            && (moment + self.added) + DAY / 2 < last
        {
            self.added += DAY;
        }
        let at = if moment < DAY { moment + self.added } else { moment };
        self.last = Some(at);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_shapes_of_one_moment() {
        let day = 1_772_582_400_000_000_u64; // 2026-03-04
        let time = ((9 * 60 + 30) * 60 + 6) * 1_000_000_u64;
        for (line, rest, moment) in [
            ("2026-03-04 09:30:06 x", "x", day + time),
            ("2026-03-04T09:30:06.250Z << x", "<< x", day + time + 250_000),
            ("2026/03/04 09:30:06 DEBUG : x", "DEBUG : x", day + time),
            ("2026-03-04 09:30:06.684 +05:30 [INF] x", "[INF] x", day + time + 684_000),
            ("04.03.2026 09:30:06 - x", "- x", day + time),
            ("<04/03/2026 09:30:06> x", "x", day + time),
            ("[04/Mar/2026:09:30:06 +0000] x", "x", day + time),
            ("Wed Mar  4 09:30:06 2026 [pid 1] x", "[pid 1] x", day + time),
            ("[I 2026-03-04 09:30:06] x", "x", day + time),
            ("[2026-03-04T09:30:06Z DEBUG a::b] x", "x", day + time),
            ("3/4/2026 9:30:06 AM - x", "- x", days(2026, 4, 3).unwrap() * DAY + time),
            ("Mar  4 09:30:06 host x", "host x", days(1972, 3, 4).unwrap() * DAY + time),
            ("[03-04 09:30:06] [debug] x", "[debug] x", days(1972, 3, 4).unwrap() * DAY + time),
            ("09:30:06\tStatus:", "Status:", time),
            ("[09:30:06] x", "x", time),
            ("9:30:06 PM x", "x", time + 12 * 3600 * 1_000_000),
        ] {
            assert_eq!(strip(line), (rest, Some(moment)), "{line}");
        }
        for line in ["220 hello", "> PASV", "Status:\tx", "", "1.2.3.4 x", "May the 4th", "[12] x"]
        {
            assert_eq!(strip(line), (line, None), "{line}");
        }
    }

    #[test]
    fn midnight_does_not_turn_time_back() {
        let mut clock = Clock::default();
        let late = DAY - 1_000_000;
        assert_eq!(clock.at(late), late);
        assert_eq!(clock.at(1_000_000), DAY + 1_000_000);
        assert_eq!(clock.at(500_000), DAY + 500_000, "a little back is disorder, not midnight");
    }
}
