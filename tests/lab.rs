//! The laboratory: the program against real FTP servers, behind real firewalls and address
//! translation, in network namespaces that each test makes for itself and takes down again.
//!
//! It needs root and what `tests/setup` installs. Without them each test says so and passes, except
//! with `CI=true`, where it fails. A failing test prints the whole report, the servers' logs and
//! every firewall with its counters.
//!
//! | variable | meaning |
//! | --- | --- |
//! | `FTP_DOCTOR_LAB` | where `tests/setup` put the servers (`/var/tmp/ftp-doctor-lab`) |
//! | `FTP_DOCTOR_LOSS_RUNS` | runs per case where packets are lost (3 to 10) |
//! | `FTP_DOCTOR_WORLDS`, `FTP_DOCTOR_SEED` | how many worlds at random, from which seed on (200, 1000) |

#![cfg(target_os = "linux")]
#![allow(unreachable_pub, reason = "nobody else uses its modules")]

/// The harness first, then the cases that are built from it.
mod lab {
    /// Evaluates to the laboratory's folder, or leaves the test where there is none.
    macro_rules! gate {
        () => {
            match crate::lab::gate::open() {
                Some(gate) => gate,
                None => return,
            }
        };
    }

    /// One named test for each of the four servers; the body is a function of the software.
    macro_rules! each_server {
        ($name:ident, $case:expr) => {
            mod $name {
                use super::*;
                use crate::lab::servers::Software;

                #[test]
                fn vsftpd() {
                    $case(Software::Vsftpd);
                }
                #[test]
                fn proftpd() {
                    $case(Software::ProFtpd);
                }
                #[test]
                fn pureftpd() {
                    $case(Software::PureFtpd);
                }
                #[test]
                fn pyftpdlib() {
                    $case(Software::Pyftpdlib);
                }
            }
        };
    }

    mod administrator;
    mod certificates;
    mod clean_root;
    mod configs;
    mod daemon;
    mod expect;
    mod firewall;
    mod gate;
    mod helpers;
    mod net;
    mod recipe_page;
    mod run;
    mod secured;
    mod servers;
    mod sh;
    mod witness;
    mod world;
    mod worlds;

    mod audit;
    mod audit_parts;
    mod clients;
    mod clients_tls;
    mod control;
    mod corpus;
    mod family;
    mod firewalls;
    mod healthy;
    mod helper;
    mod itself;
    mod itself_tls;
    mod itself_worlds;
    mod lasting;
    mod localise;
    mod localise_judge;
    mod localise_special;
    mod localise_table;
    mod localise_truth;
    mod loss;
    mod middlebox;
    mod nat;
    mod own_drops;
    mod random_judge;
    mod random_worlds;
    mod range;
    mod recipes;
    mod recipes_monitoring;
    mod remedies;
    mod remedies_syntax;
    mod remedies_table;
    mod server_side;
    mod timing;
    mod tls;
    mod tls_firewalls;
    mod tls_helper;
    mod tls_levels;
    mod tls_middlebox;
}
