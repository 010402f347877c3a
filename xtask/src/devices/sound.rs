//! Microphones of sound servers, PulseAudio and PipeWire at the same time.

use anyhow::{Context, Result};

use super::held_up::Watch;
use super::log::Log;
use super::sound_server::{Kind, SoundServer};
use super::{Rig, judge};

/// The steps of the tests: microphones by themselves (`true`) and what is recorded of them, while
/// the server lasts, and up to its end. It is started anew after that.
const STEPS: [(bool, &str); 6] = [
    (true, "signal::"),
    (true, "with_a_server::"),
    (false, "sound::lasts::"),
    (false, "sound::ends::"),
    (true, "with_an_end::"),
    (true, "without_a_server::"),
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
    std::thread::scope(|scope| {
        let runs = KINDS.map(|kind| {
            scope.spawn(move || {
                let mut log = Log::default();
                let result = if rig.is_shared {
                    run_shared(kind, rig, &mut log)
                } else {
                    run_kind(kind, rig, &mut log)
                };
                (log, result)
            })
        });
        let mut results = Ok(());
        for (kind, run) in KINDS.iter().zip(runs) {
            let Ok((own, result)) = run.join() else {
                anyhow::bail!("{kind:?}: the thread panicked");
            };
            log.say(&format!("-- {kind:?}\n{own}"));
            results = results.and(result.with_context(|| format!("{kind:?}")));
        }
        results
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
    let mut server = SoundServer::start(kind)?;
    for (is_alone, module) in STEPS {
        let program = if is_alone {
            &rig.programs.sound
        } else {
            &rig.programs.recordings
        };
        let mut test = rig.test(program, module);
        test.env("RIG_FILES", &files);
        log.run(server.environment(&mut test))
            .with_context(|| server.logs())?;
        if module == "sound::ends::" {
            server = SoundServer::start(kind)?;
        }
    }
    for name in ["tone.webm", "unloaded.webm", "killed.webm"] {
        judge::kilohertz(&files.join(name), log)?;
    }
    Ok(())
}
