//! Both databases take the same steps: equal file names, numbered without a gap.

use std::path::Path;

use super::{File, Finding};

const FOLDERS: [&str; 2] = ["schema/migrations/sqlite/", "schema/migrations/postgres/"];

/// Migrations that lack their twin or are numbered wrongly.
#[must_use]
pub fn findings(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let [sqlite, postgres] = FOLDERS.map(|folder| names(files, folder));
    for (folder, own, other) in [(FOLDERS[0], &sqlite, &postgres), (FOLDERS[1], &postgres, &sqlite)] {
        for (place, name) in own.iter().enumerate() {
            let finding = |remedy: String| Finding { path: format!("{folder}{name}"), line: 1, remedy };
            if !other.contains(name) {
                findings.push(finding("give the other database a migration of the same name".to_owned()));
            }
            let number = format!("{:04}_", place + 1);
            if !name.starts_with(&number) {
                findings.push(finding(format!("number migrations without a gap: this one should begin with {number}")));
            }
        }
    }
    findings
}

fn is_sql(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "sql")
}

fn names<'a>(files: &'a [File], folder: &str) -> Vec<&'a str> {
    let mut names: Vec<&str> =
        files.iter().filter_map(|file| file.path.strip_prefix(folder)).filter(|name| is_sql(name)).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(names: &[&str]) -> Vec<File> {
        names.iter().map(|name| File::new(format!("schema/migrations/{name}"), "")).collect()
    }

    #[test]
    fn twins_are_required_and_gaps_are_found() {
        assert_eq!(findings(&tree(&["sqlite/0001_a.sql", "postgres/0001_a.sql"])), []);
        let lonely = findings(&tree(&["sqlite/0001_a.sql", "postgres/0001_b.sql"]));
        assert_eq!(lonely.len(), 2, "{lonely:?}");
        let gap = findings(&tree(&["sqlite/0002_a.sql", "postgres/0002_a.sql"]));
        assert!(gap[0].remedy.contains("0001_"), "{gap:?}");
    }
}
