//! Screens that nobody sees, on an X server and a Wayland compositor.

use std::process::Command;

use anyhow::{Result, ensure};

use super::display::{Display, without};
use super::log::{Log, at_once};
use super::{Rig, judge};

/// The clock's numbers come so far apart, and in the file as well, to a thousandth of a second.
const PERIOD: f64 = 1.0 / 30.0;

type Run = fn(&Rig, &mut Log) -> Result<()>;

pub(super) fn run(rig: &Rig, log: &mut Log) -> Result<()> {
    log.run(without(&mut alone(rig, "nothing::")))?;
    let displays: [Run; 2] = [x11, wayland];
    at_once(log, displays, |display, log| display(rig, log))?;
    check_clock(rig, log)
}

fn x11(rig: &Rig, log: &mut Log) -> Result<()> {
    let display = Display::x11()?;
    log.run(display.environment(&mut alone(rig, "x11::")))?;
    let mut recording = rig.test(&rig.programs.recordings, "screen::");
    log.run(display.environment(&mut recording))
}

fn wayland(rig: &Rig, log: &mut Log) -> Result<()> {
    let display = Display::wayland()?;
    log.run(display.environment(&mut alone(rig, "wayland::")))
}

/// Tests of displays by themselves.
fn alone(rig: &Rig, module: &str) -> Command {
    let mut test = rig.test(&rig.programs.screen, module);
    test.env("RIG_SECONDS", rig.seconds_alone().to_string());
    test
}

/// Each number of the clock is in the file, once and in order.
fn check_clock(rig: &Rig, log: &mut Log) -> Result<()> {
    let file = rig.files.join("clock.mkv");
    judge::plays(&file, log)?;
    let mut seen = judge::first_seen(&judge::numbers(&file)?);
    // Before the clock starts.
    seen.retain(|(_, number)| *number > 0);
    let numbers: Vec<u16> = seen.iter().map(|(_, number)| *number).collect();
    let shown = rig.seconds * 30;
    let are_all = numbers
        .iter()
        .map(|&number| u32::from(number))
        .eq(1..=shown);
    ensure!(are_all, "of {shown} numbers there are {numbers:?}");
    let mean = (seen[seen.len() - 1].0 - seen[0].0) / f64::from(shown - 1);
    log.say(&format!(
        "{shown} numbers, mean interval {:.3} ms",
        mean * 1000.0
    ));
    ensure!((mean - PERIOD).abs() < 0.001, "they are {mean} s apart");
    Ok(())
}
