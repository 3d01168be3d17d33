//! Collects what `npm run build` made of the dashboard into a table of files that `http::dashboard` serves.
//! Builds no dashboard itself: where there is none, the table is empty.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let here = env::var("CARGO_MANIFEST_DIR").expect("cargo says where the package is");
    let out = env::var("OUT_DIR").expect("cargo says where to write");
    let built = Path::new(&here).parent().expect("the coordinator lies in the workspace").join("dashboard/dist");
    // The folder is there in every checkout, so that Cargo notices when something is built into it.
    println!("cargo:rerun-if-changed=../dashboard/dist");
    let root = built.join("app");
    let mut files = Vec::new();
    if root.join("index.html").exists() {
        collect(&root, &mut files)?;
    }
    files.sort();
    let mut table = String::from("&[\n");
    for file in files {
        let path = file.strip_prefix(&root).expect("it was found below").to_string_lossy().replace('\\', "/");
        let bytes = file.display().to_string();
        writeln!(table, "    File {{ path: {:?}, bytes: include_bytes!({bytes:?}) }},", format!("/{path}"))
            .expect("a string takes any text");
    }
    table.push_str("]\n");
    fs::write(Path::new(&out).join("dashboard.rs"), table)
}

/// Every file below `folder`, but for hidden ones.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
