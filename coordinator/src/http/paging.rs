//! `page`, `limit` and `sort` of a list. Knows no list.

use std::cmp::Reverse;

use farm_core::problem::{Problem, ProblemCode};
use service::Timestamp;

use super::refusal::Refusal;
use super::words::Sort;
use crate::store::page::{LIMIT_MAX, Page};

/// The page of a short list that was read whole, in an order of its own unless `sort` names one.
pub fn slice<T>(mut all: Vec<T>, page: Page, sort: Option<Sort>, created_at: impl Fn(&T) -> Timestamp) -> Vec<T> {
    match sort {
        None => {}
        Some(Sort::OldestFirst) => all.sort_by_key(&created_at),
        Some(Sort::NewestFirst) => all.sort_by_key(|one| Reverse(created_at(one))),
    }
    let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(page.limit()).unwrap_or_default();
    all.into_iter().skip(skip).take(take).collect()
}

/// The page that is asked for, or what is wrong with the question.
pub fn page(number: Option<u32>, limit: Option<u32>, sort: Option<Sort>) -> Result<Page, Refusal> {
    let default = Page::default();
    let page = Page {
        number: number.unwrap_or(default.number),
        limit: limit.unwrap_or(default.limit),
        newest_first: sort != Some(Sort::OldestFirst),
    };
    let mut problems = Vec::new();
    if page.number == 0 {
        problems.push(Problem::new("page", ProblemCode::InvalidNumber, "Pages are numbered from 1."));
    }
    if page.limit == 0 || page.limit > LIMIT_MAX {
        let message = format!("A page has 1 to {LIMIT_MAX} rows.");
        problems.push(Problem::new("limit", ProblemCode::InvalidNumber, message));
    }
    if problems.is_empty() { Ok(page) } else { Err(Refusal::invalid(problems)) }
}
