//! The child's own lock-down, at the top of `main` while it is single-threaded: so far the cheap layers.
//! Reports what is really active; namespaces, Landlock and seccomp will be further layers of the same list.

use rustix::process::{Resource, Rlimit, Signal};

/// Takes what rights can be taken without loss and names the layers that are active.
#[must_use]
pub fn lock_down() -> Vec<String> {
    let layers = [
        ("dies_with_parent", dies_with_parent()),
        ("no_core_dump", no_core_dump()),
        ("no_new_privileges", rustix::thread::set_no_new_privs(true).is_ok()),
        ("empty_environment", std::env::vars_os().all(|(name, _)| name.as_encoded_bytes().starts_with(b"GST_"))),
    ];
    active(&layers)
}

/// Takes what the media library still needed while it started; call it before the first byte of a source.
#[must_use]
pub fn lock_down_further(memory_bytes: u64) -> Vec<String> {
    active(&[("small_files_only", small_files_only()), ("bounded_memory", bounded_memory(memory_bytes))])
}

/// Leaves the processors to everybody else: for work nobody waits for. Before there are other threads, so that all are meant.
pub fn step_back() {
    /// The kernel's last place.
    const LAST: i32 = 19;
    // Where it may not, it only is in the way.
    let _stepped_back = rustix::process::setpriority_process(None, LAST);
}

fn active(layers: &[(&str, bool)]) -> Vec<String> {
    layers.iter().filter(|(_, active)| *active).map(|(name, _)| (*name).to_owned()).collect()
}

/// The kernel kills this process when the thread that spawned it ends; too late only if the parent is gone already.
fn dies_with_parent() -> bool {
    let told = rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).is_ok();
    told && rustix::process::getppid().is_some_and(|parent| !parent.is_init())
}

fn no_core_dump() -> bool {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    rustix::process::setrlimit(Resource::Core, none).is_ok()
        && rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable).is_ok()
}

/// Not zero: ORC, the media library's just-in-time compiler, backs its code pages with an unlinked file of 64 KiB.
fn small_files_only() -> bool {
    const FILE_BYTES_MAX: u64 = 256 << 10;
    let small = Rlimit { current: Some(FILE_BYTES_MAX), maximum: Some(FILE_BYTES_MAX) };
    rustix::process::setrlimit(Resource::Fsize, small).is_ok()
}

/// The parent looks at what the child holds a few times a second; this stops what grows faster than it looks. Wider than what
/// the parent allows, because stacks and reserves of the allocator count here, held or not.
fn bounded_memory(memory_bytes: u64) -> bool {
    const FACTOR: u64 = 2;
    const STACKS_AND_RESERVES_BYTES: u64 = 1 << 30;
    let reserved = memory_bytes.saturating_mul(FACTOR).saturating_add(STACKS_AND_RESERVES_BYTES);
    let bound = Rlimit { current: Some(reserved), maximum: Some(reserved) };
    rustix::process::setrlimit(Resource::Data, bound).is_ok()
}
