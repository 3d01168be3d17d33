//! Words of the code: one noun per thing, no escape hatches, nothing unfinished.

use super::code::{Token, tokens, without_tests};
use super::{File, Finding};

/// Nouns that have another name here, and that name.
const SYNONYMS: [(&str, &str); 6] = [
    ("job", "task or export"),
    ("jobs", "tasks or exports"),
    ("chunk", "part, or piece for bytes"),
    ("chunks", "parts, or pieces for bytes"),
    ("worker", "node or slot"),
    ("workers", "nodes or slots"),
];

/// Where a word is the container's own: MP4 calls a run of samples a chunk, and says where it is in a chunk offset box.
const CONTAINER_WORDS: [&str; 3] =
    ["coordinator/src/assemble/", "coordinator/src/assemble.rs", "node/src/render/child/sound/pcm_table.rs"];

/// What introduces a name of our own.
const INTRODUCERS: [&str; 12] =
    ["fn", "struct", "enum", "trait", "type", "mod", "const", "static", "let", "mut", "ref", "union"];

/// Words that must not stand in code, as runs of tokens, and what to do instead.
const FORBIDDEN: [(&[&str], &str); 10] = [
    (&["#", "[", "allow", "("], "use `#[expect(lint, reason = \"…\")]`, or mend what the lint says"),
    (&["#", "!", "[", "allow", "("], "use `#![expect(lint, reason = \"…\")]`, or mend what the lint says"),
    (&["#", "[", "ignore"], "make the test run or delete it; a test nobody runs proves nothing"),
    (&["todo", "!"], "write it, or leave it out"),
    (&["unimplemented", "!"], "write it, or leave it out"),
    (&["dbg", "!"], "take it out, or make it a trace event"),
    (&["tokio", "::", "spawn"], "spawn by `service::Tasks`, with a name and what its end means"),
    (&["task", "::", "spawn", "("], "spawn by `service::Tasks`, with a name and what its end means"),
    (&["thread_rng"], "take randomness as an argument"),
    (&["unwrap", "(", ")"], "use `?`, or `expect(\"why this cannot fail\")`"),
];

/// Words that are allowed in one folder, because it is their home.
const HOMES: [(&str, &str); 1] = [("shared/service/src/", "task")];

/// Broken rules about words.
#[must_use]
pub fn findings(file: &File) -> Vec<Finding> {
    if !file.is_rust() {
        return Vec::new();
    }
    let code = super::code::blanked(&file.text);
    let outside_tests = without_tests(file);
    let mut findings = synonyms(file, &tokens(&code));
    for (words, remedy) in FORBIDDEN {
        let home = HOMES.iter().any(|(folder, word)| file.path.starts_with(folder) && words[0] == *word);
        let in_tests_too = matches!(words[0], "#" | "todo" | "unimplemented" | "dbg");
        // A harness says why with `expect`; its tests may unwrap.
        let code = if in_tests_too || file.path.starts_with("tests/src/") { &code } else { &outside_tests };
        let tested = file.is_test && words[0] == "unwrap";
        if !home && !tested {
            findings.extend(
                runs(&tokens(code), words).map(|line| file.finding(line, format!("{}: {remedy}", words.concat()))),
            );
        }
    }
    findings
}

/// The lines at which `words` stand one after the other.
fn runs<'a>(tokens: &'a [Token<'a>], words: &'a [&'a str]) -> impl Iterator<Item = usize> + 'a {
    let fits = move |window: &[Token]| window.iter().zip(words).all(|(token, word)| token.text == *word);
    tokens.windows(words.len()).filter(move |window| fits(window)).map(|window| window[0].line)
}

/// Names of our own that hold a synonym: after `fn`, `struct`, `let` …, and before a `:` that gives a type.
fn synonyms(file: &File, tokens: &[Token]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |before| tokens[before].text);
        let after = tokens.get(at + 1).map_or("", |after| after.text);
        let ours = INTRODUCERS.contains(&before) || (after == ":" && before != ":");
        if !ours {
            continue;
        }
        let in_a_container = CONTAINER_WORDS.iter().any(|place| file.path.starts_with(place));
        for (word, instead) in SYNONYMS {
            if word.starts_with("chunk") && in_a_container {
                continue;
            }
            if pieces(token.text).any(|piece| piece == word) {
                findings.push(file.finding(token.line, format!("{}: say {instead}, not {word}", token.text)));
            }
        }
    }
    findings
}

/// The words of a name in snake or camel case, in small letters.
fn pieces(name: &str) -> impl Iterator<Item = String> + '_ {
    name.split('_').flat_map(|word| {
        let mut pieces: Vec<String> = Vec::new();
        for sign in word.chars() {
            match pieces.last_mut() {
                Some(piece) if !sign.is_uppercase() => piece.push(sign),
                _ => pieces.push(sign.to_lowercase().collect()),
            }
        }
        pieces
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedies(path: &str, text: &str) -> Vec<String> {
        findings(&File::new(path, text)).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn synonyms_are_found_in_names_of_our_own() {
        for planted in
            ["fn run_job() {}", "struct JobQueue;", "let chunk = 1;", "fn a(worker_id: u32) {}", "mod workers;"]
        {
            assert_eq!(remedies("node/src/x.rs", planted).len(), 1, "{planted}");
        }
        for innocent in
            ["bytes.chunks(4)", "use hyper::body::Chunk;", "// a job", "let text = \"worker\";", "fn jobless() {}"]
        {
            assert_eq!(remedies("node/src/x.rs", innocent), Vec::<String>::new(), "{innocent}");
        }
    }

    #[test]
    fn forbidden_words_are_found_where_they_stand() {
        for planted in [
            "#[allow(dead_code)]\nfn a() {}",
            "#![allow(dead_code)]",
            "#[test]\n#[ignore]\nfn a() {}",
            "fn a() { todo!() }",
            "fn a() { dbg!(1); }",
            "fn a() { tokio::spawn(async {}); }",
            "fn a() { b.unwrap(); }",
        ] {
            let found = remedies("node/src/x.rs", planted);
            assert_eq!(found.len(), 1, "{planted}: {found:?}");
        }
        assert!(remedies("node/src/x.rs", "\n\nfn a() { b.unwrap(); }")[0].starts_with("node/src/x.rs:3: "));
    }

    #[test]
    fn tests_may_unwrap_and_nothing_else() {
        let tests = "#[cfg(test)]\nmod tests {\n    fn a() { b.unwrap(); }\n}\n";
        assert_eq!(remedies("node/src/x.rs", tests), Vec::<String>::new());
        assert_eq!(remedies("node/tests/x.rs", "fn a() { b.unwrap(); }"), Vec::<String>::new());
        assert_eq!(remedies("node/tests/x.rs", "#[ignore]\nfn a() {}").len(), 1);
        assert_eq!(remedies("shared/service/src/tasks.rs", "fn a() { tokio::task::spawn(b); }"), Vec::<String>::new());
    }
}
