//! The sound server of Linux: PulseAudio, or PipeWire, which speaks PulseAudio's protocol.

mod address;
mod changes;
mod channels;
mod connection;
mod list;
mod stream;

pub(super) use changes::Changes;
pub(super) use list::{microphones, outputs};
pub(super) use stream::open;
