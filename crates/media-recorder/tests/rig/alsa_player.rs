//! What is heard on the sound card: `aplay` on the first of its devices, the second hears it.

use std::fs;
use std::process::{Child, Command};

use crate::server::RATE;

/// Where the card says how far it has played.
const STATUS: &str = "/proc/asound/card0/pcm0p/sub0/status";

/// Plays until it is dropped.
pub(crate) struct Player(Child);

impl Player {
    /// Begins with the first of these samples, in stereo.
    pub(crate) fn start(samples: impl IntoIterator<Item = f32>) -> Self {
        let samples = samples.into_iter();
        let bytes = samples.flat_map(|sample| ((sample * 32_768.0) as i16).to_le_bytes());
        fs::write("played.raw", bytes.collect::<Vec<u8>>()).unwrap();
        let mut aplay = Command::new("aplay");
        aplay.args(["-q", "-D", "hw:0,0", "-t", "raw", "-f", "S16_LE", "-c", "2"]);
        let rate = RATE.to_string();
        aplay.args(["-r", &rate, "--buffer-time=500000", "played.raw"]);
        Self(aplay.spawn().unwrap())
    }

    /// How many frames have been heard; `None` if it does not play.
    pub(crate) fn position(&self) -> Option<u64> {
        let status = fs::read_to_string(STATUS).unwrap();
        let mut lines = status.lines();
        let line = lines.find_map(|line| line.strip_prefix("hw_ptr"))?;
        Some(line.trim_start_matches([' ', ':']).parse().unwrap())
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
