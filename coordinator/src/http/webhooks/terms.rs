//! What a webhook shall be, read from a body. An address inside the farm's own network is refused; where a name leads is looked at
//! when it is called, not here.

use farm_core::export::name_problem;
use farm_core::problem::{Problem, ProblemCode};
use farm_core::webhooks::{EventType, URL_CHARACTERS_MAX, is_public};
use url::{Host, Url};

use super::super::refusal::Refusal;
use super::manage::NewWebhook;
use crate::store::webhooks::WebhookTerms;

/// What a webhook shall be.
pub struct Terms {
    name: String,
    url: String,
    events: Vec<EventType>,
    enabled: bool,
}

impl Terms {
    /// For the ledger.
    pub fn borrowed(&self) -> WebhookTerms<'_> {
        WebhookTerms { name: &self.name, url: &self.url, events: &self.events, enabled: self.enabled }
    }
}

/// What is asked for, or all that is wrong with it.
pub fn read(body: NewWebhook, private_receivers: bool) -> Result<Terms, Refusal> {
    let mut problems: Vec<Problem> = name_problem("name", body.name.as_deref()).into_iter().collect();
    let url = callable(&body.url, private_receivers).map_err(|problem| problems.push(problem)).ok();
    let events = match body.events {
        Some(events) if events.is_empty() => {
            let message = "Name at least one event, or leave events out.";
            problems.push(Problem::new("events", ProblemCode::Required, message));
            Vec::new()
        }
        Some(events) => events.into_iter().map(Into::into).collect(),
        None => EventType::ALL.to_vec(),
    };
    match url {
        Some(url) if problems.is_empty() => Ok(Terms {
            name: body.name.unwrap_or_else(|| url.host_str().unwrap_or_default().to_owned()),
            url: url.into(),
            events,
            enabled: body.enabled.unwrap_or(true),
        }),
        _ => Err(Refusal::invalid(problems)),
    }
}

fn callable(text: &str, private_receivers: bool) -> Result<Url, Problem> {
    let Some(url) = web_address(text) else {
        let message =
            format!("Give an http or https address of at most {URL_CHARACTERS_MAX} characters, without a password.");
        return Err(Problem::new("url", ProblemCode::Unsupported, message));
    };
    let inside = match url.host() {
        Some(Host::Ipv4(address)) => !is_public(address.into()),
        Some(Host::Ipv6(address)) => !is_public(address.into()),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    if inside && !private_receivers {
        let message = "Give an address on the public internet: this one is in the farm's own network.";
        return Err(Problem::new("url", ProblemCode::Unsupported, message));
    }
    Ok(url)
}

fn web_address(text: &str) -> Option<Url> {
    let strange = |character: char| character.is_whitespace() || character.is_control();
    if !["http://", "https://"].iter().any(|scheme| text.starts_with(scheme)) || text.contains(strange) {
        return None;
    }
    let url: Url = text.parse().ok()?;
    let plain = url.username().is_empty() && url.password().is_none() && url.host().is_some();
    (plain && text.chars().count() <= URL_CHARACTERS_MAX).then_some(url)
}
