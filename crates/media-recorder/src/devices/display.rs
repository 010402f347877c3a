//! What may be asked of a display.

use media_recorder_types::Rate;

use super::DisplaySurface;

/// `DisplayMediaStreamOptions`: what to capture of a display, and how.
///
/// Specification: <https://w3c.github.io/mediacapture-screen-share/#dom-displaymediastreamoptions>
///
/// ```no_run
/// use media_recorder::{DisplayOptions, DisplaySurface, FrameSize, MediaDevices};
/// let corner = DisplaySurface::Region { x: 0, y: 0, size: FrameSize::new(640, 360) };
/// let options = DisplayOptions::new().surface(corner).cursor(false);
/// let stream = MediaDevices::new().get_display_media(&options)?;
/// # Ok::<(), media_recorder::RecorderError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayOptions {
    pub(super) surface: Option<DisplaySurface>,
    pub(super) frame_rate: Rate,
    pub(super) cursor: bool,
}

impl Default for DisplayOptions {
    fn default() -> Self {
        Self {
            surface: None,
            frame_rate: Rate::new(30, 1).expect("neither is zero"),
            cursor: true,
        }
    }
}

impl DisplayOptions {
    /// The primary monitor with its cursor, at most 30 pictures a second.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is captured.
    #[must_use]
    pub fn surface(mut self, surface: DisplaySurface) -> Self {
        self.surface = Some(surface);
        self
    }

    /// How many pictures a second there are at most.
    #[must_use]
    pub fn frame_rate(mut self, rate: Rate) -> Self {
        self.frame_rate = rate;
        self
    }

    /// Whether the mouse's cursor is seen: `cursor` of `never`, or else `always`.
    #[must_use]
    pub fn cursor(mut self, cursor: bool) -> Self {
        self.cursor = cursor;
        self
    }
}
