//! Recordings of devices that are really there, or played: `cargo xtask devices` plays them, says
//! where in the environment, runs these tests module by module, and has programs that are not ours
//! judge the files.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

/// In a machine with a sound card of the driver `snd-aloop` and no sound server.
#[cfg(feature = "cpal")]
mod alsa;
#[cfg(feature = "cpal")]
mod alsa_player;
/// In a machine with a camera of the driver `vivid`.
mod camera;
/// In a machine with both, a camera of the driver `vivid` and that sound card.
#[cfg(feature = "cpal")]
mod flash;
/// With no camera, no sound server and no display.
mod nothing;
mod recording;
/// With an X server.
mod screen;
/// With a sound server, which ends in `sound::ends`.
mod sound;
/// With an X server, and PulseAudio as the sound server.
mod together;
#[cfg(feature = "cpal")]
mod vivid;

#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "../../../capture/tests/rig_screen/card.rs"]
mod card;
#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "../../../capture/tests/rig_sound/server.rs"]
mod server;
#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "../../../capture/tests/rig_sound/signal.rs"]
mod signal;
#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "../../../capture/tests/rig_screen/x11_window.rs"]
mod x11_window;
