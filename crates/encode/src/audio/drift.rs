//! How fast a source's clock runs, and what to do about it.

use media_recorder_types::MediaTime;

/// The sound that is judged by its best stamp, in seconds, and the least frames in it. Of many
/// stamps the one that agrees best is believed: the others came late or in bursts.
const WINDOW: f64 = 1.0;
const WINDOW_FRAMES: u32 = 4;
/// The time constant over which those are averaged, in seconds.
const SMOOTHING: f64 = 2.0;
/// From this deviation on, in seconds, the clock drifts. Stamps that a container has rounded to
/// milliseconds are half of one off.
const THRESHOLD: f64 = 0.001;
/// The loop is critically damped with a time constant of 15 s: a pitch that changes as slowly as
/// that is not heard, and a clock that is 200 ppm off strays by 1 ms before it is caught.
const OMEGA: f64 = 1.0 / 15.0;
const PROPORTIONAL: f64 = 2.0 * OMEGA;
const INTEGRAL: f64 = OMEGA * OMEGA;
/// No quartz is 1000 ppm off; half as much again is there to catch up with. That is a fortieth of
/// a semitone.
const LIMIT: f64 = 1.5e-3;
/// Where frames are so long that the loop gets news less often than every so many seconds, it
/// answers more gently, or it would swing.
const LONGEST_STEP: f64 = 5.0;

/// A second-order loop that holds the deviation between frames' times and the count of samples at
/// zero by stretching the sound. What it has to stretch by in the long run is the clock's error.
///
/// This is the only place where time is a float; no timestamp is made from it.
#[derive(Debug)]
pub(super) struct DriftLoop {
    rate: f64,
    window: Window,
    /// The deviation, smoothed, in seconds: positive when the sound is too early, because less
    /// of it is there than its times say.
    deviation: f64,
    drifting: bool,
    /// How much faster than nominal the clock runs, as a fraction.
    speed: f64,
    stretch: f64,
}

#[derive(Debug, Default)]
struct Window {
    samples: u64,
    frames: u32,
    nearest: Option<MediaTime>,
}

impl DriftLoop {
    pub(super) fn new(rate: u32) -> Self {
        Self {
            rate: f64::from(rate),
            window: Window::default(),
            deviation: 0.0,
            drifting: false,
            speed: 0.0,
            stretch: 0.0,
        }
    }

    /// A frame of `samples` per channel has a time that is `deviation` later than the count.
    pub(super) fn observe(&mut self, deviation: MediaTime, samples: usize) {
        let window = &mut self.window;
        window.samples += samples as u64;
        window.frames += 1;
        let nearest = window.nearest.unwrap_or(deviation);
        window.nearest = Some(if deviation.saturating_abs() < nearest.saturating_abs() {
            deviation
        } else {
            nearest
        });
        let seconds = window.samples as f64 / self.rate;
        if seconds >= WINDOW && window.frames >= WINDOW_FRAMES {
            let nearest = window.nearest.unwrap_or_default().as_secs_f64();
            self.window = Window::default();
            self.update(nearest, seconds);
        }
    }

    fn update(&mut self, deviation: f64, seconds: f64) {
        let share = 1.0 - (-seconds / SMOOTHING).exp();
        self.deviation += (deviation - self.deviation) * share;
        self.drifting |= self.deviation.abs() > THRESHOLD;
        if self.drifting {
            let error = self.deviation * (LONGEST_STEP / seconds).min(1.0);
            self.speed = (self.speed - INTEGRAL * error * seconds).clamp(-LIMIT, LIMIT);
            self.stretch = (PROPORTIONAL * error - self.speed).clamp(-LIMIT, LIMIT);
        }
    }

    /// What was inserted or cut has brought the sound to its time: what the stamps said before is
    /// no drift.
    pub(super) fn stepped(&mut self) {
        self.window = Window::default();
        self.deviation = 0.0;
        self.stretch = (-self.speed).clamp(-LIMIT, LIMIT);
    }

    /// By which fraction the sound is to be made longer; `None` as long as no drift has been seen.
    pub(super) fn stretch(&self) -> Option<f64> {
        self.drifting.then_some(self.stretch)
    }

    /// The clock's speed in parts per million above nominal; 0 as long as no drift has been seen.
    pub(super) fn ppm(&self) -> i32 {
        (self.speed * 1e6).round() as i32
    }

    /// The deviation, smoothed.
    pub(super) fn offset(&self) -> MediaTime {
        MediaTime::from_nanos((self.deviation * 1e9) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the loop on a source at 8 kHz for so many seconds. Each frame's time is wrong by what
    /// `jitter` says for its number. The largest true deviation is returned, too.
    fn run(
        ppm: f64,
        frame: usize,
        seconds: f64,
        jitter: impl Fn(usize) -> f64,
    ) -> (DriftLoop, f64) {
        let mut drift = DriftLoop::new(8000);
        let (mut true_time, mut position, mut worst) = (0.0, jitter(0), 0.0_f64);
        let nominal = frame as f64 / 8000.0;
        for n in 0..(seconds / nominal) as usize {
            let deviation = true_time + jitter(n) - position;
            worst = worst.max((true_time - position).abs());
            drift.observe(MediaTime::from_nanos((deviation * 1e9) as i64), frame);
            true_time += nominal / (1.0 + ppm * 1e-6);
            position += nominal * (1.0 + drift.stretch().unwrap_or_default());
        }
        (drift, worst)
    }

    #[test]
    fn clocks_are_measured_whatever_the_length_of_frames() {
        for frame in [80, 800, 8000, 80_000] {
            for ppm in [-900.0, -150.0, 60.0, 900.0] {
                let (drift, worst) = run(ppm, frame, 20_000.0, |_| 0.0);
                let off = f64::from(drift.ppm()) - ppm;
                assert!(off.abs() <= 1.0, "{frame} samples, {ppm} ppm: {off:+}");
                assert!(drift.offset().saturating_abs() < MediaTime::from_nanos(10_000));
                // Longer frames bring news too seldom to keep a clock that bad within it.
                assert!(worst < 0.02 || frame > 8000, "{frame}, {ppm}: {worst} s");
            }
        }
    }

    #[test]
    fn clocks_are_measured_although_delivery_is_in_bursts() {
        // Ten frames of 10 ms arrive when the last of them is there.
        let lateness = |n: usize| 0.01 * (9 - n % 10) as f64;
        let (drift, _) = run(200.0, 80, 600.0, lateness);
        assert!((198..=202).contains(&drift.ppm()), "{}", drift.ppm());
    }

    #[test]
    fn jitter_is_no_drift() {
        let random = |n: usize| (n * 7919 % 2000) as f64 * 1e-5 - 0.01;
        let one_late = |n: usize| if n == 500 { 0.019 } else { 0.0 };
        let first_late = |n: usize| if n == 0 { 0.0009 } else { 0.0 };
        for drift in [
            run(0.0, 80, 600.0, random).0,
            run(0.0, 80, 600.0, one_late).0,
            run(0.0, 8000, 600.0, one_late).0,
            run(0.0, 80, 600.0, first_late).0,
        ] {
            assert_eq!((drift.stretch(), drift.ppm()), (None, 0));
        }
    }

    #[test]
    fn a_step_is_no_drift() {
        let (mut drift, _) = run(200.0, 80, 600.0, |_| 0.0);
        for _ in 0..50 {
            drift.observe(MediaTime::from_millis(19), 80);
        }
        drift.stepped();
        for _ in 0..1000 {
            drift.observe(MediaTime::ZERO, 80);
        }
        assert_eq!((drift.ppm(), drift.offset()), (200, MediaTime::ZERO));
    }

    #[test]
    fn the_stretch_has_a_limit() {
        let (drift, _) = run(50_000.0, 80, 60.0, |_| 0.0);
        assert_eq!(drift.stretch(), Some(-LIMIT));
        assert_eq!(drift.ppm(), 1500);
    }
}
