//! What differs between server programs.

use tokio::net::TcpListener;

use super::Result;
use super::client::{Client, command_for};
use crate::demo::behaviour::Family;
use crate::demo::software::Software;
use crate::demo::{Behaviour, Passive, Server};

#[tokio::test]
async fn a_foreign_address_is_never_knocked_at() -> Result {
    let expected = [
        (Software::Vsftpd, "500 Illegal PORT command."),
        (Software::ProFtpd, "500 Illegal PORT command"),
        (Software::PureFtpd, "500 I won't open a connection to 127.0.0.5 (only to 127.0.0.1)"),
        (Software::Pyftpdlib, "501 Rejected data connection to foreign address 127.0.0.5:"),
        (Software::FileZilla, "200 PORT command successful."),
    ];
    assert_eq!(expected.map(|(software, _)| software), Software::ALL);
    for (software, reply) in expected {
        let behaviour = Behaviour { software, ..Behaviour::default() };
        let server = Server::start(behaviour).await?;
        let mut client = Client::guest(server.address()).await?;
        let elsewhere = TcpListener::bind("127.0.0.5:0").await?;
        let command = command_for("PORT", elsewhere.local_addr()?);
        let got = client.say(&command).await;
        assert!(got.starts_with(reply), "{software:?}: {got}");
        if got.starts_with('2') {
            assert!(client.say("LIST").await.starts_with("150"));
            assert!(client.reply().await.starts_with("425 Unable to build"));
        }
        let knock = tokio::time::timeout(super::client::PATIENCE, elsewhere.accept()).await;
        assert!(knock.is_err(), "{software:?} knocked");
    }
    Ok(())
}

#[tokio::test]
async fn a_refused_knock_is_told_in_its_own_words() -> Result {
    let expected = [
        (Software::Vsftpd, "425 Failed to establish connection."),
        (Software::ProFtpd, "425 Unable to build data connection: Connection refused"),
        (Software::PureFtpd, "425 Could not open data connection to port "),
        (Software::Pyftpdlib, "425 Can't connect to specified address."),
        (Software::FileZilla, "425 Unable to build data connection: ECONNREFUSED"),
    ];
    for (software, expected) in expected {
        let behaviour = Behaviour { software, ..Behaviour::default() };
        let server = Server::start(behaviour).await?;
        let mut client = Client::guest(server.address()).await?;
        let closed = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
        let mut reply = client.say(&command_for("EPRT", closed)).await;
        if reply.starts_with('2') {
            assert_ne!(software, Software::Pyftpdlib, "connects at once");
            reply = client.say("LIST").await;
        }
        if reply.starts_with('1') {
            assert_eq!(software, Software::FileZilla);
            reply = client.reply().await;
        }
        assert!(reply.starts_with(expected), "{software:?}: {reply}");
    }
    Ok(())
}

#[tokio::test]
async fn pasv_over_ipv6_is_answered_in_five_ways() -> Result {
    let expected = [
        (Software::Vsftpd, "227 Entering Passive Mode (0,0,0,0,"),
        (Software::ProFtpd, "227 Entering Passive Mode (1,"),
        (Software::PureFtpd, "425 You cannot use PASV on IPv6"),
        (Software::Pyftpdlib, "227 Entering passive mode (::1,"),
        (Software::FileZilla, "500 You are connected using IPv6."),
    ];
    for (software, expected) in expected {
        let behaviour = Behaviour { family: Family::V6, software, ..Behaviour::default() };
        let server = Server::start(behaviour).await?;
        let mut client = Client::guest(server.address()).await?;
        let reply = client.say("PASV").await;
        assert!(reply.starts_with(expected), "{software:?}: {reply}");
        assert_eq!(client.passive("EPSV").await, "open", "{software:?}");
        assert_eq!(client.active("EPRT").await?.0, "open", "{software:?}");
    }
    Ok(())
}

#[tokio::test]
async fn feat_is_honest_only_where_the_program_is() -> Result {
    for software in Software::ALL {
        let behaviour = Behaviour {
            software,
            epsv: Passive::RefuseCommand(software.switched_off("EPSV")),
            ..Behaviour::default()
        };
        let server = Server::start(behaviour).await?;
        let mut client = Client::guest(server.address()).await?;
        let feat = client.say("FEAT").await;
        let honest = matches!(software, Software::Vsftpd | Software::ProFtpd);
        assert_eq!(feat.contains("\n EPSV"), !honest, "{software:?}: {feat}");
        assert!(feat.contains("EPRT"), "{software:?}");
    }
    Ok(())
}

#[tokio::test]
async fn every_program_lists_in_every_way() -> Result {
    for software in Software::ALL {
        let behaviour = Behaviour { software, ..Behaviour::default() };
        let server = Server::start(behaviour).await?;
        let mut client = Client::guest(server.address()).await?;
        for verb in ["PASV", "EPSV"] {
            assert_eq!(client.passive(verb).await, "open", "{software:?} {verb}");
        }
        for verb in ["PORT", "EPRT"] {
            assert_eq!(client.active(verb).await?.0, "open", "{software:?} {verb}");
        }
        assert!(client.say("EPSV ALL").await.starts_with('2'));
        let port = client.say("PORT 127,0,0,1,200,200").await;
        assert!(port.starts_with('5'), "{software:?}: {port}");
        assert!(client.say("BOGUS").await.starts_with("500"), "{software:?}");
        client.quit().await;
    }
    Ok(())
}
