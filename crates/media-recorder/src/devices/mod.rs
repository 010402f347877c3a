//! Cameras, microphones and displays as streams.

mod backend;
mod camera;
mod capabilities;
mod changes;
mod constraints;
mod controls;
mod display;
mod info;
mod microphone;
mod open;
mod sizes;
mod system;

use std::fmt;
use std::sync::{Arc, OnceLock};

use media_recorder_capture::{DeviceError, DeviceInfo};

pub use backend::{
    CameraInfo, DeviceBackend, DeviceService, DeviceWatch, DisplayInfo, DisplaySurface,
};
pub use capabilities::MediaTrackCapabilities;
pub(crate) use capabilities::holds_as_it_is;
pub use changes::DeviceChanges;
pub use constraints::{
    ConstrainChoice, ConstrainNumber, ConstraintSet, Constraints, FacingMode, ResizeMode,
    TrackConstraints,
};
pub use display::DisplayOptions;
pub use info::MediaDeviceInfo;

use self::camera::{CameraUse, camera_uses};
use self::constraints::{Overconstrained, select};
use self::controls::{CameraControls, DisplayControls};
use self::microphone::{MicrophoneUse, microphone_uses};
use self::open::OpenDevices;
use self::system::SystemDevices;
use crate::error::{ErrorKind, RecorderError};
use crate::source::{Output, microphone_track, orders, video_track};
use crate::stream::{DeviceSettings, MediaStream, MediaStreamTrack};
use crate::sync::Mutex;

/// `navigator.mediaDevices`: lists devices, and makes streams of them.
///
/// This is a handle: its clones are the same, and so is what every call of [`new`](Self::new)
/// gives.
///
/// A device is open from the moment a stream is made of it until all of its tracks have
/// [stopped](MediaStreamTrack::stop) or are gone; to have a second track of it, [clone](
/// MediaStreamTrack::clone_track) the first. Once it is unplugged, its tracks have ended and say
/// [why](MediaStreamTrack::failure); a recording of them stops by itself and keeps what it has.
/// A camera or microphone that delivers nothing for two seconds is
/// [muted](MediaStreamTrack::muted) until it does.
///
/// Specification: <https://w3c.github.io/mediacapture-main/#mediadevices>
///
/// ```no_run
/// use media_recorder::{
///     ConstraintSet, Constraints, MediaDevices, MediaRecorder, RecorderOptions,
/// };
/// let devices = MediaDevices::new();
/// for device in devices.enumerate_devices()? {
///     println!("{:?} {}: {}", device.kind, device.device_id, device.label);
/// }
/// let constraints = Constraints::new()
///     .video(ConstraintSet::new().width(1280).height(720).frame_rate(30))
///     .audio(ConstraintSet::new());
/// let stream = devices.get_user_media(&constraints)?;
/// let (recorder, events) = MediaRecorder::new(&stream, RecorderOptions::new())?;
/// let saved = events.save_to("me.webm")?;
/// recorder.start()?;
/// // …
/// recorder.stop()?;
/// println!("{}", saved.join()?);
/// # Ok::<(), media_recorder::RecorderError>(())
/// ```
#[derive(Clone)]
pub struct MediaDevices {
    inner: Arc<Inner>,
}

struct Inner {
    backend: Box<dyn DeviceBackend>,
    open: OpenDevices,
}

impl fmt::Debug for MediaDevices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaDevices").finish_non_exhaustive()
    }
}

impl Default for MediaDevices {
    fn default() -> Self {
        Self::new()
    }
}

impl MediaDevices {
    /// The devices of this machine.
    pub fn new() -> Self {
        static SYSTEM: OnceLock<MediaDevices> = OnceLock::new();
        SYSTEM
            .get_or_init(|| Self::with_backend(SystemDevices))
            .clone()
    }

    /// Other devices.
    pub fn with_backend(backend: impl DeviceBackend + 'static) -> Self {
        Self {
            inner: Arc::new(Inner {
                backend: Box::new(backend),
                open: OpenDevices::default(),
            }),
        }
    }

    /// `enumerateDevices()`: microphones, then cameras, then outputs, of each kind the default one
    /// first. Where nothing serves a kind, or it cannot be listed, there are none of it; opening one tells
    /// why.
    ///
    /// Specification: <https://w3c.github.io/mediacapture-main/#dom-mediadevices-enumeratedevices>
    ///
    /// # Errors
    ///
    /// Where nothing at all can be listed: [`ErrorKind::NotAllowed`] if the operating system forbids
    /// it, [`ErrorKind::NotReadable`] or [`ErrorKind::Abort`] if it fails.
    pub fn enumerate_devices(&self) -> Result<Vec<MediaDeviceInfo>, RecorderError> {
        Ok(info::enumerate(&*self.inner.backend)?)
    }

    /// The monitors, the primary one first, and the windows: what [`get_display_media`](
    /// Self::get_display_media) can capture. Browsers let their users choose among them; here the
    /// program does.
    ///
    /// # Errors
    ///
    /// As [`enumerate_devices`](Self::enumerate_devices).
    pub fn displays(&self) -> Result<Vec<DisplayInfo>, RecorderError> {
        Ok(served(self.inner.backend.displays())?)
    }

    /// `ondevicechange`: gives the new list whenever it has changed.
    ///
    /// # Errors
    ///
    /// Those of [`enumerate_devices`](Self::enumerate_devices), and [`ErrorKind::Unknown`] if the
    /// operating system gives no thread.
    pub fn device_changes(&self) -> Result<DeviceChanges, RecorderError> {
        DeviceChanges::new(self)
    }

    /// `getUserMedia()`: opens the camera and the microphone that fit best what is asked. Where
    /// several fit equally well, the first is taken, at about 640x480 pixels, 30 pictures a second.
    ///
    /// Pictures of a larger size than is asked for are scaled down, and cut where they have another
    /// aspect ratio, and of a higher rate some are left out, unless the constraints have
    /// [`ResizeMode::None`]. They are never enlarged. Motion JPEG is decoded, unless [packets are
    /// asked for](TrackConstraints::encoded).
    ///
    /// Specification: <https://w3c.github.io/mediacapture-main/#dom-mediadevices-getusermedia>
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Type`] if neither sound nor pictures are asked for;
    /// - [`ErrorKind::NotFound`] if there is no device of a kind;
    /// - [`ErrorKind::Overconstrained`] if none has what is required;
    /// - [`ErrorKind::NotAllowed`] if the operating system forbids it;
    /// - [`ErrorKind::NotReadable`] if another program has the device, or it fails;
    /// - [`ErrorKind::Abort`] if it cannot be had for another reason;
    /// - [`ErrorKind::Unknown`] if the operating system gives no thread.
    ///
    /// Nothing is left open then.
    pub fn get_user_media(&self, constraints: &Constraints) -> Result<MediaStream, RecorderError> {
        let (video, audio) = (&constraints.video, &constraints.audio);
        if video.is_none() && audio.is_none() {
            let message = "neither sound nor pictures are asked for";
            return Err(RecorderError::new(ErrorKind::Type, message));
        }
        let backend = &*self.inner.backend;
        let cameras = list(video.is_some(), "camera", || backend.cameras())?;
        let microphones = list(audio.is_some(), "microphone", || backend.microphones())?;
        // Nothing is opened before it is known that all can be had.
        let chosen = |constraints| choose_camera(&cameras, constraints);
        let camera = video.as_ref().map(chosen).transpose()?;
        let chosen = |constraints| choose_microphone(&microphones, constraints);
        let microphone = audio.as_ref().map(chosen).transpose()?;

        let mut tracks = Vec::new();
        if let (Some(camera), Some(constraints)) = (camera, video) {
            tracks.push(self.open_camera(&camera, constraints)?);
        }
        if let (Some(microphone), Some(constraints)) = (microphone, audio) {
            tracks.push(self.open_microphone(&microphone, constraints)?);
        }
        Ok(MediaStream::new(tracks))
    }

    /// `getDisplayMedia()`: opens a monitor, a window or a part of the desktop. Its track has
    /// pictures only while something changes; a recording repeats the last one each second.
    ///
    /// Specification: <https://w3c.github.io/mediacapture-screen-share/#dom-mediadevices-getdisplaymedia>
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if there is no display, or not this one; [`ErrorKind::NotAllowed`],
    /// [`ErrorKind::NotReadable`], [`ErrorKind::Abort`] and [`ErrorKind::Unknown`] as for
    /// [`get_user_media`](Self::get_user_media).
    pub fn get_display_media(
        &self,
        options: &DisplayOptions,
    ) -> Result<MediaStream, RecorderError> {
        let backend = &*self.inner.backend;
        let surface = match &options.surface {
            Some(surface) => surface.clone(),
            None => {
                let displays = list(true, "display", || backend.displays())?;
                displays
                    .into_iter()
                    .next()
                    .map(|display| display.surface)
                    .ok_or_else(|| not_found("display"))?
            }
        };
        let display = backend.open_display(&surface, options.frame_rate, options.cursor)?;
        let (size, rate) = (display.format().size, options.frame_rate);
        let (orders, received) = orders();
        let settings = DeviceSettings {
            device_id: surface.to_string(),
            group_id: String::new(),
            resize_mode: Some(ResizeMode::None),
            constraints: TrackConstraints::new(),
            controls: Some(Box::new(DisplayControls {
                devices: self.clone(),
                surface,
                cursor: options.cursor,
                size,
                usual: rate,
                present: Mutex::new((size, rate)),
                orders,
            })),
        };
        let output = Output::Display { size: None, rate };
        let driven = video_track(display, output, settings, received)?;
        Ok(MediaStream::new([driven.track]))
    }

    fn open_camera(
        &self,
        chosen: &CameraUse<'_>,
        constraints: &TrackConstraints,
    ) -> Result<MediaStreamTrack, RecorderError> {
        let device = &chosen.camera.device;
        let output = chosen.output(constraints.encoded);
        let (orders, received) = orders();
        let settings = DeviceSettings {
            device_id: device.id.clone(),
            group_id: device.group.clone(),
            resize_mode: Some(chosen.resize_mode),
            constraints: constraints.clone(),
            controls: Some(Box::new(CameraControls {
                devices: self.clone(),
                camera: chosen.camera.clone(),
                encoded: constraints.encoded,
                present: Mutex::new((chosen.mode, output)),
                orders,
            })),
        };
        self.inner.open.open(&device.id, || {
            let backend = &self.inner.backend;
            let camera = backend.open_camera(&device.id, &chosen.mode)?;
            video_track(camera, output, settings, received)
        })
    }

    fn open_microphone(
        &self,
        chosen: &MicrophoneUse<'_>,
        constraints: &TrackConstraints,
    ) -> Result<MediaStreamTrack, RecorderError> {
        let device = chosen.device;
        let (rate, channels) = chosen.wanted(constraints);
        let settings = DeviceSettings {
            device_id: device.id.clone(),
            group_id: device.group.clone(),
            resize_mode: None,
            constraints: constraints.clone(),
            controls: None,
        };
        self.inner.open.open(&device.id, || {
            let backend = &self.inner.backend;
            let microphone = backend.open_microphone(&device.id, rate, channels)?;
            // Only the opened device tells what it delivers.
            let opened = chosen.with_format(microphone.format());
            select([opened], constraints).map_err(overconstrained)?;
            microphone_track(microphone, settings)
        })
    }
}

fn choose_camera<'a>(
    cameras: &'a [CameraInfo],
    constraints: &'a TrackConstraints,
) -> Result<CameraUse<'a>, RecorderError> {
    let mut uses = camera_uses(cameras, constraints).peekable();
    if uses.peek().is_none() {
        let what = if constraints.encoded {
            "camera that encodes"
        } else {
            "camera"
        };
        return Err(not_found(what));
    }
    select(uses, constraints).map_err(overconstrained)
}

fn choose_microphone<'a>(
    microphones: &'a [DeviceInfo],
    constraints: &TrackConstraints,
) -> Result<MicrophoneUse<'a>, RecorderError> {
    if microphones.is_empty() {
        return Err(not_found("microphone"));
    }
    select(microphone_uses(microphones, constraints), constraints).map_err(overconstrained)
}

/// The list, if it is wanted; where nothing serves what would be in it, that is why nothing is
/// found.
fn list<T>(
    wanted: bool,
    what: &str,
    list: impl FnOnce() -> Result<Vec<T>, DeviceError>,
) -> Result<Vec<T>, RecorderError> {
    if !wanted {
        return Ok(Vec::new());
    }
    list().map_err(|error| RecorderError::from(error).at(&format!("no {what}")))
}

/// The list; empty where nothing serves what would be in it.
fn served<T>(list: Result<Vec<T>, DeviceError>) -> Result<Vec<T>, DeviceError> {
    match list {
        Err(DeviceError::NoService { .. }) => Ok(Vec::new()),
        list => list,
    }
}

fn not_found(what: &str) -> RecorderError {
    RecorderError::new(ErrorKind::NotFound, format!("there is no {what}"))
}

fn overconstrained(failed: Overconstrained) -> RecorderError {
    let constraint = failed.constraint.unwrap_or_default();
    let message = match failed.constraint {
        Some(name) => format!("no device has the {name} that is required"),
        None => "no device has all that is required at once".to_owned(),
    };
    RecorderError::new(ErrorKind::Overconstrained { constraint }, message)
}

#[cfg(test)]
mod tests;
