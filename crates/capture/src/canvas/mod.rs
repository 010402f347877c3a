//! A canvas whose pictures become video frames: Media Capture from DOM Elements §4, as a model
//! without thread or clock.

mod schedule;
mod stepped;
mod surface;

pub use schedule::CaptureSchedule;
pub use stepped::SteppedCapture;
pub use surface::CanvasSurface;
