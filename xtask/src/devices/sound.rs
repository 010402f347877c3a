//! Microphones of sound servers, PulseAudio and PipeWire at the same time.

use anyhow::{Context, Result};

use super::held_up::Watch;
use super::log::{Log, at_once};
use super::sound_server::{Kind, SoundServer};
use super::{Rig, judge};

/// The tests, module by module, up to the end of a server: of microphones by themselves (`true`), and
/// of what is recorded of them.
const RUNS: [&[(bool, &str)]; 2] = [
    &[
        (true, "signal::"),
        (true, "complete::"),
        (true, "with_an_end::"),
        (true, "without_a_server::"),
    ],
    &[
        (true, "with_a_server::"),
        (false, "sound::lasts::"),
        (false, "sound::ends::"),
    ],
];

/// How often a server's steps are tried on a machine that has other things to do.
const TRIES: u32 = 3;

const KINDS: [Kind; 2] = [Kind::PulseAudio, Kind::PipeWire];

/// An error if one of the servers does not start here.
pub(super) fn can_be_played() -> Result<()> {
    for kind in KINDS {
        SoundServer::start(kind).with_context(|| format!("{kind:?} does not start"))?;
    }
    Ok(())
}

pub(super) fn run(rig: &Rig, log: &mut Log) -> Result<()> {
    at_once(log, KINDS, |kind, log| {
        log.say(&format!("-- {kind:?}"));
        let run = if rig.is_shared { run_shared } else { run_kind };
        run(kind, rig, log).with_context(|| format!("{kind:?}"))
    })
}

/// On a machine that has other things to do. What fails each time while it is held up by them shows
/// nothing.
fn run_shared(kind: Kind, rig: &Rig, log: &mut Log) -> Result<()> {
    for _ in 0..TRIES {
        let watch = Watch::start();
        let result = run_kind(kind, rig, log);
        let held_up = watch.end();
        match (result, held_up) {
            (Ok(()), _) => return Ok(()),
            (Err(error), None) => return Err(error),
            (Err(error), Some(time)) => {
                log.say(&format!("{error:#}\nNOT JUDGED: held up for {time:?}"));
            }
        }
    }
    Ok(())
}

fn run_kind(kind: Kind, rig: &Rig, log: &mut Log) -> Result<()> {
    let files = rig.files.join(format!("{kind:?}"));
    std::fs::create_dir_all(&files)?;
    at_once(log, RUNS, |modules, log| {
        let server = SoundServer::start(kind)?;
        for (is_alone, module) in modules {
            let program = if *is_alone {
                &rig.programs.sound
            } else {
                &rig.programs.recordings
            };
            let mut test = rig.test(program, module);
            test.env("RIG_FILES", &files);
            log.run(server.environment(&mut test))
                .with_context(|| server.logs())?;
        }
        Ok(())
    })?;
    for name in ["tone.webm", "unloaded.webm", "killed.webm"] {
        judge::kilohertz(&files.join(name), log)?;
    }
    Ok(())
}
