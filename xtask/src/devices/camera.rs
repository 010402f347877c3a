//! The camera: `vivid` in the virtual machine, its faults injected by `v4l2-ctl`; beside it a sound
//! card, `snd-aloop`, on which `aplay` plays what it captures; and both together.

use std::path::Path;

use anyhow::{Result, bail, ensure};

use super::log::{Log, at_once};
use super::vm::{Machine, Task, Work};
use super::{Rig, judge};
use crate::interop::probe;

/// What is recorded.
const FILES: [&str; 10] = [
    "yuyv.mkv",
    "nv12.mkv",
    "resized.mkv",
    "unplugged.mkv",
    "back.mkv",
    "command.mkv",
    "aloop.webm",
    "aloop_unplugged.webm",
    "aloop_back.webm",
    "flash.mkv",
];

/// How much shorter or longer than asked for a recording may be, in seconds.
const SLACK: f64 = 0.2;

/// The camera's pictures come so far apart, and in the file as well: to a ten-thousandth of a second
/// on average if none is lost.
const PERIOD: f64 = 1.0 / 30.0;

pub(super) fn run(rig: &Rig, log: &mut Log) -> Result<()> {
    let machine = Machine::set_up()?;
    let task = |program, module, seconds: u32| Task {
        program,
        variables: vec![
            ("RIG_SECONDS", seconds.to_string()),
            ("RIG_BEEPS", rig.beeps.to_string()),
        ],
        // There is one device.
        arguments: vec!["--test-threads=1", "--nocapture", module],
    };
    let work = Work {
        groups: vec![
            vec![
                task(&rig.programs.camera, "", rig.seconds_alone()),
                task(&rig.programs.recordings, "alsa::", rig.seconds),
            ],
            vec![task(&rig.programs.recordings, "camera::", rig.seconds)],
            vec![task(&rig.programs.recordings, "flash::", rig.seconds)],
        ],
        commands: vec![&rig.command],
        variables: vec![("RIG_COMMAND", "/share/media-recorder".to_owned())],
        files: &rig.files,
    };
    machine.run(&work, log)?;
    at_once(log, FILES, |name, log| {
        let file = rig.files.join(name);
        match name {
            "yuyv.mkv" | "nv12.mkv" => check_whole(&file, f64::from(rig.seconds), log),
            "flash.mkv" => check_flashes(&file, rig.beeps, log),
            _ if name.ends_with(".webm") => judge::kilohertz(&file, log),
            _ => judge::plays(&file, log).map(drop),
        }
    })
}

/// A recording of so many seconds of a camera that stays.
fn check_whole(file: &Path, length: f64, log: &mut Log) -> Result<()> {
    let seconds = judge::plays(file, log)?;
    let is_right = (seconds - length).abs() <= SLACK;
    ensure!(is_right, "it is {seconds} s long instead of {length} s");
    check_times(file, length, log)
}

/// Flashes and beeps are as far apart as they were.
fn check_flashes(file: &Path, count: u32, log: &mut Log) -> Result<()> {
    judge::plays(file, log)?;
    let late = std::fs::read_to_string(file.with_extension("late"))?;
    let late: Vec<f64> = late.lines().map(str::parse).collect::<Result<_, _>>()?;
    log.say(&format!(
        "flashes were lit up to {:.1} ms after their beeps",
        late.iter().copied().fold(0.0, f64::max) * 1000.0
    ));
    let lit = judge::flashes(file)?;
    ensure!(lit.len() == late.len(), "{} flashes of {count}", lit.len());
    let due = lit.iter().zip(late).map(|(lit, late)| lit - late);
    judge::together(&due.collect::<Vec<_>>(), file, count, log)
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
