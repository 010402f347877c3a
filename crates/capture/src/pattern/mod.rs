//! A picture and a sound that say when they were made, so that anyone can check a recording of
//! them by eye, by ear and by program.
//!
//! The picture, in BT.709 studio range:
//!
//! - 75 % colour bars, a disc that bounces over them, and a woven texture that drifts below;
//! - in the middle the time (`HH:MM:SS.mmm`) and below it the number of the frame, in
//!   seven-segment digits, where the picture is large enough for them;
//! - along the bottom a row of black and white cells that a program reads back as the number
//!   of the frame ([`read_frame_number`]), from 64x16 pixels on;
//! - **a white flash instead of bars, disc and texture** in every frame that is the first of its
//!   full second or begins within 50 ms of one ([`shows_flash`]).
//!
//! The sound: silence, and **from the sample of each full second on** 50 ms of a 1 kHz sine.

mod audio;
mod digits;
mod mark;
mod painter;
mod scene;
mod video;

pub use audio::TestPatternAudio;
pub use mark::read_frame_number;
pub use video::{TestPatternVideo, shows_flash};

#[cfg(test)]
mod tests;
