//! Microphones of a sound server that really runs: `cargo xtask devices sound` starts PulseAudio and
//! PipeWire, says where in the environment, and runs these tests module by module. `RIG_SECONDS` is
//! how long the noise is.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

/// Nothing of the sound of a server is missing.
mod complete;
mod server;
mod signal;
/// The server is there all the time.
mod with_a_server;
/// The server hangs, or ends.
mod with_an_end;
/// No server is there.
mod without_a_server;
