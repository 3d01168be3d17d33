//! Both databases take the same steps: equal file names, no number twice. Gaps do no harm: what is missing is applied when it comes.

use std::path::Path;

use super::{File, Finding};

const FOLDERS: [&str; 2] = ["schema/migrations/sqlite/", "schema/migrations/postgres/"];

/// Migrations that lack their twin or are numbered wrongly.
#[must_use]
pub fn findings(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let [sqlite, postgres] = FOLDERS.map(|folder| names(files, folder));
    for (folder, own, other) in [(FOLDERS[0], &sqlite, &postgres), (FOLDERS[1], &postgres, &sqlite)] {
        for name in own {
            let finding = |remedy: String| Finding { path: format!("{folder}{name}"), line: 1, remedy };
            if !other.contains(name) {
                findings.push(finding("give the other database a migration of the same name".to_owned()));
            }
            if !is_numbered(name) {
                findings.push(finding("begin the name with a number of four digits and `_`".to_owned()));
            }
            let number = name.split('_').next().unwrap_or_default();
            if let Some(twin) = own.iter().find(|twin| *twin < name && twin.starts_with(&format!("{number}_"))) {
                findings.push(finding(format!("take another number: {twin} has this one")));
            }
        }
    }
    findings
}

fn is_numbered(name: &str) -> bool {
    name.split_once('_')
        .is_some_and(|(number, _)| number.len() == 4 && number.bytes().all(|digit| digit.is_ascii_digit()))
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
    fn twins_are_required_and_numbers_are_used_once() {
        assert_eq!(findings(&tree(&["sqlite/0001_a.sql", "postgres/0001_a.sql"])), []);
        let lonely = findings(&tree(&["sqlite/0001_a.sql", "postgres/0001_b.sql"]));
        assert_eq!(lonely.len(), 2, "{lonely:?}");
        let twice = ["0001_a.sql", "0001_b.sql"].map(|name| FOLDERS.map(|folder| format!("{folder}{name}"))).concat();
        let twice: Vec<File> = twice.iter().map(|path| File::new(path, "")).collect();
        assert!(findings(&twice).iter().all(|finding| finding.remedy.contains("0001_a.sql")), "{:?}", findings(&twice));
        assert_eq!(findings(&twice).len(), 2);
        assert_eq!(findings(&tree(&["sqlite/0003_a.sql", "postgres/0003_a.sql"])), [], "a gap does no harm");
        assert_eq!(findings(&tree(&["sqlite/3_a.sql", "postgres/3_a.sql"])).len(), 2);
    }
}
