//! Nothing in the tree points at one machine or one network: no home folders, no private hosts, no other package registry.

use super::{File, Finding};

/// Folders that exist on somebody's machine only.
const FOLDERS: [&str; 3] = ["/home/", "/root/", "/Users/"];
/// What stands for any home folder in an example.
const EXAMPLE_HOME: &str = "/home/me/";
/// Where packages come from, in lock files.
const REGISTRIES: [&str; 2] = ["registry+https://github.com/rust-lang/crates.io-index", "https://registry.npmjs.org/"];
/// Ends of host names that mean nothing outside one network.
const PRIVATE_HOSTS: [&str; 5] = [".internal", ".local", ".lan", ".corp", ".intranet"];
/// Begins of addresses that mean nothing outside one network; documentation addresses and loopback are no places.
const PRIVATE_ADDRESSES: [&str; 3] = ["10.", "192.168.", "172.16."];

/// Lines that name a place.
#[must_use]
pub fn findings(file: &File) -> Vec<Finding> {
    // This file must name what it looks for.
    if file.path == "tests/src/tidy/places.rs" {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        let remedy = machine(line).or_else(|| network(line)).or_else(|| registry(&file.path, line));
        findings.extend(remedy.map(|remedy| file.finding(number + 1, remedy)));
    }
    findings
}

fn machine(line: &str) -> Option<String> {
    let named = FOLDERS.iter().find(|folder| {
        line.match_indices(**folder).any(|(at, _)| {
            !line[..at].ends_with(|before: char| before.is_alphanumeric()) && !line[at..].starts_with(EXAMPLE_HOME)
        })
    })?;
    Some(format!("leave out the path under {named}: it exists on one machine only"))
}

fn network(line: &str) -> Option<String> {
    let host = line.match_indices("://").find_map(|(at, _)| {
        let rest = &line[at + 3..];
        let authority = rest.split(['/', '"', '\'', '`', ' ', '>', ')', '<', ',']).next()?;
        let host = authority.rsplit('@').next()?.split(':').next()?;
        let private = PRIVATE_HOSTS.iter().any(|end| host.ends_with(end))
            || PRIVATE_ADDRESSES.iter().any(|start| host.starts_with(start));
        private.then_some(host)
    })?;
    Some(format!("leave out {host}: it means nothing outside one network"))
}

fn registry(path: &str, line: &str) -> Option<String> {
    let lock = path.ends_with("Cargo.lock") || path.ends_with("package-lock.json");
    let source = ["source = \"", "\"resolved\": \""].iter().find_map(|start| line.trim_start().strip_prefix(start))?;
    let known = REGISTRIES.iter().any(|registry| source.starts_with(registry));
    (lock && !known)
        .then(|| "lock against the public registry only: make the lock file again without a mirror".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, line: &str) -> usize {
        findings(&File::new(path, line)).len()
    }

    #[test]
    fn places_are_found() {
        for line in [
            "cd /home/ada/reelfarm",
            "let path = \"/root/.cache\";",
            "url = https://files.company.internal/x",
            "http://192.168.1.4:80",
        ] {
            assert_eq!(found("docs/a.md", line), 1, "{line}");
        }
        assert_eq!(found("Cargo.lock", "source = \"registry+https://mirror.example/index\""), 1);
        assert_eq!(found("dashboard/package-lock.json", "  \"resolved\": \"https://mirror.example/a.tgz\","), 1);
    }

    #[test]
    fn ordinary_lines_are_left_alone() {
        for line in [
            "http://127.0.0.1:8080/api",
            "see https://github.com/rust-lang",
            "$HOME/.cache",
            "in /home/me/videos",
            "chroot/home/x",
            "10.5 seconds",
        ] {
            assert_eq!(found("docs/a.md", line), 0, "{line}");
        }
        assert_eq!(found("Cargo.lock", "source = \"registry+https://github.com/rust-lang/crates.io-index\""), 0);
    }
}
