use std::f64::consts::TAU;
use std::fs;
use std::path::Path;
use std::time::Duration;

use media_recorder::{Constraints, MediaDevices};

use crate::alsa;
use crate::alsa_player::Player;
use crate::camera;
use crate::recording::{Recording, beeps, pass};
use crate::server::RATE;
use crate::vivid::{Controls, Scene};

/// Frames from one beep to the next: about a second, and five eighths of the time from one picture
/// to the next, so that flashes come at all times between two of them alike.
const APART: u64 = 49_000;
/// Frames that a beep lasts, and seconds that a flash does.
const BEEP: u64 = 4_800;
const FLASH: Duration = Duration::from_millis(200);
/// A look at where the card is takes less time, in an emulated machine as well.
const LOOK: Duration = Duration::from_millis(10);

/// A beep at the beginning of each part.
fn sound(count: u64) -> impl Iterator<Item = f32> {
    (0..count * APART).flat_map(|frame| {
        let frame = frame % APART;
        let phase = TAU * 1000.0 * frame as f64 / f64::from(RATE);
        let is_beep = frame < BEEP;
        [if is_beep {
            0.5 * phase.cos() as f32
        } else {
            0.0
        }; 2]
    })
}

/// Lets time go by until the card plays this frame.
fn wait_for(player: &Player, frame: u64) {
    loop {
        let position = player.position().expect("it still plays");
        let Some(missing) = frame.checked_sub(position) else {
            return;
        };
        let time = Duration::from_secs_f64(missing as f64 / f64::from(RATE));
        pass(time.saturating_sub(LOOK));
    }
}

/// Whenever the card plays a beep, the camera sees a flash. How far they are apart in the file is
/// seen from outside, where `RIG_BEEPS` says how many they are; by how many seconds each flash was
/// lit after its beep, because a busy machine runs nothing at once, is in a file beside it.
#[test]
fn flashes_and_beeps_that_belong_together_are_recorded() {
    let controls = Controls::open();
    controls.show(Scene::Black);
    let count = beeps();
    // Those before the recording begins as well.
    let player = Player::start(sound(count + 30));
    let constraints = Constraints::new()
        .video(camera::wanted(640, 360))
        .audio(alsa::wanted());
    let stream = MediaDevices::new().get_user_media(&constraints).unwrap();

    // Between two beeps, with half of the time between them to begin in.
    let before = (player.position().unwrap() + APART / 2) / APART;
    wait_for(&player, before * APART + 2 * BEEP);
    let mime_type = "video/x-matroska;codecs=vp8,opus";
    let recording = Recording::start(&stream, "flash.mkv", mime_type);
    let mut late = String::new();
    for beep in before + 1..=before + count {
        wait_for(&player, beep * APART);
        controls.show(Scene::White);
        let frames = player.position().unwrap() - beep * APART;
        late.push_str(&format!("{}\n", frames as f64 / f64::from(RATE)));
        pass(FLASH);
        controls.show(Scene::Black);
    }
    recording.stop();
    let directory = std::env::var("RIG_FILES").unwrap();
    fs::write(Path::new(&directory).join("flash.late"), late).unwrap();
}
