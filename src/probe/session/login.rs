//! From a fresh connection to a login: greeting, USER, PASS, ACCT, and once per run the survey.

use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::super::context::{Context, Stage};
use super::super::dial::{KnockPolicy, dial};
use super::super::secrets::Secrets;
use super::super::tls::{ControlTls, PeerName, TlsSetup};
use super::control::{Control, ControlEvent};
use crate::facts::{
    Dial, DialOutcome, ExchangeEnd, Family, Greeting, LoginOutcome, ReplyFact, TlsAnswer, TlsLevel,
};
use crate::wire::command::Command;
use crate::wire::{service, text};

/// Where to log in, and how.
#[derive(Clone, Copy)]
pub struct Door<'a> {
    /// The run.
    pub context: &'a Context<'a>,
    /// Server end of the control connection.
    pub to: SocketAddr,
    /// Protection of the control connection, and how to judge certificates.
    pub tls: Option<(TlsLevel, &'a TlsSetup)>,
}

impl<'a> Door<'a> {
    /// The control port at an address of the host, as the run is to speak there.
    pub fn new(context: &'a Context<'a>, address: IpAddr) -> Self {
        let tls = context.spec.tls.as_ref().map(|setup| (context.request().tls, setup));
        Self { context, to: context.control_port(address), tls }
    }

    /// The same without TLS.
    #[must_use]
    pub fn in_clear(self) -> Self {
        Self { tls: None, ..self }
    }

    /// Another port of the same address.
    pub fn at(&self, port: u16) -> SocketAddr {
        let mut to = self.to;
        to.set_port(port);
        to
    }

    /// The address family that is spoken.
    pub fn family(&self) -> Family {
        Family::of(self.to.ip())
    }

    async fn dial(&self) -> (Dial, Option<TcpStream>) {
        dial(self.context, self.to, KnockPolicy::control(self.context.limits())).await
    }

    /// Connects and reads the greeting. `None` when no connection stood; the reason is in the
    /// facts' dials.
    pub async fn connect(&self, record_dial: bool) -> Option<Control> {
        self.context.tell(Stage::Connecting(self.to));
        let (record, stream) = self.dial().await;
        let (began, took) = (record.began, record.took);
        if record_dial || record.outcome != DialOutcome::Connected {
            self.context.facts().dials.push(record);
        }
        Control::new(self.context, stream?, began, took).ok()
    }

    /// Waits for the greeting; a silent server is asked on a second connection whether it speaks
    /// TLS. `true` when a 2yz greeting came.
    pub async fn greet(&self, control: &mut Control) -> bool {
        self.context.tell(Stage::Greeting(self.to));
        if let Some((TlsLevel::Implicit, _)) = self.tls
            && !self.secure(control).await
        {
            control.note(|session| session.login = LoginOutcome::TlsFailed);
            return false;
        }
        let began = Instant::now();
        let limit = self.context.recorder.until(self.context.limits().greeting);
        let patience = self.context.recorder.until(self.context.limits().greeting_patience);
        let mut first = tokio::time::timeout_at(patience, self.await_greeting(control)).await.ok();
        if first.is_none() && !control.is_gone() && control.tls().is_none() {
            first = self.await_greeting_or_tls(control, limit).await;
        }
        let greeting = match first {
            None => match control.unfinished() {
                Some(head) => Greeting::NotFtp { service: service::Service::Unknown, head },
                None => Greeting::Silent(began.elapsed().into()),
            },
            Some(ControlEvent::Reply(reply)) => read_greeting(reply),
            Some(ControlEvent::Closed) => Greeting::Closed,
            Some(ControlEvent::Failed(_)) => Greeting::Reset,
            Some(ControlEvent::NotAReply { text, head }) => Greeting::NotFtp {
                service: service::recognise(&head).unwrap_or(service::Service::Unknown),
                head: text,
            },
        };
        let speechless = matches!(&greeting, Greeting::Silent(_) | Greeting::NotFtp { .. });
        let ready = matches!(&greeting, Greeting::Reply(r) if (200..300).contains(&r.code));
        control.set_greeting(greeting);
        if speechless {
            // Who has not greeted in all this time will not say goodbye either.
            control.give_up();
        }
        ready
    }

    async fn await_greeting(&self, control: &mut Control) -> ControlEvent {
        loop {
            match control.event().await {
                // 120 "ready in n minutes": the real greeting follows.
                ControlEvent::Reply(reply) if (100..200).contains(&reply.code) => {}
                other => return other,
            }
        }
    }

    async fn await_greeting_or_tls(
        &self,
        control: &mut Control,
        limit: Instant,
    ) -> Option<ControlEvent> {
        let ask = async {
            let answer = self.ask_for_tls(limit).await;
            // A connection that is greeted says that the silent one was lost on the way: its last
            // acknowledgement may never have arrived, and who waits for a greeting sends no other.
            let decides = answer == TlsAnswer::Tls || answer.is_greeting();
            self.context.facts().tls_hello = Some(answer);
            if !decides {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            event = self.await_greeting(control) => Some(event),
            () = ask => None,
            () = tokio::time::sleep_until(limit) => None,
        }
    }

    async fn ask_for_tls(&self, limit: Instant) -> TlsAnswer {
        let (_, stream) = self.dial().await;
        let Some(mut stream) = stream else {
            return TlsAnswer::Closed;
        };
        let hello = service::client_hello(None, [0x5a; 32]);
        if stream.write_all(&hello).await.is_err() {
            return TlsAnswer::Closed;
        }
        read_head(&mut stream, limit, &self.context.secrets).await
    }

    /// Logs in. `true` when the server let us in.
    pub async fn login(&self, control: &mut Control) -> bool {
        self.context.tell(Stage::LoggingIn);
        let refused = match self.tls {
            Some((TlsLevel::Explicit, _)) => self.demand_tls(control).await,
            _ => None,
        };
        let outcome = match refused {
            Some(refused) => refused,
            None => self.log_in(control).await,
        };
        let inside = matches!(outcome, LoginOutcome::In { .. });
        control.note(|session| session.login = outcome);
        control.measure();
        inside
    }

    async fn secure(&self, control: &mut Control) -> bool {
        let Some((_, setup)) = self.tls else { return false };
        let tls = ControlTls::new(setup, PeerName::new(&self.context.request().host, self.to.ip()));
        control.secure(tls, self.context.recorder.until(self.context.limits().reply)).await
    }

    /// AUTH TLS (RFC 4217 §4), AUTH SSL where only that is known, and the handshake. `None` when
    /// TLS stands; until then nobody is named and no password is sent.
    async fn demand_tls(&self, control: &mut Control) -> Option<LoginOutcome> {
        let mut refusal = None;
        for mechanism in ["TLS", "SSL"] {
            let command = Command::with("AUTH", mechanism);
            let reply = match control.exchange(&command, self.context.limits().reply).await {
                Ok(reply) => reply,
                Err(end) => {
                    return Some(LoginOutcome::Broken { command: "AUTH".to_owned(), end });
                }
            };
            if matches!(reply.code, 234 | 334) {
                if let Some(text) = control.unasked() {
                    control.give_up();
                    return Some(LoginOutcome::Injected { text });
                }
                return (!self.secure(control).await).then_some(LoginOutcome::TlsFailed);
            }
            refusal.get_or_insert(LoginOutcome::TlsRefused {
                command: format!("AUTH {mechanism}"),
                code: reply.code,
                text: reply.text,
            });
            // A passing trouble, or a goodbye: another mechanism would not help.
            if !(500..600).contains(&reply.code) || control.is_gone() {
                break;
            }
        }
        refusal
    }

    /// PBSZ 0 and PROT P (RFC 4217 §9): data connections are to be protected like this one. The
    /// reply that refused it, if one did.
    ///
    /// # Errors
    /// How the wait for a reply ended, if not by one.
    pub async fn protect(&self, control: &mut Control) -> Result<Option<ReplyFact>, ExchangeEnd> {
        if control.tls().is_none() {
            return Ok(None);
        }
        // Servers that know no PBSZ still may know PROT; its reply decides.
        let _ = control.exchange(&Command::with("PBSZ", "0"), self.context.limits().reply).await?;
        let reply =
            control.exchange(&Command::with("PROT", "P"), self.context.limits().reply).await?;
        Ok(Some(reply).filter(|reply| !(200..300).contains(&reply.code)))
    }

    async fn log_in(&self, control: &mut Control) -> LoginOutcome {
        let user = Command::with("USER", &self.context.spec.credentials.user);
        let password =
            self.context.spec.credentials.password.as_ref().map_or("ftp-doctor@", |p| p.as_str());
        let mut answer = control.exchange(&user, self.context.limits().reply).await;
        // A second greeting, or a banner in pieces, is no answer to USER.
        for _ in 0..3 {
            if !answer.as_ref().is_ok_and(|reply| reply.code == 220) {
                break;
            }
            answer = control.next_answer(self.context.limits().reply).await;
        }
        let mut step = ("USER", answer);
        // USER, PASS, ACCT, PASS: a server that keeps asking is not followed any further.
        for _ in 0..4 {
            let (verb, answer) = step;
            let reply = match answer {
                Ok(reply) => reply,
                Err(end) => {
                    return LoginOutcome::Broken { command: verb.to_owned(), end };
                }
            };
            let next = match (verb, reply.code) {
                (_, 200..=299) => return LoginOutcome::In { code: reply.code },
                ("USER", 331 | 336) | ("ACCT", 331) => Command::with("PASS", password),
                ("USER" | "PASS", 332) => match &self.context.spec.credentials.account {
                    Some(account) => Command::with("ACCT", account.as_str()),
                    None => {
                        return LoginOutcome::Wants {
                            command: "ACCT".to_owned(),
                            text: reply.text,
                        };
                    }
                },
                (_, 300..=399) => {
                    return LoginOutcome::Wants { command: verb.to_owned(), text: reply.text };
                }
                (_, code) => {
                    return LoginOutcome::Refused {
                        command: verb.to_owned(),
                        code,
                        text: reply.text,
                    };
                }
            };
            let verb = if next.verb == "ACCT" { "ACCT" } else { "PASS" };
            step = (verb, control.exchange(&next, self.context.limits().reply).await);
        }
        let text = step.1.map(|reply| reply.text).unwrap_or_default();
        LoginOutcome::Wants { command: step.0.to_owned(), text }
    }

    /// Asks, once per run, what the server is and offers. A server that dislikes a question
    /// answers 5yz, which is a fact; one that closes ends the survey.
    pub async fn survey(&self, control: &mut Control, path: Option<&str>) {
        self.context.tell(Stage::Survey);
        for command in [
            Command::new("FEAT"),
            Command::new("SYST"),
            Command::new("STAT"),
            Command::new("PWD"),
            Command::with("TYPE", "A"),
        ] {
            if control.is_gone()
                || control.exchange(&command, self.context.limits().reply).await.is_err()
            {
                return;
            }
        }
        if let Some(path) = path {
            let _ =
                control.exchange(&Command::with("CWD", path), self.context.limits().reply).await;
        }
    }

    /// Enters the directory to list on a later login, as the survey did on the first.
    ///
    /// # Errors
    /// How the wait for a reply ended, if not by one.
    pub async fn enter(&self, control: &mut Control, path: &str) -> Result<ReplyFact, ExchangeEnd> {
        control.exchange(&Command::with("CWD", path), self.context.limits().reply).await
    }

    /// Connects to another address of the same host to see whether it answers at all, and leaves.
    pub async fn look_in(&self) {
        let (record, stream) = self.dial().await;
        self.context.facts().dials.push(record);
        let Some(mut stream) = stream else { return };
        let limit = self.context.recorder.until(self.context.limits().greeting_patience);
        let _ = read_head(&mut stream, limit, &self.context.secrets).await;
        let _ = stream.write_all(b"QUIT\r\n").await;
        let _ = tokio::time::timeout(self.context.limits().look, stream.read(&mut [0; 64])).await;
    }
}

/// SMTP and NNTP greet with reply codes too.
fn read_greeting(reply: ReplyFact) -> Greeting {
    let text = format!("{} {}", reply.code, reply.text);
    match service::recognise(text.as_bytes()) {
        Some(service) => Greeting::NotFtp { service, head: text },
        None => Greeting::Reply(reply),
    }
}

async fn read_head(stream: &mut TcpStream, limit: Instant, secrets: &Secrets) -> TlsAnswer {
    let mut head = [0_u8; 64];
    match tokio::time::timeout_at(limit, stream.read(&mut head)).await {
        Err(_) => TlsAnswer::Silent,
        Ok(Ok(0) | Err(_)) => TlsAnswer::Closed,
        Ok(Ok(n)) => {
            let head = head.get(..n).unwrap_or_default();
            match service::recognise(head) {
                Some(service::Service::TlsRecord { .. }) => TlsAnswer::Tls,
                _ => TlsAnswer::Other {
                    head: text::printable(&secrets.hide_bytes(head.to_vec()), 64),
                },
            }
        }
    }
}
