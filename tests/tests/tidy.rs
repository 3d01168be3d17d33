//! The repository itself, held against the rules of `reelfarm_tests::tidy`.
//! Each rule is proved able to fail by planted text in its own file; here is only the real tree.

use reelfarm_tests::tidy;

#[test]
fn the_tree_is_tidy() {
    let files = tidy::tree::files(&tidy::tree::root()).expect("the tree can be read");
    let findings: Vec<String> = tidy::findings(&files).iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{} things to do:\n{}", findings.len(), findings.join("\n"));
}
