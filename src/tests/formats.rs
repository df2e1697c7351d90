//! The formats for monitoring and CI, each read by a program that is not ours, with servers and
//! labels that say the worst; the completions in their shells, the manual page through groff.

mod github;
mod junit;
mod nagios;
mod overview;
mod prometheus;
mod support;
