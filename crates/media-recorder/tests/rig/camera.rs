use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use media_recorder::{
    AudioDevice, CameraFormat, CameraInfo, CameraMode, ConstrainNumber, ConstraintSet, Constraints,
    DeviceBackend, DeviceError, DeviceInfo, DeviceService, DeviceWatch, DisplayInfo,
    DisplaySurface, ErrorKind, MediaDevices, MediaStream, PixelFormat, Rate, VideoDevice,
};
use media_recorder_capture::Camera;

use crate::recording::{Recording, length, pass};

/// The quickest to encode, which an emulated processor is not.
const VP8: &str = "video/x-matroska;codecs=vp8";

/// What unplugs the camera, and plugs it in again.
const DRIVER: &str = "/sys/bus/platform/drivers/vivid";
const DEVICE: &str = "vivid.0";

/// The cameras of this machine, as if they had this format only: the specification has no
/// constraint to choose one by.
struct Only(PixelFormat);

impl DeviceBackend for Only {
    fn cameras(&self) -> Result<Vec<CameraInfo>, DeviceError> {
        let mut cameras = media_recorder_capture::cameras()?;
        for camera in &mut cameras {
            camera
                .modes
                .retain(|mode| mode.format == CameraFormat::Raw(self.0));
        }
        let cameras = cameras.into_iter();
        Ok(cameras
            .map(|camera| CameraInfo {
                device: camera.device,
                modes: camera.modes,
            })
            .collect())
    }

    fn open_camera(
        &self,
        id: &str,
        mode: &CameraMode,
    ) -> Result<Box<dyn VideoDevice>, DeviceError> {
        Ok(Box::new(Camera::open(id, mode)?))
    }

    fn microphones(&self) -> Result<Vec<DeviceInfo>, DeviceError> {
        Ok(Vec::new())
    }

    fn outputs(&self) -> Result<Vec<DeviceInfo>, DeviceError> {
        Ok(Vec::new())
    }

    fn displays(&self) -> Result<Vec<DisplayInfo>, DeviceError> {
        Ok(Vec::new())
    }

    fn open_microphone(
        &self,
        id: &str,
        _: Option<u32>,
        _: Option<u16>,
    ) -> Result<Box<dyn AudioDevice>, DeviceError> {
        Err(absent(id))
    }

    fn open_display(
        &self,
        surface: &DisplaySurface,
        _: Rate,
        _: bool,
    ) -> Result<Box<dyn VideoDevice>, DeviceError> {
        Err(absent(&surface.to_string()))
    }

    fn watch(&self, _: DeviceService) -> Result<Box<dyn DeviceWatch>, DeviceError> {
        Err(absent("watch"))
    }
}

fn absent(device: &str) -> DeviceError {
    DeviceError::NotFound {
        device: device.to_owned(),
    }
}

/// This size and about 30 pictures a second.
pub(crate) fn wanted(width: u16, height: u16) -> ConstraintSet {
    ConstraintSet::new()
        .width(ConstrainNumber::exact(width))
        .height(ConstrainNumber::exact(height))
        .frame_rate(30)
}

/// The camera at this size.
fn open(devices: &MediaDevices, width: u16, height: u16) -> MediaStream {
    let constraints = Constraints::new().video(wanted(width, height));
    devices.get_user_media(&constraints).unwrap()
}

/// Records for a while: pictures that came, and those that are known to be lost, are as many as
/// the time has; how many of them were encoded is the emulated processor's business.
fn record(format: PixelFormat, name: &str) {
    let stream = open(&MediaDevices::with_backend(Only(format)), 640, 360);
    let settings = stream.video_tracks()[0].settings();
    let rate = settings.frame_rate.unwrap();
    let recording = Recording::start(&stream, name, VP8);
    let start = Instant::now();
    pass(length());
    let expected = start.elapsed().as_secs_f64() * rate;
    let track = recording.stop().tracks[0];
    println!("{format:?}: {} pictures of {expected:.1}", track.frames_in);
    let difference = (track.frames_in as f64 - expected).abs();
    assert!(difference <= 2.0 + expected / 100.0, "{difference}");
    assert_eq!(track.corrections.restamped, 0);
}

#[test]
fn yuyv_is_recorded() {
    record(PixelFormat::Yuyv, "yuyv.mkv");
}

#[test]
fn nv12_is_recorded() {
    record(PixelFormat::Nv12, "nv12.mkv");
}

#[test]
fn while_it_is_recorded_it_takes_another_size() {
    let stream = open(&MediaDevices::new(), 320, 180);
    let track = stream.video_tracks().remove(0);
    let recording = Recording::start(&stream, "resized.mkv", VP8);
    pass(Duration::from_secs(1));
    let before = recording.statistics().frames_in;
    track.apply_constraints(wanted(640, 360)).unwrap();
    let settings = track.settings();
    assert_eq!((settings.width, settings.height), (Some(640), Some(360)));
    pass(Duration::from_secs(1));
    let track = recording.stop().tracks[0];
    println!("{before} pictures, then {}", track.frames_in - before);
    // A file has one size: what came later was scaled to it.
    assert!(track.corrections.resized > 15);
    assert!(before > 15 && track.corrections.resized <= track.frames_in - before);
}

/// One who has the camera, as soon as the last test has closed it.
fn another_program() -> Camera {
    let camera = media_recorder_capture::cameras().unwrap().remove(0);
    let start = Instant::now();
    loop {
        match Camera::open(&camera.device.id, &camera.modes[0]) {
            Err(DeviceError::Busy { .. }) if start.elapsed() < length() => {
                pass(Duration::from_millis(10));
            }
            opened => return opened.unwrap(),
        }
    }
}

#[test]
fn what_another_program_has_is_refused_and_can_be_had_later() {
    let other = another_program();
    let any = Constraints::new().video(ConstraintSet::new());
    let error = MediaDevices::new().get_user_media(&any).unwrap_err();
    println!("{error}");
    assert_eq!(error.kind(), ErrorKind::NotReadable);
    assert!(error.message().contains("in use"), "{error}");
    drop(other);
    let stream = MediaDevices::new().get_user_media(&any).unwrap();
    stream.tracks()[0].stop();
}

#[test]
fn unplugged_it_ends_its_recording_and_can_be_recorded_when_it_is_back() {
    let devices = MediaDevices::new();
    // Small enough for all of it to be encoded.
    let small = || open(&devices, 160, 90);
    let recording = Recording::start(&small(), "unplugged.mkv", VP8);
    pass(Duration::from_secs(1));
    let unplugged = std::thread::scope(|scope| {
        // The kernel waits for the file to be closed.
        scope.spawn(|| fs::write(format!("{DRIVER}/unbind"), DEVICE).unwrap());
        recording.end()
    });
    fs::write(format!("{DRIVER}/bind"), DEVICE).unwrap();
    let recording = Recording::start(&small(), "back.mkv", VP8);
    pass(Duration::from_secs(1));
    let back = recording.stop();
    for summary in [unplugged, back] {
        assert!(summary.duration.as_secs_f64() > 0.7);
    }
}

/// The command, which records the camera into a file.
fn command(file: &str) -> Command {
    let mut command = Command::new(std::env::var("RIG_COMMAND").unwrap());
    let directory = std::env::var("RIG_FILES").unwrap();
    command.arg("record").arg(format!("{directory}/{file}"));
    command.args(["--camera", "--size", "160x90", "--mime-type", VP8]);
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

/// The last line of what it says when it has failed.
fn said(command: Child) -> String {
    let output = command.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let lines = String::from_utf8(output.stderr).unwrap();
    let line = lines.lines().last().unwrap().to_owned();
    println!("{line}");
    line
}

#[test]
fn the_command_says_why_it_cannot_have_the_camera() {
    let other = another_program();
    let busy = said(command("none.mkv").spawn().unwrap());
    assert_eq!(busy, "media-recorder: vivid is in use by another program");
    drop(other);
    // A user who is in no group.
    let forbidden = said(command("none.mkv").uid(1000).gid(1000).spawn().unwrap());
    let expected = "no permission to use /dev/video0: join the group `video` and log in again";
    assert!(forbidden.ends_with(expected), "{forbidden}");
    let directory = std::env::var("RIG_FILES").unwrap();
    assert!(!fs::exists(format!("{directory}/none.mkv")).unwrap());
}

#[test]
fn the_command_keeps_what_it_has_when_the_camera_is_unplugged() {
    let recording = command("command.mkv").spawn().unwrap();
    pass(Duration::from_secs(2));
    fs::write(format!("{DRIVER}/unbind"), DEVICE).unwrap();
    assert!(
        said(recording).ends_with("a source ended before the recording was over: vivid is gone")
    );
    fs::write(format!("{DRIVER}/bind"), DEVICE).unwrap();
}
