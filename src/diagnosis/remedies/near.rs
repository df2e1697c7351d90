//! For whoever sits at the machine that measured: what can be done there comes first.

use super::lines::snippet;
use crate::clients::{self, Gives};
use crate::diagnosis::finding::{Finding, Remedy, Snippet, Who};
use crate::facts::System;

/// Puts the lines for the system that measured first, and adds what its own FTP programs have to be
/// told. The one place where that order is decided.
pub fn near_first(system: Option<System>, findings: &mut [Finding]) {
    let remedies = findings.iter_mut().flat_map(|finding| &mut finding.remedies);
    for remedy in remedies.filter(|remedy| NEAR.contains(&remedy.who)) {
        let own = own_programs(system, remedy);
        remedy.snippets.extend(own);
        remedy.snippets.sort_by_key(|snippet| !is_of(system, snippet.software));
    }
}

/// Whether a line is for the system that measured, and is to be typed there by `who`.
pub fn is_at_hand(system: Option<System>, who: Who, software: &str) -> bool {
    NEAR.contains(&who) && is_of(system, software)
}

/// Who sits where the run was made.
const NEAR: [Who; 2] = [Who::User, Who::ClientAdmin];

fn is_of(system: Option<System>, software: &str) -> bool {
    system == Some(System::Windows) && is_of_windows(software)
}

/// The command lines of its firewall, and the clients that are part of it.
fn is_of_windows(software: &str) -> bool {
    matches!(software, "netsh" | "powershell") || software.starts_with("windows-")
}

/// How the programs that are part of the system are made to use the mode that works.
fn own_programs(system: Option<System>, remedy: &Remedy) -> Vec<Snippet> {
    let helps = |gives: Gives| match remedy.text.id.as_str() {
        "fix-use-active" => gives == Gives::Active,
        "fix-use-passive" => matches!(gives, Gives::Passive | Gives::Another),
        _ => false,
    };
    clients::all()
        .filter(|client| is_of(system, client.id))
        .filter_map(|client| {
            let setting = client.settings.iter().find(|setting| helps(setting.gives))?;
            Some(snippet(client.id, setting.how.to_owned()))
        })
        .collect()
}
