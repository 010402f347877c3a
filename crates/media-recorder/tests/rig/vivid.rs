//! The camera as its driver's own controls change it, `drivers/media/test-drivers/vivid/` of Linux.

#![expect(
    unsafe_code,
    reason = "ioctl has no safe form, and a program for it takes longer to start than a picture"
)]

use std::fs::File;
use std::os::fd::AsFd;
use std::process::Command;

use rustix::ioctl::{Updater, ioctl, opcode};

/// `struct v4l2_control`
#[repr(C)]
struct Control {
    id: u32,
    value: i32,
}

/// What the camera sees.
#[derive(Clone, Copy)]
pub(crate) enum Scene {
    Bars = 0,
    Black = 5,
    White = 6,
}

/// `VIDIOC_S_CTRL`
const SET: rustix::ioctl::Opcode = opcode::read_write::<Control>(b'V', 28);
/// `VIVID_CID_TEST_PATTERN`
const TEST_PATTERN: u32 = 0x00f0_f000;

/// Its controls, and the coloured bars again when they are dropped.
pub(crate) struct Controls(File);

impl Controls {
    /// From now on a picture's time is when the camera looked, not when it was done with painting
    /// what it saw, which takes a machine that is held up as long as several pictures.
    pub(crate) fn open() -> Self {
        let mut v4l2_ctl = Command::new("v4l2-ctl");
        let set = v4l2_ctl.args(["-c", "timestamp_source=1"]).status();
        assert!(set.unwrap().success());
        Self(File::open("/dev/video0").unwrap())
    }

    /// From the next picture on.
    pub(crate) fn show(&self, scene: Scene) {
        let mut control = Control {
            id: TEST_PATTERN,
            value: scene as i32,
        };
        // SAFETY: the request is that of this structure, which has no address in it and lives
        // longer than the call.
        let set = unsafe { ioctl(self.0.as_fd(), Updater::<SET, Control>::new(&mut control)) };
        set.unwrap();
    }
}

impl Drop for Controls {
    fn drop(&mut self) {
        self.show(Scene::Bars);
    }
}
