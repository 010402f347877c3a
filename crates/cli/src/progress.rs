//! The line that shows how a recording goes.

use std::time::{Duration, Instant};

use indicatif::{DecimalBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use media_recorder::{AudioLevel, MediaTime, Pace, Statistics, TrackKind};

/// A line on standard error that is rewritten in place; invisible where that is no terminal.
pub(crate) struct Progress {
    line: ProgressBar,
    begun: Instant,
    duration: Option<Duration>,
}

impl Progress {
    /// For a recording that begins now, and is to have this duration if it is known.
    pub(crate) fn new(duration: Option<Duration>) -> Self {
        let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{wide_msg}");
        line.set_style(style.expect("the template is a constant that parses"));
        Self {
            line,
            begun: Instant::now(),
            duration,
        }
    }

    /// Shows the counts, and how loud the microphone is if there is one. `finishing` says that
    /// nothing more is taken in.
    pub(crate) fn show(&self, statistics: &Statistics, level: Option<AudioLevel>, finishing: bool) {
        if self.line.is_hidden() {
            return;
        }
        let elapsed = self.begun.elapsed();
        let mut text = describe(statistics, self.duration, elapsed);
        if let Some(level) = level {
            text = format!("{} {text}", meter(level));
        }
        if finishing {
            text.push_str(", finishing");
        }
        self.line.set_message(text);
    }

    /// Removes the line.
    pub(crate) fn clear(&self) {
        self.line.finish_and_clear();
    }
}

/// Time, size, frames, dropped, speed.
fn describe(statistics: &Statistics, duration: Option<Duration>, elapsed: Duration) -> String {
    let mut text = tenths(statistics.duration);
    if let Some(duration) = duration {
        text = format!("{text} of {}", tenths(duration.into()));
    }
    // The container grows by whole clusters, seldom; what is encoded grows all the time.
    let encoded = statistics.tracks.iter().map(|track| track.bytes).sum();
    let bytes = DecimalBytes(statistics.bytes.max(encoded));
    text = format!("{text}, {bytes}");
    for track in &statistics.tracks {
        if track.codec.kind() == TrackKind::Video {
            text = format!("{text}, {} frames", track.packets);
        }
    }
    let dropped: u64 = statistics.tracks.iter().map(|track| track.dropped).sum();
    let speed = speed(statistics.duration, elapsed);
    text = format!("{text}, {dropped} dropped, {speed}");
    let slowed = statistics.tracks.iter().filter_map(|track| track.pace);
    for pace in slowed.filter(is_slowed) {
        text = format!("{text}, busy: {}", way_out(pace));
    }
    text
}

/// `[######----]  -21 dB`: a mark for each 6 dB that the sound is above -60 dB, and its peak.
fn meter(level: AudioLevel) -> String {
    const MARKS: usize = 10;
    let decibels = |value: f32| (20.0 * value.log10()).clamp(-60.0, 0.0);
    let marks = ((decibels(level.rms) + 60.0) / 6.0).round() as usize;
    let (on, off) = ("#".repeat(marks), "-".repeat(MARKS.saturating_sub(marks)));
    format!("[{on}{off}] {:3.0} dB", decibels(level.peak))
}

/// Whether the machine has had too little time for what the recording began with.
fn is_slowed(pace: &Pace) -> bool {
    pace.steps_down > pace.steps_up
}

/// What is done about it: `preset live, 1 of 2 pictures, 1/2 of the size`.
fn way_out(pace: Pace) -> String {
    let preset = format!("preset {}", pace.preset);
    let rate = match pace.frame_rate_divisor {
        1 => String::new(),
        divisor => format!(", 1 of {divisor} pictures"),
    };
    let size = match pace.size_divisor {
        1 => String::new(),
        divisor => format!(", 1/{divisor} of the size"),
    };
    preset + &rate + &size
}

/// `HH:MM:SS.t`: more digits would only flicker.
fn tenths(time: MediaTime) -> String {
    let mut text = time.to_string();
    text.truncate(text.len() - 2);
    text
}

/// Media time per time that passed, such as `1.00x`.
pub(crate) fn speed(recorded: MediaTime, elapsed: Duration) -> String {
    let speed = recorded.as_secs_f64() / elapsed.as_secs_f64().max(1e-3);
    format!("{speed:.2}x")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meter_tells_loudness_and_peak() {
        let mut level = AudioLevel::default();
        assert_eq!(meter(level), "[----------] -60 dB");
        (level.peak, level.rms) = (1.0, 0.125);
        assert_eq!(meter(level), "[#######---]   0 dB");
        (level.peak, level.rms) = (2.0, 2.0);
        assert_eq!(meter(level), "[##########]   0 dB");
    }

    #[test]
    fn the_line_tells_what_was_recorded_and_how_fast() {
        let mut statistics = Statistics::default();
        statistics.duration = MediaTime::from_millis(61_299);
        statistics.bytes = 12_345_678;
        let elapsed = Duration::from_millis(122_598);
        assert_eq!(
            describe(&statistics, None, elapsed),
            "00:01:01.2, 12.35 MB, 0 dropped, 0.50x"
        );
        assert_eq!(
            describe(&statistics, Some(Duration::from_secs(90)), elapsed),
            "00:01:01.2 of 00:01:30.0, 12.35 MB, 0 dropped, 0.50x"
        );
        assert_eq!(speed(MediaTime::ZERO, Duration::ZERO), "0.00x");
    }
}
