//! No camera, no sound server and no display: what the library says, and the command.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::Rig;
use super::display::without;
use super::log::Log;
use crate::process;

/// No answer takes longer, unless other programs keep it waiting: the fastest of a few counts.
const AT_ONCE: Duration = Duration::from_secs(1);
const TRIES: usize = 5;

/// What the command is asked for, and what it says.
const ASKED: [(&[&str], &str); 4] = [
    (&["--camera"], "there is no camera"),
    (&["--microphone"], "no microphone"),
    (&["--screen"], "no display"),
    (&["--camera", "--microphone"], "no microphone"),
];

pub(super) fn run(rig: &Rig, log: &mut Log) -> Result<()> {
    let empty = tempfile::tempdir()?;
    let alone = |command: &mut Command| {
        without(command).env("XDG_RUNTIME_DIR", empty.path());
        command.env("HOME", empty.path()).env_remove("PULSE_SERVER");
    };
    let mut calls = rig.test(&rig.programs.recordings, "nothing::");
    alone(&mut calls);
    log.run(&mut calls)?;

    let mut list = Command::new(&rig.command);
    alone(list.arg("devices"));
    let listed = String::from_utf8(process::stdout(&mut list)?)?;
    ensure!(listed == "no devices\n", "there are devices: {listed}");
    for (arguments, said) in ASKED {
        let file = empty.path().join("out.webm");
        let mut refuse = || -> Result<Duration> {
            let mut record = Command::new(&rig.command);
            alone(record.arg("record").arg(&file).args(arguments));
            let start = Instant::now();
            let output = process::output(&mut record)?;
            let passed = start.elapsed();
            let message = String::from_utf8_lossy(&output.stderr);
            log.say(&format!(
                "{arguments:?}: {} after {passed:?}",
                message.trim()
            ));
            ensure!(!output.status.success(), "{arguments:?} succeeds");
            ensure!(message.contains(said), "{said:?} is not what is said");
            ensure!(!file.exists(), "it leaves a file behind");
            Ok(passed)
        };
        let mut fastest = refuse()?;
        for _ in 1..TRIES {
            if fastest >= AT_ONCE {
                fastest = refuse()?;
            }
        }
        ensure!(fastest < AT_ONCE, "that took too long");
    }
    Ok(())
}
