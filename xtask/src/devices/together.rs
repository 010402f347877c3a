//! A display and a microphone that are recorded at the same time: an X server, and PulseAudio,
//! which can have a microphone that hears what a test writes, when it does.

use anyhow::Result;

use super::display::Display;
use super::log::Log;
use super::sound_server::{Kind, SoundServer};
use super::{Rig, judge};

pub(super) fn run(rig: &Rig, log: &mut Log) -> Result<()> {
    // As long as what runs beside it; a camera and a sound card are together for longer.
    let count = rig.beeps / 2;
    let (display, sound) = (Display::x11()?, SoundServer::start(Kind::PulseAudio)?);
    let mut recording = rig.test(&rig.programs.recordings, "together::");
    recording.env("RIG_BEEPS", count.to_string());
    log.run(display.environment(sound.environment(&mut recording)))?;

    let file = rig.files.join("together.mkv");
    judge::plays(&file, log)?;
    let mut numbers = judge::first_seen(&judge::numbers(&file)?);
    // Before the first beep.
    numbers.retain(|(_, number)| *number > 0);
    let seen: Vec<f64> = numbers.into_iter().map(|(time, _)| time).collect();
    judge::together(&seen, &file, count, log)
}
