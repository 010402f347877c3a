//! The camera: `vivid` in the virtual machine, its faults injected by `v4l2-ctl`.

use anyhow::Result;

use super::vm::{Machine, Work};
use super::{Options, build_test, install};
use crate::process;

pub(super) fn run(options: &Options) -> Result<()> {
    install(&[("v4l2-ctl", "v4l-utils")])?;
    let machine = Machine::set_up()?;
    let features = if options.v4l {
        "rig-tests,v4l"
    } else {
        "rig-tests"
    };
    let program = build_test("rig_camera", features)?;
    machine.run(&Work {
        program,
        // There is one device.
        arguments: &["--test-threads=1", "--show-output"],
        variables: &[("RIG_SECONDS", &options.seconds().to_string())],
        tools: process::find("v4l2-ctl").into_iter().collect(),
    })
}
