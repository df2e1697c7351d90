//! From a target and its options to what the probe needs: the password, the authorities to trust,
//! the addresses to call from.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::IsTerminal;
use std::net::IpAddr;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::{AppError, World};
use crate::cli::credentials::{self, Found, Sources};
use crate::cli::{self, ProbeOptions};
use crate::facts::{PasswordSource, Proxy, TlsLevel};
use crate::probe::tls::{Roots, TlsSetup};
use crate::probe::{self, Credentials, Limits, Spec};
use crate::target::Target;
use crate::wire::text::printable;

/// What targets of one run have in common: files are read once, and once only.
#[derive(Default)]
pub(super) struct Shared {
    tls: RefCell<HashMap<(Option<PathBuf>, bool), TlsSetup>>,
    bind: RefCell<HashMap<String, Vec<IpAddr>>>,
    proxies: RefCell<Option<Vec<Proxy>>>,
}

/// Where the password comes from besides the usual places.
#[derive(Clone, Copy)]
pub(super) enum Ask<'a> {
    /// A prompt, where there is a terminal.
    Prompt,
    /// Nobody is asked, and the variable for the password of a run is not looked at.
    Nobody,
    /// This variable of the environment.
    Variable(&'a str),
}

/// One target of the command line.
pub(super) fn specify(
    target: &str,
    options: &ProbeOptions,
    world: &World<'_>,
) -> Result<Spec, AppError> {
    let target = Target::parse(target).map_err(|e| AppError::Usage(e.to_string()))?;
    if let (None, Some(file)) = (&target.user, &options.password_file) {
        return Err(AppError::Usage(format!(
            "--password-file {}: whose? The target names no user (ftp://USER@HOST)",
            file.display()
        )));
    }
    specify_target(target, options, Ask::Prompt, &Shared::default(), world)
}

/// A target, understood already.
pub(super) fn specify_target(
    target: Target,
    options: &ProbeOptions,
    ask: Ask<'_>,
    shared: &Shared,
    world: &World<'_>,
) -> Result<Spec, AppError> {
    let cli::Order { mut request, target } =
        cli::order_of(target, options).map_err(|e| AppError::Usage(e.to_string()))?;
    let bind = shared.bind(options.bind.as_deref())?;
    let user = request.user.clone();
    let mut credentials = Credentials { user, password: None, account: None };
    // An anonymous login needs no password, whatever the environment has; a file given for it does.
    let found = match ask {
        Ask::Variable(name) => Some(variable(name, world)?),
        _ if target.user.is_some() || options.password_file.is_some() => {
            Some(password(&target, &credentials.user, options, ask, world)?)
        }
        _ => None,
    };
    if let Some(found) = found {
        if found.source == Some(PasswordSource::Url) {
            (world.warn)(
                "warning: a password in the URL is seen by every user of this machine; use --password-file, FTP_DOCTOR_PASSWORD or ~/.netrc",
            );
        }
        request.password = found.source;
        credentials.password = found.password;
        credentials.account = found.account;
    }
    if let Some(address) = target.host.address()
        && let Some(own) =
            bind.iter().find(|b| b.is_ipv4() != address.is_ipv4()).filter(|_| bind.len() == 1)
    {
        return Err(AppError::Usage(format!(
            "--bind \"{own}\": not of the same family as the target {address}"
        )));
    }
    let proxies =
        shared.proxies.borrow_mut().get_or_insert_with(|| cli::proxies(world.env)).clone();
    let tls = match request.tls {
        TlsLevel::Off => None,
        TlsLevel::Explicit | TlsLevel::Implicit => Some(shared.tls(options)?),
    };
    Ok(Spec { request, credentials, limits: Limits::default(), tls, bind, proxies })
}

fn variable(name: &str, world: &World<'_>) -> Result<Found, AppError> {
    match (world.env)(name) {
        Some(password) if !password.is_empty() => Ok(Found {
            password: Some(Zeroizing::new(password)),
            account: None,
            source: Some(PasswordSource::Environment),
        }),
        given => Err(AppError::Usage(format!(
            "password_env = \"{}\": {} in the environment",
            printable(name.as_bytes(), 60),
            if given.is_some() { "empty" } else { "not" }
        ))),
    }
}

fn password(
    target: &Target,
    user: &str,
    options: &ProbeOptions,
    ask: Ask<'_>,
    world: &World<'_>,
) -> Result<Found, AppError> {
    let alone = matches!(ask, Ask::Prompt);
    let host = target.host.to_string();
    let question = || rpassword::prompt_password(format!("Password of {user} at {host}: "));
    let prompt: Option<&dyn Fn() -> std::io::Result<String>> = if alone
        && target.user.is_some()
        && user != "anonymous"
        && user != "ftp"
        && std::io::stdin().is_terminal()
    {
        Some(&question)
    } else {
        None
    };
    // Of many targets each names its own password: what is meant for one is not told to the others.
    let env = |name: &str| {
        let given = alone || name != credentials::VARIABLE;
        given.then(|| (world.env)(name)).flatten()
    };
    let sources = Sources {
        url: target.password.clone(),
        file: options.password_file.as_deref(),
        env: &env,
        prompt,
    };
    credentials::find(&host, user, &sources).map_err(AppError::Usage)
}

impl Shared {
    fn tls(&self, options: &ProbeOptions) -> Result<TlsSetup, AppError> {
        let key = (options.ca.clone(), options.insecure);
        if let Some(setup) = self.tls.borrow().get(&key) {
            return Ok(setup.clone());
        }
        let roots = options.ca.clone().map_or(Roots::System, Roots::File);
        let setup =
            TlsSetup::new(&roots, options.insecure).map_err(|e| AppError::Usage(e.to_string()))?;
        self.tls.borrow_mut().insert(key, setup.clone());
        Ok(setup)
    }

    fn bind(&self, bind: Option<&str>) -> Result<Vec<IpAddr>, AppError> {
        let Some(text) = bind else {
            return Ok(Vec::new());
        };
        if let Some(found) = self.bind.borrow().get(text) {
            return Ok(found.clone());
        }
        let found = bind_addresses(text)?;
        self.bind.borrow_mut().insert(text.to_owned(), found.clone());
        Ok(found)
    }
}

fn bind_addresses(text: &str) -> Result<Vec<IpAddr>, AppError> {
    let name = printable(text.as_bytes(), 60);
    if let Ok(address) = text.parse::<IpAddr>() {
        let own = std::net::TcpListener::bind((address, 0));
        return match own {
            Ok(_) => Ok(vec![address]),
            Err(error) => Err(AppError::Usage(format!(
                "--bind \"{name}\": not an address of this machine ({error})"
            ))),
        };
    }
    let found = probe::os::interface_addresses(text)
        .map_err(|e| AppError::Usage(format!("--bind \"{name}\": {e}")))?;
    if found.is_empty() {
        return Err(AppError::Usage(format!(
            "--bind \"{name}\": neither an address nor an interface of this machine"
        )));
    }
    Ok(found)
}
