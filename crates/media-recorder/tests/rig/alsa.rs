use std::fs;
use std::time::{Duration, Instant};

use media_recorder::{
    ConstrainChoice, ConstraintSet, Constraints, DeviceKind, MediaDevices, MediaStream,
};

use crate::alsa_player::Player;
use crate::recording::{Recording, length, pass};
use crate::server::RATE;
use crate::signal::sine;

const OPUS: &str = "audio/webm;codecs=opus";

/// What unplugs the sound card, and plugs it in again.
const DRIVER: &str = "/sys/bus/platform/drivers/snd_aloop";
const DEVICE: &str = "snd_aloop.0";

/// The card's second device, which hears what the first one plays.
pub(crate) fn wanted() -> ConstraintSet {
    let devices = MediaDevices::new();
    let start = Instant::now();
    loop {
        let list = devices.enumerate_devices().unwrap();
        let found = list.iter().find(|device| {
            device.kind == DeviceKind::AudioInput
                && device.device_id.ends_with("plughw:CARD=Loopback,DEV=1")
        });
        if let Some(found) = found {
            let id = found.device_id.clone();
            return ConstraintSet::new().device_id(ConstrainChoice::exact(id));
        }
        assert!(start.elapsed() < Duration::from_secs(5), "{list:?}");
    }
}

/// A kilohertz, from when on it is heard.
fn open() -> (Player, MediaStream) {
    let seconds = length().as_secs() as usize + 8;
    let player = Player::start(sine(1000.0, RATE, seconds * RATE as usize));
    let stream = MediaDevices::new().get_user_media(&Constraints::new().audio(wanted()));
    let stream = stream.unwrap();
    let track = stream.audio_tracks().remove(0);
    println!("{}: {:?}", track.label(), track.settings());
    let start = Instant::now();
    while !track.level().is_some_and(|level| level.peak > 0.4) {
        assert!(start.elapsed() < Duration::from_secs(10), "it is silent");
        pass(Duration::from_millis(10));
    }
    (player, stream)
}

#[test]
fn a_kilohertz_is_recorded() {
    let (_player, stream) = open();
    let recording = Recording::start(&stream, "aloop.webm", OPUS);
    pass(length());
    let track = recording.stop().tracks[0];
    println!("{track:?}");
    // The emulated processor is at times too late for the card.
    assert!(track.dropped * 50 <= track.frames_in);
    assert_eq!(track.late, 0);
}

#[test]
fn unplugged_it_ends_its_recording_and_can_be_recorded_when_it_is_back() {
    let (player, stream) = open();
    let recording = Recording::start(&stream, "aloop_unplugged.webm", OPUS);
    pass(Duration::from_secs(1));
    let unplugged = std::thread::scope(|scope| {
        // The kernel waits for the files to be closed.
        scope.spawn(|| fs::write(format!("{DRIVER}/unbind"), DEVICE).unwrap());
        let summary = recording.end();
        drop(player);
        summary
    });
    fs::write(format!("{DRIVER}/bind"), DEVICE).unwrap();
    let (_player, stream) = open();
    let recording = Recording::start(&stream, "aloop_back.webm", OPUS);
    pass(Duration::from_secs(1));
    for summary in [unplugged, recording.stop()] {
        assert!(summary.duration.as_secs_f64() > 0.7);
    }
}
