//! What may be asked of tracks, and what fits it best: pure arithmetic.
//!
//! Specification: <https://w3c.github.io/mediacapture-main/#constrainable-interface>

mod select;
mod settings;
mod value;

pub(crate) use select::{Candidate, Overconstrained, Preference, select};
pub(crate) use settings::{MediaSettings, Settings};
#[cfg(test)]
pub(crate) use value::Bare;
pub use value::{ConstrainChoice, ConstrainNumber};

/// How a camera's pictures get their size and rate: `VideoResizeModeEnum`.
///
/// Specification: <https://w3c.github.io/mediacapture-main/#dfn-resizemode>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResizeMode {
    /// As the camera itself has them.
    None,
    /// Cut and scaled down, and pictures left out.
    CropAndScale,
}

/// Whither a camera looks: `VideoFacingModeEnum`. The systems that are known here do not tell it, so
/// that a camera of which it is [demanded](ConstrainChoice::exact) is not found.
///
/// Specification: <https://w3c.github.io/mediacapture-main/#dfn-facingmode>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FacingMode {
    /// At the one who sits before it.
    User,
    /// Away from the one who holds it.
    Environment,
    /// To the left of the one who holds it.
    Left,
    /// To the right of the one who holds it.
    Right,
}

/// `MediaTrackConstraintSet`: what is asked of a track. Properties that its kind does not have are
/// not looked at.
///
/// ```
/// use media_recorder::{ConstrainNumber, ConstraintSet};
/// let set = ConstraintSet::new().width(1280).height(720).frame_rate(ConstrainNumber::max(30));
/// # let _ = set;
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ConstraintSet {
    /// Pixels across, of a picture.
    pub width: ConstrainNumber,
    /// Pixels down, of a picture.
    pub height: ConstrainNumber,
    /// Pictures per second.
    pub frame_rate: ConstrainNumber,
    /// Width by height, of a picture.
    pub aspect_ratio: ConstrainNumber,
    /// Whether pictures may be made smaller and fewer than the camera's own.
    pub resize_mode: ConstrainChoice<ResizeMode>,
    /// Whither the camera looks.
    pub facing_mode: ConstrainChoice<FacingMode>,
    /// Samples per second, of sound.
    pub sample_rate: ConstrainNumber,
    /// Channels, of sound.
    pub channel_count: ConstrainNumber,
    /// The device, as [`enumerate_devices`](crate::MediaDevices::enumerate_devices) names it.
    pub device_id: ConstrainChoice<String>,
    /// The hardware that the device is a part of.
    pub group_id: ConstrainChoice<String>,
}

/// `MediaTrackConstraints`: what is asked of a track, and what more would be better.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrackConstraints {
    pub(crate) basic: ConstraintSet,
    pub(crate) advanced: Vec<ConstraintSet>,
    pub(crate) encoded: bool,
}

/// `MediaStreamConstraints`: which kinds of tracks are asked for, and what of each.
///
/// ```
/// use media_recorder::{ConstrainNumber, ConstraintSet, Constraints, TrackConstraints};
/// // A camera with 1280 pixels across, if there is one, and any microphone.
/// let constraints = Constraints::new()
///     .video(ConstraintSet::new().width(1280))
///     .audio(ConstraintSet::new());
/// // 60 pictures a second if that can be had, else a wide picture if that can be had.
/// let sport = TrackConstraints::from(ConstraintSet::new().height(ConstrainNumber::min(480)))
///     .advanced(ConstraintSet::new().frame_rate(ConstrainNumber::min(60)))
///     .advanced(ConstraintSet::new().aspect_ratio(16.0 / 9.0));
/// let constraints = constraints.video(sport);
/// # let _ = constraints;
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Constraints {
    pub(crate) audio: Option<TrackConstraints>,
    pub(crate) video: Option<TrackConstraints>,
}

impl Constraints {
    /// No track at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for a microphone; an empty [`ConstraintSet`] for any.
    #[must_use]
    pub fn audio(mut self, constraints: impl Into<TrackConstraints>) -> Self {
        self.audio = Some(constraints.into());
        self
    }

    /// Asks for a camera; an empty [`ConstraintSet`] for any.
    #[must_use]
    pub fn video(mut self, constraints: impl Into<TrackConstraints>) -> Self {
        self.video = Some(constraints.into());
        self
    }
}

impl From<ConstraintSet> for TrackConstraints {
    fn from(basic: ConstraintSet) -> Self {
        Self {
            basic,
            ..Self::default()
        }
    }
}

impl TrackConstraints {
    /// Asks for nothing but a track.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a set that is met as a whole where it can be, and else is as if it were not there.
    /// Earlier ones come before later ones, and all before the wishes of the basic set.
    ///
    /// Specification: <https://w3c.github.io/mediacapture-main/#dom-mediatrackconstraints-advanced>
    #[must_use]
    pub fn advanced(mut self, set: ConstraintSet) -> Self {
        self.advanced.push(set);
        self
    }

    /// Asks for a camera's packets as they are, Motion JPEG or H.264, to be recorded without being
    /// decoded: as of an [`EncodedTrackGenerator`](crate::EncodedTrackGenerator). Not a part of the
    /// specification. Of a microphone it is not looked at.
    #[must_use]
    pub fn encoded(mut self, encoded: bool) -> Self {
        self.encoded = encoded;
        self
    }
}

/// Methods that set one property each.
macro_rules! setters {
    ($($property:ident: $constraint:ty),+ $(,)?) => {
        impl ConstraintSet {
            /// Asks for nothing.
            pub fn new() -> Self {
                Self::default()
            }
            $(
                #[doc = concat!("Sets [`", stringify!($property), "`](Self#structfield.", stringify!($property), ").")]
                #[must_use]
                pub fn $property(mut self, constraint: impl Into<$constraint>) -> Self {
                    self.$property = constraint.into();
                    self
                }
            )+
        }
    };
}

setters! {
    width: ConstrainNumber,
    height: ConstrainNumber,
    frame_rate: ConstrainNumber,
    aspect_ratio: ConstrainNumber,
    resize_mode: ConstrainChoice<ResizeMode>,
    facing_mode: ConstrainChoice<FacingMode>,
    sample_rate: ConstrainNumber,
    channel_count: ConstrainNumber,
    device_id: ConstrainChoice<String>,
    group_id: ConstrainChoice<String>,
}
