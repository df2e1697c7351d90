//! What an administrator writes down: expectations, and lists of targets.

use clap::Parser;

use super::engine::fuzz;
use super::texts::{ensure, plain};
use crate::check::{file, lines};
use crate::cli::{Cli, ProbeOptions};
use crate::diagnosis::expect;
use crate::facts::Expectation;

fn expectation_holds(input: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(input);
    match Expectation::parse(&text) {
        Ok(read) => {
            plain(read.as_str())?;
            let again = Expectation::parse(read.as_str());
            ensure(again.as_ref() == Ok(&read), || format!("{read} is read as {again:?}"))?;
            match expect::check(&read) {
                Ok(()) => Ok(()),
                Err(error) => plain(&error.to_string()),
            }
        }
        Err(error) => plain(&error.to_string()),
    }
}

#[test]
fn expectations() {
    let seeds = [
        "passive=open",
        "active=blocked",
        "pasv=timed-out",
        "eprt=any",
        "cause=control-refused",
        "cause!=active-disabled",
        "verdict=healthy",
        "side=server",
        "client:curl=works",
        "tls=required",
        "tls-reuse=yes",
        "certificate=valid",
        "certificate-days>=14",
        "range=50000-50100",
        "port:50000=open",
        "software=vsftpd",
        "nat=none",
        "login-ms<500",
        "elapsed-ms<=3000",
    ];
    let words = [
        "=",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        ":",
        "-",
        "any",
        "open",
        "cause",
        "client:",
        "ms",
        " ",
        "\n",
        "\u{202e}",
        "99999999999999999999",
    ];
    fuzz(
        "expect",
        1.0,
        300,
        seeds.iter().map(|s| s.as_bytes().to_vec()).collect(),
        &words,
        expectation_holds,
    );
}

thread_local! {
    static OPTIONS: ProbeOptions =
        Cli::try_parse_from(["ftp-doctor", "ftp.example.com"]).expect("a call").probe.options;
}

fn list_holds(input: &[u8]) -> Result<(), String> {
    OPTIONS.with(|options| {
        for read in [file::read("list.toml", input, options), lines::read("list", input, options)] {
            match read {
                Ok(jobs) => jobs.iter().try_for_each(|job| plain(&job.label))?,
                Err(error) => plain(&error.to_string())?,
            }
        }
        Ok(())
    })
}

#[test]
fn lists_of_targets() {
    let seeds = [
        "[defaults]\ntimeout = \"5s\"\nmodes = [\"pasv\", \"epsv\"]\n\n[[target]]\ntarget = \"ftp.example.com\"\nlabel = \"one\"\nexpect = [\"passive=open\"]\n\n[[target]]\ntarget = \"ftpes://me@192.0.2.1:2121/pub/\"\ntls = \"explicit\"\n",
        "[[target]]\nhost = \"ftp.example.com\"\nport = 2121\nuser = \"me\"\n",
        "[[target]]\ntarget = \"[2001:db8::1]:21\"\nexpect = \"verdict=healthy\"\n",
    ];
    let words = [
        "[[target]]\n",
        "[defaults]\n",
        "target = ",
        "label = ",
        "expect = ",
        "\"",
        "[",
        "]",
        "=",
        "\n",
        "'''",
        "\\u202E",
        "\\u001b",
        "#",
        "1979-05-27",
        "0x",
        "{ a = 1 }",
        "inf",
    ];
    fuzz(
        "list",
        0.3,
        3000,
        seeds.iter().map(|s| s.as_bytes().to_vec()).collect(),
        &words,
        list_holds,
    );
}
