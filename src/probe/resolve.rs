//! From a name to addresses: each question recorded with its outcome and time.

use std::net::IpAddr;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::RecordType;
use tokio::time::Instant;

use super::context::Context;
use crate::facts::{Host, Lookup, LookupOutcome, Names, Record, Via};

/// Looks the host of a run up: A and AAAA apart, then, if neither gave an address, the system's own
/// resolver, which knows names that DNS does not (mDNS, LDAP, WINS).
pub async fn resolve(context: &Context<'_>) -> Names {
    match &context.request().host {
        Host::Address { address, .. } => literal(*address),
        Host::Name(name) => {
            let limit = context.limits().resolve;
            let until = || context.recorder.until(limit);
            look_up(&Resolver::system(limit), name, &until).await
        }
    }
}

/// The system's choice of name servers, read once for many names. What was asked is remembered.
pub struct Resolver(Result<TokioResolver, String>);

impl Resolver {
    /// As the system is set up. `limit` is that of one question, repeats included.
    pub fn system(limit: Duration) -> Self {
        Self(system_resolver(limit))
    }

    /// Looks a host up as [`resolve`] does, each question within `limit`.
    pub async fn names(&self, host: &Host, limit: Duration) -> Names {
        match host {
            Host::Address { address, .. } => literal(*address),
            Host::Name(name) => look_up(self, name, &|| Instant::now() + limit).await,
        }
    }
}

async fn look_up(resolver: &Resolver, host: &str, until: &dyn Fn() -> Instant) -> Names {
    let mut lookups = ask_dns(resolver, host, until()).await;
    if lookups.iter().all(|l| l.addresses.is_empty()) {
        lookups.push(ask_system(host, until()).await);
    }
    // IPv4 first: it is the family in which all four commands can be tried.
    let mut addresses: Vec<IpAddr> = Vec::new();
    for v4 in [true, false] {
        for address in lookups.iter().flat_map(|l| &l.addresses).filter(|a| a.is_ipv4() == v4) {
            if !addresses.contains(address) {
                addresses.push(*address);
            }
        }
    }
    Names { literal: false, lookups, addresses }
}

fn literal(address: IpAddr) -> Names {
    Names { literal: true, lookups: Vec::new(), addresses: vec![address] }
}

async fn ask_dns(resolver: &Resolver, host: &str, until: Instant) -> Vec<Lookup> {
    let resolver = match &resolver.0 {
        Ok(resolver) => resolver,
        Err(text) => {
            let failed = |record| Lookup {
                via: Via::Dns,
                record,
                outcome: LookupOutcome::Failed(text.clone()),
                addresses: Vec::new(),
                took: Duration::ZERO.into(),
            };
            return vec![failed(Record::A), failed(Record::Aaaa)];
        }
    };
    let (a, aaaa) = tokio::join!(
        ask(resolver, host, Record::A, until),
        ask(resolver, host, Record::Aaaa, until),
    );
    vec![a, aaaa]
}

fn system_resolver(limit: Duration) -> Result<TokioResolver, String> {
    let mut builder = TokioResolver::builder_tokio().map_err(|e| e.to_string())?;
    let options = builder.options_mut();
    options.attempts = 2;
    options.timeout = limit / 3;
    builder.build().map_err(|e| e.to_string())
}

async fn ask(resolver: &TokioResolver, host: &str, record: Record, until: Instant) -> Lookup {
    let began = Instant::now();
    let kind = if record == Record::A { RecordType::A } else { RecordType::AAAA };
    let answer = tokio::time::timeout_at(until, resolver.lookup(host, kind)).await;
    let (outcome, addresses) = match answer {
        Err(_) => (LookupOutcome::TimedOut, Vec::new()),
        Ok(Err(error)) => (failure(&error), Vec::new()),
        Ok(Ok(lookup)) => {
            let addresses: Vec<IpAddr> =
                lookup.answers().iter().filter_map(|record| record.data.ip_addr()).collect();
            if addresses.is_empty() {
                (LookupOutcome::NoSuchRecord, addresses)
            } else {
                (LookupOutcome::Found, addresses)
            }
        }
    };
    Lookup { via: Via::Dns, record, outcome, addresses, took: began.elapsed().into() }
}

fn failure(error: &NetError) -> LookupOutcome {
    match error {
        NetError::Timeout => LookupOutcome::TimedOut,
        NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NXDomain => LookupOutcome::NotFound,
            ResponseCode::NoError => LookupOutcome::NoSuchRecord,
            code => LookupOutcome::ServerFailure(code.to_string()),
        },
        NetError::Dns(DnsError::ResponseCode(code)) => {
            LookupOutcome::ServerFailure(code.to_string())
        }
        other => LookupOutcome::Failed(other.to_string()),
    }
}

async fn ask_system(host: &str, until: Instant) -> Lookup {
    let began = Instant::now();
    let answer = tokio::time::timeout_at(until, tokio::net::lookup_host((host, 21))).await;
    let (outcome, addresses) = match answer {
        Err(_) => (LookupOutcome::TimedOut, Vec::new()),
        Ok(Err(error)) => (LookupOutcome::Failed(error.to_string()), Vec::new()),
        Ok(Ok(found)) => {
            let addresses: Vec<IpAddr> = found.map(|a| a.ip()).collect();
            (
                if addresses.is_empty() { LookupOutcome::NotFound } else { LookupOutcome::Found },
                addresses,
            )
        }
    };
    Lookup {
        via: Via::System,
        record: Record::Any,
        outcome,
        addresses,
        took: began.elapsed().into(),
    }
}
