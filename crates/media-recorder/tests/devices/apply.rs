//! Devices that are set otherwise while they are open.

use media_recorder::{
    Canvas, ConstrainChoice, ConstrainNumber, ConstraintSet, Constraints, DisplayOptions,
    ErrorKind, Event, FrameSize, MediaRecorder, MediaStreamTrack, MediaTrackSettings, Rate,
    ReadyState, RecorderOptions, ResizeMode, TrackConstraints, VideoCodec,
};

use crate::common::{read_back, take};
use crate::fake::Fakes;
use crate::{LONG, camera_and_microphone, record};

fn set() -> ConstraintSet {
    ConstraintSet::new()
}

fn camera(constraints: impl Into<TrackConstraints>) -> (MediaStreamTrack, Fakes) {
    let (devices, fakes) = Fakes::new();
    let stream = devices.get_user_media(&Constraints::new().video(constraints));
    (stream.unwrap().video_tracks().remove(0), fakes)
}

fn shape(settings: &MediaTrackSettings) -> (Option<u32>, Option<u32>, Option<f64>) {
    (settings.width, settings.height, settings.frame_rate)
}

const LARGE: (Option<u32>, Option<u32>, Option<f64>) = (Some(128), Some(96), Some(15.0));
const USUAL: (Option<u32>, Option<u32>, Option<f64>) = (Some(64), Some(48), Some(30.0));

#[test]
fn capabilities_are_those_of_the_open_device() {
    let (devices, _fakes) = Fakes::new();
    let stream = devices.get_user_media(&camera_and_microphone()).unwrap();
    let picture = stream.video_tracks()[0].capabilities();
    assert_eq!(
        (picture.width, picture.height),
        (Some(1..=128), Some(1..=96))
    );
    assert_eq!(picture.frame_rate, Some(0.0..=30.0));
    assert_eq!(picture.aspect_ratio, Some(1.0 / 96.0..=128.0));
    let modes = [ResizeMode::None, ResizeMode::CropAndScale];
    assert_eq!(
        (&*picture.resize_mode, &*picture.facing_mode),
        (&modes[..], &[][..])
    );
    assert_eq!(picture.device_id.as_deref(), Some("cam"));
    assert_eq!(picture.group_id.as_deref(), Some("webcam"));
    assert_eq!(picture.sample_rate, None);

    let sound = stream.audio_tracks()[0].capabilities();
    assert_eq!(sound.sample_rate, Some(48_000..=48_000));
    assert_eq!(sound.channel_count, Some(1..=1));
    assert_eq!(
        (sound.width, sound.device_id.as_deref()),
        (None, Some("mic"))
    );

    let screen = devices.get_display_media(&DisplayOptions::new()).unwrap();
    let screen = screen.video_tracks()[0].capabilities();
    assert_eq!(
        (screen.width, screen.height),
        (Some(1..=640), Some(1..=480))
    );
    assert_eq!(screen.frame_rate, Some(0.0..=60.0));

    let (packets, _fakes) = camera(TrackConstraints::new().encoded(true));
    let packets = packets.capabilities();
    assert_eq!(
        (packets.width, packets.frame_rate),
        (Some(64..=64), Some(30.0..=30.0))
    );
}

#[test]
fn what_the_present_mode_has_is_set_without_opening_it_anew() {
    let (track, fakes) = camera(set());
    let other = track.clone_track();
    let wanted = set().width(32).frame_rate(ConstrainNumber::exact(10));
    track.apply_constraints(wanted.clone()).unwrap();
    assert_eq!(fakes.opened(), 1);
    assert_eq!(track.constraints(), wanted.into());
    assert_eq!(other.constraints(), TrackConstraints::new());
    let settings = track.settings();
    assert_eq!(shape(&settings), (Some(32), Some(24), Some(10.0)));
    assert_eq!(settings.resize_mode, Some(ResizeMode::CropAndScale));
    // They have one source.
    assert_eq!(other.settings(), settings);
    track.apply_constraints(set()).unwrap();
    assert_eq!((shape(&track.settings()), fakes.opened()), (USUAL, 1));
}

#[test]
fn another_mode_is_taken_where_it_fits_better_and_its_recording_goes_on() {
    let (track, fakes) = camera(set());
    let stream = media_recorder::MediaStream::new([track.clone()]);
    let options = RecorderOptions::new().mime_type("video/webm;codecs=vp9");
    let (recorder, mut events) = MediaRecorder::new(&stream, options).unwrap();
    recorder.start().unwrap();
    assert!(matches!(events.next(), Some(Event::Start)));
    fakes.deliver(3, LONG);
    fakes.lose_pictures(2);
    track
        .apply_constraints(set().width(128).height(96))
        .unwrap();
    assert_eq!((shape(&track.settings()), fakes.opened()), (LARGE, 2));
    assert_eq!(fakes.mode().unwrap().size, FrameSize::new(128, 96));
    // What is counted begins anew with it.
    fakes.lose_pictures(1);
    fakes.deliver(3, LONG);
    fakes.unplug_camera();
    let recorded = take(&mut events);
    assert!(recorded.error.is_none(), "{:?}", recorded.error);
    let counts = recorded.summary.tracks[0];
    assert_eq!((counts.frames_in, counts.dropped), (9, 3));
    assert_eq!(counts.corrections.resized, 3);
    assert!(!read_back(recorded.patched()).times(1).is_empty());
}

#[test]
fn what_is_refused_leaves_the_track_as_it_was() {
    let asked = TrackConstraints::from(set().width(32));
    let (track, fakes) = camera(asked.clone());
    let before = track.settings();
    for (demand, constraint) in [
        (set().width(ConstrainNumber::min(129)), "width"),
        (set().frame_rate(ConstrainNumber::min(31)), "frameRate"),
        (
            set().device_id(ConstrainChoice::exact("other".to_owned())),
            "deviceId",
        ),
        (
            set()
                .width(ConstrainNumber::min(100))
                .frame_rate(ConstrainNumber::min(30)),
            "",
        ),
    ] {
        let error = track.apply_constraints(demand).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Overconstrained { constraint });
    }
    // The other mode cannot be had, but the former one can.
    fakes.refuse_camera(1);
    let large = || set().width(128);
    let error = track.apply_constraints(large()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotReadable);
    assert_eq!((track.settings(), track.constraints()), (before, asked));
    assert_eq!(fakes.opened(), 2);
    fakes.deliver(2, LONG);
    assert_eq!(track.ready_state(), ReadyState::Live);

    // And now neither can.
    fakes.refuse_camera(2);
    track.apply_constraints(large()).unwrap_err();
    fakes.wait_until(LONG, || track.ready_state() == ReadyState::Ended);
    assert_eq!(track.failure().unwrap().kind(), ErrorKind::NotReadable);
    // Of what has ended nothing is asked.
    track
        .apply_constraints(large().width(ConstrainNumber::min(1000)))
        .unwrap();
}

#[test]
fn what_other_tracks_of_it_require_holds_on() {
    let (track, fakes) = camera(set());
    let other = track.clone_track();
    let small = set().width(ConstrainNumber::max(40));
    other.apply_constraints(small).unwrap();
    assert_eq!(track.settings().width, Some(40));
    track.apply_constraints(set().width(128)).unwrap();
    assert_eq!((track.settings().width, fakes.opened()), (Some(40), 1));
    let demand = set().width(ConstrainNumber::exact(128));
    let error = track.apply_constraints(demand.clone()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Overconstrained { .. }));
    other.stop();
    track.apply_constraints(demand).unwrap();
    assert_eq!(shape(&track.settings()), LARGE);
}

#[test]
fn pictures_that_are_recorded_keep_their_format() {
    let (track, fakes) = camera(TrackConstraints::new().encoded(true));
    let stream = media_recorder::MediaStream::new([track.clone()]);
    let (recorder, mut events) = MediaRecorder::new(&stream, RecorderOptions::new()).unwrap();
    recorder.start().unwrap();
    assert!(matches!(events.next(), Some(Event::Start)));
    // Only raw pictures are as large.
    track.apply_constraints(set().width(128)).unwrap();
    assert_eq!(shape(&track.settings()), USUAL);
    let codec = media_recorder::CameraFormat::Encoded(VideoCodec::Mjpeg);
    assert_eq!(fakes.mode().unwrap().format, codec);
    assert_eq!(track.constraints(), set().width(128).into());
    fakes.unplug_camera();
    assert!(take(&mut events).error.is_none());
}

#[test]
fn a_display_is_scaled_down_and_has_another_rate() {
    let (devices, fakes) = Fakes::new();
    let stream = devices.get_display_media(&DisplayOptions::new()).unwrap();
    let track = stream.video_tracks().remove(0);
    let usual = (Some(640), Some(480), Some(30.0));
    assert_eq!(shape(&track.settings()), usual);
    let wanted = set().width(ConstrainNumber::max(320)).frame_rate(5);
    track.apply_constraints(wanted).unwrap();
    assert_eq!(shape(&track.settings()), (Some(320), Some(240), Some(5.0)));
    assert_eq!(fakes.display_rate(), Rate::new(5, 1));
    fakes.wait_until(LONG, || fakes.display_waits());
    let (recorder, mut events) = record(&stream);
    recorder.start().unwrap();
    let packets = || {
        recorder
            .statistics()
            .tracks
            .iter()
            .any(|track| track.packets > 0)
    };
    fakes.wait_until(LONG, packets);
    let error = track.apply_constraints(set().width(ConstrainNumber::min(641)));
    let constraint = "width";
    assert_eq!(
        error.unwrap_err().kind(),
        ErrorKind::Overconstrained { constraint }
    );
    fakes.unplug_display();
    let recorded = take(&mut events);
    let file = read_back(recorded.patched());
    let video = file.file.tracks()[0].video().unwrap().clone();
    assert_eq!(
        (video.pixel_width().get(), video.pixel_height().get()),
        (320, 240)
    );
}

#[test]
fn what_cannot_be_set_holds_or_is_refused() {
    let (devices, fakes) = Fakes::new();
    let stream = devices.get_user_media(&camera_and_microphone()).unwrap();
    let sound = stream.audio_tracks().remove(0);
    let wish = set()
        .sample_rate(8000)
        .channel_count(ConstrainNumber::exact(1));
    sound.apply_constraints(wish.clone()).unwrap();
    assert_eq!((sound.constraints(), fakes.opened()), (wish.into(), 2));
    let demand = set().sample_rate(ConstrainNumber::exact(8000));
    let error = sound.apply_constraints(demand).unwrap_err();
    let constraint = "sampleRate";
    assert_eq!(error.kind(), ErrorKind::Overconstrained { constraint });

    let canvas = Canvas::new(64, 48).unwrap();
    let painted = canvas.capture_stream(25).unwrap().tracks().remove(0);
    assert_eq!(painted.capabilities(), Default::default());
    painted
        .apply_constraints(set().width(ConstrainNumber::exact(64)))
        .unwrap();
    let demand = set().height(ConstrainNumber::exact(64));
    let error = painted.apply_constraints(demand).unwrap_err();
    let constraint = "height";
    assert_eq!(error.kind(), ErrorKind::Overconstrained { constraint });
}
