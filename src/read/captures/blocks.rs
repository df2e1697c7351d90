//! The packets of a capture file, one at a time, whatever the format.

use std::cell::RefCell;
use std::io::{self, BufRead};

use pcap_parser::traits::PcapReaderIterator;
use pcap_parser::{Block, LegacyPcapReader, PcapBlockOwned, PcapError, PcapNGReader};

use crate::facts::reading::{Unread, UnreadWhy};

/// The room for one block at first.
const ROOM: usize = 1 << 20;
/// No packet and no block that matters is larger.
const MOST_ROOM: usize = 32 << 20;
/// Interfaces of a pcapng section that are kept.
const MOST_INTERFACES: usize = 4096;

/// One packet as the file has it.
pub struct Frame<'a> {
    /// Its number in the file, from 1.
    pub number: u64,
    /// When, in microseconds since 1970.
    pub at: u64,
    /// Link type (<https://www.tcpdump.org/linktypes.html>).
    pub link: i32,
    /// What was stored of it.
    pub data: &'a [u8],
    /// Its length on the wire.
    pub length: u32,
}

/// What is to be said of the file.
#[derive(Debug, Default)]
pub struct Ended {
    /// `pcap` or `pcapng`.
    pub format: &'static str,
    /// Packets.
    pub packets: u64,
    /// Link types of the packets, as they appear.
    pub links: Vec<i32>,
    /// Packets that the capturing program says it lost.
    pub dropped: u64,
    /// What was not read.
    pub unread: Vec<Unread>,
}

/// The interfaces of the section that is read.
#[derive(Default)]
struct Interfaces {
    all: Vec<Interface>,
    big_endian: bool,
}

struct Interface {
    link: i32,
    /// Units in a second.
    resolution: u64,
    offset: i64,
    snap: u32,
}

/// Calls `each` with every packet.
///
/// # Errors
/// When the file cannot be read on. What is broken in it is told in [`Ended::unread`].
pub fn frames(content: &mut dyn BufRead, mut each: impl FnMut(&Frame<'_>)) -> io::Result<Ended> {
    let mut ended = Ended { format: "pcap", ..Ended::default() };
    let next_generation = content.fill_buf()?.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]);
    if next_generation {
        ended.format = "pcapng";
    }
    let failed = RefCell::new(None);
    let mut source = Watched { content, failed: &failed };
    let opened: Result<Box<dyn PcapReaderIterator + '_>, PcapError<&'static [u8]>> =
        if next_generation {
            PcapNGReader::new(ROOM, &mut source).map(|r| Box::new(r) as Box<dyn PcapReaderIterator>)
        } else {
            LegacyPcapReader::new(ROOM, &mut source)
                .map(|r| Box::new(r) as Box<dyn PcapReaderIterator>)
        };
    match opened {
        Ok(mut reader) => walk(reader.as_mut(), &mut ended, &mut each),
        Err(PcapError::Incomplete(_) | PcapError::Eof | PcapError::UnexpectedEof) => {
            ended.note(None, UnreadWhy::Cut);
        }
        Err(PcapError::ReadError) => {}
        Err(error) => ended.broken(None, &error),
    }
    match failed.take() {
        // A compressed file that ends in the middle tells what it had.
        Some(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            let number = ended.packets + 1;
            ended.note(Some(number), UnreadWhy::Cut);
        }
        Some(error)
            if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) =>
        {
            let number = ended.packets + 1;
            ended.note(Some(number), UnreadWhy::Broken { text: error.to_string() });
        }
        Some(error) => return Err(error),
        None => {}
    }
    Ok(ended)
}

/// Keeps the error of a reader that `pcap-parser` would swallow.
struct Watched<'a> {
    content: &'a mut dyn BufRead,
    failed: &'a RefCell<Option<io::Error>>,
}

impl io::Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.content.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.failed.replace(Some(error));
                // As if it ended here: what came before is complete.
                Ok(0)
            }
            read => read,
        }
    }
}

fn walk(reader: &mut dyn PcapReaderIterator, ended: &mut Ended, each: &mut impl FnMut(&Frame<'_>)) {
    let mut legacy = Interface { link: 1, resolution: 1_000_000, offset: 0, snap: 0 };
    let mut interfaces = Interfaces::default();
    let mut room = ROOM;
    loop {
        match reader.next() {
            Ok((used, block)) => {
                match block {
                    PcapBlockOwned::LegacyHeader(header) => {
                        // The upper bits tell of a checksum behind each packet.
                        legacy.link = header.network.0 & 0xffff;
                        if header.is_nanosecond_precision() {
                            legacy.resolution = 1_000_000_000;
                        }
                    }
                    PcapBlockOwned::Legacy(packet) => {
                        let fraction = u64::from(packet.ts_usec) * 1_000_000 / legacy.resolution;
                        let at = u64::from(packet.ts_sec) * 1_000_000 + fraction;
                        ended.packets += 1;
                        ended.link(legacy.link);
                        each(&Frame {
                            number: ended.packets,
                            at,
                            link: legacy.link,
                            data: packet.data,
                            length: packet.origlen,
                        });
                    }
                    PcapBlockOwned::NG(block) => section(&block, &mut interfaces, ended, each),
                }
                reader.consume(used);
            }
            Err(PcapError::Eof) => break,
            Err(PcapError::UnexpectedEof) => {
                ended.note(Some(ended.packets + 1), UnreadWhy::Cut);
                break;
            }
            Err(PcapError::Incomplete(_)) => {
                if reader.reader_exhausted() {
                    ended.note(Some(ended.packets + 1), UnreadWhy::Cut);
                    break;
                }
                if reader.refill().is_err() {
                    ended.note(Some(ended.packets + 1), UnreadWhy::Cut);
                    break;
                }
            }
            Err(PcapError::BufferTooSmall) => {
                room = room.saturating_mul(2);
                if room > MOST_ROOM || !reader.grow(room) {
                    let text = format!("a block of more than {} MiB", MOST_ROOM >> 20);
                    ended.note(Some(ended.packets + 1), UnreadWhy::Broken { text });
                    break;
                }
                if reader.refill().is_err() {
                    break;
                }
            }
            Err(error) => {
                let number = ended.packets + 1;
                ended.broken(Some(number), &error);
                break;
            }
        }
    }
}

fn section(
    block: &Block<'_>,
    interfaces: &mut Interfaces,
    ended: &mut Ended,
    each: &mut impl FnMut(&Frame<'_>),
) {
    match block {
        Block::SectionHeader(about) => {
            interfaces.all.clear();
            interfaces.big_endian = about.big_endian();
        }
        Block::InterfaceDescription(about) if interfaces.all.len() < MOST_INTERFACES => {
            // The package takes this one option for little-endian, whatever the section is.
            let offset = about.ts_offset();
            let offset = if interfaces.big_endian { offset.swap_bytes() } else { offset };
            interfaces.all.push(Interface {
                link: about.linktype.0,
                resolution: about.ts_resolution().filter(|r| *r > 0).unwrap_or(1_000_000),
                offset,
                snap: about.snaplen,
            });
        }
        Block::EnhancedPacket(packet) => {
            ended.packets += 1;
            let at = interfaces.all.get(usize::try_from(packet.if_id).unwrap_or(usize::MAX));
            let Some(interface) = at else {
                let text = format!("an interface {} that is not described", packet.if_id);
                ended.note(Some(ended.packets), UnreadWhy::Broken { text });
                return;
            };
            let units = (u128::from(packet.ts_high) << 32) | u128::from(packet.ts_low);
            let micros = units * 1_000_000 / u128::from(interface.resolution);
            let micros = u64::try_from(micros).unwrap_or(0);
            let offset = interface.offset.saturating_mul(1_000_000);
            ended.link(interface.link);
            each(&Frame {
                number: ended.packets,
                at: micros.saturating_add_signed(offset),
                link: interface.link,
                data: stored(packet.data, packet.caplen),
                length: packet.origlen,
            });
        }
        Block::SimplePacket(packet) => {
            ended.packets += 1;
            let Some(interface) = interfaces.all.first() else { return };
            let most = if interface.snap == 0 { u32::MAX } else { interface.snap };
            ended.link(interface.link);
            each(&Frame {
                number: ended.packets,
                at: 0,
                link: interface.link,
                data: stored(packet.data, packet.origlen.min(most)),
                length: packet.origlen,
            });
        }
        Block::InterfaceStatistics(about) => {
            let dropped = |count: Option<Result<u64, _>>| count.and_then(Result::ok).unwrap_or(0);
            let here = dropped(about.isb_ifdrop()).saturating_add(dropped(about.isb_osdrop()));
            ended.dropped = ended.dropped.max(here);
        }
        _ => {}
    }
}

/// Without the bytes that fill a block up.
fn stored(data: &[u8], length: u32) -> &[u8] {
    data.get(..usize::try_from(length).unwrap_or(usize::MAX)).unwrap_or(data)
}

impl Ended {
    fn link(&mut self, link: i32) {
        if self.links.len() < 16 && !self.links.contains(&link) {
            self.links.push(link);
        }
    }

    /// Notes what was not read; the same again is counted.
    pub fn note(&mut self, number: Option<u64>, why: UnreadWhy) {
        let room = self.unread.len() < 20;
        match self.unread.iter_mut().find(|u| u.why == why) {
            Some(known) => known.count += 1,
            None if room => self.unread.push(Unread { number, count: 1, why }),
            None => {}
        }
    }

    fn broken(&mut self, number: Option<u64>, error: &PcapError<&[u8]>) {
        let text = match error {
            PcapError::HeaderNotRecognized => "no header of a capture".to_owned(),
            PcapError::NomError(_, kind) | PcapError::OwnedNomError(_, kind) => {
                format!("no block of a capture ({kind:?})")
            }
            _ => "no block of a capture".to_owned(),
        };
        self.note(number, UnreadWhy::Broken { text });
    }
}
