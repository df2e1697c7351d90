//! What is said first, by FTP servers and by others who sit on the port.

use std::io;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::behaviour::Greeting;
use super::control::Received;
use super::session::{Flow, Session};
use super::software::texts::fill;

const SSH: &str = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3";
const SSH_REFUSAL: &str = "Invalid SSH identification string.";

const HTTP_400: &str = "HTTP/1.1 400 Bad Request\nServer: nginx\nContent-Type: text/html\nContent-Length: 0\nConnection: close\n";
const HTTP_408: &str =
    "HTTP/1.1 408 Request Timeout\nServer: nginx\nContent-Length: 0\nConnection: close\n";

impl Session {
    /// Greets, or does what stands for it.
    pub(super) async fn greet(&mut self) -> io::Result<Flow> {
        match self.behaviour().greeting.clone() {
            Greeting::Welcome => self.welcome().await,
            Greeting::Text(text) => {
                self.control.say(&text).await?;
                Ok(if text.starts_with(['4', '5']) { Flow::Stop } else { Flow::Go })
            }
            Greeting::Soon(pause) => {
                self.control.say("120 Service ready in a moment.").await?;
                sleep(pause).await;
                self.welcome().await
            }
            Greeting::Silent => self.ignore().await,
            Greeting::CloseAtOnce => Ok(Flow::Stop),
            Greeting::Ssh => {
                self.control.say(SSH).await?;
                self.hear().await?;
                self.control.say(SSH_REFUSAL).await?;
                Ok(Flow::Stop)
            }
            Greeting::Http(patience) => {
                let heard = timeout(patience, self.control.bytes()).await;
                let answer = if heard.is_ok() { HTTP_400 } else { HTTP_408 };
                self.control.say(answer).await?;
                Ok(Flow::Stop)
            }
        }
    }

    async fn welcome(&mut self) -> io::Result<Flow> {
        let control = self.shared.control.port().to_string();
        let server = self.shown().to_string();
        let text = fill(self.texts().greeting, &[("server", &server), ("control", &control)]);
        self.control.say(&text).await?;
        Ok(Flow::Go)
    }

    /// The first bytes of a client that has been told nothing.
    pub(super) async fn hear(&mut self) -> io::Result<Vec<u8>> {
        let idle = self.behaviour().idle;
        timeout(idle, self.control.bytes()).await.unwrap_or(Ok(Vec::new()))
    }

    async fn ignore(&mut self) -> io::Result<Flow> {
        let idle = self.behaviour().idle.max(Duration::from_secs(1));
        let deaf = async {
            while self.control.line().await? != Received::End {}
            Ok::<(), io::Error>(())
        };
        timeout(idle, deaf).await.unwrap_or(Ok(()))?;
        Ok(Flow::Stop)
    }
}
