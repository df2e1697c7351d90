//! A list in TOML: `[defaults]`, and a `[[target]]` each.

use std::ops::Range;
use std::path::Path;
use std::rc::Rc;

use serde::Deserialize;
use toml::Spanned;

use super::job::{self, Job, ListError, Place};
use super::keys::{self, Keys, Wrong};
use crate::cli::ProbeOptions;
use crate::target::{Scheme, Target};
use crate::wire::text::printable;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    defaults: Keys,
    #[serde(default)]
    target: Vec<Spanned<Keys>>,
}

/// Where lines begin, so that the line of a byte is found quickly in a long list.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at).collect())
    }

    fn at(&self, byte: usize) -> usize {
        self.0.partition_point(|end| *end < byte) + 1
    }
}

/// Reads a list. `options` hold where the file says nothing.
///
/// # Errors
/// [`ListError`] names file, line and operand.
pub fn read(file: &str, bytes: &[u8], options: &ProbeOptions) -> Result<Vec<Job>, ListError> {
    let text = job::text(file, bytes)?;
    let lines = Lines::of(text);
    let name: Rc<str> = Rc::from(file);
    let place = |span: &Range<usize>| Place { file: Rc::clone(&name), line: lines.at(span.start) };
    let wrong = |(span, problem): Wrong| place(&span).error(problem);
    let document: Document = toml::from_str(text).map_err(|error| {
        // Only the message: what the library prints besides is the line itself, which may be one
        // with a password.
        let problem = printable(error.message().replace('\n', ", ").as_bytes(), 600);
        ListError {
            file: file.to_owned(),
            line: error.span().map(|span| lines.at(span.start)),
            problem,
        }
    })?;
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let mut defaults = options.clone();
    document.defaults.check_defaults().map_err(wrong)?;
    document.defaults.over(&mut defaults, folder).map_err(wrong)?;
    let mut jobs = Vec::with_capacity(document.target.len());
    for entry in &document.target {
        let own = entry.get_ref();
        let target = target(own, &document.defaults, entry.span()).map_err(wrong)?;
        let label = match &own.label {
            Some(label) => {
                job::label(label.get_ref()).map_err(|problem| wrong((label.span(), problem)))?
            }
            None => job::label_of(&target),
        };
        let mut options = defaults.clone();
        if matches!(target.scheme, Some(Scheme::Ftps | Scheme::Ftpes)) && !own.has_tls() {
            options.tls = None;
        }
        own.over(&mut options, folder).map_err(wrong)?;
        let mut options = keys::fitted(&target, options, own.wants_tls());
        let password = own.password_key();
        if let (Some((span, key)), None) = (&password, &target.user) {
            return Err(wrong((span.clone(), format!("{key}: whose? The target names no user"))));
        }
        if password.is_none() && target.is_anonymous() {
            // The password of others is not said to a server that asks for none.
            options.password_file = None;
        }
        let password_env = match (&own.password_env, options.password_file.is_some()) {
            (Some(variable), _) => Some(variable.get_ref().clone()),
            (None, true) => None,
            (None, false) if target.is_anonymous() => None,
            (None, false) => document.defaults.password_env.as_ref().map(|v| v.get_ref().clone()),
        };
        jobs.push(Job { label, target, options, password_env, place: place(&entry.span()) });
    }
    Ok(jobs)
}

fn target(own: &Keys, defaults: &Keys, entry: Range<usize>) -> Result<Target, Wrong> {
    let Some(host) = &own.host else {
        return Err((entry, "[[target]] without a host (or url)".to_owned()));
    };
    let mut target = job::target(host.get_ref()).map_err(|e| (host.span(), e))?;
    if let Some(port) = &own.port {
        let number = *port.get_ref();
        if number == 0 {
            return Err((port.span(), "port = 0: not a port".to_owned()));
        }
        if let Some(other) = target.port.filter(|other| *other != number) {
            let problem = format!("port = {number}: the host says {other}");
            return Err((port.span(), problem));
        }
        target.port = Some(number);
    }
    if let Some(user) = &own.user {
        let name = user.get_ref();
        let shown = printable(name.as_bytes(), 60);
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err((user.span(), format!("user = \"{shown}\": not a user name")));
        }
        if let Some(other) = target.user.as_ref().filter(|other| *other != name) {
            let other = printable(other.as_bytes(), 60);
            return Err((user.span(), format!("user = \"{shown}\": the host says \"{other}\"")));
        }
        target.user = Some(name.clone());
    } else if target.user.is_none() {
        target.user = defaults.user.as_ref().map(|user| user.get_ref().clone());
    }
    Ok(target)
}
