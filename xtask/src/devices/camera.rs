//! The camera: `vivid` in the virtual machine, its faults injected by `v4l2-ctl`.

use anyhow::{Result, ensure};

use super::log::Log;
use super::vm::{Machine, Task, Work};
use super::{Rig, judge};
use crate::process;

/// Program and package.
pub(super) const TOOLS: [(&str, &str); 1] = [("v4l2-ctl", "v4l-utils")];

/// How much shorter or longer than asked for a recording may be, in seconds: the last pictures may
/// be among those for which the emulated processor has no time.
const SLACK: f64 = 1.0;

pub(super) fn run(rig: &Rig, log: &mut Log) -> Result<()> {
    let machine = Machine::set_up()?;
    let task = |program, module| Task {
        program,
        // There is one device.
        arguments: vec!["--test-threads=1", "--nocapture", module],
    };
    let work = Work {
        tasks: vec![
            task(&rig.programs.camera, ""),
            task(&rig.programs.recordings, "camera::"),
        ],
        variables: vec![("RIG_SECONDS", rig.seconds.to_string())],
        tools: process::find("v4l2-ctl").into_iter().collect(),
        files: &rig.files,
    };
    machine.run(&work, log)?;
    let length = f64::from(rig.seconds);
    for name in ["yuyv.mkv", "nv12.mkv"] {
        let seconds = judge::plays(&rig.files.join(name), log)?;
        let is_right = (seconds - length).abs() <= SLACK;
        ensure!(is_right, "{name} is {seconds} s long instead of {length} s");
    }
    for name in ["unplugged.mkv", "back.mkv"] {
        judge::plays(&rig.files.join(name), log)?;
    }
    Ok(())
}
