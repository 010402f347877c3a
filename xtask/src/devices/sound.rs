//! Microphones of sound servers, PulseAudio and PipeWire at the same time.

use anyhow::{Context, Result, ensure};

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

/// How often a server's steps are tried on a machine that has other things to do: one that is held
/// up for long has no sound to play, which is no fault of who captures it.
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
                let mut left = if rig.is_shared { TRIES } else { 1 };
                loop {
                    let result = run_kind(kind, rig, &mut log);
                    left -= 1;
                    match result {
                        Err(error) if left > 0 => log.say(&format!("{error:#}\nonce more")),
                        result => break (log, result),
                    }
                }
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
        judge::plays(&files.join(name), log)?;
        let hertz = judge::frequency(&files.join(name))?;
        log.say(&format!("{name}: {hertz:.3} Hz"));
        ensure!((hertz - 1000.0).abs() < 0.1, "{name}: {hertz} Hz");
    }
    Ok(())
}
