//! A display and a microphone that are recorded at the same time: an X server, and PulseAudio,
//! which can have a microphone that hears what a test writes, when it does.

use anyhow::{Result, ensure};

use super::display::Display;
use super::log::Log;
use super::sound_server::{Kind, SoundServer};
use super::{Rig, judge};

/// How far what belongs together may be apart in the file, in seconds.
const APART: f64 = 0.040;
/// How much that may change from the first third to the last one.
const DRIFT: f64 = 0.010;

pub(super) fn run(rig: &Rig, log: &mut Log) -> Result<()> {
    let (display, sound) = (Display::x11()?, SoundServer::start(Kind::PulseAudio)?);
    let mut recording = rig.test(&rig.programs.recordings, "together::");
    recording.env("RIG_BEEPS", rig.seconds_together.to_string());
    log.run(display.environment(sound.environment(&mut recording)))?;

    let file = rig.files.join("together.mkv");
    judge::plays(&file, log)?;
    let mut numbers = judge::first_seen(&judge::numbers(&file)?);
    // Before the first beep.
    numbers.retain(|(_, number)| *number > 0);
    let beeps = judge::beeps(&file)?;
    let count = rig.seconds_together as usize;
    ensure!(
        (numbers.len(), beeps.len()) == (count, count),
        "{} numbers and {} beeps of {count}",
        numbers.len(),
        beeps.len()
    );
    let pairs = numbers.iter().zip(&beeps);
    let apart: Vec<f64> = pairs.map(|((seen, _), heard)| heard - seen).collect();
    let worst = apart
        .iter()
        .fold(0.0_f64, |worst, apart| worst.max(apart.abs()));
    let third = count / 3;
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let (first, last) = (mean(&apart[..third]), mean(&apart[count - third..]));
    log.say(&format!(
        "sound against picture: worst {:.1} ms, {:+.1} ms in the first third, {:+.1} ms in the last",
        worst * 1000.0,
        first * 1000.0,
        last * 1000.0
    ));
    ensure!(worst < APART, "too far apart: {apart:?}");
    ensure!((last - first).abs() < DRIFT, "it drifts: {apart:?}");
    Ok(())
}
