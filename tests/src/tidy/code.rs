//! A look at Rust source that is just good enough for rules: comments and texts blanked out, tests left away, words with
//! their lines. It is no parser.

/// A name or a single sign of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// The line, from 1.
    pub line: usize,
    /// The name, or one sign; `::` is one.
    pub text: &'a str,
}

/// The same text with every comment, string and character blanked out. Lines stay where they are.
#[must_use]
pub fn blanked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (kept, dropped) = next_piece(rest);
        out.push_str(&rest[..kept]);
        out.extend(rest[kept..kept + dropped].chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
        rest = &rest[kept + dropped..];
    }
    out
}

/// How many bytes of code come first, and how many of comment or text follow. At least one byte in all.
fn next_piece(text: &str) -> (usize, usize) {
    if text.starts_with("//") {
        return (0, text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return (0, text.find("*/").map_or(text.len(), |end| end + 2));
    }
    if let Some(length) = raw_text(text) {
        return (0, length);
    }
    if let Some(text) = text.strip_prefix('"') {
        return (0, 1 + quoted(text));
    }
    if let Some(text) = text.strip_prefix("b\"").or_else(|| text.strip_prefix("c\"")) {
        return (0, 2 + quoted(text));
    }
    if text.starts_with('\'') {
        return (usize::from(character(text) == 0), character(text));
    }
    let word = text.find(|sign: char| !(sign.is_alphanumeric() || sign == '_')).unwrap_or(text.len());
    if word > 0 && !matches!(&text[..word], "r" | "b" | "br" | "c" | "cr") {
        return (word, 0);
    }
    (text.chars().next().map_or(1, char::len_utf8), 0)
}

/// Length of `r"…"`, `r#"…"#`, with `b` or `c` in front too.
fn raw_text(text: &str) -> Option<usize> {
    let after = ["r", "br", "cr"].iter().find_map(|start| text.strip_prefix(start))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = body.find(&close)? + close.len();
    Some(text.len() - body.len() + end)
}

/// Length of what follows a quotation mark, up to and with the one that closes it.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, sign) in text.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Length of a character such as `'x'` or `'\n'`; zero for a lifetime.
fn character(text: &str) -> usize {
    let mut signs = text.char_indices().skip(1);
    match (signs.next(), signs.next()) {
        (Some((_, '\\')), _) => {
            text[2..].find('\'').map_or(0, |end| end + 3).max(usize::from(text.starts_with("'\\''")) * 4)
        }
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 0,
    }
}

/// Blanked code with every `#[cfg(test)] mod … { … }` blanked out as well. A file that is all test has none left.
#[must_use]
pub fn without_tests(file: &super::File) -> String {
    let code = blanked(&file.text);
    if file.is_test {
        return "\n".repeat(code.lines().count());
    }
    let mut out = String::with_capacity(code.len());
    let mut rest = code.as_str();
    while let Some(start) = rest.find("#[cfg(test)]") {
        let (before, tests) = rest.split_at(start);
        out.push_str(before);
        let length = item_length(tests);
        out.extend(tests[..length].chars().map(|sign| if sign == '\n' { '\n' } else { ' ' }));
        rest = &tests[length..];
    }
    out + rest
}

/// Marks the files that are modules declared for tests only, by `#[cfg(test)] mod name;`, and what lies below them.
pub fn mark_test_modules(files: &mut [super::File]) {
    let declared: Vec<String> = files.iter().filter(|file| file.is_rust()).flat_map(test_modules).collect();
    for file in files {
        let stem = file.path.strip_suffix(".rs").unwrap_or_default();
        file.is_test |= declared.iter().any(|module| stem == module || stem.starts_with(&format!("{module}/")));
    }
}

/// Where the modules lie that a file declares for tests only, without the ending.
fn test_modules(file: &super::File) -> Vec<String> {
    const DECLARATION: [&str; 8] = ["#", "[", "cfg", "(", "test", ")", "]", "mod"];
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let stem = name.trim_end_matches(".rs");
    let home = if matches!(stem, "lib" | "main") { folder.to_owned() } else { format!("{folder}/{stem}") };
    // A module may be visible beyond its parent; that says nothing of what it is for.
    let code = blanked(&file.text).replace("pub(crate)", "").replace("pub(super)", "").replace("pub mod", "mod");
    let plain = tokens(&code);
    let declarations = plain.windows(DECLARATION.len() + 2).filter(|window| {
        window.iter().zip(DECLARATION).all(|(token, word)| token.text == word) && window[9].text == ";"
    });
    declarations.map(|window| format!("{home}/{}", window[8].text)).collect()
}

/// Length of an item: up to the brace that closes its first one, or to a semicolon before any.
fn item_length(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, sign) in code.char_indices() {
        match sign {
            ';' if depth == 0 => return at + 1,
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    code.len()
}

/// The names and signs of blanked code.
#[must_use]
pub fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while !rest.is_empty() {
            let word = rest.find(|sign: char| !(sign.is_alphanumeric() || sign == '_')).unwrap_or(rest.len());
            let length = match word {
                0 if rest.starts_with("::") => 2,
                0 => rest.chars().next().map_or(1, char::len_utf8),
                word => word,
            };
            tokens.push(Token { line: number + 1, text: &rest[..length] });
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::super::File;
    use super::*;

    #[test]
    fn comments_and_texts_are_blank_and_lines_stay() {
        let code = blanked("a // b\n\"c\\\"d\" 'e' 'x: &'static str\n/* f\ng */ h r#\"i\"j\"# b\"k\" '\\'' '\\n' l");
        assert_eq!(code.split_whitespace().collect::<Vec<_>>(), ["a", "'x:", "&'static", "str", "h", "l"]);
        assert_eq!(code.lines().count(), 4);
    }

    #[test]
    fn tests_are_left_away() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { {} }\n}\nfn c() {}\n";
        let code = without_tests(&File::new("node/src/x.rs", text));
        let names: Vec<&str> = tokens(&code).iter().map(|token| token.text).collect();
        assert!(names.contains(&"a") && names.contains(&"c") && !names.contains(&"b"), "{names:?}");
        let only = without_tests(&File::new("node/src/x.rs", "fn a() {}\n#[cfg(test)]\nmod tests;\nfn c() {}\n"));
        assert!(only.contains("fn c") && !only.contains("mod tests"));
    }

    #[test]
    fn modules_for_tests_are_known_with_all_below_them() {
        let paths = ["node/src/a.rs", "node/src/a/fresh.rs", "node/src/a/fresh/deep.rs", "node/src/a/plain.rs"];
        let mut files = paths.map(|path| File::new(path, ""));
        files[0].text =
            "#[cfg(test)]\npub(crate) mod fresh;\nmod plain;\n#[cfg(test)]\nmod inside { mod plain; }\n".to_owned();
        mark_test_modules(&mut files);
        assert_eq!(files.map(|file| file.is_test), [false, true, true, false]);
    }

    #[test]
    fn tokens_know_their_lines() {
        let found = tokens("use a::b;\n  c");
        assert_eq!(found[2], Token { line: 1, text: "::" });
        assert_eq!(found.last(), Some(&Token { line: 2, text: "c" }));
    }
}
