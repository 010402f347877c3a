use std::f64::consts::TAU;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use media_recorder::{ConstrainChoice, ConstraintSet, Constraints, MediaDevices, MediaStream};

use crate::recording::{Recording, beeps, pass};
use crate::screen;
use crate::server::{RATE, pactl};

/// A microphone that hears what is written to a pipe, when it is written.
struct PipeSource {
    module: String,
    pipe: PathBuf,
}

const NAME: &str = "rig_pipe";

impl PipeSource {
    fn load() -> Self {
        let pipe = Path::new(&std::env::var("XDG_RUNTIME_DIR").unwrap()).join(NAME);
        let file = format!("file={}", pipe.display());
        let (name, rate) = (format!("source_name={NAME}"), format!("rate={RATE}"));
        let kind = ["load-module", "module-pipe-source"];
        let format = [&*name, &file, "format=s16le", &rate, "channels=1"];
        let module = pactl(&[&kind[..], &format].concat());
        Self { module, pipe }
    }
}

impl Drop for PipeSource {
    fn drop(&mut self) {
        pactl(&["unload-module", &self.module]);
    }
}

/// A hundredth of a second of sound that begins so many hundredths after the first: a beep of a
/// tenth of a second at the beginning of each second but the first.
fn sound(hundredth: u64) -> Vec<u8> {
    let samples = u64::from(RATE) / 100;
    let is_beep = hundredth >= 100 && hundredth % 100 < 10;
    let samples = (0..samples).map(|n| {
        let seconds = (hundredth * samples + n) as f64 / f64::from(RATE);
        let sample = if is_beep {
            0.5 * (TAU * 1000.0 * seconds).cos()
        } else {
            0.0
        };
        (sample * f64::from(i16::MAX)) as i16
    });
    samples.flat_map(i16::to_le_bytes).collect()
}

/// With each beep a window shows its number. How far they are apart in the file is seen from
/// outside, where `RIG_BEEPS` says how many they are.
#[test]
fn beeps_and_numbers_that_belong_together_are_recorded() {
    let beeps = u16::try_from(beeps()).unwrap();
    let source = PipeSource::load();
    let mut pipe = OpenOptions::new().write(true).open(&source.pipe).unwrap();
    let (window, display) = screen::window();
    let wanted = ConstraintSet::new().device_id(ConstrainChoice::exact(NAME.to_owned()));
    let constraints = Constraints::new().audio(wanted);
    let microphone = MediaDevices::new().get_user_media(&constraints).unwrap();
    let tracks = display.tracks().into_iter().chain(microphone.tracks());
    let stream = MediaStream::new(tracks);

    let start = Instant::now();
    let mime_type = "video/x-matroska;codecs=avc1,opus";
    let recording = Recording::start(&stream, "together.mkv", mime_type);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // Sound is there when it is over, as from any microphone.
            for hundredth in 0..=u64::from(beeps) * 100 + 50 {
                let over = start + Duration::from_millis((hundredth + 1) * 10);
                pass(over.saturating_duration_since(Instant::now()));
                pipe.write_all(&sound(hundredth)).unwrap();
            }
        });
        for number in 1..=beeps {
            let due = start + Duration::from_secs(number.into());
            pass(due.saturating_duration_since(Instant::now()));
            window.show(number);
        }
    });
    recording.stop();
}
