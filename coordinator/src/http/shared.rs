//! `/s/{token}`: what whoever has a link sees of an export: a page with player and download. Signs nobody in.

mod page;

use std::sync::Arc;

use farm_core::ids::ExportId;
use poem::Request;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Html;
use poem_openapi::{ApiResponse, OpenApi};
use service::Clock;
use url::Url;

use super::Deps;
use super::exports::origin;
use super::refusal::Refusal;
use crate::storage::Storage;
use crate::store::Store;
use crate::store::exports::Output;
use crate::store::shares::Shared;
use page::{Page, policy};

#[derive(ApiResponse)]
enum Answer {
    /// The page.
    #[oai(status = 200)]
    Page(Html<String>, #[oai(header = "Content-Security-Policy")] String, #[oai(header = "X-Robots-Tag")] String),
    /// There is no such link.
    #[oai(status = 404)]
    Unknown(Html<String>, #[oai(header = "Content-Security-Policy")] String),
    /// The link expired or was revoked, or its export is gone.
    #[oai(status = 410)]
    Over(Html<String>, #[oai(header = "Content-Security-Policy")] String),
}

#[derive(ApiResponse)]
enum Redirect {
    /// Where the file is for the next hour.
    #[oai(status = 302)]
    Found(#[oai(header = "Location")] String),
    /// There is no such link or file.
    #[oai(status = 404)]
    Unknown(Html<String>, #[oai(header = "Content-Security-Policy")] String),
    /// The link expired or was revoked, or its export is gone.
    #[oai(status = 410)]
    Over(Html<String>, #[oai(header = "Content-Security-Policy")] String),
}

/// `/s/{token}`.
pub struct SharedExport {
    store: Store,
    storage: Storage,
    clock: Arc<dyn Clock>,
    public_url: Option<Url>,
}

/// The operation on its handles.
pub fn operation(deps: &Deps) -> SharedExport {
    let Deps { store, storage, clock, config, .. } = deps.clone();
    SharedExport { store, storage, clock, public_url: config.public_url }
}

#[OpenApi]
impl SharedExport {
    /// See a shared export
    ///
    /// A page for people, with player and download.
    #[oai(path = "/s/:token", method = "get", operation_id = "view_shared")]
    async fn view(
        &self,
        /// The secret of the link.
        token: Path<String>,
        request: &Request,
    ) -> Result<Answer, Refusal> {
        let now = self.clock.now();
        match self.store.shared(&hash(&token.0), now).await? {
            None => Ok(Answer::Unknown(Html(page::notice(page::UNKNOWN)), policy(&[]))),
            Some(Shared::Over) => Ok(Answer::Over(Html(page::notice(page::OVER)), policy(&[]))),
            Some(Shared::Open { export, expires_at }) => {
                let outputs = self.files(export).await?;
                let link = format!("{}/s/{}", origin(self.public_url.as_ref(), request), token.0);
                // The player follows our redirect to wherever the files are.
                let first = outputs.first().map(|output| output.s3_key.as_str()).unwrap_or_default();
                let files = self.storage.download_address(first, now, None).await?;
                let html = Page { link: &link, outputs: &outputs, expires_at }.html();
                Ok(Answer::Page(Html(html), policy(&[&files]), "noindex".to_owned()))
            }
        }
    }

    /// Fetch a file of a shared export
    ///
    /// Leads to a presigned address. Number 0 is the ZIP of all clips.
    #[oai(path = "/s/:token/files/:number", method = "get", operation_id = "fetch_shared")]
    async fn fetch(
        &self,
        /// The secret of the link.
        token: Path<String>,
        /// The file's number.
        number: Path<String>,
        /// Its poster instead.
        poster: Query<Option<bool>>,
    ) -> Result<Redirect, Refusal> {
        let now = self.clock.now();
        let unknown = || Ok(Redirect::Unknown(Html(page::notice(page::UNKNOWN)), policy(&[])));
        let export = match self.store.shared(&hash(&token.0), now).await? {
            None => return unknown(),
            Some(Shared::Over) => return Ok(Redirect::Over(Html(page::notice(page::OVER)), policy(&[]))),
            Some(Shared::Open { export, .. }) => export,
        };
        let Some(output) = self.files(export).await?.into_iter().find(|output| Ok(output.number) == number.0.parse())
        else {
            return unknown();
        };
        let (key, filename) = match (poster.0, output.poster_s3_key) {
            (Some(true), Some(key)) => (key, None),
            (Some(true), None) => return unknown(),
            _ => (output.s3_key, Some(output.filename)),
        };
        Ok(Redirect::Found(self.storage.download_address(&key, now, filename.as_deref()).await?))
    }
}

impl SharedExport {
    async fn files(&self, export: ExportId) -> Result<Vec<Output>, Refusal> {
        Ok(self.store.published_outputs(&[export]).await?.remove(&export).unwrap_or_default())
    }
}

fn hash(token: &str) -> [u8; 32] {
    *blake3::hash(token.as_bytes()).as_bytes()
}
