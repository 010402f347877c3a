//! The calls of AVFoundation: the only unsafe code of cameras on macOS.
//!
//! **Every object is one that AVFoundation handed out and that is counted**: the `objc2` family
//! retains and releases. What is left to keep here: formats and durations are set on the device
//! that listed them, a pixel buffer is read only while it is locked and only within its rows, and
//! the session goes to other threads only because it is made for that.

#![expect(
    unsafe_code,
    reason = "Objective-C has no safe form: whether a call keeps its word, no compiler can see"
)]

use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use dispatch2::DispatchQueue;
use objc2::rc::Retained;
use objc2::runtime::{AnyObject, NSObject, NSObjectProtocol, ProtocolObject};
use objc2::{AnyThread, DefinedClass, define_class, msg_send};
use objc2_av_foundation::{
    AVAuthorizationStatus, AVCaptureConnection, AVCaptureDevice, AVCaptureDeviceFormat,
    AVCaptureDeviceInput, AVCaptureOutput, AVCaptureSession, AVCaptureVideoDataOutput,
    AVCaptureVideoDataOutputSampleBufferDelegate, AVMediaType, AVMediaTypeVideo,
};
use objc2_core_media::{CMClock, CMSampleBuffer, CMTime, CMVideoFormatDescriptionGetDimensions};
use objc2_core_video::{
    CVPixelBuffer, CVPixelBufferGetBaseAddress, CVPixelBufferGetBaseAddressOfPlane,
    CVPixelBufferGetBytesPerRow, CVPixelBufferGetBytesPerRowOfPlane, CVPixelBufferGetHeight,
    CVPixelBufferGetHeightOfPlane, CVPixelBufferGetPlaneCount, CVPixelBufferIsPlanar,
    CVPixelBufferLockBaseAddress, CVPixelBufferLockFlags, CVPixelBufferUnlockBaseAddress,
    kCVPixelBufferPixelFormatTypeKey, kCVReturnSuccess,
};
use objc2_foundation::{NSDictionary, NSError, NSNumber, NSString};

use crate::camera::delivery::Sink;

/// The clock by which pictures are stamped.
pub(in crate::camera) fn system_time() -> Duration {
    // SAFETY: The clock is the system's and always there.
    let time = unsafe { CMClock::host_time_clock().time() };
    duration(time).unwrap_or_default()
}

fn duration(time: CMTime) -> Option<Duration> {
    let CMTime {
        value, timescale, ..
    } = time;
    let (value, scale) = (u128::try_from(value).ok()?, u128::try_from(timescale).ok()?);
    let nanos = (value * 1_000_000_000).checked_div(scale)?;
    Some(Duration::from_nanos(u64::try_from(nanos).ok()?))
}

/// What a camera's media is; `None` where the system has no video.
fn video() -> Option<&'static AVMediaType> {
    // SAFETY: A constant of the framework's.
    unsafe { AVMediaTypeVideo }
}

/// Whether the user has said that this program gets no pictures.
pub(super) fn is_refused() -> bool {
    // SAFETY: The type is one of the two that may be asked for.
    let status =
        video().map(|video| unsafe { AVCaptureDevice::authorizationStatusForMediaType(video) });
    status.is_some_and(|status| {
        status == AVAuthorizationStatus::Denied || status == AVAuthorizationStatus::Restricted
    })
}

/// A camera.
pub(super) struct Device(Retained<AVCaptureDevice>);

/// All cameras, the default one first.
pub(super) fn devices() -> Vec<Device> {
    let Some(video) = video() else {
        return Vec::new();
    };
    #[expect(
        deprecated,
        reason = "what replaces it wants kinds of cameras that older systems do not know"
    )]
    // SAFETY: The type is one of the framework's.
    let devices = unsafe { AVCaptureDevice::devicesWithMediaType(video) };
    devices.to_vec().into_iter().map(Device).collect()
}

/// One of the ways in which a camera works.
pub(super) struct NativeFormat {
    format: Retained<AVCaptureDeviceFormat>,
    frame_duration: CMTime,
    /// The four characters of its pixels.
    pub(super) subtype: u32,
    /// Width and height.
    pub(super) size: (u32, u32),
    /// How long a picture is: so many parts of a second that has so many.
    pub(super) duration: (u32, u32),
}

impl Device {
    /// What opens it again.
    pub(super) fn id(&self) -> String {
        // SAFETY: It takes nothing and returns a string.
        unsafe { self.0.uniqueID() }.to_string()
    }

    /// A name for people.
    pub(super) fn name(&self) -> String {
        // SAFETY: It takes nothing and returns a string.
        unsafe { self.0.localizedName() }.to_string()
    }

    /// Whether another program has it running.
    pub(super) fn is_in_use(&self) -> bool {
        // SAFETY: It takes nothing and returns a truth.
        unsafe { self.0.isInUseByAnotherApplication() }
    }

    /// The ways in which it works.
    pub(super) fn formats(&self) -> Vec<NativeFormat> {
        let mut all = Vec::new();
        // SAFETY: All of it takes nothing and returns what the device has. The description is of
        // video, for such are a camera's formats.
        unsafe {
            for format in self.0.formats().to_vec() {
                let description = format.formatDescription();
                let size = CMVideoFormatDescriptionGetDimensions(&description);
                let subtype = description.media_sub_type();
                for range in format.videoSupportedFrameRateRanges().to_vec() {
                    let frame_duration = range.minFrameDuration();
                    let CMTime {
                        value, timescale, ..
                    } = frame_duration;
                    all.push(NativeFormat {
                        format: format.clone(),
                        frame_duration,
                        subtype,
                        size: (size.width.unsigned_abs(), size.height.unsigned_abs()),
                        // What is no duration is none.
                        duration: (
                            u32::try_from(value).unwrap_or(0),
                            u32::try_from(timescale).unwrap_or(0),
                        ),
                    });
                }
            }
        }
        all
    }
}

/// How many bytes a row of a plane has, and how many rows there are.
pub(super) type Plane = (usize, usize);

/// A camera that delivers until it is dropped.
pub(super) struct Session {
    device: Retained<AVCaptureDevice>,
    session: Retained<AVCaptureSession>,
    output: Retained<AVCaptureVideoDataOutput>,
    /// The output does not keep it.
    _delegate: Retained<Delegate>,
}

// SAFETY: A session, and the devices and outputs in it, may be used from any thread: Apple's own
// examples start and stop it from a queue in the background. It is used by one at a time, because
// that needs the value itself.
unsafe impl Send for Session {}

impl Session {
    /// Opens the device and has its pictures delivered; the system's word on why not.
    pub(super) fn start(
        device: Device,
        native: &NativeFormat,
        planes: Vec<Plane>,
        sink: Arc<Sink>,
    ) -> Result<Self, String> {
        let device = device.0;
        let delegate = Delegate::new(Target { sink, planes });
        // Serial, so that pictures stay in order.
        let queue = DispatchQueue::new("media-recorder camera", None);
        // SAFETY: The settings have the one key whose value is a number. Input and output are
        // added only where the session says that it takes them. Format and duration are the
        // device's own and are set while it is locked, which keeps the session from changing them.
        unsafe {
            let input = AVCaptureDeviceInput::deviceInputWithDevice_error(&device).map_err(text)?;
            let session = AVCaptureSession::new();
            let output = AVCaptureVideoDataOutput::new();
            output.setAlwaysDiscardsLateVideoFrames(true);
            output.setVideoSettings(Some(&settings(native.subtype)));
            let protocol = ProtocolObject::from_ref(&*delegate);
            output.setSampleBufferDelegate_queue(Some(protocol), Some(&queue));
            if !session.canAddInput(&input) || !session.canAddOutput(&output) {
                return Err("the capture session does not take the camera".to_owned());
            }
            session.addInput(&input);
            session.addOutput(&output);
            device.lockForConfiguration().map_err(text)?;
            device.setActiveFormat(&native.format);
            device.setActiveVideoMinFrameDuration(native.frame_duration);
            device.setActiveVideoMaxFrameDuration(native.frame_duration);
            session.startRunning();
            device.unlockForConfiguration();
            Ok(Self {
                device,
                session,
                output,
                _delegate: delegate,
            })
        }
    }

    /// Whether the camera is still there.
    pub(super) fn is_connected(&self) -> bool {
        // SAFETY: It takes nothing and returns a truth.
        unsafe { self.device.isConnected() }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: Without a delegate, no queue is needed. When this returns, nothing is called back.
        unsafe {
            self.session.stopRunning();
            self.output.setSampleBufferDelegate_queue(None, None);
        }
    }
}

fn text(error: Retained<NSError>) -> String {
    error.localizedDescription().to_string()
}

/// Pixels as the camera has them.
fn settings(subtype: u32) -> Retained<NSDictionary<NSString, AnyObject>> {
    // SAFETY: A constant of the framework's. A `CFString` is an `NSString` by another name
    // ("toll-free bridged").
    let key: &NSString = unsafe { &*ptr::from_ref(kCVPixelBufferPixelFormatTypeKey).cast() };
    let number = NSNumber::new_u32(subtype);
    NSDictionary::from_slices(&[key], &[number.as_ref()])
}

/// Where a delegate puts pictures.
struct Target {
    sink: Arc<Sink>,
    planes: Vec<Plane>,
}

define_class!(
    // SAFETY: `NSObject` asks nothing of its subclasses, and this one has no `Drop`.
    #[unsafe(super(NSObject))]
    #[ivars = Target]
    struct Delegate;

    // SAFETY: What `NSObject` does is enough.
    unsafe impl NSObjectProtocol for Delegate {}

    // SAFETY: The signatures are those of the protocol.
    unsafe impl AVCaptureVideoDataOutputSampleBufferDelegate for Delegate {
        #[unsafe(method(captureOutput:didOutputSampleBuffer:fromConnection:))]
        fn did_output(
            &self,
            _output: &AVCaptureOutput,
            sample: &CMSampleBuffer,
            _connection: &AVCaptureConnection,
        ) {
            self.ivars().deliver(sample);
        }

        #[unsafe(method(captureOutput:didDropSampleBuffer:fromConnection:))]
        fn did_drop(
            &self,
            _output: &AVCaptureOutput,
            _sample: &CMSampleBuffer,
            _connection: &AVCaptureConnection,
        ) {
            self.ivars().sink.lose();
        }
    }
);

impl Delegate {
    fn new(target: Target) -> Retained<Self> {
        let this = Self::alloc().set_ivars(target);
        // SAFETY: `init` of `NSObject` takes nothing and returns the object.
        unsafe { msg_send![super(this), init] }
    }
}

impl Target {
    fn deliver(&self, sample: &CMSampleBuffer) {
        // SAFETY: Both take nothing and return what the sample has.
        let (time, image) = unsafe { (sample.presentation_time_stamp(), sample.image_buffer()) };
        let len = self.planes.iter().map(|(row, rows)| row * rows).sum();
        self.sink.deliver(duration(time), len, |target| {
            image.is_some_and(|image| self.copy(&image, target))
        });
    }

    /// Copies the planes, one after the other and without their padding.
    fn copy(&self, image: &CVPixelBuffer, mut target: &mut [u8]) -> bool {
        // SAFETY: While the buffer is locked, each plane has `rows` rows of `stride` bytes at its
        // address; no more of it is read than `row` bytes of each.
        unsafe {
            if CVPixelBufferLockBaseAddress(image, CVPixelBufferLockFlags::ReadOnly)
                != kCVReturnSuccess
            {
                return false;
            }
            let mut is_whole = true;
            for (index, &(row, rows)) in self.planes.iter().enumerate() {
                let (start, stride, height) = place(image, index);
                is_whole &= !start.is_null()
                    && stride >= row
                    && height >= rows
                    && target.len() >= row * rows;
                if !is_whole {
                    break;
                }
                let (plane, rest) = target.split_at_mut(row * rows);
                for (number, line) in plane.chunks_exact_mut(row).enumerate() {
                    ptr::copy_nonoverlapping(start.add(number * stride), line.as_mut_ptr(), row);
                }
                target = rest;
            }
            CVPixelBufferUnlockBaseAddress(image, CVPixelBufferLockFlags::ReadOnly);
            is_whole
        }
    }
}

/// Where a plane begins, how long its rows are with their padding, and how many there are.
fn place(image: &CVPixelBuffer, index: usize) -> (*const u8, usize, usize) {
    if CVPixelBufferIsPlanar(image) {
        if index >= CVPixelBufferGetPlaneCount(image) {
            return (ptr::null(), 0, 0);
        }
        (
            CVPixelBufferGetBaseAddressOfPlane(image, index).cast(),
            CVPixelBufferGetBytesPerRowOfPlane(image, index),
            CVPixelBufferGetHeightOfPlane(image, index),
        )
    } else {
        (
            CVPixelBufferGetBaseAddress(image).cast(),
            CVPixelBufferGetBytesPerRow(image),
            CVPixelBufferGetHeight(image),
        )
    }
}
