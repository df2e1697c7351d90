//! Every wait has a limit; this is the whole list of them.

use std::time::Duration;

/// Limits of a run. Tests pass shorter ones; nothing reads a global.
#[derive(Debug, Clone)]
pub struct Limits {
    /// One question to a name server, repeats included.
    pub resolve: Duration,
    /// TCP handshake of a control connection, all knocks together.
    pub connect: Duration,
    /// Pause between two knocks at a control port. A lost SYN costs this much.
    pub connect_spacing: Duration,
    /// Silence after which a server without a greeting is asked whether it speaks TLS.
    pub greeting_patience: Duration,
    /// Silence after which a server without a greeting is given up. Servers that look the client up
    /// in DNS or ident are slow to greet, so this is long.
    pub greeting: Duration,
    /// Wait for a reply. With one segment in eight lost, six in a row are lost once in 260,000
    /// times; the kernel has then waited 12.6 s.
    pub reply: Duration,
    /// Pause between two knocks at a passive port, at least.
    pub knock_spacing: Duration,
    /// Knocks at a passive port: three unanswered SYNs before "timed out" is said.
    pub knocks: u32,
    /// Patience after the last knock, at least.
    pub knock_patience: Duration,
    /// The same where segments were seen to be lost in this run.
    pub knock_patience_lossy: Duration,
    /// Wait for the server's knock in active mode: SYNs at 0, 1 and 3 s fit in.
    pub door: Duration,
    /// The same after a hole was opened, where no segments were seen to be lost: a comparison, not
    /// a verdict of its own.
    pub hole_door: Duration,
    /// Silence on a data connection that stands.
    pub idle: Duration,
    /// The same before its first byte; the first time, and where a server was seen to be slow, it is
    /// given longer.
    pub first_byte: Duration,
    /// Wait for the completion reply after a whole file: shorter, so that a second try still fits
    /// into a run.
    pub completion: Duration,
    /// Time that is kept for active mode while a whole file is retrieved before it.
    pub active: Duration,
    /// Wait for the first half of a command to be acknowledged, at least. Longer than the delayed
    /// acknowledgements of most systems; half a NOOP is waited for as well and compared.
    pub half: Duration,
    /// Wait for an answer after a long silence.
    pub wake: Duration,
    /// Wait for the end of the data connection once 226 is there, and for a close after QUIT.
    pub close: Duration,
    /// Bytes of a listing that are read before it is cut.
    pub listing_bytes: u64,
    /// What has to be left of the run for a step to be begun.
    pub least: Duration,
    /// With less than this left, the deadline is what ended a wait.
    pub nothing_left: Duration,
    /// What has to be left of the run for one more port to be announced and knocked at.
    pub announcing: Duration,
    /// Announcements on one login of an audit. Some servers take fourteen, and one that keeps a port for
    /// each until the login ends has them back then.
    pub announced_each: usize,
    /// Logins of an audit beside those of the run: forty announcements, what a second login gets while
    /// a first one holds a port, and ports that were silent in the sweep.
    pub audit_logins: usize,
    /// Pauses before a port that refuses although it is announced is knocked at again: a server may
    /// take a moment to listen. All of them at the first such ports, then the first alone.
    pub refused_again: [Duration; 3],
    /// What has to be left of the run for the sweep when announcements are asked for before it.
    pub sweeping: Duration,
    /// Announcements on one login, the attempt's own among them. A server may count them: some take
    /// fourteen, and six of them are no burden to any.
    pub announcements: usize,
    /// Time for them on one login where every port lets us in: each takes a round trip and a half, and
    /// nobody is to notice a second round of waiting.
    pub announcements_open: Duration,
    /// The same once a port did not let us in: what it takes to hear six ports stay silent.
    pub announcements_shut: Duration,
    /// Pause between two knocks at an announced port beside others that stayed silent, at least: it
    /// only has to confirm them.
    pub confirming_spacing: Duration,
    /// Patience after the last of them, at least.
    pub confirming_patience: Duration,
    /// Knocks at such a port.
    pub confirming_knocks: u32,
    /// Between two looks whether what was sent has been acknowledged: the server's knock is awaited
    /// from then on.
    pub acknowledged: Duration,
    /// The same for half a command, where a millisecond more or less decides nothing.
    pub half_acknowledged: Duration,
    /// Enough to let everybody in who has knocked by the time that the server speaks.
    pub at_the_door: Duration,
    /// Pause after a listener failed, for want of descriptors, say.
    pub listener_failed: Duration,
    /// A listener that was given up is looked at once more: whoever came stands there already.
    pub given_up: Duration,
    /// Wait for the SYN of a hole to be answered by the router where it dies, at least.
    pub hole: Duration,
    /// Wait for a rung of a ladder, at least: routers answer slower than hosts.
    pub rung: Duration,
    /// The same for a silent rung that is asked once more.
    pub rung_again: Duration,
    /// A knock of which only the SYN matters.
    pub taken_up: Duration,
    /// Wait for a first SYN of a sweep, at least. It doubles with each of the next two.
    pub swept: Duration,
    /// Pause before silent ports beside others that answer are asked once more.
    pub swept_again: Duration,
    /// One round of knocks or silence while this machine's dropped packets are counted.
    pub round: Duration,
    /// Pause between TCP's own keep-alive probes, where a comparison uses them: shorter than any
    /// box's memory.
    pub keep_alive: Duration,
    /// Wait for the goodbye of an address that is only looked at.
    pub look: Duration,
    /// Logins of one run.
    pub logins: usize,
    /// Pause after which a server that counts sessions has surely seen the last one end.
    pub recount_pause: Duration,
    /// Pause before a server that said "too many" is asked once more.
    pub too_many_pause: Duration,
    /// The same where a transfer of ours may still be held.
    pub held_pause: Duration,
    /// Addresses that are dialled before the host is given up.
    pub addresses: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            resolve: Duration::from_secs(5),
            connect: Duration::from_secs(8),
            connect_spacing: Duration::from_secs(1),
            greeting_patience: Duration::from_secs(3),
            greeting: Duration::from_secs(15),
            reply: Duration::from_secs(13),
            knock_spacing: Duration::from_millis(300),
            knocks: 3,
            knock_patience: Duration::from_secs(1),
            knock_patience_lossy: Duration::from_millis(2600),
            door: Duration::from_millis(3500),
            hole_door: Duration::from_millis(1300),
            idle: Duration::from_secs(6),
            first_byte: Duration::from_secs(6),
            completion: Duration::from_secs(8),
            active: Duration::from_secs(10),
            half: Duration::from_millis(350),
            wake: Duration::from_secs(8),
            close: Duration::from_secs(2),
            listing_bytes: 4 << 20,
            least: Duration::from_millis(300),
            nothing_left: Duration::from_millis(50),
            announcing: Duration::from_secs(4),
            announced_each: 10,
            audit_logins: 8,
            refused_again: [150, 300, 600].map(Duration::from_millis),
            sweeping: Duration::from_secs(15),
            announcements: 6,
            announcements_open: Duration::from_millis(300),
            announcements_shut: Duration::from_millis(2500),
            confirming_spacing: Duration::from_millis(150),
            confirming_patience: Duration::from_millis(250),
            confirming_knocks: 2,
            acknowledged: Duration::from_millis(20),
            half_acknowledged: Duration::from_millis(5),
            at_the_door: Duration::from_millis(5),
            listener_failed: Duration::from_millis(50),
            given_up: Duration::from_millis(1),
            hole: Duration::from_millis(250),
            rung: Duration::from_millis(350),
            rung_again: Duration::from_millis(450),
            taken_up: Duration::from_millis(50),
            swept: Duration::from_millis(100),
            swept_again: Duration::from_millis(200),
            round: Duration::from_millis(300),
            keep_alive: Duration::from_secs(2),
            look: Duration::from_millis(200),
            logins: 12,
            recount_pause: Duration::from_millis(30),
            too_many_pause: Duration::from_millis(700),
            held_pause: Duration::from_secs(3),
            addresses: 4,
        }
    }
}
