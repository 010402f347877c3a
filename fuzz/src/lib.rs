//! What the targets of the container writers share: tracks, packets, and a recording whose
//! output is compared with what went in.

pub mod mp4;
pub mod operation;
pub mod payload;
pub mod recording;
pub mod tracks;

pub use operation::Operation;
pub use recording::{Recorded, record};
pub use tracks::Tracks;
