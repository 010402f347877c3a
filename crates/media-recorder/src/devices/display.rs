//! What may be asked of a display, and the ways in which it can be used.

use media_recorder_types::{FrameSize, Rate};

use super::DisplaySurface;
use super::constraints::{
    Candidate, ConstraintSet, MediaSettings, Preference, ResizeMode, Settings, TrackConstraints,
};
use super::sizes::Sizes;
use crate::source::Output;

/// No more pictures a second are asked of a display later, unless it was opened with more.
pub(super) const MOST_RATE: f64 = 60.0;

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

/// A display in one of the ways in which it can be used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct DisplayUse<'a> {
    id: &'a str,
    /// The display's own size.
    native: FrameSize,
    usual: Rate,
    /// What comes out.
    pub(super) size: FrameSize,
    pub(super) rate: Rate,
}

/// All ways that may fit best what is asked: its pictures as they are or scaled down, at the usual
/// rate or any that is named.
pub(super) fn display_uses<'a>(
    id: &'a str,
    native: FrameSize,
    usual: Rate,
    constraints: &TrackConstraints,
) -> impl Iterator<Item = DisplayUse<'a>> + use<'a> {
    let sets: Vec<&ConstraintSet> = [&constraints.basic]
        .into_iter()
        .chain(&constraints.advanced)
        .collect();
    let most = MOST_RATE.max(usual.as_f64());
    let named = sets.iter().flat_map(|set| set.frame_rate.values());
    let mut rates: Vec<Rate> = named
        .filter(|rate| *rate <= most)
        .filter_map(Rate::from_f64)
        .collect();
    rates.push(usual);
    // Also where only something larger is asked for.
    rates.extend(Rate::from_f64(most));
    let sizes = Sizes::named(&sets).within(native);
    let sizes = sizes.into_iter().chain([native]);
    sizes.flat_map(move |size| {
        let rates = rates.clone().into_iter();
        rates.map(move |rate| DisplayUse {
            id,
            native,
            usual,
            size,
            rate,
        })
    })
}

impl DisplayUse<'_> {
    /// What comes out of it.
    pub(super) fn output(&self) -> Output {
        Output::Display {
            size: Some(self.size).filter(|size| *size != self.native),
            rate: self.rate,
        }
    }

    pub(super) fn resize_mode(&self) -> ResizeMode {
        if (self.size, self.rate) == (self.native, self.usual) {
            ResizeMode::None
        } else {
            ResizeMode::CropAndScale
        }
    }
}

impl Candidate for DisplayUse<'_> {
    fn settings(&self) -> Settings<'_> {
        Settings {
            device_id: Some(self.id),
            group_id: "",
            media: MediaSettings::Video {
                size: self.size,
                frame_rate: Some(self.rate.as_f64()),
                resize_mode: Some(self.resize_mode()),
            },
        }
    }

    fn preference(&self) -> Preference {
        let ratio = |size: FrameSize| f64::from(size.width) / f64::from(size.height);
        let (own, made) = (ratio(self.native), ratio(self.size));
        let bars = 1.0 - (own / made).min(made / own);
        [
            // A picture that nearly has the ratio has it: sides are whole numbers.
            (bars * 50.0).round(),
            -(self.size.pixels() as f64),
            (self.rate.as_f64() - self.usual.as_f64()).abs(),
            0.0,
            0.0,
        ]
    }
}
