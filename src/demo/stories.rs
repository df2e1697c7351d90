//! The stories: what can go wrong between an FTP client and its server, one at a time.
//!
//! `cause` is the finding that a probe without further options should name first. A story
//! tells no more than loopback can show: there is no router on the way, and client and
//! server have one address, so that it cannot be said on whose side a firewall stands, nor
//! that an address is private where the server's is public.

mod active;
mod articles;
mod control;
mod healthy;
mod passive;
mod server;
mod tls;

use std::sync::LazyLock;

use super::behaviour::{Behaviour, TlsStart};

/// What a story is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Nothing is wrong.
    Healthy,
    /// As told by one of the articles that this program grew from.
    Article,
    /// The control connection and the login.
    Control,
    /// Passive mode.
    Passive,
    /// Active mode.
    Active,
    /// IPv6.
    Family,
    /// The server itself.
    Server,
    /// Encryption: these are asked for over TLS.
    Tls,
}

/// What a client asks a server for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// A login in clear.
    Clear,
    /// AUTH TLS first.
    Explicit,
    /// TLS from the first byte.
    Implicit,
}

/// A server to learn from.
#[derive(Clone, Copy, Debug)]
pub struct Story {
    /// Name on the command line, kebab-case.
    pub id: &'static str,
    /// One line.
    pub title: &'static str,
    /// What is to be learnt, in one to three sentences.
    pub lesson: &'static str,
    /// Cause that a probe should name first; none where all is well or nothing can be proven.
    pub cause: Option<&'static str>,
    /// What it is about.
    pub group: Group,
    /// The server.
    pub behaviour: fn() -> Behaviour,
}

impl Story {
    /// What its client has to ask for, to meet what the story is about.
    pub fn protection(&self) -> Protection {
        if self.group != Group::Tls {
            return Protection::Clear;
        }
        match (self.behaviour)().tls {
            Some(tls) if tls.start == TlsStart::AtOnce => Protection::Implicit,
            _ => Protection::Explicit,
        }
    }
}

static STORIES: LazyLock<Vec<Story>> = LazyLock::new(|| {
    let mut all = [
        healthy::STORIES,
        articles::STORIES,
        control::STORIES,
        passive::STORIES,
        active::STORIES,
        server::STORIES,
        tls::STORIES,
    ]
    .concat();
    all.sort_by_key(|story| story.group);
    all
});

/// All stories, group by group, in the order in which they are best read.
pub fn stories() -> &'static [Story] {
    &STORIES
}

/// The story of this name.
pub fn story(id: &str) -> Option<&'static Story> {
    stories().iter().find(|story| story.id == id)
}
