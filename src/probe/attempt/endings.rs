//! What an end that comes from elsewhere means for an attempt.

use crate::facts::{DialOutcome, ExchangeEnd, Micros, Why};
use crate::wire::command::Command;

/// A knock that was not let in.
pub fn not_let_in(outcome: DialOutcome, waited: Micros, syns: Option<u32>) -> Why {
    match outcome {
        // Cut off while it was still knocking.
        DialOutcome::Connected | DialOutcome::TimedOut => Why::NoAnswer { waited, syns },
        DialOutcome::Refused => Why::Reset,
        DialOutcome::Reset => Why::DataReset,
        DialOutcome::Prohibited { icmp } | DialOutcome::Unreachable { icmp } => Why::Icmp { icmp },
        DialOutcome::Local { text } => Why::Local { text },
    }
}

/// An exchange without a usable reply.
pub fn no_reply(end: &ExchangeEnd, command: &Command) -> Why {
    let command = command.verb.to_owned();
    match end {
        ExchangeEnd::TimedOut { waited } => Why::NoReply { command, waited: *waited },
        ExchangeEnd::NotAReply { text } => Why::NotAReply { command, text: text.clone() },
        _ => Why::ControlLost { command },
    }
}
