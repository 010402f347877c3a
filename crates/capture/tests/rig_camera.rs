//! A camera that the kernel plays: `vivid`, in the virtual machine of `cargo xtask devices`.
//!
//! Its faults are injected through its controls by `v4l2-ctl`. One test at a time: there is one
//! device. `RIG_SECONDS` is how long a recording is.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that fails here shall stop here")]

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use media_recorder_capture::{
    Camera, CameraFormat, CameraInfo, CameraMode, Captured, CapturedPicture, DeviceError,
    VideoDevice, cameras,
};
use media_recorder_types::{FrameSize, PixelFormat, VideoFrame};

const SIZE: FrameSize = FrameSize::new(640, 360);
/// Longer than any picture takes in an emulated machine.
const LONG: Duration = Duration::from_secs(5);

fn recording_time() -> Duration {
    let seconds = std::env::var("RIG_SECONDS").ok();
    Duration::from_secs(seconds.and_then(|text| text.parse().ok()).unwrap_or(10))
}

fn vivid() -> CameraInfo {
    let mut cameras = cameras().unwrap();
    assert_eq!(cameras.len(), 1, "{cameras:?}");
    cameras.remove(0)
}

/// The mode of a format at 640x360 nearest to 30 pictures in a second.
fn mode(info: &CameraInfo, format: PixelFormat) -> CameraMode {
    let distance = |mode: &CameraMode| ((mode.rate.as_f64() - 30.0).abs() * 1000.0) as u64;
    let modes = info.modes.iter();
    let modes = modes.filter(|mode| mode.format == CameraFormat::Raw(format) && mode.size == SIZE);
    *modes.min_by_key(|mode| distance(mode)).unwrap()
}

fn open(format: PixelFormat) -> Camera {
    let info = vivid();
    Camera::open(&info.device.id, &mode(&info, format)).unwrap()
}

fn v4l2_ctl(arguments: &[&str]) {
    let status = Command::new("v4l2-ctl").args(arguments).status().unwrap();
    assert!(status.success(), "v4l2-ctl {arguments:?}");
}

fn frame(captured: &Captured<CapturedPicture>) -> &VideoFrame {
    match &captured.data {
        CapturedPicture::Raw(frame) => frame,
        CapturedPicture::Encoded(_) => panic!("pixels were asked for"),
    }
}

/// That `count` pictures take `time`: to a hundredth, and to the two at the ends. An emulated
/// machine that is short of time is late with pictures, but the driver counts them all.
fn assert_fits(count: u64, time: Duration, period: Duration) {
    let expected = time.as_secs_f64() / period.as_secs_f64();
    let difference = (count as f64 - expected).abs();
    assert!(
        difference <= 2.0 + expected / 100.0,
        "{count} of {expected}"
    );
}

/// Records for a while and checks what a recorder builds on.
fn record(format: PixelFormat) {
    let mut camera = open(format);
    let rate = camera.format().rate.unwrap();
    let period = Duration::from_secs_f64(1.0 / rate.as_f64());
    let time = recording_time();
    let mut instants: Vec<Instant> = Vec::new();
    let mut distinct = 0;
    let mut last = None;
    // By the device's own time: how long it takes to start is not the rate's business.
    while instants.is_empty() || instants[instants.len() - 1] - instants[0] < time {
        let captured = camera.read(LONG).unwrap().expect("a picture in time");
        let age = captured.at.elapsed();
        assert!(age < LONG, "a picture of {age:?} ago");
        let frame = frame(&captured);
        assert_eq!((frame.format(), frame.size()), (format, SIZE));
        let luma = frame.planes()[0].data.clone();
        distinct += u32::from(last.replace(luma.clone()) != Some(luma));
        instants.push(captured.at);
    }
    assert!(instants.is_sorted_by(|a, b| a < b));
    let count = instants.len();
    let mean = (instants[count - 1] - instants[0]) / u32::try_from(count - 1).unwrap();
    let lost = camera.counts().lost;
    println!(
        "{format:?}: {count} pictures in {time:?}, {distinct} distinct, mean {mean:?} \
         of {period:?}, {lost} lost"
    );
    assert_eq!(camera.counts().damaged, 0);
    // Pictures and those that are known to be lost are all that there were.
    let all = count as u64 + lost;
    assert_fits(all - 1, instants[count - 1] - instants[0], period);
    // The test picture has a clock of milliseconds in it.
    assert!(distinct * 10 >= u32::try_from(count).unwrap() * 9);
}

#[test]
fn yuyv_comes_at_its_rate() {
    record(PixelFormat::Yuyv);
}

#[test]
fn nv12_comes_at_its_rate() {
    record(PixelFormat::Nv12);
}

#[test]
fn the_camera_is_listed_with_its_modes() {
    let info = vivid();
    println!("{:?}, {} modes", info.device, info.modes.len());
    assert_eq!(info.device.id, "platform:vivid-000");
    assert_eq!(info.device.label, "vivid");
    assert!(info.device.group.contains("vivid"), "{:?}", info.device);
    assert_eq!(vivid(), info);
    for format in [
        PixelFormat::Yuyv,
        PixelFormat::Uyvy,
        PixelFormat::Nv12,
        PixelFormat::Nv21,
        PixelFormat::I420,
        PixelFormat::I422,
        PixelFormat::Rgb,
    ] {
        mode(&info, format);
    }
}

#[test]
fn every_format_shows_the_same_picture() {
    // Colour bars of 75 %: the first is white, whatever it is stored as.
    for (format, white) in [
        (PixelFormat::Yuyv, &[180, 128, 180, 128][..]),
        (PixelFormat::Uyvy, &[128, 180, 128, 180]),
        (PixelFormat::Nv12, &[180, 180]),
        (PixelFormat::Nv21, &[180, 180]),
        (PixelFormat::I420, &[180, 180]),
        (PixelFormat::I422, &[180, 180]),
        (PixelFormat::Rgb, &[191, 191, 191]),
    ] {
        let mut camera = open(format);
        let captured = camera.read(LONG).unwrap().unwrap();
        let frame = frame(&captured);
        // Below the text in the corner.
        let plane = &frame.planes()[0];
        let row = &plane.data[plane.stride * 200..][..white.len()];
        println!("{format:?}: {row:?} {:?}", frame.color);
        let is_white = row.iter().zip(white).all(|(a, b)| a.abs_diff(*b) <= 6);
        assert!(is_white, "{format:?}: {row:?}");
        for plane in &frame.planes()[1..] {
            let grey = plane.data[plane.stride * 100];
            assert!(grey.abs_diff(128) <= 4, "{format:?}: {grey}");
        }
    }
}

#[test]
fn dropped_buffers_are_counted() {
    let mut camera = open(PixelFormat::Yuyv);
    let period = Duration::from_secs_f64(1.0 / camera.format().rate.unwrap().as_f64());
    v4l2_ctl(&["-c", "percentage_of_dropped_buffers=30"]);
    let first = camera.read(LONG).unwrap().unwrap().at;
    let before = camera.counts().lost;
    let last = (0..60)
        .map(|_| camera.read(LONG).unwrap().unwrap().at)
        .last()
        .unwrap();
    let lost = camera.counts().lost - before;
    v4l2_ctl(&["-c", "percentage_of_dropped_buffers=0"]);
    println!("{lost} lost beside 60 in {:?}", last - first);
    assert!(lost >= 8, "{lost}");
    assert_fits(60 + lost, last - first, period);
}

#[test]
fn flagged_buffers_are_left_out() {
    let mut camera = open(PixelFormat::Yuyv);
    for injected in 1..=3 {
        v4l2_ctl(&["-c", "inject_v4l2_buf_flag_error=1"]);
        // What was filled before comes first.
        for _ in 0..6 {
            camera.read(LONG).unwrap().expect("a picture in time");
        }
        assert_eq!(camera.counts().damaged, injected);
    }
}

#[test]
fn a_padding_that_was_set_is_understood() {
    let reference = {
        let mut camera = open(PixelFormat::Nv12);
        camera.read(LONG).unwrap().unwrap()
    };
    v4l2_ctl(&[
        "-v",
        "width=640,height=360,pixelformat=NV12,bytesperline=704",
    ]);
    let mut camera = open(PixelFormat::Nv12);
    let padded = camera.read(LONG).unwrap().unwrap();
    for (padded, packed) in frame(&padded)
        .planes()
        .iter()
        .zip(frame(&reference).planes())
    {
        assert_eq!((padded.stride, packed.stride), (704, 640));
        // Halfway down, where no text runs.
        let row = |plane: &media_recorder_types::Plane, row: usize| {
            plane.data[plane.stride * row..][..640].to_vec()
        };
        assert_eq!(row(padded, 170), row(packed, 170));
    }
    drop(camera);
    v4l2_ctl(&[
        "-v",
        "width=640,height=360,pixelformat=NV12,bytesperline=640",
    ]);
}

#[test]
fn two_cannot_have_it_at_once() {
    let first = open(PixelFormat::Yuyv);
    let info = vivid();
    let second = Camera::open(&info.device.id, &mode(&info, PixelFormat::Yuyv));
    assert!(
        matches!(second, Err(DeviceError::Busy { .. })),
        "{second:?}"
    );
    drop(first);
    open(PixelFormat::Yuyv).read(LONG).unwrap().unwrap();
}

#[test]
fn what_it_does_not_have_is_refused() {
    let info = vivid();
    let wanted = mode(&info, PixelFormat::Yuyv);
    let open = |id: &str, mode| Camera::open(id, &mode);
    let absent = open("usb-none", wanted);
    assert!(matches!(absent, Err(DeviceError::NotFound { .. })));
    let odd = CameraMode {
        size: FrameSize::new(641, 361),
        ..wanted
    };
    let odd = open(&info.device.id, odd);
    assert!(
        matches!(odd, Err(DeviceError::Unsupported { .. })),
        "{odd:?}"
    );
    assert!(open("/dev/video0", wanted).is_ok());
}

#[test]
fn a_queue_that_breaks_ends_it() {
    let mut camera = open(PixelFormat::Yuyv);
    camera.read(LONG).unwrap().unwrap();
    v4l2_ctl(&["-c", "inject_fatal_streaming_error=1"]);
    let end = std::iter::repeat_with(|| camera.read(LONG)).find(Result::is_err);
    println!("{end:?}");
    drop(camera);
    open(PixelFormat::Yuyv).read(LONG).unwrap().unwrap();
}

#[test]
fn unplugged_it_ends_at_once_and_works_when_it_is_back() {
    let driver = "/sys/bus/platform/drivers/vivid";
    let device = "vivid.0";
    let mut camera = open(PixelFormat::Yuyv);
    camera.read(LONG).unwrap().unwrap();
    let (told, end, at) = std::thread::scope(|scope| {
        let unplug = scope.spawn(move || {
            let told = Instant::now();
            fs::write(format!("{driver}/unbind"), device).unwrap();
            told
        });
        let end = std::iter::repeat_with(|| camera.read(LONG)).find(Result::is_err);
        let at = Instant::now();
        // The kernel waits for the file to be closed.
        drop(camera);
        (unplug.join().unwrap(), end, at)
    });
    assert!(
        matches!(end, Some(Err(DeviceError::Lost { .. }))),
        "{end:?}"
    );
    println!("lost {:?} after it was unplugged", at - told);
    assert!(at - told < Duration::from_secs(1));
    assert_eq!(cameras().unwrap(), []);
    fs::write(format!("{driver}/bind"), device).unwrap();
    open(PixelFormat::Yuyv).read(LONG).unwrap().unwrap();
}
