//! What a command line comes to.

use clap::Parser as _;

use super::{Cli, order_of};
use crate::target::Target;

/// The port that stands for a level of protection, whoever named it: the scheme or the option.
#[test]
fn the_usual_port_follows_the_protection() {
    for (args, port) in [
        (&["host"][..], 21),
        (&["ftp://host"], 21),
        (&["ftpes://host"], 21),
        (&["--tls", "explicit", "host"], 21),
        (&["ftps://host"], 990),
        (&["--tls", "implicit", "host"], 990),
        (&["ftps://host:21"], 21),
        (&["--tls", "implicit", "host:2121"], 2121),
    ] {
        let cli = Cli::parse_from(["ftp-doctor"].iter().chain(args));
        let target = Target::parse(args.last().unwrap()).unwrap();
        let order = order_of(target, &cli.probe.options).unwrap();
        assert_eq!(order.request.port, port, "{args:?}");
    }
}
