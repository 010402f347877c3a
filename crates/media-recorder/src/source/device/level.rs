//! How loud a microphone is.

use media_recorder_types::AudioFrame;

/// How loud the last tenth of a second was that a source of sound delivered, all channels together;
/// 1.0 is the loudest that a sample can be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct AudioLevel {
    /// The largest sample.
    pub peak: f32,
    /// The root of the mean square of all samples.
    pub rms: f32,
}

/// Measures sound tenth by tenth of a second.
#[derive(Debug, Default)]
pub(super) struct LevelMeter {
    peak: f32,
    squares: f64,
    samples: usize,
}

impl LevelMeter {
    /// Takes sound; the level of the last tenth of a second that ends in it, if one does.
    pub(super) fn add(&mut self, frame: &AudioFrame) -> Option<AudioLevel> {
        let tenth = usize::from(frame.channels()) * (frame.rate() as usize).div_ceil(10);
        let mut level = None;
        for sample in frame.samples().iter() {
            self.peak = self.peak.max(sample.abs());
            self.squares += f64::from(sample * sample);
            self.samples += 1;
            if self.samples >= tenth {
                level = Some(AudioLevel {
                    peak: self.peak,
                    rms: (self.squares / self.samples as f64).sqrt() as f32,
                });
                *self = Self::default();
            }
        }
        level
    }
}

#[cfg(test)]
mod tests {
    use media_recorder_types::MediaTime;

    use super::*;

    #[test]
    fn a_level_is_of_the_last_tenth_of_a_second() {
        let mut meter = LevelMeter::default();
        let mut add = |samples: &[f32]| {
            let frame = AudioFrame::new(100, 2, samples.to_vec(), MediaTime::ZERO);
            meter.add(&frame.unwrap())
        };
        assert_eq!(add(&[1.0; 18]), None);
        let level = add(&[-0.5; 22]).unwrap();
        assert_eq!(level.peak, 0.5);
        assert!((level.rms - 0.5).abs() < 1e-6);
        assert_eq!(add(&[0.0; 20]), Some(AudioLevel::default()));
    }
}
