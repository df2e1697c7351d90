# English texts of all reports. Ids are referred to by the diagnosis; a test finds every missing one.

## Attempts: the detail behind an outcome
why-complete = { $bytes } listed
why-complete-file = { $bytes } retrieved
why-complete-empty = empty listing
why-answers = the port answers
why-cut-by-us = { $bytes } read, more was coming; we ended it
why-command-refused = { $reply }
why-bad-announcement = { $reply }: { $error }
why-listing-refused = { $command } refused: { $reply }
why-listing-refused-connected = connected, then { $reply }
why-no-answer = no answer in { $waited }
why-no-answer-syns = { $syns } SYNs, no answer in { $waited }
why-no-knock = nobody knocked in { $waited }
why-reset = answered with RST
why-icmp = ICMP { $kind }/{ $code } from { $sender }
why-no-route = no route
why-local = this machine refused: { $text }
    .read = the client's machine refused: { $text }
why-no-reply = no reply to { $command } in { $waited }
why-no-data = connected, { $bytes }, then nothing for { $waited }
why-no-completion = all data came, no 226 in { $waited }
why-no-completion-empty = no byte and no 226 came in { $waited }
why-tls-failed = TLS: { $failure }
why-tls-failed-reply = TLS: { $failure }; { $reply }
why-protection-refused = protection of data connections refused: { $reply }
why-data-reset = reset after { $bytes }
why-broken-off = broken off after { $bytes }: { $reply }
why-control-lost = the control connection ended after { $command }
why-not-a-reply = what came after { $command } was no answer to it: { $text }
why-wrong-peer = the connection came from { $from }, not from the server
why-reply-only = { $verb } accepted ({ $reply }); nothing was listed on purpose
why-not-ipv6 = { $verb } cannot name an IPv6 address
why-not-no-login = no login
why-not-too-many = no second login: { $reply }
why-not-too-many-held = no login while the server holds our blocked transfer: { $reply }
why-not-login-failed = no login for it: { $text }
why-not-control-refused = no login for it: the control connection was refused
why-not-control-reset = no login for it: the control connection was reset
why-not-control-silent = no login for it: the control connection was not answered
why-not-control-icmp = no login for it: { $icmp }
why-not-control-broke = no login for it: the control connection broke
why-not-login-limit = a run logs in at most { $most } times
why-not-deadline = no time left
why-not-short-timeout = the time limit was shorter than silence has to last to mean anything
why-not-nothing-sent = the server had nothing to send and did not knock: { $reply }
why-not-interrupted = interrupted
why-not-came-late = the server's knock came late: delay or loss, no verdict
why-not-local = { $text }
why-not-in-file-asked = announced, and nothing was asked for over it
why-not-in-file-dialled = announced, and the client never knocked there
why-not-in-file-ends = the file ends before it is decided
why-not-in-file-missing = the file does not have all of what was said
why-not-in-file-encrypted = what was said is encrypted, and its outside does not decide it
why-not-in-file-last-word = the data came, and the file has no reply that confirms it
why-folded = { $now } (first try: { $first })

## Checks of many targets
check-works = works: { $verbs }
check-not-met = expected { $expect }: { $because }
check-earlier = from the run that was resumed
check-ending-interrupted = INTERRUPTED
check-ending-failed = FAILED
check-ending-not-run = NOT RUN
check-because-interrupted = interrupted before its turn came
check-because-failed = internal error: { $text }
check-seconds = { $seconds } s
check-not-well = Not well
check-targets = { $count ->
        [one] { $count } target
       *[other] { $count } targets
    }
check-count-healthy = { $number } healthy
check-count-limited = { $number } limited
check-count-incomplete = { $number } incomplete
check-count-degraded = { $number } degraded
check-count-broken = { $number } broken
check-count-unreachable = { $number } unreachable
check-count-failed = { $number } failed by a fault of ours
check-count-interrupted = { $number } interrupted
check-count-not-run = { $number } not run
check-count-expectations = expectations: { $met } met, { $missed } not met
check-between = {", "}
check-changes = Since the baseline
check-changes-none = Nothing has changed that counts.
check-change = { $what } { $key }: { $before } → { $after }
check-change-none = none
check-change-new = not in the baseline
check-change-gone = only in the baseline
check-change-expectation = expectation
check-progress = { $unwell } not well

## Outcomes in the text report
outcome-open = open
outcome-timed-out = timed out
outcome-refused = refused
outcome-prohibited = prohibited
outcome-unreachable = unreachable
outcome-rejected = rejected
outcome-stalled = stalled
outcome-closed = cut off
outcome-tls-failed = TLS failed
outcome-not-tested = not tested

## Summaries
summary-healthy = Everything works: { $open } came through.
summary-healthy-asked = What could be tested works: { $open } came through.
summary-limited = { $title }. Works: { $open }, which is what nearly every program uses. Does not: { $failed }.
summary-degraded-none-open = { $title }. Does not work: { $failed }. Not tested: { $unknown }.
summary-incomplete = Not everything was measured: { $missing } not tested ({ $because }). { $how }
summary-incomplete-more = Works: { $open }. Not measured to its end is what else was asked for (a file, a silence, the ports of a range); below stands why.
summary-incomplete-login = The time was over before a login was had or refused. Give it more: --deadline.
    .read = The file breaks off before a login was had or refused.
summary-incomplete-login-interrupted = Interrupted before a login was had or refused. Run it once more.
how-again = Run it once more.
how-deadline = Give it more time: --deadline.
how-timeout = Give silence more time: a longer --timeout, or none.
how-too-many = Run it later, when fewer are logged in, or with one mode alone: --modes.
how-fewer = Ask for fewer modes: --modes.
how-path = Name a directory that is not empty: the server opens no data connection for nothing.
how-live = Run ftp-doctor itself where the client stands.
how-local = Run it on another machine.
summary-degraded = { $title }. Works: { $open }. Does not: { $failed }.
summary-degraded-all-open = { $title }. From here all of { $open } work.
    .read = { $title }. The client got through with { $open }.
summary-broken = { $title }. Logged in, but no listing came through: { $failed } failed.
summary-broken-unknown = Logged in, but no listing came through ({ $failed } failed), and no known cause fits.
summary-untested = Logged in, but no data connection could be tested.
summary-unreachable = { $title }.
summary-unreachable-unknown = No FTP login could be had, and no known cause fits.

## Evidence
seen-attempt = { $verb }, port { $port }: { $why }
seen-attempt-varied = { $verb }, port { $port }, { $how }: { $why }
varied-dial-advertised = knocking at the announced address
varied-announce = announcing { $address }
varied-pipelined = sent behind a NOOP in the same segment
varied-segments = in segments of at most { $mss } bytes
varied-clear = in clear
varied-fresh-session = with a TLS session of its own
varied-retrieve = retrieving the file
varied-keep-alive = with TCP keep-alive on the control connection
varied-second-knock = with a second knock before the listing
varied-knock-again = knocking again where refused
seen-attempt-no-port = { $verb }: { $why }
seen-lookup-found = { $record } asked of { $who }: found ({ $took })
seen-lookup-not-found = { $record } asked of { $who }: the name does not exist ({ $took })
seen-lookup-no-such-record = { $record } asked of { $who }: the name has no such record ({ $took })
seen-lookup-server-failure = { $record } asked of { $who }: the name server failed, { $text } ({ $took })
seen-lookup-timed-out = { $record } asked of { $who }: no answer ({ $took })
seen-lookup-failed = { $record } asked of { $who }: { $text } ({ $took })
via-dns = DNS and the hosts file
via-system = the system's resolver
seen-dial-connected = { $to } answers ({ $took })
seen-dial-refused = { $to } answered our SYN with RST ({ $took })
    .read = { $to } answered the SYN with RST ({ $took })
seen-dial-reset = { $to } accepted the connection and reset it ({ $took })
seen-dial-timed-out = { $to }: { $syns } SYNs, no answer ({ $took })
seen-dial-icmp = { $to }: { $icmp } ({ $took })
seen-dial-local = { $to }: this machine said: { $text }
    .read = { $to }: the client's machine said: { $text }
seen-connected = { $to } accepted the connection ({ $took })
seen-head = it said: { $head }
seen-reply = the server said: { $reply }
seen-silent = silence for { $waited } after the connection stood
seen-tls-answer = a TLS ClientHello on a fresh connection was answered with TLS
seen-control-works = the control connection to port { $control } of the same server works
seen-active-works = the server reaches us in active mode
    .read = the server reaches the client in active mode
seen-advertised = 227 names { $advertised }, the control connection goes to { $peer }
seen-advertised-to = 227 names { $advertised } to a client that comes from { $seen }
seen-as = the server sees us as { $address }, our own address is { $own }
    .read = the server sees the client as { $address }, its own address is { $own }
seen-held = a second try was not possible: the server still held the first transfer

## Look-alikes that were ruled out
not-filtered-answered = a filter that drops would not have answered
not-filtered-connected = the TCP connection stood
not-filtered-no-route = no packet was dropped: there was no route to send it on
not-refused-silent = a closed door says so at once; here nobody said anything
    .read = a closed door says so at once; nobody said anything
not-tls-silent = a TLS ClientHello was met with the same silence
not-tls-other = a TLS ClientHello was answered with "{ $head }", not with TLS
not-tls-closed = a second connection for a TLS ClientHello was not served
not-tls-words = the reply does not ask for encryption
not-login-full = the reply is about the number of connections, not about user or password
not-login-tls = the reply asks for encryption; user and password were not judged
not-silent-tls = the port is not dead: it waits for TLS
not-disabled-announced = the server announced its ports without complaint
not-disabled-transient = the reply is a "try again" (4yz), not a refusal for good (5yz)
not-blocked-answered = somebody answered the knock, with RST
not-blocked-some-open = other passive ports came through
not-blocked-swept = knocks at other ports of the same range arrive
not-blocked-other-verb = passive data connections announced by { $works } came through
not-partly-one-range = both commands announced ports of one range, or the same ones, so the port does not decide
not-firewall-refused-by-reply = the command was refused by a reply: no data connection was ever tried
not-firewall-unreadable = no knock was tried: the announcement names no place to knock at
not-firewall-peer-works = the same port at { $peer } was reached
not-firewall-connected = the data connection stood
not-firewall-knocked = a knock did arrive
not-active-disabled-accepted = the server accepted the announcement
not-active-disabled-address = the reply objects to the address, not to the command
not-nat-same-address = the server sees us under our own address { $own }
    .read = the server sees the client under its own address { $own }
not-nat-accepted = { $software } takes only the address under which it sees us, and took ours
    .read = { $software } takes only the address under which it sees the client, and took the one in the command
not-control-other-family = the same server answers at { $works }

## Remedies that several causes share
fix-use-active = Until then use active mode: it works from here.
    .read = Until then let the client use active mode: it works.
fix-use-passive = Use passive mode: it works from here, and it is the right choice behind a NAT or a firewall.
    .read = Let the client use passive mode: it works, and it is the right choice behind a NAT or a firewall.
fix-decide-side = To know whose firewall it is, run this from another network too (a phone's hotspot): if it works there, the first network blocks; if not, the server's side does.
    .read = To know whose firewall it is, run ftp-doctor from the client's network and from another one (a phone's hotspot): if it works there, the first network blocks; if not, the server's side does.

## Control connection
name-not-found-title = The name { $host } leads to no address
name-not-found-text = The name { $host } does not exist. Without an address there is no door to knock at.
name-not-found-text-no-record = The name { $host } exists, but has neither an IPv4 (A) nor an IPv6 (AAAA) address.
name-not-found-text-resolver = No resolver gave an address for { $host }, and none said that the name does not exist: name resolution itself failed, so the name may well be right.
name-not-found-fix = Check the spelling of { $host }; ask another resolver (dig { $host }); try the server's address instead of its name.

control-refused-title = Nobody listens at port { $control }
control-refused-text = client >1023 ──▶ server { $control }: the knock was answered at once with "nobody here" (RST). The host is up; the FTP server is not running, listens on another port, or a firewall answers in its place.
control-refused-title-nearer = Something on the way refuses the server's control port
control-refused-text-nearer = client >1023 ──▶ server { $control }: the knock was answered at once with "nobody here" (RST), and not by the server: port { $other } of the same host is farther away. { $where } A firewall there refuses port { $control } in the server's name.
control-refused-fix-user = Check the port: FTP's own is 21, implicit TLS uses 990, SFTP (another protocol) 22.
control-refused-fix-server = Start the FTP server, and check with "ss -ltn" that it listens on port { $control } of the public address, not on 127.0.0.1 alone.

control-filtered-title = A firewall stops the knock at port { $control }, or the host is down
control-filtered-text = client >1023 ──▶ server { $control }: the knock was never answered. A firewall on the way swallows it (rule 1, the same for active and passive, is missing), or nothing is at { $address } at all.
control-filtered-text-icmp = client >1023 ──▶ server { $control }: a filter at { $sender } answered the knock in the server's place, with an ICMP reject: rule 1, the same for active and passive, is missing there.
control-filtered-text-where = client >1023 ──▶ server { $control }: the knock was never answered, while port { $other } of the same host answers. A firewall swallows it: rule 1, the same for active and passive, is missing. { $where }
control-filtered-fix-server = Let TCP port { $control } in at the server's firewall and, behind a NAT, forward it.
control-filtered-fix-user = Try from another network: if it answers there, your own network blocks outgoing port { $control }.
    .read = Try from another network: if it answers there, the client's network blocks outgoing port { $control }.

control-unreachable-title = There is no route to { $address }
control-unreachable-text = The knock at port { $control } did not get under way: no route leads to { $address }.
control-unreachable-text-host = The knock at port { $control } left, and { $sender }, a router on the way, answered that there is no machine at { $address }: it is switched off, unplugged, or has another address.
control-unreachable-text-net = The knock at port { $control } left, and { $sender }, a router on the way, answered that no way leads on to { $address }.
control-unreachable-fix = Check this machine's network, VPN and routes ("ip route get" with that address); for an IPv6 address, whether this network has IPv6 at all (-4 tries IPv4).
    .read = Check the client's network, VPN and routes ("ip route get" with that address); for an IPv6 address, whether that network has IPv6 at all (-4 tries IPv4).

control-silent-title = Port { $control } is open, but no FTP server speaks there
control-silent-text = The door at port { $control } opened, and for { $waited } nobody said a word; an FTP server greets first (220). A proxy or NAT that accepts for a server that is down looks like this, and so does a server that hangs.
control-silent-text-login = The server greeted and then fell silent: no reply to { $command } in { $waited }.
control-silent-fix-server = See whether the FTP server still works from the machine itself; if a load balancer or port forwarding stands in front, whether its other end is alive. A server that looks clients up in DNS or ident first can be this slow: switch that off.
control-silent-fix-user = If the port is meant for TLS from the first byte, use ftps://.

control-closed-title = The server hangs up before a login
control-closed-text = The door at port { $control } opened and was shut again without a word: a list of allowed addresses (tcp_wrappers, fail2ban, geo-blocking), or a server that dies at once.
control-closed-text-reset = The door at port { $control } opened and the connection was reset before a greeting: a firewall that looks into connections, or a server that dies at once.
control-closed-text-reply = The server opened at port { $control } and sent us away: { $reply }
    .read = The server opened at port { $control } and sent the client away: { $reply }
control-closed-text-login = The control connection ended after { $command }, before the login was done.
control-closed-fix-server = Look into the server's log at this moment; check hosts.allow and hosts.deny, fail2ban and the server's list of allowed addresses for the client's address.
control-closed-fix-user = Try from another network: if it works there, your address is not welcome.

control-not-ftp-title = { $known ->
    [no] Port { $control } does not speak FTP
   *[yes] Port { $control } speaks { $service }, not FTP
}
control-not-ftp-text = The service that answers at port { $control } is { $service }. The connection is fine; the port is the wrong one.
control-not-ftp-text-unknown = What answers at port { $control } is not an FTP reply (three digits, then text).
control-not-ftp-fix = Ask for the right host and port of the FTP service; 21 is the usual one.
control-not-ftp-fix-ssh = An SSH server offers SFTP, another protocol: use an SFTP client (sftp://) on this port, or ask for the FTP port.

too-many-connections-title = The server is full
too-many-connections-text = The server turned us away because it has too many connections, in all or from this address: { $reply }
    .read = The server turned the client away because it has too many connections, in all or from this address: { $reply }
too-many-connections-fix-user = Close other FTP clients, and wait a few minutes: a transfer that broke down can hold its place that long. Lower the client's number of simultaneous connections.
too-many-connections-fix-server = Raise the limit (vsftpd max_clients and max_per_ip, ProFTPD MaxInstances and MaxClientsPerHost, Pure-FTPd MaxClientsNumber and MaxClientsPerIP), or see who holds the connections.

login-rejected-title = The server does not let { $user } in
login-rejected-text = The way is free and the server answers, but it refuses the login of { $user }: { $reply }
login-rejected-text-anonymous = The server takes no anonymous visitors: { $reply }. The way is free; only a user name is missing.
login-rejected-text-account = The server wants an account (ACCT) after user and password: { $reply }
login-rejected-text-wants = The server keeps asking during the login and never lets { $user } in: { $reply }
login-rejected-fix-user = Give a user (ftp://USER@HOST) and the password by --password-file, FTP_DOCTOR_PASSWORD or at the prompt. Both are case-sensitive; copied blanks count.
login-rejected-fix-server = See the server's log for the reason: account locked, shell not in /etc/shells, user list, or anonymous access switched off.

## Passive mode
firewall-blocks-passive-title = A firewall blocks the passive ports
firewall-blocks-passive-text-silent = In passive mode the server opens a door and the client knocks: client >1023 ──▶ server { $ports }. Nobody answered our knock, while port { $control } of the same server answers{ $active ->
    [yes] {" "}and active mode works
   *[no] {""}
}. A firewall lets { $control } through and swallows the passive ports: rule passive-3 is missing. { $where }{ $active ->
    [yes] {" "}Clients that use passive mode (browsers, most programs) fail; those that use active mode work.
   *[no] {""}
}
    .read = In passive mode the server opens a door and the client knocks: client >1023 ──▶ server { $ports }. Nobody answered the client's knock, while port { $control } of the same server answers{ $active ->
        [yes] {" "}and active mode works
        *[no] {""}
        }. A firewall lets { $control } through and swallows the passive ports: rule passive-3 is missing. { $where }{ $active ->
        [yes] {" "}Clients that use passive mode (browsers, most programs) fail; those that use active mode work.
        *[no] {""}
        }
firewall-blocks-passive-text-icmp = In passive mode the server opens a door and the client knocks: client >1023 ──▶ server { $ports }. A filter at { $sender } answered in the server's place with an ICMP reject: rule passive-3 is missing there. { $where }
firewall-blocks-passive-text-reset = In passive mode the server opens a door and the client knocks: client >1023 ──▶ server { $ports }. The answer was a RST, but it came from a box nearer than the server: a firewall that rejects. Rule passive-3 is missing there. { $where }
server-firewall-blocks-passive-title = A firewall at the server's side blocks the passive ports
client-firewall-blocks-passive-title = A firewall on your side blocks the passive ports
    .read = A firewall on the client's side blocks the passive ports
client-firewall-blocks-passive-text-answers = In passive mode the server opens a door and the client knocks: client >1023 ──▶ server { $ports }. The knock arrives, and the server's answers come back as far as this machine: here they are dropped, by its own firewall. It lets answers in from port { $control } and not from the passive ports: rule passive-4 is missing.
client-firewall-blocks-passive-fix-answers = Let the answers of { $server } in, best by a rule for all connections that this machine opened itself (nftables "ct state established,related accept", iptables "-m conntrack --ctstate ESTABLISHED,RELATED"), or by address and port.
client-firewall-blocks-passive-fix = Let connections out to { $server }, all TCP ports above 1023 (or the server's passive range, if its administrator tells it).
firewall-blocks-passive-fix-path = Ask whoever runs the network between to let TCP connections to the server's passive range pass.
where-unknown = Whose firewall it is cannot be said from here.
    .read = Whose firewall it is cannot be said from what was read.
where-own = Not even the first router sees it: it is this machine's own firewall, or the gateway turns it away at its door.
where-client = It passes hop { $min } of { $hops } and is lost before the hop after { $max }: your gateway.
where-server = It passes hop { $min } of { $hops } and is lost after that: the last router before the server, or the server itself. (An answer that is lost on its way back would look the same; few firewalls do that.)
where-path = It passes hop { $min } of { $hops } and is lost by hop { $max }: on the way, neither at your end nor at the server's.
where-direct = The server is the next hop, so nothing between tells whether this machine's firewall swallows it or the server's.
where-wide = It is lost between hop { $min } and hop { $max } of { $hops }; the routers there do not say more, so whose firewall it is stays open.
where-icmp-own = That is this machine's own address.
where-icmp = That is hop { $min } of { $hops }.
seen-own-drops = { $packets } packets came to this machine while we waited, and no program of it got them; otherwise there are hardly any
seen-answered-later = later knocks at the same ports, which nobody had announced any more, were answered from as far as the server: the way there is free, and it is the answer to an announced one that is lost, or the block was for a while
seen-returned = a knock at port { $port } of the router at hop { $hop } was answered: what comes from high ports is let back in as far as from there
seen-returned-stops = knocks at port { $port } of routers are answered from hop { $hop }, and from none behind it: perhaps what comes from high ports is not let back in
seen-world = not ruled out: { $world } What would tell: { $tells }
worlds-title = What gives the same packets
world-answers-lost = the knocks arrive and are answered, and the answers die on the way back (a filter without a memory on your side that lets in what comes from ports 20 and 21 only, or another way home).
world-answers-lost-told = something that comes from a high port out there (a call, a RST, a router that answers) is let in; or, on the server during a run, tcpdump -ni any tcp portrange 1024-65535 shows SYN-ACKs that leave.
world-part-open = a part of the range is open, and none of its ports was drawn: few were.
world-part-open-told = more announced ports: ftp-doctor audit.
world-unequal-ways = the ways to the server are balanced or made up: the ladders of this run show other routers at the same hop, so numbers of hops compare nothing.
world-unequal-ways-told = a traceroute that keeps its ports, to both ports: paris-traceroute -p tcp, or tcptraceroute with a fixed source port.
world-no-memory = a filter without a memory on the client's side, in which no SYN from inside opens a hole, drops the server's knocks.
world-no-memory-told = on the server during a run, tcpdump -ni any tcp[tcpflags] = tcp-syn shows the server's own SYNs leave.
world-translated-there = the address is translated at the server's end (a balancer, a full NAT, a container's proxy) and not on your side.
    .read = the address is translated at the server's end (a balancer, a full NAT, a container's proxy) and not on the client's side.
world-translated-there-told = the address that other servers see you under (curl https://ifconfig.me): if it is not the one that this server names, its side translates.
world-call-arrived = a call of the server arrived here, or it took our own address though it compares: nobody's NAT keeps it away.
world-call-arrived-told = an active connection, also one through a hole, that is seen to come.
world-other-door = the door is at the address that 227 names, and not where we knocked.
world-other-door-told = --dial-advertised knocks there as well.
world-one-machine = client and server are one machine, and what it says of addresses is about itself.
world-one-machine-told = a run from another machine.
world-refused-once = the server refused the second of two commands in one segment for a reason of its own.
world-refused-once-told = the same two commands once more.
seen-read-unanswered = { $at }: { $count ->
    [one] a SYN
   *[other] { $count } SYNs
} to port { $port }, and no answer comes back: { $lost ->
    [client] lost at client
    [server] lost at server
   *[between] lost beyond, hops { $min } to { $max } of { $hops }
}
seen-read-never = { $at }: port { $port } is announced, and no SYN for it is in { $file }: { $lost ->
    [client] lost at client
    [server] lost at server
   *[between] lost before, hops { $min } to { $max } of { $hops }
}
seen-read-knock = { $at }: { $count ->
    [one] a SYN
   *[other] { $count } SYNs
} to port { $port }, and none of them in { $file }: lost { $from } → { $to }, hops { $min } to { $max } of { $hops }
seen-read-answer = { $at }: the SYN to port { $port } is answered, and no answer is in { $file }: lost { $from } → { $to }, hops { $min } to { $max } of { $hops }
seen-read-unheard = { $at }: the SYN to port { $port } is answered { $count ->
    [one] once
   *[other] { $count } times
}, and who called goes on calling: { $lost ->
    [client] lost at client
    [server] lost at server
   *[between] lost on the way back, hops { $min } to { $max } of { $hops }
}
where-read = { $side ->
    [client] It is lost at the client's end: hops { $min } to { $max } of { $hops } are the suspects, counted from the client.
    [server] It is lost at the server's end: hops { $min } to { $max } of { $hops } are the suspects, counted from the client.
    [path] It is lost on the way, neither at the client's end nor at the server's: hops { $min } to { $max } of { $hops } are the suspects, counted from the client.
   *[unknown] Hops { $min } to { $max } of { $hops } are the suspects, counted from the client; what was read does not say more.
}
where-read-unknown = Whose firewall it is cannot be said from what was read.
seen-ladder = SYNs with a short life: for the control port every hop up to { $hops } can be seen, for the dead port hops { $min } and { $max } of { $hops } are the suspects
not-client-passes = the knock leaves your machine and your gateway
    .read = the knock leaves the client's machine and gateway
not-server-answers = its answers come as far as this machine
    .read = its answers come as far as the client
not-server-near = the knock never gets near the server
not-nat-as-far = the RST came from as far away as the server
not-refused-nearer = the RST came from a nearer place than the server
passive-ports-not-forwarded-title = The NAT in front of the server forwards port { $control } alone
passive-ports-not-forwarded-text = The server stands behind a NAT, at hop { $hops }; the NAT itself, hop { $hop }, has the address that clients know. It passes port { $control } on to the server, but answers the knock at { $ports } itself, with RST: nobody told it to pass that one on too.
passive-ports-not-forwarded-title-part = The NAT in front of the server forwards only a part of the passive range
passive-ports-not-forwarded-text-part = The server stands behind a NAT, at hop { $hops }; the NAT itself, hop { $hop }, has the address that clients know. It passes port { $control } and { $through } on to the server, and answers knocks at { $blocked } itself, with RST: nobody told it to pass these on too. Transfers fail now and then, depending on which port is drawn.
passive-ports-not-forwarded-fix = Forward the server's whole passive range at the NAT, to the same machine and the same port numbers, and tell the server its public address. In the lines INNER-ADDRESS, if it is there, stands for the server's own address behind the NAT.
passive-ports-not-forwarded-fix-filter = If that gateway also filters what it forwards, let TCP { $range } through.
passive-port-refused-text-end = The server announced { $ports }, and the knock there was answered with RST, from as far away as the server: nobody listens at that door. Either the server (or a container on it) does not open what it announces, or a firewall at the server rejects with RST.
passive-port-refused-text-late = The server announced { $ports }, and the first knock there was refused each time; a moment later the same port let us in. The server begins to listen only after it has announced the port. Clients knock once and give up.
passive-port-refused-fix-late = Update the server, or whatever relays its data ports: it has to listen before it sends 227 or 229. A slow proxy or container network in front does the same.
passive-range-fix-set = Give the server a fixed range of passive ports ({ $min }-{ $max }, say), so that a firewall can know them.
firewall-blocks-passive-fix-range = Then let exactly that range in, in the chain that exists (list yours with "nft list ruleset" or "iptables -S"), and forward it if the server stands behind a NAT.
firewall-blocks-passive-fix-gateway = If it is a gateway in front of the server that filters: let TCP { $range } to the server through there.
firewall-blocks-passive-fix-gateway-alone = At the gateway in front of the server, hop { $hop }: let TCP { $range } to the server through there. Rules for the server's own incoming connections change nothing here.{ $from ->
    [announced] {" "}The server announced ports from { $min } to { $max }; its own settings tell the range exactly.
   *[given] {""}
}{ $count ->
    [0] {""}
   *[other] {" "}Usually found in there, and better kept apart if it runs there: { $services }.
}
firewall-blocks-passive-fix-forward = The server stands behind a NAT: forward TCP { $range } there, to the same machine and the same port numbers, where that is not done yet. In the lines INNER-ADDRESS, if it is there, stands for the server's own address behind the NAT.
firewall-blocks-passive-fix-open = Let TCP { $range } in, in the chain that exists (list yours with "nft list ruleset" or "iptables -S").{ $from ->
    [announced] {" "}The server announced ports from { $min } to { $max }; its own settings tell the range exactly.
   *[given] {""}
}{ $count ->
    [0] {""}
   *[other] {" "}Usually found in there, and better kept apart if it runs on this machine: { $services }.
}
firewall-blocks-passive-fix-client = If the block is on the client's side: let connections out to { $server }, all TCP ports above 1023.

passive-port-refused-title = The passive ports answer "nobody here"
passive-port-refused-text = The server announced { $ports }, and the knock there was answered with RST: nobody listens at that door. Either the announcement is about another machine (a NAT or container that forwards port 21 alone), or a firewall rejects with RST, or the server closes its door too early.
passive-port-refused-fix-server = See on the server itself whether the port is opened after PASV ("ss -ltn"), and whether SELinux or a container keeps it from that.
passive-port-refused-fix-forward = If a NAT, load balancer or container stands in front, forward the whole passive range to the same machine and the same port numbers. In the lines INNER-ADDRESS, if it is there, stands for the server's own address behind the NAT.

passive-disabled-title = The server has passive mode switched off
passive-disabled-text = The server refuses { $verbs } by reply: { $reply }. No passive data connection was ever tried, so no firewall is to blame for that.
passive-disabled-text-active-works = The server refuses { $verbs } by reply ({ $reply }), and active mode works. Clients that use active mode get their listing; browsers and other clients that only use passive mode fail. No firewall is involved.
passive-disabled-fix-server = Switch passive mode on, give it a range of ports, and let that range in at the firewall.

passive-range-exhausted-title = The server has no passive port left
passive-range-exhausted-text = The server could not open a passive port: { $reply }. Its range is smaller than the number of simultaneous transfers, or all its ports are taken by other programs.
passive-range-exhausted-fix = Make the passive range larger than the number of simultaneous transfers, and open the same range at the firewall.

passive-range-partly-blocked-title = Only a part of the passive range is let through
passive-range-partly-blocked-text = Of { $of } ports that the server announced and that were knocked at right then, { $count ->
    [one] one did
   *[other] { $count } did
} not let us in ({ $how ->
    [timed-out] silence
    [refused] RST
   *[other] rejected
}: { $shut }), and others did ({ $open }). So the port decides: somebody lets only a part of the passive range through. Transfers fail now and then, depending on which port is drawn.
passive-range-partly-blocked-text-read = The server takes its passive ports from a range of which a firewall lets only a part through: transfers over { $open } worked, knocks at { $silent } were not answered. Transfers fail now and then, depending on which port is drawn.
passive-range-partly-blocked-fix = Open the whole range that the server is set to (look it up in its configuration; the ports seen here are only a sample).
    .read = Open the whole range that the server is set to (look it up in its configuration; the ports in what was read are only a sample).
passive-range-partly-blocked-text-swept = Of the passive range { $range }, a firewall lets only a part through: knocks at { $through } arrive, knocks at { $blocked } do not. Transfers fail now and then, depending on which port is drawn.
passive-range-partly-blocked-text-rejected = Of the passive range { $range }, only a part is let through: at { $through } announced ports let us in, at { $blocked } they answer with RST while they are announced, as if nobody listened. Transfers fail now and then, depending on which port is drawn. A firewall rejects there, or a container publishes a part of the range only.
passive-range-partly-blocked-fix-swept = Open what is missing: { $missing }. Or set the server to the part that is open.
passive-port-hole-title = { $count ->
        [one] A single port of the passive range is blocked: { $ports }
       *[other] Single ports of the passive range are blocked: { $ports }
    }
passive-port-hole-text = All around { $ports } knocks arrive, there they do not. A transfer fails whenever the server draws { $count ->
        [one] this port
       *[other] one of these ports
    }, and works when it is tried again.
passive-port-hole-text-named = All around { $ports } knocks arrive, there they do not. A transfer fails whenever the server draws { $count ->
        [one] this port
       *[other] one of these ports
    }, and works when it is tried again. Boxes on the way take these numbers for another protocol ({ $names }).
passive-port-hole-text-met = { $ports } did not let us in when the server announced it ({ $how ->
    [timed-out] silence
    [refused] RST
   *[other] rejected
}), and other announced ports did ({ $open }). Boxes on the way take this number for another protocol ({ $names }) and read along there: a helper (ALG) for it, or a rule against it. A transfer fails whenever the server draws such a port, and works when it is tried again.
passive-port-hole-fix = Move the passive range to numbers that mean nothing to anybody, at the server and at the firewall.
passive-port-hole-fix-part = Let the server keep to the part of its range that is free of it, { $range }: the firewall lets that through already.
passive-port-hole-fix-network = Or let { $ports } through, and switch off what reads along there for this server.
passive-range-leaks-title = The server announces ports outside of { $range }
passive-range-leaks-text = The range is said to be { $range }, and some of the { $of } different ports that the server announced lie outside of it: { $ports }. A firewall that is opened for the range stops these.
passive-range-leaks-text-all = The range is said to be { $range }, and not one of the { $of } different ports that the server announced lies in it: { $ports }. It does not use these limits: they may be swapped (the smaller one first), stand in a place that is not read, or wait for a restart. Or every port of the range was taken just then by other sessions or programs, and the server takes any other in that case, as ProFTPD does: then the range is too small.
passive-range-leaks-text-learned = Nearly all announced ports lie in { $range }, and { $count } of { $of } far outside: { $ports }. A firewall that is opened for the range stops these.
passive-range-leaks-text-busy = While one login held port { $held }, the only one of the range { $range }, the server announced { $ports } to a second one. It steps outside as soon as the range is used up, and a firewall that is opened for the range stops these transfers.
passive-range-leaks-text-command = { $fails } announces ports of another range than { $works }: { $ports }, outside of { $range }. { $count ->
    [one] It did
   *[other] None of the { $count } did
} let a knock in, and every port of { $works } did. The server keeps only { $works } to the range that it is set to, and a firewall that is opened for the range stops the rest.
passive-range-leaks-fix = Set the range at the server, the smaller number first, and restart it; then look here again.
passive-range-leaks-fix-command = Set the passive range in a way that holds for { $fails } too (a newer version, or the range of the system's free ports), and restart the server; then look here again. Or let the server refuse { $fails }: clients fall back.
passive-range-exhausted-text-one = The range has one port, { $port }. While one login held it, a second one got no port: { $reply }. Two transfers at once are one too many.

passive-address-unroutable-title = PASV names an address that leads nowhere
passive-address-unroutable-text = The control connection goes to { $peer }, but 227 sends the client to { $advertised }:{ $port }: an address of the server's own private network, meaningless out here. The server stands behind a NAT and does not know its public address. The same port at { $peer } did not come through either.
passive-address-unroutable-text-reached = The control connection goes to { $peer }, but 227 sends the client to { $advertised }:{ $port }: an address of the server's own private network. We knocked there as well, and somebody opened: from where we stand it leads somewhere. From the Internet it does not.
passive-address-unroutable-text-works = The control connection goes to { $peer }, but 227 sends the client to { $advertised }:{ $port }: an address of the server's own private network, meaningless out here. We knocked at { $peer } instead, and it worked; clients that believe 227 (wget, PHP, Perl, older programs) knock at { $advertised } and fail.
    .read = The control connection goes to { $peer }, but 227 sends the client to { $advertised }:{ $port }: an address of the server's own private network, meaningless out here. The client knocked at { $peer } instead, and it worked; clients that believe 227 (wget, PHP, Perl, older programs) knock at { $advertised } and fail.
passive-address-unroutable-text-self = The control connection goes to { $peer }, but 227 sends the client to { $advertised }:{ $port }: an address by which each machine means itself. The server has been reached under it, through a relay on its own machine, or it was told to announce it; a client that believes it knocks at its own door.
passive-address-unroutable-text-followed = The control connection goes to { $peer }, but 227 sends the client to { $advertised }:{ $port }: an address of the server's own private network, meaningless out here. The client believed it and knocked there in vain. The server stands behind a NAT and does not know its public address.
passive-address-unroutable-text-server = The client comes from { $seen }, an address of the Internet, but 227 sends it to { $advertised }:{ $port }: an address of the server's own private network, which means nothing out there. The server stands behind a NAT and does not know its public address. Clients that ignore the address in 227 get through; others (wget, PHP, Perl, older programs) knock at { $advertised } and fail.
passive-address-unroutable-text-zero = 227 names { $advertised }: "use the address you already have". Many clients understand that, and so do we; some (wget, PHP, Perl) then knock at themselves. Some clouds do it on purpose.
passive-address-fix-server = Tell the server its public address, { $peer }, so that 227 names it.
passive-address-fix-public = Tell the server its public address, so that 227 names it.
passive-address-fix-user = Use a client that ignores the address in 227 (curl, FileZilla, WinSCP), or one that uses EPSV.

passive-address-mismatch-title = PASV names another address than the server's
passive-address-mismatch-text = The control connection goes to { $peer }, 227 names { $advertised }. We knocked at { $peer }, and it worked. Clients that believe 227 knock at { $advertised }; whether somebody opens there was not tried.
    .read = The control connection goes to { $peer }, 227 names { $advertised }. The client knocked at { $peer }, and it worked. Clients that believe 227 knock at { $advertised }; whether somebody opens there was not tried.
passive-address-mismatch-text-fails = The control connection goes to { $peer }, 227 names { $advertised }. We knocked at { $peer } only, and that did not work; the door may be at the other address, which is not dialled without being asked.
    .read = The control connection goes to { $peer }, 227 names { $advertised }. The client knocked at { $peer }, and that did not work; the door may be at the other address.
passive-address-mismatch-text-known = The name has several addresses: the control connection goes to { $peer }, and 227 names { $advertised }, another one of them.
passive-address-mismatch-text-open = The control connection goes to { $peer }, 227 names { $advertised }, and the listing came through there as well.
passive-address-mismatch-text-opened = The control connection goes to { $peer }, 227 names { $advertised }. We knocked there as well, and somebody opened, but no listing came to its end there.
passive-address-mismatch-text-dead = The control connection goes to { $peer }, but 227 sends the client to { $advertised }, and nobody opens there. Clients that believe 227 fail.
passive-address-mismatch-text-there-only = The control connection goes to { $peer }, 227 names { $advertised }, and that is where the door is: the listing came through there, and at { $peer } nobody opens. Clients that ignore the address in 227 (curl, Python, Ruby), and EPSV, which names none, fail.
passive-address-mismatch-fix-there = Let the passive ports be reached at { $peer } as well, the address that clients log in at: forward the range there, or let the machine at { $advertised } be the one that they log in to.
passive-address-mismatch-fix-dial = Run again with --dial-advertised to knock at the advertised address too.

epsv-blocked-title = { $fails } does not come through, { $works } does
epsv-blocked-text = All { $open } ports that { $works } announced let us in; none of the { $shut } that { $fails } announced did, though they come from the same range. A firewall on the way watches the control connection and opens a door only for the announcement it understands, { $works }.
epsv-blocked-text-same = { $same } let us in when { $works } announced it, and did not when { $fails } did. So the port is not what decides: a firewall on the way watches the control connection and opens a door only for the announcement it understands, { $works }.
epsv-blocked-fix-network = { $fails ->
    [PASV] Update or replace the firewall's FTP helper so that it reads PASV's reply 227 (RFC 959) and leaves its numbers alone, or open a fixed passive range, which needs no helper.
   *[EPSV] Update or replace the firewall's FTP helper so that it knows EPSV (RFC 2428), or open a fixed passive range, which needs no helper.
}
epsv-blocked-fix-user = { $works ->
    [PASV] Make the client use PASV: curl --disable-epsv, rclone --ftp-disable-epsv, lftp "set ftp:prefer-epsv no"; many others have a setting.
   *[EPSV] Make the client use EPSV: curl and rclone do so by themselves (leave out --disable-epsv), lftp with "set ftp:prefer-epsv yes"; many others have a setting.
}

alg-renumbers-passive-title = 227 names another port than the server opened
alg-renumbers-passive-text = None of the { $count } ports that 227 named let us in ({ $named }), and every port that EPSV named did ({ $open }). The two commands name ports of different ranges, though the server takes both from one: an FTP helper (ALG) or a translating proxy on the way writes other ports into 227, and does not let them through. A server that gives each command a range of its own would look alike.
alg-renumbers-passive-text-refused = None of the { $count } ports that 227 named let us in ({ $named }): the server's own machine answers that nobody listens there. Every port that EPSV named did ({ $open }). So the server listens elsewhere than 227 says: an FTP helper (ALG) or a translating proxy on the way writes another port into it. A server that opens another port than it announces would look alike.
alg-renumbers-passive-text-read = The server's own 227 names port { $opened }, and the client is sent to port { $named }: an FTP helper (ALG) or a translating proxy on the way writes another port into the reply, and what calls there does not come through.
seen-renumbered = 227 names port { $opened } at { $from } and port { $named } at { $to }
alg-renumbers-passive-fix-network = Switch off the FTP inspection (ALG) that rewrites 227 on the way, or let it forward the ports that it writes there. Under TLS it can neither read nor write.
alg-renumbers-passive-fix-server = If it is a NAT of yours: forward the passive range one to one, the numbers unchanged, and let the server itself announce the public address. In the lines INNER-ADDRESS, if it is there, stands for the server's own address behind the NAT.
not-verb-other-ports = the two commands announced ports of different ranges, so the port may decide as well as the command

epsv-unsupported-title = The server does not know EPSV
epsv-unsupported-fix-user = Use PASV: it is what this server has (curl --disable-epsv; with this program --modes pasv).
epsv-unsupported-text = The server answered EPSV with { $reply }. Over IPv4 that harms nobody: clients fall back to PASV.

pasv-unsupported-title = The server refuses PASV and takes only EPSV
pasv-unsupported-text = The server answered PASV with { $reply }. Clients that know EPSV are fine; those that only know PASV over IPv4 (wget, FileZilla, Python ftplib, browsers that had FTP) fail.
pasv-unsupported-fix-server = Allow PASV too.

passive-reply-malformed-title = The announcement of the passive port cannot be read
passive-reply-malformed-text = The server accepted the command, but its reply names no address and port: { $reply } ({ $error }). No client can know where to knock.
passive-reply-malformed-fix = Look for a broken address setting (an IPv6 address or a name where four numbers are wanted), or for a firewall that rewrites the reply on the way.

data-tls-required-title = The server wants data connections encrypted
data-tls-required-text = The server refuses a data connection in clear: { $reply }. Logging in was possible without TLS, listing is not.
data-tls-required-fix = Use a client with explicit TLS that also protects the data connections (AUTH TLS, PROT P).

## Active mode
firewall-blocks-active-title = A firewall blocks active mode: the server's knock never arrives
firewall-blocks-active-text = In active mode the client opens a door and the server knocks: server { $data } ──▶ client { $port }. The server accepted our announcement, and no knock arrived. A firewall at the client, on the way or at the server swallows it.
    .read = In active mode the client opens a door and the server knocks: server { $data } ──▶ client { $port }. The server accepted the announcement, and no knock arrived. A firewall at the client, on the way or at the server swallows it.
firewall-blocks-active-text-passive-works = In active mode the client opens a door and the server knocks: server { $data } ──▶ client { $port }. The server accepted our announcement, and no knock arrived, while passive mode works. Usually it is the firewall on the client's side: it lets nobody in that was not called. The server's own firewall can also keep it from calling out (rule active-3).
    .read = In active mode the client opens a door and the server knocks: server { $data } ──▶ client { $port }. The server accepted the announcement, and no knock arrived, while passive mode works. Usually it is the firewall on the client's side: it lets nobody in that was not called. The server's own firewall can also keep it from calling out (rule active-3).
firewall-blocks-active-text-reply = In active mode the client opens a door and the server knocks: server { $data } ──▶ client { $port }. The server tried and said: { $reply }. Nothing arrived here, so a firewall in between refuses or swallows the knock.
    .read = In active mode the client opens a door and the server knocks: server { $data } ──▶ client { $port }. The server tried and said: { $reply }. Nothing is seen of its knock, so a firewall in between refuses or swallows the knock.
firewall-blocks-active-text-no-hole = The server was told to knock at our port { $port }, and its knock never arrived, not even through a hole that we opened from the inside for its port { $data }, as far as hop { $farthest }. If it calls from port { $data }, as vsftpd does where Debian and Red Hat set it up, no firewall with a memory up to there is to blame: what is left is the server's own side, or a filter without a memory. If it calls from any other port, the hole told nothing.
firewall-blocks-active-text-no-hole-calls = The server was told to knock at our port { $port }, and its knock never arrived, not even through a hole that we opened from the inside for its port { $data }, as far as hop { $farthest }. It does call from port { $data }, so no firewall with a memory up to there is to blame: what is left is the server's own side, which does not let it call out, or a filter without a memory on yours.
firewall-blocks-active-text-path = In active mode the client opens a door and the server knocks: server { $data } ──▶ client { $port }. The server accepted our announcement, and no knock arrived. After a SYN from the inside had opened a hole as far as hop { $hop }, it did: a stateful firewall or NAT there, between your network and the server, lets nobody in that was not called.
client-firewall-blocks-active-title = A firewall on your side blocks active mode: it lets nobody in
    .read = A firewall on the client's side blocks active mode: it lets nobody in
client-firewall-blocks-active-text-read = In active mode the client opens a door and the server knocks: server { $data } ──▶ client { $port }. The server's knock comes as far as the client's end and is not answered: a firewall there, mostly the client's own, lets nobody in that was not called.
server-firewall-blocks-active-text-read = In active mode the client opens a door and the server knocks: server { $data } ──▶ client { $port }. The server accepted the announcement, and its knock is not seen to leave the server's end: a firewall there keeps it from calling out (rule active-3), or the server did not try.
client-firewall-blocks-active-text-arrives = In active mode the client opens a door and the server knocks: server { $data } ──▶ client { $port }. The knock comes as far as this machine, and is dropped here: by its own firewall, which lets nobody in that was not called.
client-firewall-blocks-active-text = In active mode the client opens a door and the server knocks: server { $data } ──▶ client { $port }. The server accepted our announcement, and no knock arrived. After a SYN from the inside had opened a hole in { $box }, it did. So that is the firewall that lets nobody in that was not called.
box-own = this machine's own firewall
box-gateway = your gateway (hop 1)
box-far = the box at hop { $hop }
client-firewall-blocks-active-fix = Let { $server } in at that firewall, or better, use passive mode. From which port the server calls depends on its software.
server-firewall-blocks-active-title = A firewall at the server's side keeps it from calling out
server-firewall-blocks-active-text = In active mode the client opens a door and the server knocks: server { $data } ──▶ client { $port }. The server accepted our announcement, and no knock arrived, not even through holes that were opened from the inside in every firewall between this machine and the server's last router. The server's own side keeps it from calling out: rule active-3 is missing there.
server-firewall-blocks-active-fix = Let the server call out from port { $data } to client ports above 1023.
firewall-blocks-active-fix-path = Use passive mode; the operator of that network would have to let the server's calls in.
seen-hole-open = with a hole as far as hop { $ttl } the knock arrived
seen-hole-shut = with a hole as far as hop { $ttl } no knock arrived either
firewall-blocks-active-fix-client = If the block is at the client: let { $server } in, or better, use passive mode. From which port the server calls depends on its software.
firewall-blocks-active-fix-server = If the block is at the server: let it call out from port { $data } (or from any port, where the server is not allowed to use { $data }) to client ports above 1023.

client-nat-breaks-active-title = A NAT on your side breaks active mode
    .read = A NAT on the client's side breaks active mode
client-nat-breaks-active-title-between = Addresses are translated between you and the server: active mode breaks
    .read = Addresses are translated between the client and the server: active mode breaks
client-nat-breaks-active-title-relay = A relay in front of the server hides your address: active mode breaks
client-nat-breaks-active-title-there = Addresses are translated in front of the server: active mode breaks
client-nat-breaks-active-text-relay = In active mode the client tells the server where to knock. We said "knock at { $own }", our own address, but the server sees us as { $seen }, an address of its own machine: whoever answers at { $server } is a relay that takes our connection and makes one of its own to the server. The server would knock at the relay, which knows nothing of it.
client-nat-breaks-active-text-there = In active mode the client tells the server where to knock. We said "knock at { $own }", and the server sees us as { $seen }, an address of its own network: a balancer, a NAT or a container's proxy in front of it puts its own address in the place of each client's. It is no NAT of yours.
client-nat-breaks-active-text = In active mode the client tells the server where to knock. We said "knock at { $own }", our own address, but the server sees us as { $seen }: a NAT stands between. The server refused the foreign address: { $reply }
    .read = In active mode the client tells the server where to knock. It said "knock at { $own }", its own address, but the server sees it as { $seen }: a NAT stands between. The server refused the foreign address: { $reply }
client-nat-breaks-active-text-unseen = In active mode the client tells the server where to knock. We said "knock at { $own }", our own address, and the server called it foreign: { $reply }. It sees us under another one: a NAT stands between.
    .read = In active mode the client tells the server where to knock. It said "knock at { $own }", its own address, and the server called that foreign: { $reply }. It sees the client under another one: a NAT stands between.
client-nat-breaks-active-text-silent = In active mode the client tells the server where to knock. We said "knock at { $own }", our own address, but the server sees us as { $seen }: a NAT stands between. The knock went to the NAT or nowhere, and nobody there knows that it was meant for us.
    .read = In active mode the client tells the server where to knock. It said "knock at { $own }", its own address, but the server sees it as { $seen }: a NAT stands between. The knock went to the NAT or nowhere, and nobody there knows that it was meant for the client.
client-nat-breaks-active-text-external = In active mode the client tells the server where to knock. As asked for, we said "knock at { $external }", but the server sees us as { $seen } and refused: { $reply }
client-nat-breaks-active-text-external-silent = In active mode the client tells the server where to knock. As asked for, we said "knock at { $external }". The server accepted, and no knock arrived: the NAT does not pass that port on to this machine, or a firewall swallows the knock.
client-nat-breaks-active-text-inner = In active mode the client tells the server where to knock. We said "knock at { $own }", a private address that nobody out there can reach; the knock never arrived.
    .read = In active mode the client tells the server where to knock. It said "knock at { $own }", a private address that nobody out there can reach; the knock never arrived.
client-nat-breaks-active-fix-relay = In place of the relay (socat, a port forwarder, a TCP proxy) forward port 21 and the whole passive range by NAT, which keeps the client's address, or use a proxy that knows FTP. A relay of port 21 alone lets neither active nor passive mode through.
client-nat-breaks-active-fix-there = Let the balancer or NAT in front of the server keep the clients' addresses (no source NAT on what comes in; Kubernetes: externalTrafficPolicy Local; Docker: userland-proxy false or the host's network).
client-nat-breaks-active-fix-client = To make active mode work, the NAT needs an FTP helper, or a range of ports forwarded to this machine and announced with the public address (here: --active-ports and --external-ip).
    .read = To make active mode work, the NAT needs an FTP helper, or a range of ports forwarded to the client and announced with the public address.

active-disabled-title = The server refuses active mode
active-disabled-text = The server refuses { $verbs } by reply: { $reply }. No knock was ever tried, so no firewall is to blame for that. Many servers do so on purpose.
active-disabled-fix-server = Allow PORT and EPRT if clients that only know active mode (Windows ftp.exe, some devices) have to be served.

active-source-port-unexpected-title = The server calls from port { $port }, not from { $data }
active-source-port-unexpected-text = The data connection came from port { $port }; by the book it is { $data }, one below the control port. Servers without the right to use it take any port. Only a firewall that waits for source port { $data } minds.
active-source-port-unexpected-fix = Where a firewall expects source port { $data }: vsftpd connect_from_port_20=YES, ProFTPD RootRevoke off; better, let the firewall not look at the source port.

active-source-address-unexpected-title = The server calls from another address, { $from }
active-source-address-unexpected-text = The control connection goes to { $server }, but in active mode the data connection came from { $from }. It was not let in: a caller with another address could be anyone. Firewalls and careful clients do the same.
active-source-address-unexpected-fix-server = Make the server call from the address that clients connect to (several addresses, outgoing NAT, or a load balancer in front).

## TLS
tls-failure-none = the handshake came to its end
tls-failure-alert = the server ended the handshake with alert { $description } { $name }
tls-failure-not-tls = the answer to our ClientHello is not TLS: "{ $head }"
tls-failure-old = the server wants { $version }
tls-failure-old-unnamed = the server wants another version than TLS 1.2 or 1.3
tls-failure-no-cipher = the server ended the handshake with alert { $description }: most often no cipher suite in common
tls-failure-closed = the server closed the connection in the handshake
tls-failure-reset = the connection was reset in the handshake
tls-failure-timed-out = no answer to our ClientHello
tls-failure-stopped = the handshake stopped after { $bytes } bytes from the server
tls-failure-untrusted = the certificate is not to be trusted: { $reason }
tls-failure-untrusted-unknown = the certificate is not to be trusted
tls-failure-other = { $text }
tls-unsupported-title = The server does not offer TLS
tls-unsupported-text = TLS was asked for, and the server refused { $command }: { $reply }. So nobody was named and no password was sent. Either TLS is not set up there, or a box on the way keeps the two from agreeing on it.
tls-unsupported-text-now = TLS was asked for, and the server refused { $command } for the time being: { $reply }. So nobody was named and no password was sent. Servers say so when their certificate or key cannot be read.
tls-unsupported-fix-server = Set up TLS with a certificate.
tls-unsupported-fix-user = Ask for another way (SFTP, HTTPS); FTP in clear shows the password to everybody on the way.
not-login-nobody-named = the login was not tried: nobody was named
tls-handshake-failed-title = The TLS handshake fails
tls-handshake-failed-title-data = The TLS handshake of data connections fails
tls-handshake-failed-title-injected = Replies in clear came before the TLS handshake
tls-handshake-failed-text = TLS was begun, and there the handshake failed: { $failure }. Nobody was named and no password was sent.
tls-handshake-failed-text-old = No TLS connection came about: { $failure }. This program speaks TLS 1.2 and 1.3; older versions are not safe any more (RFC 8996). Nobody was named and no password was sent.
tls-handshake-failed-text-cipher = No TLS connection came about: { $failure }. This program offers only suites with forward secrecy; a server that has none of them is very old or oddly set up.
tls-handshake-failed-text-box = We began TLS, and { $failure }. That is what a box on the way does which reads FTP and is offended by what it cannot read; a server whose program dies looks alike.
tls-handshake-failed-text-clear = Port { $control } was asked for TLS from the first byte, and speaks in clear: { $failure }. Nobody was named and no password was sent.
tls-handshake-failed-text-data = The control connection is encrypted. The data connections of { $verbs } stood, but their TLS handshake failed: { $failure }.
tls-handshake-failed-text-injected = The server agreed to TLS, and behind that reply, still in clear, came more: "{ $text }". Who believes it takes words of a stranger on the way for words under TLS. Nothing of it was believed, nobody was named and no password was sent. A broken server does this too.
tls-handshake-failed-fix-server = See the server's TLS log: its versions, ciphers, and whether it can read its certificate and key.
tls-handshake-failed-fix-box = Look for a firewall that inspects FTP (an ALG) and exempt this port from it.
tls-handshake-failed-fix-clear = Use explicit TLS instead (ftpes://), or the port that speaks TLS from the first byte, usually 990.
tls-handshake-failed-fix-data = See the server's TLS log for the data connection: the process that serves it has to be able to read the key.
tls-handshake-failed-fix-injected = Find out who sits between you and the server; until then do not log in from here.
seen-handshake = handshake: { $failure }
tls-certificate-invalid-title = The server's certificate is not to be trusted
tls-certificate-invalid-title-data = The certificate of data connections is not to be trusted
tls-certificate-invalid-text = The server showed a certificate for { $subject }, signed by { $issuer }: { $reasons }. Clients that check it (all should) go no further; nobody was named and no password was sent.
tls-certificate-invalid-text-insecure = The server showed a certificate for { $subject }, signed by { $issuer }: { $reasons }. As asked for (--insecure) it was not minded; clients that check it go no further.
tls-certificate-invalid-text-data = The certificate of the control connection is fine. That of the data connections, for { $subject }, signed by { $issuer }, is not: { $reasons }. It may be another server, or another setting of the same.
tls-certificate-invalid-fix-renew = Renew the certificate (and check the clocks on both sides).
tls-certificate-invalid-fix-name = Get a certificate for the name that clients use.
tls-certificate-invalid-fix-chain = Use a certificate of an authority that clients know, and send the whole chain with it.
tls-certificate-invalid-fix-roots = Install the trusted authorities (Debian: the package ca-certificates).
tls-certificate-invalid-fix-other = Get a certificate that current software accepts.
tls-certificate-invalid-fix-user = If you know this server, compare the fingerprint with its administrator's; then trust its certificate or authority (here: --ca FILE).
seen-certificate = certificate: { $subject }, by { $issuer }, valid from { $from } to { $until }, SHA-256 { $sha256 }
distrust-and = { $first }; { $second }
tls-session-reuse-required-title = Data connections have to resume the TLS session
tls-session-reuse-required-text = With the session of the control connection resumed the listing came; with a session of its own the same was refused. The server takes resumption as proof that who knocks at the data port is who logged in. Good clients do so (FileZilla, WinSCP, lftp, curl); libraries that cannot fail after the TCP connection stood, which looks like a firewall and is none.
tls-session-reuse-required-text-failed = The data connections stood, and the server refused them: { $reply }. It wants them to resume the TLS session of the control connection, and here no session could be resumed.
tls-session-reuse-required-fix-sessions = Let the server give out sessions that can be resumed (session cache, tickets), or do not require it.
tls-session-reuse-required-fix-user = Use a client that resumes the session on data connections.
tls-session-reuse-required-fix-server = If clients that cannot resume have to be served, do not ask for it.
tls-data-not-closed-title = Data under TLS ends without close_notify
tls-data-not-closed-text = The listings came, and 226 says that they are whole; but { $times ->
        [one] the data connection under TLS
       *[other] each of the { $times } data connections under TLS
    } ended with TCP's FIN alone, without TLS' own last word (close_notify). A client that insists on that word cannot tell such an end from a cut, and throws away what came: FileZilla ("GnuTLS error -110"), PHP, Ruby, Python's ftplib in some versions. curl, lftp and others keep it, which looks as if the fault were with the client.
tls-data-not-closed-text-some = The listings came, and 226 says that they are whole; but { $times } of { $of } data connections under TLS ended with TCP's FIN alone, without TLS' own last word (close_notify). A client that insists on that word cannot tell such an end from a cut, and throws away what came: FileZilla ("GnuTLS error -110"), PHP, Ruby, Python's ftplib in some versions.
tls-data-not-closed-text-read = The data connection stood and ended with TCP's FIN alone, without TLS' own last word (close_notify). The client insists on that word, because it cannot tell such an end from a cut, and threw away what had come. Other programs keep it (curl, lftp): the network is not at fault.
tls-data-not-closed-fix-server = Bring the server's program and its TLS library up to date, or ask its maker: before it closes a data connection it has to send close_notify (RFC 8446 §6.1). Current vsftpd, ProFTPD, Pure-FTPd, pyftpdlib and FileZilla Server do.
tls-data-not-closed-fix-user = Until then use a program that takes such an end: curl, lftp.
seen-unclosed = { $verb }: the data ended with FIN, and no close_notify before it
not-early-completed = the server says with 226 that it was sent whole
data-tls-refused-title = The server does not encrypt data connections
data-tls-refused-text = The control connection is encrypted, but PROT P, encryption of data connections, was refused: { $reply }. Nothing was listed: in clear everybody on the way could have read it.
data-tls-refused-text-clear = The server agreed to encrypt data connections (PROT P), but on the data connection { $failure }. What came in clear was not taken for the listing.
data-tls-refused-fix-server = Let the server encrypt data connections (PROT P); its settings and its TLS log say why it does not.
tls-blinds-firewall-helper-title = Data works in clear and not under TLS: an FTP helper goes blind
tls-blinds-firewall-helper-text = Under TLS no knock of { $verbs } is let in; in clear { $clear } to port { $port } of the same server works. { $sure ->
    [yes] So the ports are not open as such:
   *[no] Luck with the ports could look alike; otherwise
} an FTP helper (ALG) in a firewall or NAT reads the announcement in clear and opens the one port in time. Under TLS it reads nothing and opens nothing.
tls-blinds-firewall-helper-text-active = Under TLS the server's knock ({ $verbs }) does not arrive; in clear { $clear } works. So an FTP helper (ALG) in a firewall or NAT on the way reads the active command in clear, puts the right address in and opens the door. Under TLS it reads nothing.
tls-blinds-firewall-helper-text-both = Under TLS no data connection stands in either direction ({ $verbs }); in clear both do. So an FTP helper (ALG) in a firewall or NAT reads the announcements in clear and opens the one port in time. Under TLS it reads nothing and opens nothing.
tls-blinds-firewall-helper-fix-server = Give the server a fixed passive range ({ $min }-{ $max }), let exactly this range in for good (at a NAT: forward it), and let the server announce its public address.
tls-blinds-firewall-helper-fix-active = Use passive mode under TLS: active mode through a NAT lives on the helper.
seen-227-differs = 227 names { $clear } in clear and { $tls } under TLS: it was rewritten on the way
not-blocked-in-clear = a port of the same server was let in when it was announced in clear
distrust-expired = expired on { $on }
distrust-expired-chain = certificate { $place } of the chain expired on { $on }
distrust-not-yet = not valid before { $from }
distrust-wrong-name = issued for { $names }, not for { $wanted }
distrust-common-name-only = the name { $name } stands in the subject only, not among the names that it is valid for
distrust-unknown-issuer = signed by { $issuer }, whom nobody here trusts, or an intermediate certificate is missing
distrust-self-signed = self-signed: it vouches for itself
distrust-no-roots = there are no trusted authorities on this machine
distrust-bad-signature = a signature is wrong: another key than the certificate's
distrust-weak-signature = signed with { $algorithm }, which is not trusted any more
distrust-weak-key = its RSA key has only { $bits } bits
distrust-not-for-servers = not meant for servers
distrust-revoked = revoked
distrust-unreadable = cannot be read: { $text }
distrust-other = { $text }

## Families
ipv6-needs-epsv-title = Over IPv6 passive mode needs EPSV, and the server refuses it
ipv6-needs-epsv-text = PASV can name only an IPv4 address, so over IPv6 there is no passive mode without EPSV. The server answered EPSV with { $reply }
ipv6-needs-epsv-fix-server = Allow EPSV (and EPRT), or take the AAAA record away until the server can.
ipv6-needs-epsv-fix-user = Use IPv4 (-4).
ipv6-broken-title = { $broken } does not work, the other family does
ipv6-broken-text = The name has IPv6 and IPv4 addresses. { $works } answers, { $address } does not. Clients try IPv6 first and wait, some for minutes, before they fall back.
ipv6-broken-text-ipv4 = The name has IPv6 and IPv4 addresses. { $works } answers, { $address } does not. Clients without IPv6 cannot get in.
ipv6-broken-fix-server = Let port 21 and the passive range in over { $broken } too (rules for IPv4 do not count for IPv6), make the server listen there, or take the DNS record away.
ipv6-broken-fix-user = Until then use { $works }.
nat64-needs-epsv-title = Behind NAT64 passive mode needs EPSV, and the server refuses it
nat64-needs-epsv-text = The server's address begins with 64:ff9b::, so a NAT64 translates to a server that has IPv4 alone. Only EPSV survives that, and the server answered it with { $reply }
nat64-needs-epsv-fix-server = Allow EPSV (RFC 2428 says a server should accept it over IPv4 too).
nat64-needs-epsv-fix-user = Use a network with IPv4, or one whose NAT64 has an FTP helper (RFC 6384).

## The server, and boxes that answer for it
server-rejects-data-peer-title = The server rejects our data connection: wrong address
    .read = The server rejects the client's data connection: wrong address
server-rejects-data-peer-text = The data connection stood, and then the server said: { $reply }. It saw the data connection come from another address than the control connection. Not a firewall, but a way out with several addresses (NAT pool, two lines), or a box in front of the server that hides the client's address.
server-rejects-data-peer-text-inside = Somebody came to the data port, and then the server said: { $reply }. It saw the data connection come from another address than the control connection, whose client it knows as { $seen }: an address of its own private network. The addresses are translated on the server's side (a container network, a load balancer, a proxy), and not alike for both connections.
server-rejects-data-peer-fix-network = Let control and data connection leave by the same public address (a NAT with "address pooling paired", one line per session).
server-rejects-data-peer-fix-server = If a load balancer, container network or proxy stands in front, make it keep the client's address. Switching the check off (vsftpd pasv_promiscuous) is the last resort: it lets others steal transfers.
server-rejects-data-peer-text-several = The data connection stood, and then the server said: { $reply }. On different logins of this run it saw us under different addresses: { $seen }. Control and data connection leave by different ones, and to the server the caller at the door is a stranger.
    .read = The data connection stood, and then the server said: { $reply }. On different logins it saw the client under different addresses: { $seen }. Control and data connection leave by different ones, and to the server the caller at the door is a stranger.
seen-as-several = on different logins the server saw us as { $seen }
    .read = on different logins the server saw the client as { $seen }
data-intercepted-title = Something answers the knock in the server's place
data-intercepted-text = Every passive data connection stood, and not one byte came; and { $count ->
    [one] port { $ports }, which the server never announced, answers
   *[other] ports { $ports }, which the server never announced, answer
} a knock just the same. So it is not the server that answers, but a box on the way that takes every connection: a transparent proxy, a SYN proxy, a virus scanner.
data-intercepted-text-nearer = Every passive data connection stood, and not one byte came; { $count ->
    [one] port { $ports }, which the server never announced, answers
   *[other] ports { $ports }, which the server never announced, answer
} a knock just the same; and whoever answers is at hop { $hop }, while the server is { $hops } hops away. So a box on the way takes every connection in the server's place: a transparent proxy, a SYN proxy, a virus scanner.
data-intercepted-fix-network = Exempt FTP to this server from the proxy or inspection, or give that box an FTP helper.
transfer-stalls-title = The transfer begins and does not move
transfer-stalls-title-file = A long transfer does not come to its end
transfer-stalls-title-control = After a long transfer the control connection is dead
seen-answers-nearer = a SYN that lives for { $hop } hops is answered at a data port; the control port needs { $hops }
transfer-stalls-text = The data connection stood and brought { $bytes }, then nothing more. The way in is open, but something on it swallows packets: large ones (a path-MTU black hole), or all of them after a while.
transfer-stalls-text-nothing = The handshake of the data connection came through, but not one byte after it. Perhaps a box on the way answers in the server's place (a transparent proxy, a SYN proxy), or the server hangs; perhaps only large packets are lost.
transfer-stalls-text-completion = All data came and the data connection was closed in order, but the server never said 226. The control connection may have been dropped by a NAT in the meantime, or the server hangs.
transfer-stalls-text-completion-empty = The data connection was closed in order without a single byte, and the server never said 226 and nothing else either. The directory may be empty and the control connection dropped by a NAT in the meantime, or the server hangs.
transfer-stalls-text-reply = The server never answered { $command }, though it had answered everything before. Perhaps a box on the way swallows that command.
transfer-stalls-text-file = Listings come through, but retrieving { $path } stopped after { $bytes } and nothing more came. Something on the way swallows packets after a while (a quota, an inspection, a route that changes), or the server stops sending.
transfer-stalls-text-file-control = Listings come through. Retrieving { $path } brought { $bytes }, the data connection was closed in order, but never the closing 226: the control connection, silent all the while, had died. A NAT or firewall on the way forgets connections on which nothing is said.
transfer-stalls-text-file-closed = Listings come through, but while { $path } was retrieved, after { $bytes }, the control connection was closed or reset. Nobody forgets in that way: the server, or a box that speaks for it, ended it.
transfer-stalls-text-file-forgotten = Listings come through. Retrieving { $path } brought { $bytes }, the data connection was closed in order, but never the closing 226; the same with TCP keep-alive on the control connection ended as it should. So a NAT or firewall on the way forgets connections on which nothing is said, and the control connection is silent for as long as the file takes.
transfer-stalls-fix-network = Look for a proxy, virus scanner or inspecting firewall between the two, and let ICMP "fragmentation needed" (IPv6: "packet too big") pass.
transfer-stalls-fix-server = See the server's log and its connections ("ss -tno") during such a transfer.
listing-refused-title = The server refuses the listing
listing-refused-text = The way is free, but the server answered { $command } with { $reply }
listing-refused-text-path = The way is free, but the server would not list { $path }: { $reply }
listing-refused-fix-user = Ask for another directory (ftp://host/path/).
listing-refused-fix-server = Check that the directory exists and that the user may read it (permissions, chroot, SELinux), and that LIST is allowed.
unexplained-title = { $verbs }: it does not work, and no known cause fits
unexplained-text = { $verb }: { $why }. No cause that is known gives this, or several fit and none well enough to be named. What was seen is below; whose side it is, nobody can say from it.
unexplained-fix-server = Look into the server's log of that second, and up what the reply means there.
unexplained-fix-user = Run it once more, and keep it for somebody else to look at: --save facts.json (--mask hides names and addresses). What is gone then was chance.
data-closed-early-title = The data connection is cut off before its end
data-closed-early-text = The data connection stood, and was reset after { $bytes }, before the listing was done. A firewall that looks into the data, or a server that fails.
data-closed-early-text-reply = The data connection stood, and the server broke the transfer off after { $bytes }: { $reply }
data-closed-early-text-control = The data connection stood, and after { $bytes } the control connection ended, before the server could say that all was sent.
data-closed-early-title-before = The control connection ends after { $command }
data-closed-early-text-before = After { $command } the control connection was ended, before a data connection could be tried: by the server, or by a box on the way that reads the commands and does not like this one.
data-closed-early-fix-before = See the server's log for this session: if the command never arrived there, an inspecting firewall on the way ended the connection.
data-closed-early-fix-server = See the server's log for this transfer; check for a virus scanner or an inspecting firewall, and free space.

not-mtu-answered-for = whoever answered is not the server at all
not-mtu-small-too = smaller segments did not come through either
not-intercepted-cured = data came as soon as the segments were smaller
not-nat-rewritten = the data came: somebody put the right address in
not-partly-open-before = the very same ports were open a moment before
not-refused-some-open = other passive ports of the same server were open
not-another-server-nearer = the RST comes from nearer than the server, where no other machine of its kind stands
not-another-server-late = one machine of several would have let the first knock in now and then
seen-reset-nat = the RST comes from a box before the server that has its address: a NAT that does not forward these ports
seen-reset-end = the RST comes from as far away as the server
seen-announced-beside = { $count ->
    [one] one more port was
   *[other] { $count } more ports were
} announced and knocked at; in all let in: { $open }; { $how ->
    [none] none was shut
    [timed-out] silent: { $shut }
    [refused] RST: { $shut }
   *[other] rejected: { $shut }
}
seen-tls-and-clear = ports knocked at under TLS, all shut: { $shut }; in clear, all open: { $open }
what-listing = the listing
what-file = the file
path-mtu-black-hole-title = Large packets get lost on the way
path-mtu-black-hole-text = The data connection stood, and { $what } never came. The very same with segments of at most { $mss } bytes came through. A link on the way takes only smaller packets than both ends send, and the message that would say so (ICMP "fragmentation needed", IPv6 "packet too big") is dropped: logins, short listings and small files work, everything larger hangs.
path-mtu-black-hole-text-read = The data connection stood, and segments of { $size } bytes were sent again ({ $again } times) and never acknowledged, while small ones came through. { $told ->
    [yes] A router on the way said that they are too long for the next link (ICMP "fragmentation needed", "packet too big"), and the sender went on as before: a firewall at its end keeps that message from it.
   *[no] That is what it looks like where a link on the way takes only smaller packets and the message that says so ("fragmentation needed") is filtered.
}
path-mtu-black-hole-fix-server = Let that ICMP message in at the server and its gateway; a firewall that drops all ICMP breaks large transfers.
path-mtu-black-hole-fix-network = Or let the router at the small link (tunnel, VPN, PPPoE) make both ends agree on smaller segments.
alg-rewrites-control-title = An FTP helper on the way rewrites the active command
alg-rewrites-control-text = { $verb } with our own address { $own } was accepted and the data came, though the server knows us under another one. Behind another command in the same segment, where a helper overlooks it, the same { $verb } was refused. So an FTP helper (ALG) on a NAT on the way puts the right address in. It helps as long as the control connection is in clear: under TLS it is blind, and with an "external address" set in the client it does harm.
alg-rewrites-control-text-shut = { $verb } with our own address { $own } was accepted, and behind another command in the same segment, where a helper overlooks it, it was refused. So an FTP helper (ALG) on a NAT on the way puts the right address in; the knock that the server sent there was stopped all the same.
alg-rewrites-control-text-unheard = { $verb } with our own address { $own } brought the server's knock to us through the NAT. Behind another command in the same segment, where a helper overlooks it, no knock came. That is what an FTP helper (ALG) on the NAT does: it puts the right address in and opens the way. Under TLS it is blind.
helper-opens-pinholes-title = Data ports are opened one by one, as they are announced: this ends under TLS
helper-opens-pinholes-text = { $count ->
    [one] At port { $ports }
   *[other] At ports { $ports }
} the first knock was let in, and a second one, from another port of ours and while the first one stood there, met silence; an open range would have let it through, to be answered by the server. So somebody opens each port for one connection when he hears it announced: an FTP helper (ALG) that reads the control connection. He is deaf as soon as the control connection is encrypted (FTPS); then every passive transfer will time out.
helper-opens-pinholes-text-swept = { $ports } was open right after the server had announced it, and is silent without that: an FTP helper (ALG) hears the announcement and opens the port for one connection, even if a part of the range may be open for good. It is deaf as soon as the control connection is encrypted (FTPS); then passive transfers will time out whenever such a port is drawn.
helper-opens-pinholes-text-read = { $count ->
    [one] At port { $ports }
   *[other] At ports { $ports }
} the first knock was let in, and a second one, from another port of ours and while the first one stood there, met silence. And half a PORT command is held back on the way, half a NOOP is not: somebody there reads FTP. So an FTP helper (ALG) opens each port for one connection when it hears it announced. It is deaf as soon as the control connection is encrypted (FTPS); then every passive transfer will time out.
helper-opens-pinholes-text-nat = { $count ->
    [one] At port { $ports }
   *[other] At ports { $ports }
} the first knock was let in; a second one at port { $port }, while the first one stood there, was refused by a box before the server under the server's own address (hop { $hop }). So a NAT at the server forwards each port for one connection when its FTP helper (ALG) hears it announced. It is deaf as soon as the control connection is encrypted (FTPS): then every passive transfer will be refused, and 227 may name an inner address.
seen-nearer = the RST of port { $port } comes from hop { $hop }, where the control connection is still being forwarded
helper-opens-pinholes-fix-nat = Before TLS is switched on, forward the passive range at the NAT for good, and let the server announce the public address.
helper-opens-pinholes-fix = Before TLS is switched on, open the passive range for good.
helper-opens-pinholes-fix-client = If that helper stands at your own gateway (one that lets out only what is announced), let passive ports out there.
seen-second-silent = port { $port }: first knock let in, second one not answered in { $took }
seen-second-refused = port { $port }: first knock let in, second one refused
seen-offers-tls = the server offers TLS (FEAT: AUTH)
seen-opened-announced = { $ports }: open right after it was announced, silent without that
seen-swept-unannounced = none of these ports was announced, so they may be opened then by whoever reads along
seen-halves = half a PORT, sent in a segment of its own, was not acknowledged; half a NOOP was
control-idle-dropped-title = The control connection is forgotten while it is silent
control-idle-dropped-title-server = The server ends silent sessions
control-idle-dropped-text = The control connection worked; after { $held } of silence NOOP got no answer at all. A NAT or stateful firewall on the way has forgotten the connection and drops what belongs to it. The same happens to every transfer that takes this long: the file arrives, the closing 226 never does.
control-idle-dropped-text-reset = The control connection worked; after { $held } of silence it was reset. A NAT or stateful firewall on the way has forgotten the connection (or the server was restarted). The same happens to every transfer that takes this long: the file arrives, the closing 226 never does.
control-idle-dropped-text-kept = The control connection worked; after { $held } of silence it was dead. The same once more with TCP keep-alive, and it was alive. So a NAT or stateful firewall on the way forgets connections on which nothing is said. The same happens to every transfer that takes this long: the file arrives, the closing 226 never does.
control-idle-dropped-text-said = After less than { $held } of silence the server itself ended the session: { $reply }. That is its own idle limit, no firewall's, and no fault as long as it is longer than people and programs pause; RFC 1123 asks for at least five minutes.
control-idle-dropped-text-closed = After less than { $held } of silence the connection was closed in order, without a word. That looks like the server's own idle limit, not a firewall's.
control-idle-dropped-fix-user = Switch keep-alive on in the client (FileZilla: "Send FTP keep-alive commands"; WinSCP: keepalives; curl: --keepalive-time).
control-idle-dropped-fix-network = Let the NAT or firewall remember silent TCP connections for at least 2 h 4 min (RFC 5382).
control-idle-dropped-fix-server = If sessions should last longer, raise the server's idle limit.
seen-idle-answered = after { $held } of silence NOOP was answered: { $reply }
seen-idle-kept = after { $held } with TCP keep-alive every { $pause } NOOP was answered: { $reply }
seen-idle-said = during { $held } of silence the server said: { $reply }
seen-idle-closed = during { $held } of silence the connection was closed in order
seen-idle-reset = after { $held } of silence the connection was reset
seen-idle-silent = after { $held } of silence NOOP was not answered
seen-idle-silent-kept = after { $held } NOOP was not answered, though TCP had asked every { $pause } whether the other end is there
seen-idle-not = silence of { $held } was not tried: { $because }
data-reaches-another-server-title = The data connection reaches another machine than the login did
data-reaches-another-server-text = Of the ports that the server announced { $open } let us in and { $refused } refused us at once. That is what it looks like when one address stands for several machines: the login reaches the one, the knock another one, where nobody announced that port. A firewall that rejects part of the range would look alike.
data-reaches-another-server-text-several = The same address calls itself by different names ({ $faces }): several machines stand behind it. Of the announced ports { $open } let us in and { $refused } refused us at once: the login reached the one machine and the knock another one, where nobody announced that port.
data-reaches-another-server-text-same = The server announced port { $port }; the first knock there was refused, and a moment later, with nothing else said or done, the same port let us in. One address stands for several machines: each new connection is sent to another of them, and the knock has to reach the one where the login is.
data-reaches-another-server-text-login = Whether a knock is let in follows from the login, not from the port: where one port of a login let us in all of its ports did ({ $open } attempts), and where one refused all did ({ $refused }). That is what it looks like when one address stands for several machines: the login reaches now the one and now the other, and the ports are those of one of them.
seen-knock-again = port { $port }, announced once: { $refused ->
    [one] one knock
   *[other] { $refused } knocks
} refused, the next one let in
data-reaches-another-server-fix = Bind each client to one machine, for the control port and the passive range together (source affinity), or give each machine a passive range of its own and forward it there.
listing-refused-title-file = The file to retrieve is refused
listing-refused-text-file = { $path } could not be retrieved: { $reply }. So nothing is known about longer transfers.
listing-refused-fix-file = Give --get the path of a file that this user may read.
note-file = Retrieving { $path }: { $why }.

## TLS
tls-required-title = The server wants TLS before a login
tls-required-text = The server lets nobody in over a clear connection: { $reply }
tls-required-text-implicit = At port { $control } nobody spoke for { $waited }, but a TLS ClientHello was answered: the port speaks TLS from the first byte. Client and server each wait for the other to begin.
tls-required-fix-explicit = Use explicit TLS (ftpes://HOST, "FTP over TLS" in clients).
tls-required-fix-implicit = Use implicit TLS (ftps://HOST:{ $control }).

## The eight rules
rule-active-1 = client >1023 ──▶ server { $control }: the client opens the control connection
rule-active-2 = server { $control } ──▶ client >1023: the server answers on it
rule-active-3 = server { $data } ──▶ client >1023: the server opens the data connection
rule-active-4 = client >1023 ──▶ server { $data }: the client answers on it
rule-passive-1 = client >1023 ──▶ server { $control }: the client opens the control connection
rule-passive-2 = server { $control } ──▶ client >1023: the server answers on it
rule-passive-3 = client >1023 ──▶ server { $range }: the client opens the data connection
rule-passive-4 = server { $range } ──▶ client >1023: the server answers on it

## The text report
report-to-be-sure = To be sure, run where the client stands: { $command }
page-read = What was read
page-sequence = In order: who sent what, and where it was lost
page-sequence-more = { $count } more are not drawn.
report-you = you
    .read = client
healthy-browsers = A browser fails all the same? Browsers have had no FTP since 2021 (Chrome, Firefox, Edge, Safari, Opera): use an FTP program.
healthy-not-tried-files = Not tried: longer transfers (--get PATH), uploads (never).
healthy-not-tried-uploads = Not tried: uploads (never).
range-tried = { $tried ->
    [one] One
   *[other] { $tried }
} of about { $about } passive ports { $tried ->
    [one] was
   *[other] were
} tried; a range of which a quarter is shut would go unnoticed in { $unnoticed } of 100 such runs: ftp-doctor audit.
range-tried-unknown = { $tried ->
    [one] One passive port was
   *[other] { $tried } passive ports were
} tried; a range of which a quarter is shut would go unnoticed in { $unnoticed } of 100 such runs: ftp-doctor audit.
range-tried-row = { $tried } passive ports in a row were tried, which say little of others: a range of which a quarter is shut would go unnoticed in { $unnoticed } of 100 such runs: ftp-doctor audit.
range-tried-all = { $tried ->
    [one] The only passive port that the server announces was tried.
   *[other] All { $tried } passive ports that the server announces were tried.
}
verdict-healthy = HEALTHY
verdict-limited = LIMITED
verdict-degraded = DEGRADED
verdict-broken = BROKEN
verdict-unreachable = UNREACHABLE
verdict-incomplete = INCOMPLETE
report-read = read { $file } ({ $format }): { $units } { $unit ->
    [packet] { $units ->
        [one] packet
       *[other] packets
    }
   *[line] { $units ->
        [one] line
       *[other] lines
    }
}, { $used } of FTP; { $at ->
    [client] seen from the client's end
    [server] seen from the server's end
    [between] seen from between the two ends
   *[unknown] from where it was seen is not known
}{ $by ->
    [said] {" "}(as --at says)
    [lives] {" "}(by the lives of the packets)
    [neighbours] {" "}(by who stands on the link)
    [loopback] {" "}(both ends are one machine)
   *[other] {""}
}
report-read-client-moved = the client is { $near } on its own side and { $far } on the server's: a translation between
report-read-server-moved = the server is { $near } on the client's side and { $far } on its own: a translation between
report-read-changed = changed on the way: { $sent } ({ $from }) comes as { $came } ({ $to })
report-read-mss = changed on the way: segments of { $sent } bytes at most ({ $from }) become { $came } ({ $to })
report-read-sessions = { $count } sessions, worst first: { $list }{ $more ->
    [yes] {" "}…
   *[no] {""}
} (--session N shows one)
unread-cut = not read: the file ends in the middle of { $unit } { $number }
unread-broken = not read from { $unit } { $number } on: { $detail }
unread-snapped = { $count ->
    [one] one packet was
   *[other] { $count } packets were
} stored only in part, the first is { $number }
unread-lost = the capture itself lost packets ({ $count }): what is missing in it was not lost by the network
unread-link-type = not read: { $count } packets of link type { $detail }, the first is { $number }
unread-encrypted = not read: what is said is encrypted from { $unit } { $number } on
unread-too-much = not kept: { $count } more { $detail } than fit
unread-unknown = not read: { $count } lines of no known program, the first is { $number }
report-from = from { $local }
report-seen-as = , seen by the server as { $seen }
report-nat-none = , no NAT
report-nat-present = , a NAT between
report-client = client
report-server = server
report-control = control
report-severity-problem = Problem
report-severity-warning = Warning
report-severity-info = Note
report-confidence-proven = proven
report-confidence-likely = likely
report-confidence-possible = possible
report-side-client = your side
    .read = the client's side
report-side-server = the server's side
report-side-path = on the way
report-side-unknown = side not known
report-evidence = Seen
report-ruled-out = Ruled out
report-also = Also follows
report-fix = What to change
report-who-user = You
    .read = User of the client
report-who-client-admin = Administrator of your network
    .read = Administrator of the client's network
report-who-server-admin = Administrator of the server
report-who-network-admin = Whoever runs the network between
report-rules = Rules for a firewall in front of the server
report-rules-passes = passes
report-rules-blocked = blocked
report-rules-not-tested = not tested
report-rules-all = All eight rules are met.
report-proxy = Note: { $variable } names the proxy { $value }. A browser or client may use it; this run went without.
report-cut-short-interrupted = Interrupted: this is what had been measured by then.
report-cut-short-deadline = The deadline passed: what is missing was not tested.
report-system-name = The name was found by the system's own resolver (mDNS, LDAP, WINS …), not by DNS.
report-more = More: ftp-doctor explain { $cause }
report-transcript = What was said (passwords left out)
report-no-reply = no reply in { $waited }
report-closed = closed by the server
report-session = login { $number } to { $peer }
report-stranger = a stranger knocked at our door during { $verb } and was not let in: { $from }

## Two runs compared (diff)
diff-head = two runs of { $host } port { $port }
diff-head-two = two runs: A of { $host } port { $port }, B of { $other } port { $otherport }
diff-verdict-alike = ALIKE
diff-verdict-different = DIFFERENT
diff-verdict-two-servers = TWO SERVERS
diff-later = , { $gap } later
diff-at = , { $when }
diff-span-seconds = { $number } s
diff-span-minutes = { $number } min
diff-span-hours = { $number } h
diff-span-days = { $number } days
diff-summary-alike = Nothing differs that counts: verdict, modes and findings are the same.
diff-summary-two-servers = These look like two servers: neither host, nor address, nor greeting is common. Nothing is concluded.
diff-summary-only = Only from { $run }: { $verbs }.
diff-summary-otherwise = Fails from both, in two ways: { $verbs }.
diff-summary-verdict = The verdict differs: { $a } and { $b }.
diff-summary-findings = The findings differ.
diff-outcome-none = not asked for
diff-conclusions-proven = Proven
diff-conclusions-likely = Likely
diff-conclusions-possible = Possible
diff-side-client = { $run }'s side
diff-rests = Rests on
diff-doubts = Against it
diff-findings = Findings
diff-finding-a = only A:
diff-finding-b = only B:
diff-finding-both = both:
diff-differences = What differs besides
diff-shared = Common end of both ways: { $routers }, server
diff-unknown = not known
diff-what-verdict = verdict
diff-what-mode = mode
diff-what-finding = finding
diff-what-host = host
diff-what-port = control port
diff-what-user = user
diff-what-tls = encryption asked for
diff-what-server-address = server's address
diff-what-banner = greeting
diff-what-software = software
diff-what-local-address = measured from
    .read = address
diff-what-seen-as = seen by the server as
diff-what-nat = NAT
diff-what-family = family
diff-what-security = encryption
diff-what-advertised = announced address
diff-what-passive-ports = passive ports drawn
diff-what-hops = hops
diff-what-routers = routers
diff-what-rule = rule
diff-what-judgement = judged

# Notes about the comparison itself
diff-note-two-servers = Warning: these look like two servers, so nothing is proven by comparing them.
diff-note-server-unknown = Whether both runs met the same server is not certain.
diff-note-not-compared = Not tested in one of the runs at least, so not compared: { $verbs }.
diff-note-interrupted = { $run } was interrupted: what it lacks was not tested.
diff-note-place = The reports do not tell whether both runs were made at one place, so what differs proves nothing about places or times.
diff-note-nothing = What differs fits no known pattern; nothing is concluded from it.

# One works, the other one fails: passive
diff-edge-passive-title = { $fails } fails only from outside: the server's edge
diff-edge-passive-text = { $works } is inside the server's network and reached the passive ports: the server opens them. { $fails } comes from outside, and there { $verbs } did not come through, though the control connection did. Between the two lies the server's edge: a firewall or NAT that lets the control port in and not the passive ports (not let in, or not forwarded), or the server's own firewall that does so with strangers.
diff-network-title = It fails only from { $fails }: { $fails }'s own network
diff-network-passive-text = { $works }, also outside the server's network, reached the passive ports: the server opens them, and its edge lets strangers in. From { $fails } { $verbs } did not come through: a firewall on { $fails }'s side lets the control port out and not the passive ports.
diff-network-control-text = { $works } got in, so the server is up. { $fails } did not ({ $seen }), and its own run shows that the knock is lost on its own side.
diff-source-title = The server's side lets { $works } in and { $fails } not
diff-source-text = Both come from outside. { $works } reached the passive ports; for { $fails } { $verbs } got as far as the server's side and no farther. A rule there looks at where the caller comes from: a list of addresses, a block by country, a ban.
diff-source-control-text = Both come from outside. { $works } got in; the knock of { $fails } got as far as the server's side and no farther ({ $seen }). A rule there looks at where the caller comes from: a list of addresses, a block by country, a ban.
diff-way-title = Something between { $fails } and the server stops it
diff-way-passive-text = { $works } reached the passive ports: the server opens them. For { $fails } { $verbs } got lost on the way, neither at its own end nor at the server's. The way of { $works } does not pass there, or is treated differently.
diff-hairpin-title = { $fails } fails only from inside: the way round by the public address
diff-hairpin-text = { $works } reached the passive ports from outside: server and edge are fine. { $fails } is inside the server's network and goes by the public address. The NAT at the edge turns the control connection round, but not { $verbs } (no NAT loopback for the passive ports). Inside, use the server's inner address, or let the NAT turn the passive range round too.
diff-place-title = Whether passive mode works depends on the place
diff-place-passive-text = { $works } reached the passive ports: the server opens them. From { $fails } { $verbs } did not come through. So it is something that only { $fails }'s packets meet: a firewall on its way, or a rule that looks at where the caller comes from. The addresses do not tell on whose side.
diff-command-title = From { $fails } one command fails where the other one works
diff-command-text = From { $works } both work, from { $fails } { $verbs } alone fails. A firewall on { $fails }'s way may watch the control connection and understand only one of the two (an FTP helper).
diff-transfer-title = From { $fails } the data connection stands, and the transfer fails
diff-transfer-text = The same listing came through to { $works }, so the server sends it. To { $fails } the data connection stood, and then it broke ({ $verbs }): something on { $fails }'s way, such as an inspecting firewall, a proxy, or packets too large for the path.
diff-machine-title = It fails only from { $fails }, and { $works } is in the same network: { $fails }'s own machine
diff-machine-text = Both runs come from one network, so they share its gateway and the whole way. What works for { $works } fails from { $fails }: the machine itself (its firewall, its security software, a VPN), or a rule made for it alone.
diff-answers-title = The server answers { $fails } otherwise than { $works }
diff-answers-passive-text = From { $works } passive mode works; to { $fails } the server refuses it by reply ({ $verbs }). Nothing was swallowed, somebody said no: a setting that depends on where the caller comes from, another server behind the same name, a box that answers in its place, or a change between the two runs.
diff-answers-active-text = From { $works } active mode works; to { $fails } the server refuses it by reply ({ $verbs }). Nothing was swallowed, somebody said no: a setting that depends on where the caller comes from, another server behind the same name, a box that answers in its place, or a change between the two runs.

# One works, the other one fails: active
diff-client-active-title = Active mode fails only from { $fails }: { $fails }'s own side
diff-client-active-text = The server called { $works } back, so it can call out. Its knock did not reach { $fails } ({ $verbs }): a firewall on { $fails }'s side lets nobody in that was not called. That is usual; passive mode is the answer to it.
diff-client-active-text-nat = The server called { $works } back, so it can call out. { $fails } stands behind a NAT, and its knock did not reach { $fails } ({ $verbs }): nobody told the NAT whom it is for. That is usual; passive mode is the answer to it.
diff-way-active-title = Something between the server and { $fails } stops the server's call
diff-way-active-text = The server called { $works } back. Its knock did not reach { $fails } ({ $verbs }), and { $fails }'s own run shows that it is lost neither at its own end nor at the server's.
diff-edge-active-title = The server cannot call out to { $fails }: the server's edge
diff-edge-active-text = The server called { $works } back, inside its own network. Its knock did not reach { $fails } ({ $verbs }), and { $fails }'s own run places that at the server's side: the edge does not let the server call out.
diff-place-active-title = Whether active mode works depends on the place
diff-place-active-text = The server called { $works } back; its knock did not reach { $fails } ({ $verbs }). Most often that is { $fails }'s own firewall or NAT. The way to { $works } does not show that the server's edge lets it call out.

# It works, or fails, from both
diff-works-passive-title = Passive mode works from two networks
diff-works-passive-text = From both, outside the server's network, the passive ports were reached. The server and its edge are fine: who still fails has the cause on their own side.
diff-works-active-title = Active mode works from two networks
diff-works-active-text = The server called both back: it can call out. Where active mode fails from another place, that place's own firewall or NAT is the first suspect.
diff-server-passive-title = Passive mode fails from both: the server's side
diff-server-active-title = Active mode fails from both: the server's side
diff-agreed-passive-text = Each run by itself places the loss at the server's side. Two networks that agree leave no room for a fault of one of them.
diff-agreed-active-text = Each run by itself finds that the server's side keeps it from calling out. Two networks that agree leave no room for a fault of one of them.
diff-says-text = { $run } by itself places the loss at the server's side; from the other place it fails in the same direction ({ $verbs }), and nothing there speaks against the same box. { $suspects }
diff-server-passive-text = From two networks that have nothing in common but the server's end { $verbs } did not come through. { $suspects }
diff-server-active-text = In two networks that have nothing in common but the server's end the server's knock did not arrive ({ $verbs }). { $suspects }
diff-itself-passive-text = Already from inside ({ $works }) the passive ports cannot be reached, where no edge lies between. So opening the edge alone will not help { $fails }: the server's own firewall, or the server, comes first.
diff-itself-active-text = Already inside ({ $works }), where no edge lies between, the server's knock does not arrive. The server's own firewall may keep it from calling out; { $works }'s own firewall may keep it from being heard.
diff-suspects-unknown = What they share is the server, its firewall and its edge.
diff-suspects-server = The ways they were seen to take meet at the server alone, or at a router just before it.
diff-suspects = Their ways are the same from here on: { $routers }, then the server. The box is one of these, or the one where the two ways meet.
diff-each-passive-title = Passive mode fails from both, and each time at the client's own side
diff-each-active-title = Active mode fails from both, and each time at the client's own side
diff-each-text = Each run finds the cause on its own side: two networks with the same habit. That says nothing against the server, and nothing for it: neither run could see past its own firewall or NAT ({ $verbs }).
diff-two-boxes-passive-title = Passive mode is stopped at two places
diff-two-boxes-active-title = Active mode is stopped at two places
diff-two-boxes-text = { $client } is stopped on its own side, { $server } at the server's. These are two boxes: mending one of them helps only those who do not meet the other ({ $verbs }).
diff-both-passive-title = Passive mode fails from both
diff-both-active-title = Active mode fails from both
diff-both-text = It fails from both places ({ $verbs }). Whether one box does it or two cannot be said from these two runs.
diff-ways-title = It fails from both, but not in the same way
diff-ways-text = Silence, a RST, an ICMP reject and a refusal by reply come from different hands. The two places meet two boxes, or one that treats them differently ({ $verbs }).
diff-refuses-passive-title = The server refuses passive mode wherever one comes from
diff-refuses-active-title = The server refuses active mode wherever one comes from
diff-refuses-text = From both places the answer is a refusal by reply ({ $verbs }): it is the server's setting, not a matter of the place.

# One place, two times
diff-changed-a-title = It works in A and fails in B, from one place
diff-changed-b-title = It fails in A and works in B, from one place
diff-changed-text = Both runs were made at one place; { $verbs } came through in { $works } alone. The place is not the reason: something changed at the server, at its firewall or in this network. { $order }{ $found }
diff-changed-login-title = A login was had in { $works } and not in { $fails }, from one place
diff-changed-login-text = Both runs were made at one place. { $works } got in, { $fails } did not: { $seen }. { $order }
diff-found = {" "}{ $run } found: { $title }.
diff-found-none = {""}
diff-order-broke = It worked first and broke since: look for what was changed between the two.
diff-order-mended = It failed first and works now.
diff-order-unknown = Which of the two was first is not known.
diff-server-changed-title = The server itself is another one than before
diff-server-changed-text = The greeting or the software changed along with it: an update or a move of the server, with a new configuration, is a suspect.
diff-range-title = The server draws its passive ports from another range
diff-range-text = Where it works, the passive ports were { $from }; where it fails, { $to }. The firewall may still open the old range.

# The factor
diff-family-title = It depends on the address family: { $with } works, { $without } does not
diff-family-text = { $works } went by { $with } and works, { $fails } by { $without } and does not. Firewalls have rules for each family of their own: compare those of the server's side and of this network for { $without }.
diff-security-title = It depends on the encryption
diff-security-tls-text = In clear ({ $works }) it works, with TLS ({ $fails }) it does not ({ $verbs }). A firewall that opens data ports by reading the control connection is blind there: open a fixed passive range instead.
diff-security-clear-text = With TLS ({ $works }) it works, in clear ({ $fails }) it does not ({ $verbs }). The server, or a box that reads the control connection, treats clear data connections differently.
diff-control-tls-title = It depends on the encryption that was asked for
diff-control-tls-text = { $works } asked for "{ $with }" and got in, { $fails } for "{ $without }" and did not: { $seen }.
diff-several-title = More than one thing differs between the runs
diff-several-text = { $works } works and { $fails } does not ({ $verbs }), but the runs differ in more than one of place, family and encryption. Which of them decides takes another run that differs in one.

# The control connection
diff-edge-title = { $fails } gets no connection from outside: the server's edge
diff-edge-control-text = { $works } is inside the server's network and got in: the server is up. { $fails } comes from outside and did not get a connection ({ $seen }): the edge does not let the control port in, or does not forward it.
diff-control-title = Whether a connection is had depends on the place
diff-control-text = { $works } got in, so the server is up. { $fails } did not: { $seen }. Either { $fails }'s own network does not let the control port out, or the server's side does not let { $fails } in (a list of addresses, a ban, a block by country).
diff-name-title = The name is known at { $works } and not at { $fails }
diff-name-text = For { $works } the name led to the server, for { $fails } to nothing. The server is not the reason: the two ask different name servers (an inner zone, a stale or missing record).
diff-login-title = The server lets { $works } in and { $fails } not, with the same user name
diff-login-text = The way is free for both; the server itself refused { $fails }: { $seen }. It may look at where the caller comes from, or the password was not the same.
diff-user-title = The login depends on the user: { $with } gets in, { $without } does not
diff-user-text = The way is free for both. { $works } logged in as { $with }; { $fails } was refused as { $without }.
diff-full-title = The server was full when { $fails } came
diff-full-text = { $works } got in; { $fails } was turned away for the number of connections. That is a matter of load, of limits per address, or of connections left hanging, not of a firewall.
diff-neither-title = No login from either place, for the same reason
diff-neither-text = From both: { $seen }. That two places fail in the same way speaks for the server's side.

# What stands against a conclusion
diff-doubt-time = The runs are { $gap } apart: it may have changed in between.
diff-doubt-time-unknown = When one of the runs was made cannot be read: it may have changed in between.
diff-doubt-server = Whether both runs met one server is not certain.
diff-doubt-place = That both ran at one place is only presumed: their addresses fit, and do not prove it.
diff-doubt-one-network = That both are in one network is only presumed: their private addresses fit, and do not prove it.
diff-doubt-two-places = Where one of the runs was made is not known: it may be one place, and a matter of time.
diff-doubt-comes-and-goes = The runs are close together: it may come and go.
diff-doubt-third = { $fails }'s own network could do the same; a run from a third network, outside too, would settle it.
diff-doubt-source = A rule at the server's side that looks at where the caller comes from would look the same.
diff-doubt-ports = { $fails } knocked at one port only, another one than those that were open: the port may decide, not the place or the time.
diff-doubt-port-drawn = Only a part of the passive range may be let in: then it is the port that was drawn.
diff-doubt-own-cause = { $run } found a cause of its own that says nothing about the other one.
diff-doubt-both-networks = Two client networks that both let no high ports out would look the same.
diff-doubt-nobody-in = Most client networks let nobody in that was not called: two of them would look the same.

# What is ruled out by the other run
diff-not-passive-reached = { $works } reached the passive ports that the server announced
diff-not-active-called = the server called { $works } back
diff-not-both-came-through = it came through to both
diff-not-agreed = each run sees the loss at the server's side
diff-not-packets = the answer is a reply, no packet was swallowed
diff-not-listing = { $works } got the listing

## The spinner
stage-resolving = looking up { $name }
stage-connecting = knocking at { $to }
stage-greeting = waiting for the greeting of { $to }
stage-logging-in = logging in
stage-survey = asking what the server is
stage-trying = trying { $verb }
stage-trying-again = trying { $verb } once more
stage-waiting = saying nothing for { $seconds } s
stage-climbing = looking how far packets come on the way to { $to }
stage-sampling = asking for announcements
stage-sweeping = knocking at the ports { $range }: { $done } of { $ports } done, { $seconds } s more at most
stage-pausing = the server is full: asking again in { $seconds } s

## The catalogue
plane-control = control
plane-passive = passive
plane-active = active
plane-middlebox = middlebox
plane-TLS = TLS
plane-family = family
plane-server = server
## Clients: what a try meets, step by step
client-open = { $verb } comes through
client-open-sometimes = { $verb } comes through, but only { $times } times of { $of }
client-reply = { $verb } is refused ({ $why })
client-refused = { $verb }: its knock is turned away ({ $why })
client-server-failed = { $verb }: the server's knock is in vain ({ $why })
client-silent = { $verb }: nobody answers its knock
client-nobody-knocks = { $verb }: the server's knock never arrives
client-over = { $verb }: { $why }
client-unreadable = { $verb }: it cannot read the form of the server's reply
client-unclosed = { $verb }: the data comes, ends without close_notify, and it takes that for a cut
client-address-disliked = { $verb }: 227 names { $advertised }, which is not the server's { $peer }, and it gives up
client-address-itself = { $verb }: 227 sends it to { $advertised }, which is its own machine
client-address-private = { $verb }: 227 sends it to { $advertised }, a private address where nobody answers
client-address-open = { $verb }: it follows 227 to { $advertised }, and that comes through
client-address-silent = { $verb }: 227 sends it to { $advertised }, and nobody answers there ({ $why })
client-address-refused = { $verb }: 227 sends it to { $advertised }, and is turned away there ({ $why })
client-waits = { $what }, for { $seconds } s
client-waits-forever = { $what }, and it waits without end
client-then = { $first }; then { $then }
client-late = { $because }: only after { $after }
client-believed = { $because } (how this client behaves is believed, not measured)
client-removed = it has no FTP any more since version { $version }
client-no-ipv6 = it cannot speak FTP over IPv6
client-no-tls = it cannot do FTP over TLS
client-no-implicit-tls = it cannot do TLS from the first byte
client-unknown-protection = by itself it leaves data connections in clear under TLS (PROT C), and whether the server takes them so was not measured; a program that asks for PROT P has what is seen here
client-unknown-resumption = its TLS handshakes for data connections go well with some servers only; how they go with this one was not measured
client-unknown-unclosed = { $verb }: the data ends without close_notify; whether it takes such an end was not measured
client-no-resumption = it does not resume its TLS session for data connections, and the server demands that
client-insists = it gives up where data connections do not resume the TLS session, and this server resumes none
client-distrusts = it does not trust the certificate: { $reason }
client-no-login = no login: { $title }

# Facts that are missing
client-unknown-unasked = { $verb } was not measured: it was not asked for
client-unknown-mode = { $verb } was not measured: { $why }
client-unknown-late = { $verb } was not measured: the server's knock came late, and how long it takes is not known
client-unknown-caller = { $verb } was not measured to its end: { $why }
client-unknown-address = whether anybody answers at { $advertised }, where 227 sends it, was not measured (--dial-advertised)
client-unknown-version = how each of its versions fares was not measured: some go to { $advertised }, which 227 names, others to { $peer }
client-unknown-built = the server demands that data connections resume the TLS session; whether the TLS library that the program was built with does so was not measured
client-unknown-certificate = it takes to TLS by itself where it is offered; whether it trusts the certificate was not measured (ftpes://)
client-unknown-tls = it takes to TLS by itself; how that goes was not measured (ftpes://)
client-unknown-untrusted = it goes on with this certificate; what comes then was not measured (--insecure)
client-unknown-login = no login as { $user }; what a user with a password meets was not measured
client-unknown-no-login = no login, so data connections were not measured

# Settings
client-setting-passive = passive mode: { $how }
client-setting-active = active mode: { $how }
client-setting-pasv = PASV without EPSV: { $how }
client-setting-epsv = EPSV in place of PASV: { $how }
client-setting-server = the server's own address in place of that in 227: { $how }
client-setting-any = follow the address in 227: { $how }
client-setting-another = no setting helps; another program does: { $how }

# The section of the text report
client-device = cameras and scanners that only do active
clients-title = Clients with their default settings (predicted from the above)
clients-all = All { $count } known ones work. { $gone }
clients-work = work
clients-fail = fail, { $why }
clients-unknown = not known, { $why }
clients-removed = { $names } have no FTP any more.
client-short-open = { $verb } comes through
client-short-passive-reply = passive: the server refuses { $verb }
client-short-passive-refused = passive: their knock is turned away
client-short-passive-silent = passive: nobody answers their knock
client-short-passive-over = passive: the data connection does not come to its end
client-short-unclosed = they insist on close_notify at the end of data
client-short-active-reply = active: the server refuses { $verb }
client-short-active-refused = active: the server's knock is in vain
client-short-active-silent = active: the server's knock never arrives
client-short-active-over = active: the data connection does not come to its end
client-short-astray = the address in 227 leads them astray
client-short-disliked = they give up over the address in 227
client-short-late = they would need longer than a minute

## Browser fails, client works
one-works-active = Why one program works here and another fails: { $fail } use passive mode, where the client knocks at a port of the server's choice, and that does not come through. { $work } use active mode or fall back to it, and the server's knock at the client does. { $today }
    .read = Why one program works there and another fails: { $fail } use passive mode, where the client knocks at a port of the server's choice, and that does not come through. { $work } use active mode or fall back to it, and the server's knock at the client does. { $today }
one-works-passive = Why one program works here and another fails: { $fail } use active mode, where the server knocks at the client, and that does not come through. { $work } use passive mode, and their knock at the server does. { $today }
    .read = Why one program works there and another fails: { $fail } use active mode, where the server knocks at the client, and that does not come through. { $work } use passive mode, and their knock at the server does. { $today }
one-works-setting = What helps today: in { $client }, { $setting }.
one-works-instead = What helps today: { $how }, in place of { $client }.
one-works-no-setting = What helps today: a program of the other kind.

## The page (HTML) and the ticket (Markdown)
page-connections = Connections
page-legend = An arrow points from the one who knocks to the door that is to be opened, with the port at each end. A cross shows where it was lost, a question mark that this place is not known, a dashed grey line what was not tested.
page-command = Command
page-port = port
page-outcome = Outcome
page-others = Repetitions and comparisons
page-path = The way to the server
page-hop = Hop
page-address = Address
page-packets = Packets
page-certificate = certificate
page-works = works
page-fails = fails
page-notes = Notes

# What was expected (--expect), and what was seen instead.
expect-and = { $first }; { $then }
expect-mode = { $verb }: { $outcome } ({ $why })
expect-verdict = the verdict is "{ $seen }"
expect-not-asked = such a mode was not asked for
expect-not-tested = no such data connection was tested
expect-no-control = no control connection stood
expect-no-login = there was no login
expect-clear-run = the run was in clear
expect-nat-none = the server sees this machine's own address
expect-nat-present = the server sees another address than this machine's
expect-nat-unknown = the server has not said which address it sees
expect-software = the server is { $name }
expect-software-unknown = the server does not say what it is
expect-tls-required = a login in clear cannot be had
expect-tls-clear-taken = a login in clear was accepted
expect-tls-clear-not-tried = no login in clear was tried
expect-tls-offered = the server offers TLS
expect-tls-off = the server does not offer TLS
expect-tls-fails = the server takes AUTH TLS, but the handshake fails
expect-tls-unknown = the server does not say whether it offers TLS
expect-reuse = { $yes } of { $all } data connections resumed the session
expect-reuse-unknown = no data connection over TLS had a session to resume
expect-certificate-valid = nothing speaks against the certificate
expect-certificate-unknown = no certificate was seen and checked
expect-certificate-days = the certificate is valid for another { $days } d
expect-certificate-ended = the certificate ended { $days } d ago
expect-range-inside = announced: { $ports }
expect-range-outside = announced outside the range: { $ports }
expect-range-unknown = the server announced no passive port
expect-cause-found = found: { $title }
expect-cause-follows = only as a consequence of { $cause }
expect-cause-not-found = not found
expect-cause-unmeasured = this version does not know that cause
expect-cause-audit = only ftp-doctor audit decides that cause
expect-cause-idle = no login was held silent (--idle)
expect-side = { $side } ({ $cause })
expect-no-problem = there is no problem
expect-time = measured: { $value } ms
expect-time-unknown = the run came to no such time
expect-client-unknown = nothing is known of this client
expect-port-unknown = nobody knocked at this port
expect-counts = { $met } of { $all } expectations are met.
expect-met = met
expect-not-met = not met
expect-not-measured = not measured
report-expectations = What was expected

# Many targets at a glance.
overview-target = Target
overview-verdict = Verdict
overview-open = Open
overview-expected = As expected
overview-problems = Problems
overview-failed = not run
overview-counts = { $all ->
    [one] { $well } of 1 target is well.
   *[other] { $well } of { $all } targets are well.
  }

# The audit

seen-swept-through = knocks at { $ports } arrived
seen-swept-blocked = knocks at { $ports } did not, { $asked } times each, while { $loss } % of the knocks at ports that answer got lost
seen-read-along = { $names }: boxes on the way that help this protocol (an ALG) take the port for one of its own, and may hold back what they do not understand
seen-announced-open = { $ports }: let in while announced
seen-announced-rejected = { $ports }: refused (RST) while announced, each time
seen-swept-nearer = { $ports }: RST came even for a SYN that lives { $ttl } hops, which cannot come as far as the server
seen-swept-rejected = { $sender } rejects them by ICMP
seen-announced = { $count } announcements, from { $min } to { $max }
seen-leaks-blocked = knocks at { $ports } do not arrive
seen-announcement-refused = the server said: { $reply }
audit-title = Passive ports, swept
audit-announced = { $count ->
        [one] One announcement
       *[other] { $count } announcements
    } asked for; different ports seen in the whole run: { $distinct }, from { $min } to { $max }.
audit-nothing-announced = No announcement was had beside those of the modes.
audit-bounds-declared = Range as given: { $range } ({ $size ->
        [one] one port
       *[other] { $size } ports
    }, as many transfers at once).
audit-bounds-learned = Likely range: { $range } ({ $size ->
        [one] one port
       *[other] { $size } ports
    }, as many transfers at once), by the announced ports, widened to round numbers nearby; --passive-ports says it exactly.
audit-pinholes = The ports { $ports } were open when they were announced, and are silent without that: somebody opens each port as it is announced. So only announced ports were knocked at.
audit-some-pinholes = Without an announcement a part of the range stays silent. { $ports }, a part of that, was open right after it was announced and silent again afterwards: somebody opens each port as it is announced. So what was silent is not counted as blocked.
audit-intercepted = Somebody answers in the server's place at nearly every port: a handshake says nothing about the server's ports here.
audit-not-swept = The range was not swept.
audit-means-open = somebody listens there
audit-means-refused = the knock comes through; nobody listens just then
audit-group = { $count ->
    [one] one port
   *[other] { $count } ports
}: { $means }
audit-means-announced = let in while it was announced
audit-means-rejected = refused while it was announced: rejected, nobody gets in there
audit-means-nearer = refused by a box before the server: not passed on
audit-means-refused-unclear = answers like a closed port, and so do announced ones that are rejected
audit-means-timed-out = no answer: held back on the way
audit-means-silent = no answer; not counted as blocked, see below
audit-means-prohibited = a firewall says no
audit-means-unreachable = no route, or this machine cannot send
audit-means-not-tested = nothing is known
audit-outside = { $count ->
        [one] one announced port
       *[other] { $count } announced ports
    } outside of the range: { $means }
audit-known-data = active mode calls from here; nobody has to listen, so closed is right
audit-known-control = the usual control port
audit-known-implicit = TLS from the first byte; needed by ftps:// only
audit-more = { $count ->
        [one] One more part is
       *[other] { $count } more parts are
    } in the JSON report.
audit-asked = A silent port is asked { $asked } times before it counts as blocked ({ $syns } SYNs in all, { $took }); { $loss } % of the knocks at answering ports got lost, so the chance of any wrong port is below one in a hundred.
audit-chance = A closed port and one that is rejected answer alike, so ports are knocked at while they are announced: { $count ->
    [one] one was
   *[other] { $count } were
}. Were a quarter of the range rejected with RST, that would have been noticed in { $chance } of 100 such audits; a larger --samples raises it.
audit-asked-doubtful = A silent port is asked { $asked } times before it counts as blocked ({ $syns } SYNs in all, { $took }); { $loss } % of the knocks at answering ports got lost: some silent port may be open all the same.
audit-asked-incomplete = The sweep was cut short after { $syns } SYNs ({ $took }), { $loss } % lost; silent ports were to be asked { $asked } times each. What was not asked so often is not tested.
audit-asked-gone-silent = Ports that had answered ({ $ports }) no longer did when the sweep was over ({ $syns } SYNs, { $took }): somebody has banned this machine meanwhile, or limits its connections. So a silent port says nothing, and counts as not tested. Ask again later with a lower --rate.
audit-unclear = No announcement shows that the server uses { $ports } at all: it may be outside of its range, or between two ranges. So this silence is not counted as blocked; --passive-ports says which ports are meant.
audit-patchy = Silent and answering ports alternate all over the range: no firewall's rules look like that. Loss does, and so does somebody who limits connections. No port is counted as blocked for it; ask again with a lower --rate.
audit-place-open = open
audit-place-through = let through
audit-place-blocked = blocked
audit-place-mixed = partly
audit-place-silent = silent, not counted as blocked
audit-place-not-tested = not tested
audit-each = { $count ->
        [one] one port each
       *[other] { $count } ports each
    }

## The steps of a run (-v), and why its plan took each (-vv)
report-steps = What was done (began, took)
step-names = name look-up
step-login = first login, and what the server is
step-attempt = { $verb }
step-attempt-again = { $verb } once more
step-attempt-changed = { $verb }, { $how }
step-attempt-file = { $verb } for a file, { $how }
step-announce = more { $verb }, and a knock at each announced port
step-climb-control = ladder to the control port
step-climb = ladders to the control port and to { $ports }
step-hole = { $verb } through a hole opened as far as hop { $hop }
step-knock = knocks at { $ports }, announced to nobody
step-nearer = one SYN to the control port, no farther than the RST came from
step-quiet = a quiet moment
step-routers = knocks at routers, at a port that is silent at the server
step-halves = commands in two segments
step-idle = a silent login
step-idle-kept = a silent login, kept alive by TCP
step-sample = announcements that nobody follows
step-sweep = sweep of the port range
step-how-dial-advertised = dialled at the advertised address
step-how-announce = with { $address } in the command
step-how-second-knock = with a second knock from another port
step-how-knock-again = knocking again where it is refused
step-how-pipelined = behind a NOOP in one segment
step-how-segments = in segments of { $bytes } bytes
step-how-clear = without TLS
step-how-fresh-session = with a TLS session of its own
step-how-retrieve = for a file
step-how-keep-alive = the control connection kept alive by TCP
because-beginning = every run begins with it
because-mode-asked = asked for, and not tried yet
because-file-asked = --get asks for it
because-idle-asked = --idle asks for it
because-advertised-elsewhere = --dial-advertised: 227 named another address
because-audit-asked = the audit asks for it
because-may-be-chance = a failure that stands alone may be chance
because-one-works = another one works: the command, the port, or chance?
because-as-many-ports = what works has to be seen on as many ports as what does not
because-other-ports = one port stands for a range: what of others?
because-port-shut = a port was shut: the command, the port, a part of the range, or chance?
because-ports-differ = some ports opened, one was silent: opened one by one?
because-nothing-came = data connections stood and carried nothing: whose are they?
because-answered-unannounced = ports answer that nobody announced: from how far away?
because-starved = a data connection stood and starved: segments too large?
because-small-came-through = small segments came through: do full ones still not?
because-control-lost = the control connection was lost: does keep-alive hold it?
because-idle-lost = the silent login was lost: does keep-alive hold it?
because-announced-refused = an announced port refused: does it a moment later?
because-opened-for-one = passive mode works: for more than one knock at a port?
because-second-knock-silent = one silence may be loss: another port
because-opened-one-by-one = ports open for one knock each: does somebody read along?
because-packets-undelivered = packets came that nobody here got: do they come anyway?
because-answers-unseen = do the knocks die there, or their answers on the way back?
because-passive-shut = passive ports are shut: how far do knocks come?
because-control-silent = the control port is silent: how far do knocks come?
because-range-blocked = a part of the range is blocked: how far do knocks come?
because-seen-elsewhere = nobody called, and the server sees us under another address
because-may-be-rewritten = the server cannot know our address, and called: rewritten?
because-hops-needed = holes need the number of hops
because-knock-shut-out = the server's knock does not arrive: does it through a hole?
because-hole-helps = a hole helps: how near may it end?
because-second-knock-reset = a second knock met a RST: who sent it?
because-session-resumed = the TLS session was resumed: does it have to be?
because-shut-under-tls = nothing comes through under TLS: does it in clear?
