//! Packet captures: pcap and pcapng.

mod blocks;
mod dialogue;
mod flow;
mod neighbours;
mod packet;
mod reader;
mod scene;
mod stream;
mod telling;

pub use packet::{IcmpError, Segment};
pub use reader::read;
pub use scene::Scene;

/// Whether a file begins as a capture does.
pub fn is_capture(head: &[u8]) -> bool {
    const MAGIC: [[u8; 4]; 7] = [
        [0xa1, 0xb2, 0xc3, 0xd4],
        [0xd4, 0xc3, 0xb2, 0xa1],
        [0xa1, 0xb2, 0x3c, 0x4d],
        [0x4d, 0x3c, 0xb2, 0xa1],
        [0xa1, 0xb2, 0xcd, 0x34],
        [0x34, 0xcd, 0xb2, 0xa1],
        [0x0a, 0x0d, 0x0d, 0x0a],
    ];
    MAGIC.iter().any(|magic| head.starts_with(magic))
}
