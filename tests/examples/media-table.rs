//! Prints the table of media for the folder that is named: `make media-table` writes it to docs/media.md.
//! What is measured, and how, the library says.

use std::path::PathBuf;

fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.filter(|folder| folder.is_dir());
    let folder =
        folder.ok_or_else(|| anyhow::anyhow!("name a folder of media: make media-table REELFARM_MEDIA=FOLDER"))?;
    print!("{}", reelfarm_tests::media_table::page(&folder)?);
    Ok(())
}
