//! Two hours from a microphone whose clock is wrong.
#![expect(clippy::unwrap_used, reason = "a test that unwraps wrong fails")]

mod common;

use std::f64::consts::{SQRT_2, TAU};

use common::{ms, track};
use media_recorder_encode::{AudioConfig, AudioEncoder, AudioStats, audio_encoder};
use media_recorder_types::{AudioCodec, AudioFrame, MediaTime, PcmFormat};

const RATE: u32 = 8000;
const FRAME: i64 = 80;
const TONE: f64 = 1000.0;
/// The tone swells and ebbs so often a second: its phase alone would not tell a whole
/// millisecond.
const SWELL: f64 = 5.0;
/// Samples that hold whole periods of the tone and of its swell: 200 ms.
const WINDOW: usize = 1600;
const PAUSES: i64 = 50;
const TWO_HOURS: i64 = 7_200_000;

/// Stretches of capture time that are recorded, in milliseconds: two hours in all. Pauses begin
/// and end anywhere in a frame, but last whole periods of tone and swell, so that the recorded
/// sound is what it would be without them.
fn recorded() -> Vec<(i64, i64)> {
    let mut spans = Vec::new();
    let (mut now, mut left) = (0, TWO_HOURS);
    for n in 0..PAUSES {
        let run = TWO_HOURS / (PAUSES + 1) + 1003 * (n % 7) - 2511;
        spans.push((now, now + run));
        now += run + 200 * (n + 1);
        left -= run;
    }
    spans.push((now, now + left));
    spans
}

/// A microphone whose clock runs at `speed` (1 is right).
struct Microphone {
    speed: f64,
    samples: i64,
    random: u64,
}

impl Microphone {
    /// When a sample is really taken, in seconds.
    fn instant(&self, sample: i64) -> f64 {
        sample as f64 / (f64::from(RATE) * self.speed)
    }

    /// The next 10 ms of a tone that swells, with a time that is up to 1 ms wrong.
    fn frame(&mut self) -> AudioFrame {
        let first = self.instant(self.samples);
        self.samples += FRAME;
        let mut tone = Phasor::new(TONE, first, self.instant(1));
        let mut swell = Phasor::new(SWELL, first, self.instant(1));
        let sample = |_| (0.5 * (1.0 + 0.6 * swell.next_sine()) * tone.next_sine()) as f32;
        let samples: Vec<f32> = (0..FRAME).map(sample).collect();
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let jitter = (self.random >> 33) as i64 % 2_000_001 - 1_000_000;
        let exact = (first * 1e9).round() as i64;
        AudioFrame::new(RATE, 1, samples, MediaTime::from_nanos(exact + jitter)).unwrap()
    }
}

/// A sine, sample by sample: to turn a vector is quicker than to ask for each sine.
struct Phasor {
    sin: f64,
    cos: f64,
    turn: (f64, f64),
}

impl Phasor {
    fn new(frequency: f64, time: f64, step: f64) -> Self {
        let (sin, cos) = (TAU * (frequency * time).fract()).sin_cos();
        let turn = (TAU * frequency * step).sin_cos();
        Self { sin, cos, turn }
    }

    fn next_sine(&mut self) -> f64 {
        let sine = self.sin;
        let (sin, cos) = self.turn;
        (self.sin, self.cos) = (sine * cos + self.cos * sin, self.cos * cos - sine * sin);
        sine
    }
}

/// What of a frame is recorded: each part with the time it has in the recording.
fn cut_out(frame: &AudioFrame, spans: &[(i64, i64)]) -> Vec<AudioFrame> {
    let mut parts = Vec::new();
    let mut before = 0;
    for &(from, to) in spans {
        let sample = |at: i64| {
            let since = ms(at).saturating_sub(frame.time);
            since.to_ticks(RATE).unwrap().clamp(0, FRAME) as usize
        };
        let range = sample(from)..sample(to);
        if !range.is_empty() {
            let samples = &frame.samples()[range];
            let in_span = frame.time.max(ms(from)).saturating_sub(ms(from));
            let time = ms(before).saturating_add(in_span);
            parts.push(AudioFrame::new(RATE, 1, samples, time).unwrap());
        }
        before += to - from;
    }
    parts
}

/// What was recorded, judged as it comes out.
#[derive(Default)]
struct Judge {
    start: f64,
    samples: Vec<f32>,
    /// Samples before those.
    before: usize,
    /// In each window: how far the sound is from where it belongs, in seconds, and the loudest
    /// of what a filter leaves that takes out the tone.
    windows: Vec<(f64, f64)>,
}

impl Judge {
    fn take(&mut self, encoder: &mut dyn AudioEncoder) {
        while let Some(packet) = encoder.next_packet() {
            if self.before == 0 && self.samples.is_empty() {
                self.start = packet.time.as_secs_f64();
            }
            let bytes = packet.data.chunks_exact(4);
            let samples = bytes.map(|b| f32::from_le_bytes(b.try_into().unwrap()));
            self.samples.extend(samples);
        }
        while self.samples.len() >= WINDOW + 4 {
            let window = (self.offset(), self.noise());
            self.windows.push(window);
            self.samples.drain(..WINDOW);
            self.before += WINDOW;
        }
    }

    /// The phase of a frequency in the window, in turns, against that of the sound in the room.
    fn phase(&self, frequency: f64) -> f64 {
        let time = self.start + self.before as f64 / f64::from(RATE);
        let step = 1.0 / f64::from(RATE);
        let mut sine = Phasor::new(frequency, time, step);
        let mut cosine = Phasor::new(frequency, time + 0.25 / frequency, step);
        let (mut re, mut im) = (0.0, 0.0);
        for &sample in &self.samples[..WINDOW] {
            re += f64::from(sample) * sine.next_sine();
            im += f64::from(sample) * cosine.next_sine();
        }
        im.atan2(re) / TAU
    }

    fn offset(&self) -> f64 {
        // The tone's sidebands say it roughly, the tone exactly.
        let wrapped = |turns: f64| turns - turns.round();
        let upper = self.phase(TONE + SWELL) - 0.5;
        let lower = self.phase(TONE - SWELL);
        let rough = wrapped(upper - lower) / (2.0 * SWELL);
        let fine = self.phase(TONE) / TONE;
        rough + wrapped((fine - rough) * TONE) / TONE
    }

    /// Twice over, sample minus √2 times the next plus the one after it takes out 1 kHz at 8 kHz,
    /// and the slow swell nearly so; a click passes.
    fn noise(&self) -> f64 {
        let twice = |s: &[f32]| {
            let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|n| f64::from(s[n]));
            (a + e - 2.0 * SQRT_2 * (b + d) + 4.0 * c).abs()
        };
        let windows = self.samples[..WINDOW + 4].windows(5);
        windows.map(twice).fold(0.0, f64::max)
    }
}

fn record(ppm: f64) -> (Judge, AudioStats, f64) {
    let codec = AudioCodec::Pcm(PcmFormat::F32);
    let mut encoder = audio_encoder(codec, AudioConfig::new(track())).unwrap();
    let mut microphone = Microphone {
        speed: 1.0 + ppm * 1e-6,
        samples: 0,
        random: 7,
    };
    let mut judge = Judge::default();
    let spans = recorded();
    let mut at = 0;
    while at < spans.len() {
        let frame = microphone.frame();
        let near = &spans[at..spans.len().min(at + 2)];
        let before: i64 = spans[..at].iter().map(|(from, to)| to - from).sum();
        for part in cut_out(&frame, near) {
            let time = part.time.saturating_add(ms(before));
            encoder.encode(&part.with_time(time)).unwrap();
        }
        judge.take(&mut *encoder);
        if frame.time > ms(spans[at].1 + 50) {
            at += 1;
        }
    }
    encoder.finish().unwrap();
    judge.take(&mut *encoder);
    let end = judge.start + (judge.before + judge.samples.len()) as f64 / f64::from(RATE);
    (judge, encoder.stats(), end)
}

fn check(ppm: i32) {
    let (judge, stats, end) = record(f64::from(ppm));
    let splices: Vec<f64> = recorded()
        .iter()
        .scan(0, |sum, (from, to)| {
            *sum += to - from;
            Some(*sum as f64 / 1e3)
        })
        .collect();
    for (n, &(offset, noise)) in judge.windows.iter().enumerate() {
        let from = judge.start + (n * WINDOW) as f64 / f64::from(RATE);
        // Where a pause was, two sounds meet: that is heard, and has no phase.
        let around = from - 0.05..from + 0.25;
        if !splices.iter().any(|splice| around.contains(splice)) {
            assert!(offset.abs() < 0.004, "{offset} s at {from} s");
            // 84 dB below the tone.
            assert!(noise < 3e-5, "{noise} at {from} s");
        }
    }
    assert_eq!(judge.windows.len(), 36_000);
    assert!((end - 7200.0).abs() < 0.004, "{end}");
    assert!((stats.clock_ppm - ppm).abs() <= 5, "{stats:?}");
    assert!(stats.offset.saturating_abs() < ms(1), "{stats:?}");
    assert_eq!((stats.gaps, stats.overlaps, stats.jitter), (0, 0, 0));
}

#[test]
fn a_fast_clock_is_measured_and_corrected_without_a_click() {
    check(200);
}

#[test]
fn a_slow_clock_is_measured_and_corrected_without_a_click() {
    check(-200);
}
