//! The camera: `vivid` in the virtual machine, its faults injected by `v4l2-ctl`; and beside it a sound
//! card, `snd-aloop`, on which `aplay` plays what it captures.

use std::path::Path;

use anyhow::{Result, bail, ensure};

use super::log::Log;
use super::vm::{Machine, Task, Work};
use super::{Rig, judge};
use crate::interop::probe;
use crate::process;

/// Program and package.
pub(super) const TOOLS: [(&str, &str); 1] = [("v4l2-ctl", "v4l-utils")];

/// As [`TOOLS`], for the sound card.
pub(super) const ALSA_TOOLS: [(&str, &str); 1] = [("aplay", "alsa-utils")];

/// Where libasound reads what devices there are, of the package `libasound2-data`.
const ALSA_SETTINGS: [&str; 3] = ["alsa.conf", "cards", "pcm"];

/// How much shorter or longer than asked for a recording may be, in seconds.
const SLACK: f64 = 0.2;

/// The camera's pictures come so far apart, and in the file as well: to a ten-thousandth of a second
/// on average if none is lost.
const PERIOD: f64 = 1.0 / 30.0;

pub(super) fn run(rig: &Rig, log: &mut Log) -> Result<()> {
    let machine = Machine::set_up()?;
    let task = |program, module, seconds: u32| Task {
        program,
        variables: vec![("RIG_SECONDS", seconds.to_string())],
        // There is one device.
        arguments: vec!["--test-threads=1", "--nocapture", module],
    };
    let mut tasks = vec![
        task(&rig.programs.camera, "", rig.seconds_alone()),
        task(&rig.programs.recordings, "camera::", rig.seconds),
    ];
    let mut tools = vec!["v4l2-ctl"];
    let mut settings = Vec::new();
    if rig.has_alsa {
        tasks.push(task(&rig.programs.recordings, "alsa::", rig.seconds));
        tools.push("aplay");
        settings.extend(ALSA_SETTINGS.map(|name| Path::new("/usr/share/alsa").join(name)));
    }
    let work = Work {
        tasks,
        commands: vec![&rig.command],
        variables: vec![("RIG_COMMAND", "/share/media-recorder".to_owned())],
        tools: tools.into_iter().filter_map(process::find).collect(),
        settings,
        files: &rig.files,
    };
    machine.run(&work, log)?;
    let length = f64::from(rig.seconds);
    for name in ["yuyv.mkv", "nv12.mkv"] {
        let seconds = judge::plays(&rig.files.join(name), log)?;
        let is_right = (seconds - length).abs() <= SLACK;
        ensure!(is_right, "{name} is {seconds} s long instead of {length} s");
        check_times(&rig.files.join(name), length, log)?;
    }
    for name in ["unplugged.mkv", "back.mkv", "command.mkv"] {
        judge::plays(&rig.files.join(name), log)?;
    }
    let sounds = ["aloop.webm", "aloop_unplugged.webm", "aloop_back.webm"];
    for name in sounds.into_iter().filter(|_| rig.has_alsa) {
        judge::kilohertz(&rig.files.join(name), log)?;
    }
    Ok(())
}

/// Every picture is in the file, at its time. What the driver had no buffer for, because the
/// emulated processor was short of time, has left a gap, and at times the driver itself is late.
fn check_times(file: &Path, length: f64, log: &mut Log) -> Result<()> {
    let times = probe::packet_times(file, "v:0")?;
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        bail!("no pictures");
    };
    let pictures = times.len() as f64;
    let all = ((last - first) / PERIOD).round() + 1.0;
    let mean = (last - first) / (pictures - 1.0);
    let (lost, uneven) = (all - pictures, judge::uneven(&times, PERIOD));
    log.say(&format!(
        "{pictures} pictures, {lost} lost, {uneven} uneven, mean interval {:.3} ms",
        mean * 1000.0
    ));
    let expected = length / PERIOD;
    ensure!((all - expected).abs() <= 3.0, "{all} instead of {expected}");
    ensure!((0.0..=expected / 10.0).contains(&lost), "{lost} are lost");
    ensure!(uneven as f64 <= expected / 10.0, "{uneven} are uneven");
    let is_right = lost > 0.0 || (mean - PERIOD).abs() < 0.0001;
    ensure!(is_right, "they are {mean} s apart");
    Ok(())
}
