use std::fs;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use media_recorder::{
    ConstrainChoice, ConstraintSet, Constraints, DeviceKind, MediaDevices, MediaStream,
};

use crate::recording::{Recording, length, pass};
use crate::server::RATE;
use crate::signal::sine;

const OPUS: &str = "audio/webm;codecs=opus";

/// What unplugs the sound card, and plugs it in again.
const DRIVER: &str = "/sys/bus/platform/drivers/snd_aloop";
const DEVICE: &str = "snd_aloop.0";

/// Plays one kilohertz on the card's first device, until it is dropped.
struct Player(Child);

impl Player {
    fn start() -> Self {
        let seconds = length().as_secs() as usize + 8;
        let samples = sine(1000.0, RATE, seconds * RATE as usize);
        let samples = samples.iter();
        let bytes = samples.flat_map(|sample| ((sample * 32_768.0) as i16).to_le_bytes());
        fs::write("tone.raw", bytes.collect::<Vec<u8>>()).unwrap();
        let mut aplay = Command::new("aplay");
        aplay.args(["-q", "-D", "hw:0,0", "-t", "raw", "-f", "S16_LE", "-c", "2"]);
        aplay.args(["-r", &RATE.to_string(), "--buffer-time=500000", "tone.raw"]);
        Self(aplay.spawn().unwrap())
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The card's second device, which hears what the first one plays.
fn open() -> (Player, MediaStream) {
    let player = Player::start();
    let devices = MediaDevices::new();
    let start = Instant::now();
    let id = loop {
        let mut list = devices.enumerate_devices().unwrap().into_iter();
        let found = list.find(|device| {
            device.kind == DeviceKind::AudioInput
                && device.device_id.ends_with("plughw:CARD=Loopback,DEV=1")
        });
        if let Some(found) = found {
            break found.device_id;
        }
        let all = devices.enumerate_devices().unwrap();
        assert!(start.elapsed() < Duration::from_secs(5), "{all:?}");
    };
    let wanted = ConstraintSet::new().device_id(ConstrainChoice::exact(id));
    let stream = devices.get_user_media(&Constraints::new().audio(wanted));
    let stream = stream.unwrap();
    let track = stream.audio_tracks().remove(0);
    println!("{}: {:?}", track.label(), track.settings());
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
    pass(Duration::from_secs(2));
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
    pass(Duration::from_secs(2));
    for summary in [unplugged, recording.stop()] {
        assert!(summary.duration.as_secs_f64() > 1.5);
    }
}
