//! The program as people and scripts meet it: exit statuses, one line of complaint, nothing started for what cannot work.
//! Whole farms are tested elsewhere; nothing here needs one.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const REELFARM: &str = env!("CARGO_BIN_EXE_reelfarm");

fn reelfarm(words: &[&str], data: &Path) -> Output {
    let mut command = Command::new(REELFARM);
    command.args(words).arg("--data").arg(data).env_remove("REELFARM_TOKEN").output().expect("reelfarm starts")
}

fn refused(words: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let data = folder.path().join("data");
    let output = reelfarm(words, &data);
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
    assert_eq!(said.lines().count(), 1, "one line: {said}");
    assert!(output.stdout.is_empty());
    assert!(!data.exists(), "nothing was started");
    said.trim_end().to_owned()
}

#[test]
fn what_cannot_work_is_one_line_and_status_2() {
    assert_eq!(refused(&["export", "/none.mp4", "--output", "/tmp/o.mp4"]), "reelfarm: no such file: /none.mp4");
    assert_eq!(
        refused(&["export", "/etc/hostname", "--output", "/none/o.mp4"]),
        "reelfarm: the folder /none does not exist"
    );
    let reversed = refused(&["export", "/etc/hostname", "--output", "/tmp/o.mp4", "--segment", "7-5"]);
    assert!(reversed.ends_with("it ends before it starts"), "{reversed}");
    assert!(refused(&["export", "/etc/hostname", "--colour"]).contains("'--colour'"));
}

#[test]
fn an_address_in_use_is_one_line_and_status_2() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it is bound").to_string();
    let output = reelfarm(&["up", "--listen", &address], folder.path());
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    assert!(said.contains(&address) && said.contains("in use"), "{said}");
}

#[test]
fn help_and_version_are_no_faults() {
    for words in [["--help"], ["--version"]] {
        let output = Command::new(REELFARM).args(words).output().expect("reelfarm starts");
        assert!(output.status.success() && output.stderr.is_empty() && !output.stdout.is_empty(), "{words:?}");
    }
}

#[test]
fn a_leashed_program_dies_with_its_parent_however_that_dies() {
    // The shell's pid is the leash's parent; `cat` holds the pipe open until it is gone.
    let script = format!("{REELFARM} __leash $$ /bin/cat <&3 & echo leashed; wait");
    let script = format!("exec 3<&0; {script}");
    let mut shell = Command::new("/bin/sh")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell starts");
    let mut input = shell.stdin.take().expect("stdin is piped");
    let mut output = shell.stdout.take().expect("stdout is piped");
    let mut said = [0; 8];
    output.read_exact(&mut said).expect("the shell says that it has started it");
    // What `cat` repeats proves that the leash has become `cat`.
    input.write_all(b"alive").expect("cat reads");
    let mut repeated = [0; 5];
    output.read_exact(&mut repeated).expect("cat writes");
    assert_eq!((&said, &repeated), (b"leashed\n", b"alive"));

    shell.kill().expect("the shell is ours to kill");
    shell.wait().expect("the shell has ended");
    // The input is still open, so only a signal ends `cat` and with it the output.
    let mut rest = Vec::new();
    output.read_to_end(&mut rest).expect("the output ends");
    assert!(rest.is_empty());
    drop(input);
}

#[test]
fn a_leash_whose_parent_is_gone_starts_nothing() {
    let output = Command::new(REELFARM).args(["__leash", "1", "/bin/echo", "started"]).output().expect("it starts");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), b"".as_slice()));
}
