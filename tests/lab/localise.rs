//! Whose firewall, and at which hop: what the program says, against where it really stands.
//!
//! | variable | meaning |
//! | --- | --- |
//! | `FTP_DOCTOR_LOCALISE` | a part of the names of the trials to be played, and told in full; all of them |

use super::localise_judge::play;
use super::localise_special as special;
use super::localise_table::{Cell, cells};

#[test]
fn the_table() {
    play("localise table", cells().into_iter().map(Cell::trial).collect());
}

#[test]
fn special_ways() {
    let trials = [
        special::translated(),
        special::mutes(),
        special::losses(),
        special::alone(),
        special::control(),
        special::unasked(),
    ];
    play("localise special", trials.concat());
}

#[test]
fn filters_without_a_memory() {
    play("localise stateless", special::stateless());
}
