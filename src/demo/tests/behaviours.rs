//! What the stories do not show: limits, options, and the end.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::Result;
use super::client::{Client, PATIENCE, command_for};
use crate::demo::behaviour::{Active, Family, Hangup, Limit, Listing, Origin, PortRange, Turn};
use crate::demo::{Behaviour, Delay, Login, Passive, Server, SwitchedOff};

async fn knock(address: SocketAddr) -> &'static str {
    match timeout(PATIENCE, TcpStream::connect(address)).await {
        Ok(Ok(_)) => "open",
        Ok(Err(_)) => "refused",
        Err(_) => "timed-out",
    }
}

#[tokio::test]
async fn all_ends_with_the_server() -> Result {
    let behaviour = Behaviour { epsv: Passive::Blocked, ..Behaviour::default() };
    let server = Server::start(behaviour).await?;
    let control = server.address();
    let mut client = Client::guest(control).await?;
    let (open, _) = client.port_of("PASV").await?;
    assert_eq!(knock(open).await, "open");
    let (blocked, _) = client.port_of("EPSV").await?;
    assert_eq!(knock(blocked).await, "timed-out");
    drop(server);
    assert_eq!(client.reply().await, "<end>");
    for address in [control, open, blocked] {
        assert_eq!(knock(address).await, "refused", "{address}");
    }
    Ok(())
}

#[tokio::test]
async fn active_connections_come_from_where_they_are_told_to() -> Result {
    let second = Ipv4Addr::new(127, 0, 0, 2);
    for origin in [Origin::DefaultDataPort, Origin::Ephemeral, Origin::OtherAddress(second)] {
        let behaviour = Behaviour { port: Active::Connect(origin), ..Behaviour::default() };
        let server = Server::start(behaviour).await?;
        let mut client = Client::guest(server.address()).await?;
        let (word, from) = client.active("PORT").await?;
        assert_eq!(word, "open");
        let from = from.ok_or("nowhere")?;
        let default = server.address().port() - 1;
        match origin {
            Origin::DefaultDataPort => assert_eq!(from.port(), default),
            Origin::Ephemeral => assert_ne!(from.port(), default),
            Origin::OtherAddress(address) => assert_eq!(from, SocketAddr::from((address, default))),
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_lost_knock_keeps_its_place() -> Result {
    let behaviour = Behaviour {
        port: Active::Silent,
        active_hold: Duration::from_millis(1200),
        limit: Some(Limit { max_per_ip: 1, taken: 0, at: Turn::Connect }),
        ..Behaviour::default()
    };
    let server = Server::start(behaviour).await?;
    let begin = Instant::now();
    let mut client = Client::guest(server.address()).await?;
    assert_eq!(client.active("PORT").await?.0, "nothing-came");
    // Gone, as far as the client is concerned.
    drop(client);
    let again = Client::guest(server.address()).await;
    assert_eq!(again.err().as_deref(), Some("greeting 421"));
    sleep(Duration::from_millis(1400).saturating_sub(begin.elapsed())).await;
    assert!(Client::guest(server.address()).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn a_lost_knock_is_admitted_in_the_end() -> Result {
    let behaviour = Behaviour {
        eprt: Active::Silent,
        active_hold: Duration::from_secs(1),
        ..Behaviour::default()
    };
    let server = Server::start(behaviour).await?;
    let mut client = Client::guest(server.address()).await?;
    assert_eq!(client.active("EPRT").await?.0, "nothing-came");
    assert_eq!(client.reply().await, "425 Failed to establish connection.");
    Ok(())
}

#[tokio::test]
async fn behind_a_nat_the_outer_address_is_taken_and_useless() -> Result {
    let outer = Ipv4Addr::new(203, 0, 113, 9);
    let behaviour = Behaviour { seen_as: Some(IpAddr::V4(outer)), ..Behaviour::default() };
    let server = Server::start(behaviour).await?;
    let mut client = Client::guest(server.address()).await?;
    assert!(client.say("STAT").await.contains("Connected to 203.0.113.9"));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let own = command_for("PORT", listener.local_addr()?);
    assert_eq!(client.say(&own).await, "500 Illegal PORT command.");
    let seen = command_for("PORT", SocketAddr::from((outer, port)));
    assert!(client.say(&seen).await.starts_with("200"));
    assert!(timeout(PATIENCE, listener.accept()).await.is_err());
    Ok(())
}

#[tokio::test]
async fn an_intercepted_port_has_open_neighbours() -> Result {
    let behaviour = Behaviour { pasv: Passive::AcceptSilent, ..Behaviour::default() };
    let server = Server::start(behaviour).await?;
    let mut client = Client::guest(server.address()).await?;
    // Another program of this machine may hold a neighbour: then the next port is asked for.
    let mut seen = Vec::new();
    for _ in 0..5 {
        let (mut address, _) = client.port_of("PASV").await?;
        let mut near = Vec::new();
        for port in address.port() - 1..=address.port() + 1 {
            address.set_port(port);
            near.push(knock(address).await);
        }
        if near.iter().all(|answer| *answer == "open") {
            client.quit().await;
            return Ok(());
        }
        seen.push((address, near));
    }
    panic!("no port whose neighbours are open: {seen:?}")
}

#[tokio::test]
async fn a_pinhole_is_good_for_one_connection() -> Result {
    let behaviour = Behaviour { epsv: Passive::Pinhole, ..Behaviour::default() };
    let server = Server::start(behaviour).await?;
    let mut client = Client::guest(server.address()).await?;
    assert_eq!(client.passive("EPSV").await, "open");
    let lines = server.transcript();
    let reply = lines.iter().find(|line| line.contains("(|||")).ok_or("no 229")?;
    let port = reply.split('|').nth(3).ok_or("no port")?.parse()?;
    let mut address = server.address();
    address.set_port(port);
    assert_eq!(knock(address).await, "timed-out");
    client.quit().await;
    assert_eq!(knock(address).await, "timed-out");
    Ok(())
}

#[tokio::test]
async fn replies_can_be_odd() -> Result {
    let behaviour = Behaviour {
        pasv: Passive::ReplyText("227 Entering Passive Mode {pasv}".to_owned()),
        epsv: Passive::ReplyText("229 ok (!!!{port}!)".to_owned()),
        advertised: Some(Ipv4Addr::new(192, 0, 2, 7)),
        ..Behaviour::default()
    };
    let server = Server::start(behaviour).await?;
    let mut client = Client::guest(server.address()).await?;
    assert!(client.say("PASV").await.starts_with("227 Entering Passive Mode 192,0,2,7,"));
    assert!(client.say("EPSV").await.starts_with("229 ok (!!!"));
    Ok(())
}

#[tokio::test]
async fn commands_can_be_off_slow_or_fatal() -> Result {
    let behaviour = Behaviour {
        switched_off: vec![SwitchedOff { verb: "EPSV", reply: "502 No such thing.".to_owned() }],
        delays: vec![Delay { verb: "NOOP", wait: Duration::from_millis(300) }],
        hangup: Some(Hangup { verb: "PWD", reset: false }),
        ..Behaviour::default()
    };
    let server = Server::start(behaviour).await?;
    let mut client = Client::guest(server.address()).await?;
    assert_eq!(client.say("EPSV").await, "502 No such thing.");
    assert!(!client.say("FEAT").await.contains("EPSV"));
    let begin = Instant::now();
    assert_eq!(client.say("noop").await, "200 NOOP ok.");
    assert!(begin.elapsed() >= Duration::from_millis(300));
    assert_eq!(client.say("PWD").await, "<end>");
    Ok(())
}

#[tokio::test]
async fn a_user_has_a_password() -> Result {
    let behaviour = Behaviour {
        login: Login::User { name: "alice".to_owned(), password: "secret word".to_owned() },
        ..Behaviour::default()
    };
    let server = Server::start(behaviour).await?;
    let (mut client, _) = Client::greeted(server.address()).await?;
    assert_eq!(client.log_in("anonymous", "x").await.err().as_deref(), Some("PASS 530"));
    assert_eq!(client.log_in("alice", "wrong").await.err().as_deref(), Some("PASS 530"));
    client.log_in("alice", "secret word").await?;
    assert!(!server.transcript().join("\n").contains("secret"));
    Ok(())
}

#[tokio::test]
async fn an_account_completes_the_login() -> Result {
    let behaviour = Behaviour { login: Login::Account, ..Behaviour::default() };
    let server = Server::start(behaviour).await?;
    let (mut client, _) = Client::greeted(server.address()).await?;
    assert_eq!(client.log_in("alice", "x").await.err().as_deref(), Some("PASS 332"));
    assert!(client.say("ACCT any").await.starts_with("230"));
    Ok(())
}

#[tokio::test]
async fn an_idle_session_ends() -> Result {
    let behaviour = Behaviour { idle: Duration::from_millis(300), ..Behaviour::default() };
    let server = Server::start(behaviour).await?;
    let mut client = Client::guest(server.address()).await?;
    assert_eq!(client.reply().await, "421 Timeout.");
    assert_eq!(client.reply().await, "<end>");
    Ok(())
}

#[tokio::test]
async fn listings_can_be_large_and_files_fetched() -> Result {
    for family in [Family::V4, Family::V6] {
        let behaviour =
            Behaviour { family, listing: Listing::Large(20_000), ..Behaviour::default() };
        let server = Server::start(behaviour).await?;
        let mut client = Client::guest(server.address()).await?;
        assert_eq!(client.passive("EPSV").await, "open");
        let note = server.transcript().into_iter().find(|line| line.contains("bytes sent"));
        assert_eq!(note.as_deref(), Some("1 D: 1460000 bytes sent"));
        assert_eq!(client.say("SIZE file-000001.txt").await, "213 54");
        assert!(client.say("RETR nothing.here").await.starts_with("550"));
    }
    Ok(())
}

#[tokio::test]
async fn a_range_is_announced_and_kept_to() -> Result {
    let behaviour = Behaviour {
        ports: PortRange::Row { size: 3, blocked: Vec::new(), busy: Vec::new() },
        ..Behaviour::default()
    };
    let server = Server::start(behaviour).await?;
    let (first, last) = server.passive_ports().ok_or("no range")?;
    let mut client = Client::guest(server.address()).await?;
    for turn in 0..7 {
        let (address, _) = client.port_of("EPSV").await?;
        assert_eq!(address.port(), first + turn % 3);
        assert!(address.port() <= last);
    }
    Ok(())
}

#[tokio::test]
async fn commands_in_one_segment_are_done_in_turn() -> Result {
    let server = Server::start(Behaviour::default()).await?;
    let mut client = Client::guest(server.address()).await?;
    assert_eq!(client.say("NOOP\r\nSYST").await, "200 NOOP ok.");
    assert_eq!(client.reply().await, "215 UNIX Type: L8");
    assert!(client.is_quiet().await);
    Ok(())
}
