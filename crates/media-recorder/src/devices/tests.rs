//! Choosing among cameras and microphones: no device is opened here.

use media_recorder_capture::{CameraFormat, CameraMode, DeviceInfo, DeviceKind};
use media_recorder_types::{FrameSize, PixelFormat, Rate, VideoCodec};
use proptest::prelude::*;

use super::constraints::{Candidate, Settings};
use super::*;

const YUYV: CameraFormat = CameraFormat::Raw(PixelFormat::Yuyv);
const JPEG: CameraFormat = CameraFormat::Encoded(VideoCodec::Mjpeg);
const H264: CameraFormat = CameraFormat::Encoded(VideoCodec::H264);

fn mode(format: CameraFormat, width: u32, height: u32, rate: u32) -> CameraMode {
    let rate = Rate::new(rate, 1).unwrap();
    CameraMode {
        format,
        size: FrameSize::new(width, height),
        rate,
    }
}

fn device(kind: DeviceKind, id: &str) -> DeviceInfo {
    DeviceInfo {
        kind,
        id: id.to_owned(),
        label: id.to_owned(),
        group: format!("group of {id}"),
    }
}

fn camera(id: &str, modes: &[CameraMode]) -> CameraInfo {
    CameraInfo {
        device: device(DeviceKind::VideoInput, id),
        modes: modes.to_vec(),
    }
}

/// Two cameras as they are sold.
fn cameras() -> [CameraInfo; 2] {
    [
        camera(
            "desk",
            &[
                mode(YUYV, 1280, 720, 10),
                mode(YUYV, 640, 480, 30),
                mode(YUYV, 320, 240, 30),
                mode(JPEG, 1920, 1080, 30),
                mode(JPEG, 1280, 720, 60),
                mode(H264, 1920, 1080, 30),
            ],
        ),
        camera("door", &[mode(YUYV, 640, 360, 15)]),
    ]
}

/// Which camera, its mode's size, the size and rate that come out.
fn chosen(constraints: impl Into<TrackConstraints>) -> (String, FrameSize, FrameSize, Rate) {
    let (cameras, constraints) = (cameras(), constraints.into());
    let chosen = choose_camera(&cameras, &constraints).unwrap();
    let id = chosen.camera.device.id.clone();
    (id, chosen.mode.size, chosen.size, chosen.rate)
}

fn refused(constraints: impl Into<TrackConstraints>) -> ErrorKind {
    let constraints = constraints.into();
    let cameras = cameras();
    choose_camera(&cameras, &constraints).unwrap_err().kind()
}

fn set() -> ConstraintSet {
    ConstraintSet::new()
}

#[test]
fn without_wishes_the_first_camera_is_used_as_usual() {
    let vga = FrameSize::new(640, 480);
    let rate = Rate::new(30, 1).unwrap();
    assert_eq!(chosen(set()), ("desk".to_owned(), vga, vga, rate));
}

#[test]
fn a_mode_of_the_cameras_own_comes_before_one_that_is_made() {
    let (_, native, size, rate) = chosen(set().width(1280).height(720).frame_rate(60));
    assert_eq!((native, size), (FrameSize::new(1280, 720), native));
    assert_eq!(rate, Rate::new(60, 1).unwrap());
    // Of the two modes of this size, the one whose rate is nearer to the usual one.
    let (_, _, _, rate) = chosen(set().width(1280).height(720));
    assert_eq!(rate, Rate::new(60, 1).unwrap());
}

#[test]
fn what_no_mode_has_is_made_of_a_larger_one() {
    let (_, native, size, _) = chosen(set().width(ConstrainNumber::exact(800)));
    assert_eq!(size.width, 800);
    // Whole, and of the mode with the usual rate.
    assert_eq!((native, size.height), (FrameSize::new(1920, 1080), 450));
    let demand = set()
        .width(ConstrainNumber::exact(640))
        .height(ConstrainNumber::exact(480))
        .frame_rate(ConstrainNumber::exact(15));
    let (id, native, size, rate) = chosen(demand.clone());
    assert_eq!((id.as_str(), native), ("desk", FrameSize::new(640, 480)));
    assert_eq!((size, rate), (native, Rate::new(15, 1).unwrap()));
    let as_it_is = demand.resize_mode(ConstrainChoice::exact(ResizeMode::None));
    let constraint = "";
    assert_eq!(refused(as_it_is), ErrorKind::Overconstrained { constraint });
}

#[test]
fn what_nobody_has_is_named() {
    for (demand, constraint) in [
        (set().width(ConstrainNumber::min(4096)), "width"),
        (set().height(ConstrainNumber::min(4096)), "height"),
        (set().frame_rate(ConstrainNumber::exact(61)), "frameRate"),
        (set().aspect_ratio(ConstrainNumber::min(1e6)), "aspectRatio"),
        (
            set().device_id(ConstrainChoice::exact("nobody".to_owned())),
            "deviceId",
        ),
        (
            set().group_id(ConstrainChoice::exact("nobody".to_owned())),
            "groupId",
        ),
        (
            set().facing_mode(ConstrainChoice::exact(FacingMode::User)),
            "facingMode",
        ),
    ] {
        assert_eq!(refused(demand), ErrorKind::Overconstrained { constraint });
    }
    // Of sound, pictures know nothing.
    chosen(set().sample_rate(ConstrainNumber::exact(1)));
}

#[test]
fn a_device_can_be_asked_for() {
    let door = set().device_id("door");
    assert_eq!(chosen(door).0, "door");
    let group = set().group_id(ConstrainChoice::exact("group of door".to_owned()));
    assert_eq!(chosen(group).0, "door");
}

#[test]
fn advanced_sets_are_met_in_order_or_not_at_all() {
    let fast = set().frame_rate(ConstrainNumber::min(60));
    let large = set().width(1920);
    let constraints = TrackConstraints::new()
        .advanced(fast.clone())
        .advanced(large.clone());
    let (_, _, size, rate) = chosen(constraints);
    assert_eq!(
        (size, rate),
        (FrameSize::new(1280, 720), Rate::new(60, 1).unwrap())
    );
    let constraints = TrackConstraints::new().advanced(large).advanced(fast);
    let (_, _, size, rate) = chosen(constraints);
    assert_eq!(
        (size, rate),
        (FrameSize::new(1920, 1080), Rate::new(30, 1).unwrap())
    );
    let both = set().width(1920).frame_rate(ConstrainNumber::min(60));
    assert_eq!(
        chosen(TrackConstraints::new().advanced(both)),
        chosen(set())
    );
}

#[test]
fn packets_are_taken_where_they_are_asked_for() {
    let cameras = cameras();
    let constraints = TrackConstraints::from(set().width(1920)).encoded(true);
    let chosen = choose_camera(&cameras, &constraints).unwrap();
    assert_eq!(chosen.mode, mode(JPEG, 1920, 1080, 30));
    let raw = [camera("raw", &[mode(YUYV, 64, 48, 30)])];
    let error = choose_camera(&raw, &constraints).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let h264 = [camera("h264", &[mode(H264, 64, 48, 30)])];
    let pixels = choose_camera(&h264, &TrackConstraints::new()).unwrap_err();
    assert_eq!(pixels.kind(), ErrorKind::NotFound);
}

#[test]
fn a_microphone_is_opened_as_it_is_asked_for() {
    let microphones = [
        device(DeviceKind::AudioInput, "mic"),
        device(DeviceKind::AudioInput, "line"),
    ];
    let wanted = |set: ConstraintSet| {
        let constraints = TrackConstraints::from(set);
        let chosen = choose_microphone(&microphones, &constraints)?;
        let (rate, channels) = chosen.wanted(&constraints);
        Ok::<_, RecorderError>((chosen.device.id.clone(), rate, channels))
    };
    let mic = || "mic".to_owned();
    assert_eq!(wanted(set()).unwrap(), (mic(), None, None));
    let mono = set()
        .channel_count(1)
        .sample_rate(ConstrainNumber::max(44_100));
    assert_eq!(wanted(mono).unwrap(), (mic(), Some(44_100), Some(1)));
    assert_eq!(wanted(set().device_id("line")).unwrap().0, "line");
    let error = wanted(set().sample_rate(ConstrainNumber::min(1_000_000))).unwrap_err();
    let constraint = "sampleRate";
    assert_eq!(error.kind(), ErrorKind::Overconstrained { constraint });
    let none = choose_microphone(&[], &TrackConstraints::new()).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::NotFound);
}

fn number(most: u32) -> impl Strategy<Value = ConstrainNumber> {
    let part = move || proptest::option::weighted(0.3, 1..most);
    (part(), part(), part()).prop_map(|(min, max, ideal)| {
        let mut number = ideal.map_or_else(ConstrainNumber::default, ConstrainNumber::ideal);
        if let Some(min) = min {
            number = number.with_min(min);
        }
        if let Some(max) = max {
            number = number.with_max(max);
        }
        number
    })
}

fn any_set() -> impl Strategy<Value = ConstraintSet> {
    (number(30), number(30), number(70))
        .prop_map(|(width, height, rate)| set().width(width).height(height).frame_rate(rate))
}

fn any_modes() -> impl Strategy<Value = Vec<CameraMode>> {
    let any_mode = (1_u32..25, 1_u32..25, 1_u32..61);
    let any_mode = any_mode.prop_map(|(width, height, rate)| mode(YUYV, width, height, rate));
    proptest::collection::vec(any_mode, 1..4)
}

/// Everything that can be made of a camera's modes.
fn everything(modes: &[CameraMode]) -> Vec<(FrameSize, f64)> {
    let mut all = Vec::new();
    for mode in modes {
        for width in 1..=mode.size.width {
            for height in 1..=mode.size.height {
                for divisor in 1..=60 {
                    let rate = mode.rate.as_f64() / f64::from(divisor);
                    all.push((FrameSize::new(width, height), rate));
                }
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_chosen_holds_and_nothing_would_be_better(
        modes in any_modes(),
        basic in any_set(),
    ) {
        let cameras = [camera("cam", &modes)];
        let constraints = TrackConstraints::from(basic.clone());
        let distance = |size, frame_rate| {
            let settings = Settings {
                device_id: Some("cam"),
                group_id: "",
                media: constraints::MediaSettings::Video {
                    size,
                    frame_rate: Some(frame_rate),
                    resize_mode: Some(ResizeMode::CropAndScale),
                },
            };
            settings.distance(&basic, constraints::Bare::Ideal)
        };
        let best = everything(&modes)
            .into_iter()
            .map(|(size, rate)| distance(size, rate))
            .fold(f64::INFINITY, f64::min);
        match choose_camera(&cameras, &constraints) {
            Ok(chosen) => {
                let settings = chosen.settings();
                let distance = settings.distance(&basic, constraints::Bare::Ideal);
                prop_assert!(distance.is_finite());
                prop_assert!(distance <= best + 1e-9, "{distance} where {best} can be had");
                prop_assert!(chosen.size.width <= chosen.mode.size.width);
                prop_assert!(chosen.size.height <= chosen.mode.size.height);
            }
            Err(error) => {
                prop_assert!(best.is_infinite(), "{error} where {best} can be had");
            }
        }
    }
}
