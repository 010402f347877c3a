//! Sound of which it is not known yet where it belongs.

use std::collections::VecDeque;

use media_recorder_types::{AudioFrame, MediaTime};

/// A frame, or what is left of it.
#[derive(Clone, Debug)]
pub(super) struct Run {
    frame: AudioFrame,
    /// Samples per channel at its start that are cut.
    cut: usize,
}

impl Run {
    pub(super) fn new(frame: AudioFrame) -> Self {
        Self { frame, cut: 0 }
    }

    /// Samples per channel.
    pub(super) fn len(&self) -> usize {
        self.frame.len() - self.cut
    }

    pub(super) fn samples(&self) -> &[f32] {
        &self.frame.samples()[self.cut * usize::from(self.frame.channels())..]
    }

    /// The time of the first sample that is left.
    pub(super) fn time(&self) -> MediaTime {
        let cut = i64::try_from(self.cut).unwrap_or(i64::MAX);
        let cut = MediaTime::from_ticks(cut, self.frame.rate()).unwrap_or(MediaTime::MAX);
        self.frame.time.saturating_add(cut)
    }
}

/// Runs in the order of their arrival, all of them too late or all too early.
#[derive(Debug, Default)]
pub(super) struct Held {
    runs: VecDeque<Run>,
    samples: usize,
    nearest: usize,
    deviation: MediaTime,
}

impl Held {
    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Runs.
    pub(super) fn count(&self) -> usize {
        self.runs.len()
    }

    /// Samples per channel, of all runs together.
    pub(super) fn samples(&self) -> usize {
        self.samples
    }

    /// Which run deviates least, and by how much.
    pub(super) fn nearest(&self) -> (usize, MediaTime) {
        (self.nearest, self.deviation)
    }

    /// Adds a run whose time is `deviation` later than where it would come to lie.
    pub(super) fn push(&mut self, run: Run, deviation: MediaTime) {
        if self.runs.is_empty() || deviation.saturating_abs() < self.deviation.saturating_abs() {
            (self.nearest, self.deviation) = (self.runs.len(), deviation);
        }
        self.samples += run.len();
        self.runs.push_back(run);
    }

    /// Cuts up to `samples` per channel at the start. Runs of which nothing is left stay, empty.
    /// What was cut is returned.
    pub(super) fn cut(&mut self, samples: usize) -> usize {
        let mut left = samples;
        for run in &mut self.runs {
            let cut = run.len().min(left);
            run.cut += cut;
            left -= cut;
        }
        self.samples -= samples - left;
        samples - left
    }

    /// Takes all runs out.
    pub(super) fn take(&mut self) -> VecDeque<Run> {
        std::mem::take(self).runs
    }
}
