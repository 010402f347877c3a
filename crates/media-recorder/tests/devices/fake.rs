//! A camera, a microphone, a loudspeaker and a screen that a test plays.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use media_recorder::{
    AudioDevice, AudioFormat, AudioFrame, Bytes, CameraFormat, CameraInfo, CameraMode, Captured,
    CapturedPicture, ColorInfo, DeviceBackend, DeviceCounts, DeviceError, DeviceInfo, DeviceKind,
    DeviceService, DeviceWatch, DisplayInfo, DisplaySurface, FrameSize, MediaDevices, MediaTime,
    PixelFormat, Rate, VideoCodec, VideoDevice, VideoFormat, VideoFrame,
};

const SIZE: FrameSize = FrameSize::new(64, 48);
/// The camera's other size.
const LARGE: FrameSize = FrameSize::new(128, 96);
/// Large enough for an encoder to be several.
const SCREEN: FrameSize = FrameSize::new(640, 480);

/// The head of a picture of 64x48 pixels: nobody looks farther.
pub(crate) const JPEG: &[u8] = &[
    0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 48, 0, 64, 1, 1, 0x11, 0, 0xFF, 0xD9,
];

/// Between two pictures, or runs of sound.
const STEP: Duration = Duration::from_millis(10);

/// The hand that holds the devices.
#[derive(Clone, Default)]
pub(crate) struct Fakes(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    unserved: bool,
    camera_missing: bool,
    refusal: Option<DeviceError>,
    /// So many calls to open the camera fail.
    camera_refusals: usize,
    camera: Played,
    microphone: Played,
    display: Played,
    /// How many devices were opened.
    opened: usize,
    mode: Option<CameraMode>,
    display_rate: Option<Rate>,
    still: bool,
    /// The microphone delivers all the time.
    sound_on: bool,
    lost: u64,
    display_waits: bool,
    changes: u64,
    watches: usize,
}

#[derive(Default)]
struct Played {
    open: bool,
    gone: bool,
    due: usize,
    last: Option<Instant>,
}

impl Played {
    /// When the next is captured: now, but never together with the one before.
    fn capture(&mut self) -> Instant {
        self.due -= 1;
        let now = Instant::now();
        let at = self.last.map_or(now, |last| now.max(last + STEP));
        self.last = Some(at);
        at
    }
}

impl Fakes {
    pub(crate) fn new() -> (MediaDevices, Self) {
        let fakes = Self::default();
        (MediaDevices::with_backend(fakes.clone()), fakes)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.0.changed.notify_all();
        result
    }

    /// Waits until `holds`, which must come about in time.
    pub(crate) fn wait_until(&self, timeout: Duration, holds: impl Fn() -> bool) {
        let begun = Instant::now();
        while !holds() {
            assert!(begun.elapsed() < timeout, "it does not come about");
            let state = self.lock();
            drop(self.0.changed.wait_timeout(state, STEP).unwrap());
        }
    }

    /// Has each open device deliver so many pictures or runs of sound.
    pub(crate) fn deliver(&self, count: usize, timeout: Duration) {
        self.change(|state| {
            state.still = false;
            for device in [&mut state.camera, &mut state.microphone] {
                if device.open {
                    device.due = count;
                }
            }
        });
        self.wait_until(timeout, || {
            let state = self.lock();
            state.camera.due == 0 && state.microphone.due == 0
        });
    }

    pub(crate) fn unserved(&self) {
        self.change(|state| state.unserved = true);
    }

    pub(crate) fn refuse_microphone(&self, refusal: DeviceError) {
        self.change(|state| state.refusal = Some(refusal));
    }

    pub(crate) fn refuse_camera(&self, times: usize) {
        self.change(|state| state.camera_refusals = times);
    }

    pub(crate) fn unplug_camera(&self) {
        self.change(|state| state.camera.gone = true);
    }

    pub(crate) fn unplug_microphone(&self) {
        self.change(|state| state.microphone.gone = true);
    }

    pub(crate) fn unplug_display(&self) {
        self.change(|state| state.display.gone = true);
    }

    /// Everything is there again.
    pub(crate) fn plug_in(&self) {
        self.change(|state| {
            state.camera_missing = false;
            state.camera.gone = false;
            state.microphone.gone = false;
            state.changes += 1;
        });
    }

    pub(crate) fn remove_camera(&self) {
        self.change(|state| {
            state.camera_missing = true;
            state.changes += 1;
        });
    }

    pub(crate) fn notify(&self) {
        self.change(|state| state.changes += 1);
    }

    /// Reading gives nothing, as after a long time.
    pub(crate) fn stand_still(&self) {
        self.change(|state| state.still = true);
    }

    pub(crate) fn lose_pictures(&self, count: u64) {
        self.change(|state| state.lost += count);
    }

    /// From now on the microphone delivers as real ones do.
    pub(crate) fn sound_on(&self) {
        self.change(|state| {
            state.sound_on = true;
            state.microphone.last = Some(Instant::now());
        });
    }

    pub(crate) fn opened(&self) -> usize {
        self.lock().opened
    }

    pub(crate) fn mode(&self) -> Option<CameraMode> {
        self.lock().mode
    }

    /// With which the display was opened.
    pub(crate) fn display_rate(&self) -> Option<Rate> {
        self.lock().display_rate
    }

    pub(crate) fn watches(&self) -> usize {
        self.lock().watches
    }

    pub(crate) fn display_waits(&self) -> bool {
        self.lock().display_waits
    }

    pub(crate) fn wait_until_camera_is_closed(&self, timeout: Duration) {
        self.wait_until(timeout, || !self.lock().camera.open);
    }

    /// One step of reading a device: the instant of what is due.
    fn read(
        &self,
        device: fn(&mut State) -> &mut Played,
        timeout: Duration,
    ) -> Result<Option<Instant>, DeviceError> {
        let end = Instant::now() + timeout;
        let mut state = self.lock();
        loop {
            if state.sound_on {
                let microphone = &mut state.microphone;
                let over = microphone.last.map(|last| last + STEP);
                microphone.due = over.is_some_and(|over| over <= Instant::now()).into();
            }
            let played = device(&mut state);
            if played.gone {
                let device = "the fake".to_owned();
                return Err(DeviceError::Lost { device });
            }
            if played.due > 0 {
                let at = played.capture();
                self.0.changed.notify_all();
                return Ok(Some(at));
            }
            let left = end.saturating_duration_since(Instant::now());
            if state.still || left.is_zero() {
                return Ok(None);
            }
            let left = if state.sound_on { left.min(STEP) } else { left };
            state = self.0.changed.wait_timeout(state, left).unwrap().0;
        }
    }

    fn open(&self, device: fn(&mut State) -> &mut Played, id: &str) -> Result<(), DeviceError> {
        self.change(|state| {
            let played = device(state);
            let (device, busy) = (id.to_owned(), played.open);
            if played.gone {
                return Err(DeviceError::NotFound { device });
            }
            if busy {
                return Err(DeviceError::Busy { device });
            }
            played.open = true;
            played.due = 0;
            state.opened += 1;
            Ok(())
        })
    }

    fn info(&self, kind: DeviceKind, id: &str, group: &str) -> Result<DeviceInfo, DeviceError> {
        if self.lock().unserved {
            return Err(DeviceError::NoService {
                service: "fakes",
                reason: "there are none".to_owned(),
            });
        }
        Ok(DeviceInfo {
            kind,
            id: id.to_owned(),
            label: format!("The {id}"),
            group: group.to_owned(),
        })
    }
}

fn mode(format: CameraFormat, size: FrameSize, rate: u32) -> CameraMode {
    let rate = Rate::new(rate, 1).unwrap();
    CameraMode { format, size, rate }
}

fn video_format(size: FrameSize) -> VideoFormat {
    VideoFormat {
        size,
        rate: None,
        color: ColorInfo::BT709,
        label: "The fake".to_owned(),
    }
}

fn picture(size: FrameSize) -> VideoFrame {
    let pixels = vec![90; PixelFormat::I420.packed_len(size)];
    VideoFrame::packed(PixelFormat::I420, size, pixels.into(), MediaTime::ZERO).unwrap()
}

impl DeviceBackend for Fakes {
    fn cameras(&self) -> Result<Vec<CameraInfo>, DeviceError> {
        let device = self.info(DeviceKind::VideoInput, "cam", "webcam")?;
        if self.lock().camera_missing {
            return Ok(Vec::new());
        }
        Ok(vec![CameraInfo {
            device,
            modes: vec![
                mode(CameraFormat::Raw(PixelFormat::I420), SIZE, 30),
                mode(CameraFormat::Encoded(VideoCodec::Mjpeg), SIZE, 30),
                mode(CameraFormat::Raw(PixelFormat::I420), LARGE, 15),
            ],
        }])
    }

    fn microphones(&self) -> Result<Vec<DeviceInfo>, DeviceError> {
        Ok(vec![self.info(DeviceKind::AudioInput, "mic", "webcam")?])
    }

    fn outputs(&self) -> Result<Vec<DeviceInfo>, DeviceError> {
        Ok(vec![self.info(DeviceKind::AudioOutput, "speaker", "")?])
    }

    fn displays(&self) -> Result<Vec<DisplayInfo>, DeviceError> {
        let device = self.info(DeviceKind::VideoInput, "screen", "")?;
        Ok(vec![DisplayInfo {
            surface: DisplaySurface::Monitor(device.id),
            label: device.label,
            size: SCREEN,
        }])
    }

    fn open_camera(
        &self,
        id: &str,
        mode: &CameraMode,
    ) -> Result<Box<dyn VideoDevice>, DeviceError> {
        let refused = |state: &mut State| state.camera_refusals.checked_sub(1);
        if self
            .change(|state| refused(state).map(|left| state.camera_refusals = left))
            .is_some()
        {
            let device = id.to_owned();
            return Err(DeviceError::Busy { device });
        }
        self.open(|state| &mut state.camera, id)?;
        self.change(|state| {
            state.mode = Some(*mode);
            state.lost = 0;
        });
        let codec = match mode.format {
            CameraFormat::Encoded(codec) => Some(codec),
            CameraFormat::Raw(_) => None,
        };
        Ok(Box::new(Camera(
            self.clone(),
            codec,
            video_format(mode.size),
        )))
    }

    fn open_microphone(
        &self,
        id: &str,
        rate: Option<u32>,
        _: Option<u16>,
    ) -> Result<Box<dyn AudioDevice>, DeviceError> {
        if let Some(refusal) = self.change(|state| state.refusal.take()) {
            return Err(refusal);
        }
        self.open(|state| &mut state.microphone, id)?;
        let format = AudioFormat {
            rate: rate.unwrap_or(48_000),
            channels: 1,
            label: "The fake".to_owned(),
        };
        Ok(Box::new(Microphone(self.clone(), format)))
    }

    fn open_display(
        &self,
        surface: &DisplaySurface,
        rate: Rate,
        _: bool,
    ) -> Result<Box<dyn VideoDevice>, DeviceError> {
        self.info(DeviceKind::VideoInput, "screen", "")?;
        self.open(|state| &mut state.display, &surface.to_string())?;
        self.change(|state| {
            state.display.due = 1;
            state.display_rate = Some(rate);
        });
        Ok(Box::new(Display(self.clone(), video_format(SCREEN))))
    }

    fn watch(&self, _: DeviceService) -> Result<Box<dyn DeviceWatch>, DeviceError> {
        let seen = self.change(|state| {
            state.watches += 1;
            state.changes
        });
        Ok(Box::new(Watch(self.clone(), seen)))
    }
}

struct Camera(Fakes, Option<VideoCodec>, VideoFormat);

impl VideoDevice for Camera {
    fn format(&self) -> &VideoFormat {
        &self.2
    }

    fn codec(&self) -> Option<VideoCodec> {
        self.1
    }

    fn read(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<Captured<CapturedPicture>>, DeviceError> {
        let at = self.0.read(|state| &mut state.camera, timeout)?;
        let encoded = self.1.is_some();
        Ok(at.map(|at| Captured {
            data: if encoded {
                CapturedPicture::Encoded(Bytes::from_static(JPEG))
            } else {
                CapturedPicture::Raw(picture(self.2.size))
            },
            at,
        }))
    }

    fn counts(&self) -> DeviceCounts {
        let mut counts = DeviceCounts::default();
        counts.lost = self.0.lock().lost;
        counts
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.0.change(|state| state.camera.open = false);
    }
}

struct Microphone(Fakes, AudioFormat);

impl AudioDevice for Microphone {
    fn format(&self) -> &AudioFormat {
        &self.1
    }

    fn read(&mut self, timeout: Duration) -> Result<Option<Captured<AudioFrame>>, DeviceError> {
        let at = self.0.read(|state| &mut state.microphone, timeout)?;
        let samples = vec![-0.5; self.1.rate as usize / 100];
        let data = AudioFrame::new(self.1.rate, 1, samples, MediaTime::ZERO).unwrap();
        Ok(at.map(|at| Captured { data, at }))
    }

    fn counts(&self) -> DeviceCounts {
        DeviceCounts::default()
    }
}

impl Drop for Microphone {
    fn drop(&mut self) {
        self.0.change(|state| state.microphone.open = false);
    }
}

struct Display(Fakes, VideoFormat);

impl VideoDevice for Display {
    fn format(&self) -> &VideoFormat {
        &self.1
    }

    fn read(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<Captured<CapturedPicture>>, DeviceError> {
        let at = self.0.read(|state| &mut state.display, timeout)?;
        if at.is_none() {
            self.0.change(|state| state.display_waits = true);
        }
        let data = CapturedPicture::Raw(picture(SCREEN));
        Ok(at.map(|at| Captured { data, at }))
    }

    fn counts(&self) -> DeviceCounts {
        DeviceCounts::default()
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.0.change(|state| state.display.open = false);
    }
}

/// The changes that it has told.
struct Watch(Fakes, u64);

impl DeviceWatch for Watch {
    fn wait(&mut self, timeout: Duration) -> Result<bool, DeviceError> {
        let seen = self.1;
        let state = self.0.lock();
        let waiting = |state: &mut State| state.changes == seen;
        let waited = self.0.0.changed.wait_timeout_while(state, timeout, waiting);
        self.1 = waited.unwrap().0.changes;
        Ok(self.1 != seen)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.change(|state| state.watches -= 1);
    }
}
