//! `page`, `limit`, `sort` and `search` of a list. Knows no list.

use std::cmp::Reverse;

use farm_core::problem::{Problem, ProblemCode};
use service::Timestamp;

use super::refusal::Refusal;
use super::words::Sort;
use crate::store::page::{LIMIT_MAX, Page};

/// Names are no longer.
const SEARCH_CHARACTERS_MAX: usize = 200;

/// The page of a short list that was read whole, in an order of its own unless `sort` names one, and how long the list is.
pub fn slice<T>(
    mut all: Vec<T>,
    page: Page,
    sort: Option<Sort>,
    created_at: impl Fn(&T) -> Timestamp,
) -> (Vec<T>, u64) {
    let total = all.len() as u64;
    match sort {
        None => {}
        Some(Sort::OldestFirst) => all.sort_by_key(&created_at),
        Some(Sort::NewestFirst) => all.sort_by_key(|one| Reverse(created_at(one))),
    }
    let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(page.limit()).unwrap_or_default();
    (all.into_iter().skip(skip).take(take).collect(), total)
}

/// The text that is searched for, without what surrounds it; `None` where there is none, which lets everything through.
pub fn search(asked: Option<&str>) -> Result<Option<&str>, Refusal> {
    let text = asked.map(str::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.chars().count() > SEARCH_CHARACTERS_MAX) {
        let message = format!("A search has at most {SEARCH_CHARACTERS_MAX} characters.");
        return Err(Refusal::invalid(vec![Problem::new("search", ProblemCode::InvalidText, message)]));
    }
    Ok(text)
}

/// The page that is asked for, or what is wrong with the question.
pub fn page(number: Option<u32>, limit: Option<u32>, sort: Option<Sort>) -> Result<Page, Refusal> {
    let problems = problems(number, limit);
    if !problems.is_empty() {
        return Err(Refusal::invalid(problems));
    }
    let default = Page::default();
    Ok(Page {
        number: number.unwrap_or(default.number),
        limit: limit.unwrap_or(default.limit),
        newest_first: sort != Some(Sort::OldestFirst),
    })
}

/// What is wrong with a page that is asked for.
pub fn problems(number: Option<u32>, limit: Option<u32>) -> Vec<Problem> {
    let mut problems = Vec::new();
    if number == Some(0) {
        problems.push(Problem::new("page", ProblemCode::InvalidNumber, "Pages are numbered from 1."));
    }
    if limit.is_some_and(|limit| limit == 0 || limit > LIMIT_MAX) {
        let message = format!("A page has 1 to {LIMIT_MAX} rows.");
        problems.push(Problem::new("limit", ProblemCode::InvalidNumber, message));
    }
    problems
}
