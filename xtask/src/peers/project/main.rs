//! Writes one file with one muxer, and prints what that took:
//!
//! ```text
//! mux-peers MUXER PACKETS OCTETS FILE
//! ```
//!
//! Not a part of the workspace: `cargo xtask peers mux` makes a project of it.

mod load;
mod ours;
mod peers;
#[cfg(feature = "libwebm")]
mod positioned;

use std::time::Instant;

use load::{Load, Result};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [muxer, packets, octets, file] = arguments.as_slice() else {
        return Err("usage: mux-peers MUXER PACKETS OCTETS FILE".into());
    };
    let load = Load::new(packets.parse()?, octets.parse()?);
    let run = match muxer.as_str() {
        "plain" => ours::plain,
        "webm" => ours::webm,
        "mp4-hybrid" => ours::mp4_hybrid,
        "mp4-fragmented" => ours::mp4_fragmented,
        #[cfg(feature = "libwebm")]
        "libwebm" => peers::libwebm,
        "shiguredo_mp4" => peers::shiguredo_mp4,
        "shiguredo_mp4-in-groups" => peers::shiguredo_mp4_in_groups,
        "muxide" => peers::muxide,
        other => return Err(format!("there is no muxer {other}").into()),
    };
    let start = Instant::now();
    let before = processor_nanos();
    run(&load, file.as_ref())?;
    let nanos = match (before, processor_nanos()) {
        (Some(before), Some(after)) => after - before,
        _ => start.elapsed().as_nanos(),
    };
    println!("{nanos}");
    Ok(())
}

/// What this thread has had of the processor, where the system says it: all muxers here use but
/// the one thread, and other programs of the machine do not count.
fn processor_nanos() -> Option<u128> {
    // Linux brings the number up to date when it schedules.
    std::thread::yield_now();
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    statistics.split_whitespace().next()?.parse().ok()
}
