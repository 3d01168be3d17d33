//! `page`, `limit` and `sort` of a list. Knows no list.

use farm_core::problem::{Problem, ProblemCode};

use super::refusal::Refusal;
use super::words::Sort;
use crate::store::page::{LIMIT_MAX, Page};

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
