//! AUTH, PBSZ, PROT, sessions, and what is shown.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::rustls::client::Resumption;

use super::Result;
use super::client::{Client, PATIENCE};
use crate::demo::behaviour::{Sessions, TlsVersions};
use crate::demo::software::Software;
use crate::demo::{Behaviour, Login, Passive, Protection, Server, Tls, TlsStart};

fn with(tls: Tls) -> Behaviour {
    Behaviour { tls: Some(tls), ..Behaviour::default() }
}

async fn private(server: &Server, resumption: Resumption) -> Result<Client> {
    let mut client = Client::secured(server, Protection::Explicit, resumption).await?;
    client.log_in("anonymous", "guest@").await?;
    for command in ["PBSZ 0", "PROT P"] {
        assert!(client.say(command).await.starts_with("200"), "{command}");
    }
    Ok(client)
}

#[tokio::test]
async fn implicit_tls_waits_for_tls_and_takes_nothing_else() -> Result {
    let server = Server::start(with(Tls { start: TlsStart::AtOnce, ..Tls::default() })).await?;
    let mut stream = TcpStream::connect(server.address()).await?;
    let mut byte = [0];
    assert!(timeout(PATIENCE, stream.read(&mut byte)).await.is_err(), "it waits");
    stream.write_all(b"USER x\r\n").await?;
    let mut alert = Vec::new();
    stream.read_to_end(&mut alert).await?;
    assert_eq!(alert.first(), Some(&0x15));
    Ok(())
}

#[tokio::test]
async fn only_resumed_sessions_are_served_where_they_are_asked_for() -> Result {
    let words = [
        (Software::Vsftpd, "reset 522"),
        (Software::ProFtpd, "reset 425"),
        (Software::FileZilla, "reset 425"),
    ];
    for (software, refused) in words {
        for versions in [TlsVersions::Both, TlsVersions::Tls12] {
            let tls = Tls { sessions: Sessions::Required, versions, ..Tls::default() };
            let server = Server::start(Behaviour { software, ..with(tls) }).await?;
            let mut fresh = private(&server, Resumption::disabled()).await?;
            assert_eq!(fresh.passive("EPSV").await, refused, "{software:?} {versions:?}");
            let mut resuming = private(&server, Resumption::in_memory_sessions(8)).await?;
            for verb in ["EPSV", "PASV"] {
                assert_eq!(resuming.passive(verb).await, "open", "{software:?} {versions:?}");
            }
            assert_eq!(resuming.active("EPRT").await?.0, "open");
            let lines = server.transcript();
            assert!(lines.contains(&"1 D: TLS refused: not resumed".to_owned()), "{lines:?}");
            assert!(lines.contains(&"2 D: TLS, resumed".to_owned()), "{lines:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_session_of_its_own_is_no_offence_elsewhere() -> Result {
    let server = Server::start(with(Tls::default())).await?;
    let mut client = private(&server, Resumption::disabled()).await?;
    assert_eq!(client.passive("PASV").await, "open");
    let lines = server.transcript();
    assert!(lines.contains(&"1 D: TLS, a session of its own".to_owned()), "{lines:?}");
    Ok(())
}

#[tokio::test]
async fn mechanisms_and_levels_are_those_of_the_behaviour() -> Result {
    let server = Server::start(with(Tls { mechanisms: &["SSL"], ..Tls::default() })).await?;
    let (mut client, _) = Client::greeted(server.address()).await?;
    assert!(client.say("PBSZ 0").await.starts_with("503"));
    assert!(client.say("PROT P").await.starts_with("503"));
    assert!(client.say("FEAT").await.contains("\n AUTH TLS\n"));
    assert!(client.say("AUTH TLS").await.starts_with("504"));
    assert!(client.say("auth ssl").await.starts_with("234"));

    let server = Server::start(with(Tls { data_required: true, ..Tls::default() })).await?;
    let mut client = private(&server, Resumption::in_memory_sessions(8)).await?;
    assert!(client.say("AUTH TLS").await.starts_with("503"));
    assert_eq!(client.passive("PASV").await, "open");
    assert!(client.say("PROT E").await.starts_with("536"));
    assert!(client.say("PROT C").await.starts_with("200"));
    client.port_of("PASV").await?;
    assert_eq!(client.say("LIST").await, "522 Data connections must be encrypted.");
    Ok(())
}

#[tokio::test]
async fn tls_lets_in_who_was_refused_without() -> Result {
    for software in Software::ALL {
        let behaviour = Behaviour { software, login: Login::TlsRequired, ..with(Tls::default()) };
        let server = Server::start(behaviour).await?;
        let clear = Client::guest(server.address()).await;
        assert!(clear.is_err_and(|word| word.starts_with("USER ")), "{software:?}");
        let mut client = private(&server, Resumption::in_memory_sessions(8)).await?;
        assert_eq!(client.passive("EPSV").await, "open", "{software:?}");
    }
    Ok(())
}

#[tokio::test]
async fn what_came_in_clear_behind_auth_is_not_taken_for_tls() -> Result {
    let server = Server::start(with(Tls::default())).await?;
    let (mut client, _) = Client::greeted(server.address()).await?;
    assert!(client.say("AUTH TLS\r\nUSER mallory").await.starts_with("234"));
    assert!(client.is_quiet().await, "nobody answers USER");
    assert!(!server.transcript().join("\n").contains("mallory"));
    Ok(())
}

#[tokio::test]
async fn pinholes_close_when_nobody_can_read_along() -> Result {
    let behaviour = Behaviour { pasv: Passive::Pinhole, ..with(Tls::default()) };
    let server = Server::start(behaviour).await?;
    let mut clear = Client::guest(server.address()).await?;
    assert_eq!(clear.passive("PASV").await, "open");
    let mut client = private(&server, Resumption::in_memory_sessions(8)).await?;
    assert_eq!(client.passive("PASV").await, "timed-out");
    Ok(())
}

#[tokio::test]
async fn each_server_has_an_authority_of_its_own() -> Result {
    let one = Server::start(with(Tls::default())).await?;
    let other = Server::start(with(Tls::default())).await?;
    assert_ne!(one.authority(), other.authority());
    assert!(Server::start(Behaviour::default()).await?.authority().is_none());
    Ok(())
}

#[tokio::test]
async fn a_pinhole_has_room_for_one() -> Result {
    let behaviour = Behaviour { pasv: Passive::Pinhole, ..Behaviour::default() };
    let server = Server::start(behaviour).await?;
    let mut client = Client::guest(server.address()).await?;
    let (address, _) = client.port_of("PASV").await?;
    let _first = timeout(PATIENCE, TcpStream::connect(address)).await??;
    let second = timeout(PATIENCE, TcpStream::connect(address)).await;
    assert!(second.is_err(), "while the first one stands: {second:?}");
    Ok(())
}
