//! The API from outside: real ledger, real object store, requests and answers.
