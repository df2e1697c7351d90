//! What goes over a data connection, and how it ends.

use std::io;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::{sleep, timeout};

use super::behaviour::Listing;
use super::content::{self, Form};
use super::pending::Pending;
use super::session::{Flow, Session};
use super::software::texts::fill;
use super::tls::Link;

/// Time for the bytes before an RST to be read, which would sweep them away.
const BEFORE_RESET: Duration = Duration::from_millis(80);

impl Session {
    pub(super) async fn list(&mut self, argument: &str, form: Form) -> io::Result<Flow> {
        if self.refused().await? {
            return Ok(Flow::Go);
        }
        // Options, such as -al, mean nothing here.
        let name = argument.split_whitespace().find(|word| !word.starts_with('-')).unwrap_or("");
        let path = content::resolve(&self.path, name);
        let listing = &self.behaviour().listing;
        let (bytes, matches) = if content::is_directory(&path) {
            content::directory(listing, form)
        } else if content::file(listing, &path).is_some() {
            (format!("{name}\r\n").into_bytes(), 1)
        } else {
            self.no_file(name).await?;
            return Ok(Flow::Go);
        };
        self.transfer("file list", &bytes, matches).await
    }

    pub(super) async fn fetch(&mut self, name: &str) -> io::Result<Flow> {
        if self.refused().await? {
            return Ok(Flow::Go);
        }
        let path = content::resolve(&self.path, name);
        if let Some(bytes) = content::file(&self.behaviour().listing, &path) {
            return self.transfer(name, &bytes, 1).await;
        }
        self.no_file(name).await?;
        Ok(Flow::Go)
    }

    /// Says that listings are refused, where they are. The passive port stays open, as it does
    /// in vsftpd: a client that has connected sees neither data nor an end.
    async fn refused(&mut self) -> io::Result<bool> {
        let Listing::Refused(text) = &self.behaviour().listing else {
            return Ok(false);
        };
        let text = text.clone();
        self.control.say(&text).await?;
        Ok(true)
    }

    async fn transfer(&mut self, name: &str, bytes: &[u8], matches: usize) -> io::Result<Flow> {
        if let Some(refusal) = self.must_be_private() {
            self.control.say(refusal).await?;
            return Ok(Flow::Go);
        }
        let texts = self.texts();
        let opening = fill(texts.opening, &[("type", self.type_name()), ("name", name)]);
        let done = fill(texts.done, &[("matches", &matches.to_string())]);
        match std::mem::replace(&mut self.pending, Pending::Nothing) {
            Pending::Nothing => self.control.say(texts.no_data).await?,
            Pending::Offer(offer) => {
                self.passive_transfer(offer, &opening, bytes, &done).await?;
            }
            Pending::Order(order) => self.active_transfer(order, &opening, bytes, &done).await?,
            Pending::Connected(stream) => {
                let open = "125 Data connection already open. Transfer starting.";
                self.control.say(open).await?;
                if let Some(link) = self.protect(stream).await? {
                    self.deliver(link, bytes, &done).await?;
                }
            }
        }
        Ok(Flow::Go)
    }

    /// Sends everything, closes, and says so.
    pub(super) async fn deliver(
        &mut self,
        mut link: Link,
        bytes: &[u8],
        done: &str,
    ) -> io::Result<()> {
        let goodbye = self.says_goodbye();
        let sent = timeout(self.behaviour().passive_hold, async {
            link.write_all(bytes).await?;
            link.finish(goodbye).await
        })
        .await;
        drop(link);
        match sent {
            Ok(Ok(())) => {
                self.control.note(&format!("{} bytes sent", bytes.len()));
                self.control.say(done).await
            }
            _ => self.control.say(self.texts().broken).await,
        }
    }

    /// Sends a part, then ends by an RST.
    pub(super) async fn cut(&mut self, mut link: Link, part: &[u8]) -> io::Result<()> {
        if !part.is_empty() {
            // A client that is gone is cut off as well.
            let _ = timeout(self.behaviour().passive_hold, send(&mut link, part)).await;
            sleep(BEFORE_RESET).await;
        }
        link.reset();
        self.control.note(&format!("reset after {} bytes", part.len()));
        self.control.say(self.texts().broken).await
    }

    /// Sends a part, then nothing, until the server itself has had enough.
    pub(super) async fn stall(&mut self, mut link: Link, part: &[u8]) -> io::Result<()> {
        let hold = self.behaviour().passive_hold;
        let _ = timeout(hold, send(&mut link, part)).await;
        self.control.note(&format!("silent after {} bytes", part.len()));
        sleep(hold).await;
        link.reset();
        self.control.say(self.texts().broken).await
    }
}

async fn send(link: &mut Link, bytes: &[u8]) -> io::Result<()> {
    link.write_all(bytes).await?;
    link.flush().await
}
