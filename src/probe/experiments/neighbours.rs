//! Knocks at ports that nobody listens on: the answers are about the way.

use super::super::attempt::not_let_in;
use super::super::attempt::record::{Seen, Turn, record};
use super::super::context::Stage;
use super::super::dial::{KnockPolicy, dial};
use super::super::session::login::Door;
use crate::facts::{DialOutcome, Mode, Purpose, Step, Why};

/// Knocks, all at once, and records each as an attempt of its own.
pub async fn knock(door: &Door<'_>, doors: &[(Mode, u16)]) {
    let context = door.context;
    let lossy = context.recorder.lossy();
    let timeout = context.request().timeout.duration();
    let policy = KnockPolicy::data(context.limits(), None, lossy, timeout);
    let knock = async |mode: Mode, port: u16| {
        let turn = Turn::plain(mode, Purpose::Neighbour);
        context.tell(Stage::Trying(mode, turn.purpose));
        let to = door.at(port);
        let (dial, _) = dial(context, to, policy).await;
        let why = match dial.outcome {
            // Only the way is asked for: whoever answers the handshake stands at its end.
            DialOutcome::Connected | DialOutcome::Reset => Why::Complete,
            other => not_let_in(other, dial.took, dial.syns),
        };
        let seen = Seen { dialled: Some(to), ..Seen::at(Step::NotBegun) };
        let mut facts = context.facts();
        let began = (door.family(), dial.began);
        let mut attempt = record(&facts, &turn, began, None, seen, why);
        attempt.elapsed = dial.took;
        facts.attempts.push(attempt);
    };
    match doors {
        [(first, at), (second, beside), ..] => {
            tokio::join!(knock(*first, *at), knock(*second, *beside));
        }
        [(only, at)] => knock(*only, *at).await,
        [] => {}
    }
}
