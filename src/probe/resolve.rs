//! From a name to addresses: each question recorded with its outcome and time.

use std::net::IpAddr;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::RecordType;
use tokio::time::Instant;

use super::recorder::Recorder;
use crate::facts::{Lookup, LookupOutcome, Names, Record, Request, Via};

/// Looks the host up: A and AAAA apart, then, if neither gave an address, the system's own
/// resolver, which knows names that DNS does not (mDNS, LDAP, WINS).
pub async fn resolve(request: &Request, limit: Duration, recorder: &Recorder) -> Names {
    if let Some(address) = literal(&request.host) {
        return Names { literal: true, lookups: Vec::new(), addresses: vec![address] };
    }
    let mut lookups = ask_dns(request, limit, recorder).await;
    if lookups.iter().all(|l| l.addresses.is_empty()) {
        lookups.push(ask_system(&request.host, limit, recorder).await);
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

fn literal(host: &str) -> Option<IpAddr> {
    host.split('%').next()?.parse().ok()
}

async fn ask_dns(request: &Request, limit: Duration, recorder: &Recorder) -> Vec<Lookup> {
    let resolver = match system_resolver(limit) {
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
    let until = recorder.until(limit);
    let (a, aaaa) = tokio::join!(
        ask(&resolver, &request.host, Record::A, until),
        ask(&resolver, &request.host, Record::Aaaa, until),
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

async fn ask_system(host: &str, limit: Duration, recorder: &Recorder) -> Lookup {
    let began = Instant::now();
    let answer =
        tokio::time::timeout_at(recorder.until(limit), tokio::net::lookup_host((host, 21))).await;
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
