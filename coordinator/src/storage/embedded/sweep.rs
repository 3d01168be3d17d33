//! Clears up, before the server starts, what a crash or a deletion left beside the objects. Touches no object.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use service::Timestamp;

/// Nobody goes on with an upload begun longer ago: addresses to upload to live for an hour, exports for less.
const UPLOAD_AGE_MAX: Duration = Duration::from_hours(7 * 24);

/// In the server's root, next to the bucket: `.upload-ID.json` is an open upload, `.upload_id-ID.part-N` a part of it, and
/// `.bucket-B.object-K….json` (names in base64) what is known of an object. Completing an upload deletes the first before
/// the parts, and deleting an object leaves the last.
pub(super) fn sweep(root: &Path, bucket: &str, now: Timestamp) -> io::Result<()> {
    let names: Vec<String> =
        std::fs::read_dir(root)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    let abandoned = |name: &&String| is_older(&root.join(name), now.before(UPLOAD_AGE_MAX));
    for name in names.iter().filter(|name| upload_id(name).is_some()).filter(abandoned) {
        std::fs::remove_file(root.join(name))?;
    }
    let still_there = |name: &&String| root.join(name).exists();
    let open: HashSet<&str> = names.iter().filter(still_there).filter_map(|name| upload_id(name)).collect();
    for name in &names {
        let stale = match stale_owner(name) {
            Some(Owner::Upload(id)) => !open.contains(id),
            Some(Owner::Object(key)) => !root.join(bucket).join(key).exists(),
            None => false,
        };
        if stale {
            std::fs::remove_file(root.join(name))?;
        }
    }
    remove_empty_folders(&root.join(bucket))
}

/// Removes what is known of an object that has just been deleted. What stays after all goes with the next start.
pub(super) fn forget(root: &Path, bucket: &str, key: &str) {
    let owner =
        format!(".bucket-{}.object-{}", BASE64_URL_SAFE_NO_PAD.encode(bucket), BASE64_URL_SAFE_NO_PAD.encode(key));
    for kind in ["metadata", "internal"] {
        let _not_there_or_next_time = std::fs::remove_file(root.join(format!("{owner}.{kind}.json")));
    }
}

fn is_older(path: &Path, than: Timestamp) -> bool {
    let modified = path.metadata().and_then(|metadata| metadata.modified());
    let age = modified.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    age.is_some_and(|since_1970| Timestamp(0).after(since_1970) < than)
}

enum Owner<'a> {
    Upload(&'a str),
    Object(String),
}

fn upload_id(name: &str) -> Option<&str> {
    name.strip_prefix(".upload-")?.strip_suffix(".json")
}

/// Whom a file beside the objects belongs to, if it is one.
fn stale_owner(name: &str) -> Option<Owner<'_>> {
    if let Some(part) = name.strip_prefix(".upload_id-") {
        return part.split_once(".part-").map(|(id, _)| Owner::Upload(id));
    }
    let (_, object) = name.strip_prefix(".bucket-")?.split_once(".object-")?;
    let object = object.strip_suffix(".metadata.json").or_else(|| object.strip_suffix(".internal.json"))?;
    if let Some((_, id)) = object.split_once(".upload-") {
        return Some(Owner::Upload(id));
    }
    let key = BASE64_URL_SAFE_NO_PAD.decode(object).ok()?;
    String::from_utf8(key).ok().map(Owner::Object)
}

/// Deepest first; a folder that is not empty refuses to go, which is what we want.
fn remove_empty_folders(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_empty_folders(&entry.path())?;
            let _refused_unless_empty = std::fs::remove_dir(entry.path());
        }
    }
    Ok(())
}
