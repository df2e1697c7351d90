//! Well-known FTP clients: what each of them does by default, as data.
//!
//! A record says which commands a client sends in which order, after which failures it goes on with
//! another one, whom it calls after a 227, how long it waits, and where all that is known from.
//! What follows from it for one server and one network is the diagnosis' business.

mod browsers;
mod command_line;
mod graphical;
mod libraries;
pub mod record;

pub use record::{
    Address, Client, Families, Form, Gives, How, Kind, Next, Resumes, Setting, Try, Unclosed, Wait,
};

/// All clients, in the contract's order of kinds.
pub fn all() -> impl Iterator<Item = &'static Client> {
    [command_line::CLIENTS, graphical::CLIENTS, browsers::CLIENTS, libraries::CLIENTS]
        .into_iter()
        .flatten()
}

/// Clients that most people have met, those first whose failure is asked about most.
pub fn familiar() -> impl Iterator<Item = &'static Client> {
    const IDS: &[&str] = &[
        "windows-explorer",
        "msie",
        "windows-ftp-exe",
        "filezilla",
        "winscp",
        "curl",
        "wget",
        "tnftp",
        "php-ftp",
        "java-commons-net",
    ];
    IDS.iter().filter_map(|id| all().find(|client| client.id == *id))
}
