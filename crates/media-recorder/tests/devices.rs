//! Devices that are not there: what a program sees of them, and what a recording makes of them.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

#[path = "devices/apply.rs"]
mod apply;
mod common;
#[path = "devices/fake.rs"]
mod fake;

use std::time::Duration;

use common::{read_back, take};
use fake::Fakes;
use media_recorder::{
    CameraFormat, ConstrainChoice, ConstrainNumber, ConstraintSet, Constraints, DeviceError,
    DeviceKind, DisplayOptions, DisplaySurface, ErrorKind, Event, FrameSize, MediaRecorder,
    MediaStream, Rate, ReadyState, RecorderOptions, ResizeMode, TrackConstraints, VideoCodec,
};

/// Long enough for a thread on the busiest machine; nothing waits so long if all is well.
const LONG: Duration = Duration::from_secs(60);

fn camera_and_microphone() -> Constraints {
    Constraints::new()
        .video(ConstraintSet::new())
        .audio(ConstraintSet::new())
}

fn record(stream: &MediaStream) -> (MediaRecorder, media_recorder::Events) {
    let options = RecorderOptions::new().mime_type("video/webm;codecs=vp9,opus");
    MediaRecorder::new(stream, options).unwrap()
}

#[test]
fn microphones_come_first_then_cameras_then_outputs() {
    let (devices, _fakes) = Fakes::new();
    let list = devices.enumerate_devices().unwrap();
    let kinds: Vec<_> = list.iter().map(|device| device.kind).collect();
    let (mic, cam, out) = (
        DeviceKind::AudioInput,
        DeviceKind::VideoInput,
        DeviceKind::AudioOutput,
    );
    assert_eq!(kinds, [mic, cam, out]);
    assert_eq!(list[1].device_id, "cam");
    assert_eq!(list[1].modes.len(), 3);
}

#[test]
fn without_any_device_every_call_says_so() {
    let (devices, fakes) = Fakes::new();
    fakes.unserved();
    assert_eq!(devices.enumerate_devices().unwrap(), []);
    assert_eq!(devices.displays().unwrap(), []);
    for constraints in [
        Constraints::new().video(ConstraintSet::new()),
        Constraints::new().audio(ConstraintSet::new()),
        camera_and_microphone(),
    ] {
        let error = devices.get_user_media(&constraints).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    }
    let error = devices
        .get_display_media(&DisplayOptions::new())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    let error = devices.get_user_media(&Constraints::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Type, "{error}");
}

#[test]
fn a_refusal_of_a_device_is_of_the_specified_kind_and_leaves_nothing_open() {
    let (devices, fakes) = Fakes::new();
    let device = || "mic".to_owned();
    for (refusal, kind, told) in [
        (
            DeviceError::Busy { device: device() },
            ErrorKind::NotReadable,
            "in use by another program",
        ),
        (
            DeviceError::NotAllowed {
                device: device(),
                remedy: "join the group audio".to_owned(),
            },
            ErrorKind::NotAllowed,
            "join the group audio",
        ),
        (
            DeviceError::NotFound { device: device() },
            ErrorKind::NotFound,
            "mic",
        ),
        (
            DeviceError::Unsupported {
                device: device(),
                what: "sound".to_owned(),
            },
            ErrorKind::Abort,
            "sound",
        ),
    ] {
        fakes.refuse_microphone(refusal);
        let error = devices
            .get_user_media(&camera_and_microphone())
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().contains(told), "{error}");
        fakes.wait_until_camera_is_closed(LONG);
    }
}

#[test]
fn what_nobody_has_is_named_before_anything_is_opened() {
    let (devices, fakes) = Fakes::new();
    let constraints = Constraints::new()
        .video(ConstraintSet::new())
        .audio(ConstraintSet::new().device_id(ConstrainChoice::exact("other".to_owned())));
    let error = devices.get_user_media(&constraints).unwrap_err();
    let constraint = "deviceId";
    assert_eq!(error.kind(), ErrorKind::Overconstrained { constraint });
    assert_eq!(fakes.opened(), 0);
    // A microphone turns out otherwise than it was asked for.
    let stereo = ConstraintSet::new().channel_count(ConstrainNumber::exact(2));
    let error = devices
        .get_user_media(&Constraints::new().audio(stereo))
        .unwrap_err();
    let constraint = "channelCount";
    assert_eq!(error.kind(), ErrorKind::Overconstrained { constraint });
}

#[test]
fn settings_are_those_that_were_chosen() {
    let (devices, fakes) = Fakes::new();
    let small = ConstraintSet::new()
        .width(ConstrainNumber::exact(32))
        .frame_rate(ConstrainNumber::max(15));
    let constraints = Constraints::new()
        .video(small.clone())
        .audio(ConstraintSet::new());
    let stream = devices.get_user_media(&constraints).unwrap();
    let picture = stream.video_tracks()[0].clone();
    let settings = picture.settings();
    assert_eq!((settings.width, settings.height), (Some(32), Some(24)));
    assert_eq!(settings.frame_rate, Some(15.0));
    assert_eq!(settings.device_id.as_deref(), Some("cam"));
    assert_eq!(settings.group_id.as_deref(), Some("webcam"));
    assert_eq!(settings.resize_mode, Some(ResizeMode::CropAndScale));
    assert_eq!(picture.constraints(), small.into());
    assert_eq!(picture.clone_track().settings(), settings);
    assert_eq!(fakes.mode().unwrap().size, FrameSize::new(64, 48));
    let sound = stream.audio_tracks()[0].settings();
    assert_eq!(
        (sound.sample_rate, sound.channel_count),
        (Some(48_000), Some(1))
    );
    assert_eq!(sound.device_id.as_deref(), Some("mic"));
}

#[test]
fn a_device_is_closed_when_all_its_tracks_have_stopped_and_can_be_opened_again_at_once() {
    let (devices, fakes) = Fakes::new();
    let constraints = Constraints::new().video(ConstraintSet::new());
    for _ in 0..3 {
        let stream = devices.get_user_media(&constraints).unwrap();
        let other = stream.clone_stream();
        stream.tracks()[0].stop();
        // The other track still wants it.
        let error = devices.get_user_media(&constraints).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotReadable);
        other.tracks()[0].stop();
        assert_eq!(other.tracks()[0].failure().map(|error| error.kind()), None);
    }
    fakes.wait_until_camera_is_closed(LONG);
    let stream = devices.get_user_media(&constraints).unwrap();
    drop(stream);
    fakes.wait_until_camera_is_closed(LONG);
}

/// What was recorded before the devices were pulled out plays, and the recorder has stopped by
/// itself and without an error.
#[test]
fn an_unplugged_device_ends_its_track_and_with_the_last_one_the_recording() {
    let (devices, fakes) = Fakes::new();
    let stream = devices.get_user_media(&camera_and_microphone()).unwrap();
    let (recorder, mut events) = record(&stream);
    recorder.start().unwrap();
    assert!(matches!(events.next(), Some(Event::Start)));
    for _ in 0..4 {
        fakes.deliver(5, LONG);
        // The queue to the encoder holds ten.
        let waiting = || {
            recorder
                .statistics()
                .tracks
                .iter()
                .any(|track| track.queued > 0)
        };
        fakes.wait_until(LONG, || !waiting());
    }
    fakes.unplug_camera();
    let picture = stream.video_tracks()[0].clone();
    fakes.wait_until(LONG, || picture.ready_state() == ReadyState::Ended);
    let failure = picture.failure().unwrap();
    assert_eq!(failure.kind(), ErrorKind::NotReadable);
    assert!(failure.message().contains("gone"), "{failure}");
    assert_eq!(stream.audio_tracks()[0].ready_state(), ReadyState::Live);
    fakes.unplug_microphone();

    let recorded = take(&mut events);
    assert_eq!(recorded.names.last(), Some(&"stop"));
    assert!(recorded.error.is_none());
    let counts = recorded.summary.tracks[0];
    assert_eq!(counts.frames_in, 20);
    let file = read_back(recorded.patched());
    let pictures = file.times(1).len() as u64;
    assert!(pictures > 0);
    assert_eq!(
        pictures + counts.dropped + counts.skipped + counts.late,
        counts.frames_in + counts.repeated
    );
    assert!(!file.times(2).is_empty());
    fakes.wait_until_camera_is_closed(LONG);

    // It is back, and so is a recording of it.
    fakes.plug_in();
    let again = devices.get_user_media(&camera_and_microphone()).unwrap();
    assert!(again.is_active());
}

#[test]
fn what_a_device_lost_is_counted_as_dropped() {
    let (devices, fakes) = Fakes::new();
    let stream = devices
        .get_user_media(&Constraints::new().video(ConstraintSet::new()))
        .unwrap();
    let (recorder, mut events) = MediaRecorder::new(
        &stream,
        RecorderOptions::new().mime_type("video/webm;codecs=vp9"),
    )
    .unwrap();
    recorder.start().unwrap();
    assert!(matches!(events.next(), Some(Event::Start)));
    fakes.deliver(3, LONG);
    fakes.lose_pictures(5);
    fakes.deliver(3, LONG);
    fakes.wait_until(LONG, || recorder.statistics().tracks[0].dropped >= 5);
    recorder.stop().unwrap();
    let recorded = take(&mut events);
    assert_eq!(recorded.summary.tracks[0].dropped, 5);
}

#[test]
fn a_device_that_stands_still_is_muted_until_it_goes_on() {
    let (devices, fakes) = Fakes::new();
    let stream = devices.get_user_media(&camera_and_microphone()).unwrap();
    let tracks = stream.tracks();
    fakes.deliver(2, LONG);
    assert!(tracks.iter().all(|track| !track.muted()));
    fakes.stand_still();
    fakes.wait_until(LONG, || tracks.iter().all(|track| track.muted()));
    fakes.deliver(2, LONG);
    fakes.wait_until(LONG, || tracks.iter().all(|track| !track.muted()));
}

#[test]
fn a_microphone_has_a_level() {
    let (devices, fakes) = Fakes::new();
    let stream = devices.get_user_media(&camera_and_microphone()).unwrap();
    let [sound, picture] =
        [stream.audio_tracks(), stream.video_tracks()].map(|mut all| all.remove(0));
    assert_eq!(sound.level(), None);
    fakes.deliver(12, LONG);
    fakes.wait_until(LONG, || sound.level().is_some());
    let level = sound.level().unwrap();
    assert_eq!(level.peak, 0.5);
    assert!((level.rms - 0.5).abs() < 1e-3, "{level:?}");
    assert_eq!(picture.level(), None);
}

#[test]
fn a_cameras_packets_are_recorded_as_they_are() {
    let (devices, fakes) = Fakes::new();
    let encoded = TrackConstraints::new().encoded(true);
    let stream = devices
        .get_user_media(&Constraints::new().video(encoded))
        .unwrap();
    assert_eq!(
        fakes.mode().unwrap().format,
        CameraFormat::Encoded(VideoCodec::Mjpeg)
    );
    let (recorder, mut events) = MediaRecorder::new(&stream, RecorderOptions::new()).unwrap();
    recorder.start().unwrap();
    assert!(matches!(events.next(), Some(Event::Start)));
    fakes.deliver(5, LONG);
    fakes.unplug_camera();
    let recorded = take(&mut events);
    let file = read_back(recorded.patched());
    let blocks = file.track(1);
    assert!(!blocks.is_empty());
    assert!(blocks.iter().all(|block| block.data == fake::JPEG));
}

#[test]
fn a_display_that_stands_still_is_seen_by_one_who_comes() {
    let (devices, fakes) = Fakes::new();
    let surface = DisplaySurface::Monitor("screen".to_owned());
    assert_eq!(devices.displays().unwrap()[0].surface, surface);
    let options = DisplayOptions::new().frame_rate(Rate::new(10, 1).unwrap());
    let stream = devices.get_display_media(&options).unwrap();
    let track = stream.video_tracks()[0].clone();
    assert_eq!(track.settings().device_id.as_deref(), Some("screen"));
    // Its one picture is there before anybody records.
    fakes.wait_until(LONG, || fakes.display_waits());
    let (recorder, mut events) = MediaRecorder::new(
        &stream,
        RecorderOptions::new().mime_type("video/webm;codecs=vp9"),
    )
    .unwrap();
    recorder.start().unwrap();
    fakes.wait_until(LONG, || {
        recorder
            .statistics()
            .tracks
            .iter()
            .any(|track| track.packets > 0)
    });
    fakes.unplug_display();
    let recorded = take(&mut events);
    assert!(recorded.error.is_none());
    assert!(!read_back(recorded.patched()).times(1).is_empty());
    assert_eq!(
        track.failure().map(|error| error.kind()),
        Some(ErrorKind::NotReadable)
    );
}

/// The pictures of a screen on which nothing happens are in the file beside the sound.
#[test]
fn a_display_that_stands_still_keeps_up_with_the_sound() {
    let (devices, fakes) = Fakes::new();
    let screen = devices.get_display_media(&DisplayOptions::new()).unwrap();
    let sound = Constraints::new().audio(ConstraintSet::new());
    let sound = devices.get_user_media(&sound).unwrap();
    let stream = MediaStream::new(screen.tracks().into_iter().chain(sound.tracks()));
    let (recorder, mut events) = record(&stream);
    recorder.start().unwrap();
    assert!(matches!(events.next(), Some(Event::Start)));
    fakes.sound_on();
    let longer = Duration::from_millis(3500);
    fakes.wait_until(LONG, || recorder.statistics().duration > longer.into());
    recorder.stop().unwrap();
    let recorded = take(&mut events);
    assert!(recorded.error.is_none(), "{:?}", recorded.error);
    assert_eq!(recorded.summary.tracks[0].late, 0);
    assert!(read_back(recorded.patched()).times(1).len() > 3);
}

#[test]
fn only_real_changes_of_the_devices_are_told() {
    let (devices, fakes) = Fakes::new();
    let mut changes = devices.device_changes().unwrap();
    let before = devices.enumerate_devices().unwrap();
    // Somebody says that something happened; the lists are the same.
    fakes.notify();
    fakes.remove_camera();
    let after = changes.next_timeout(LONG).unwrap();
    assert_eq!(after, [before[0].clone(), before[2].clone()]);
    fakes.plug_in();
    assert_eq!(changes.next_timeout(LONG).unwrap(), before);
    drop(changes);
    // The threads end with their handle.
    fakes.wait_until(LONG, || fakes.watches() == 0);
}

#[test]
fn pictures_have_the_size_that_was_asked_for() {
    let (devices, fakes) = Fakes::new();
    let square = ConstraintSet::new()
        .width(ConstrainNumber::exact(16))
        .height(ConstrainNumber::exact(16));
    let stream = devices
        .get_user_media(&Constraints::new().video(square))
        .unwrap();
    let (recorder, mut events) = MediaRecorder::new(
        &stream,
        RecorderOptions::new().mime_type("video/webm;codecs=vp9"),
    )
    .unwrap();
    recorder.start().unwrap();
    assert!(matches!(events.next(), Some(Event::Start)));
    fakes.deliver(4, LONG);
    fakes.unplug_camera();
    let recorded = take(&mut events);
    assert_eq!(recorded.summary.tracks[0].corrections.resized, 0);
    let file = read_back(recorded.patched());
    let video = file.file.tracks()[0].video().unwrap().clone();
    assert_eq!(
        (video.pixel_width().get(), video.pixel_height().get()),
        (16, 16)
    );
}
