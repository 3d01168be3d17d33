//! `GET /api/tokens`: one's own tokens, page by page. Shows no secret: nobody has them.

use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::super::identity::SignedIn;
use super::super::paging;
use super::super::refusal::Refusal;
use super::super::words::Sort;
use super::TokenView;
use crate::store::Store;

/// A page of tokens.
#[derive(Debug, Object)]
#[oai(rename = "Tokens")]
struct TokenPage {
    /// The page.
    tokens: Vec<TokenView>,
    /// How many there are on all pages.
    total: u64,
}

/// `GET /api/tokens`.
pub struct ListTokens {
    pub(super) store: Store,
}

#[OpenApi]
impl ListTokens {
    /// List your tokens
    #[oai(path = "/api/tokens", method = "get", operation_id = "list_tokens")]
    async fn list(
        &self,
        who: SignedIn,
        /// From 1.
        page: Query<Option<u32>>,
        /// Tokens on a page, at most 100; 10 by default.
        limit: Query<Option<u32>>,
        /// Newest first by default.
        sort: Query<Option<Sort>>,
    ) -> Result<Json<TokenPage>, Refusal> {
        let page = paging::page(page.0, limit.0, sort.0)?;
        let (tokens, total) = self.store.tokens_of(who.0.user, page).await?;
        Ok(Json(TokenPage { tokens: tokens.into_iter().map(TokenView::from).collect(), total }))
    }
}
