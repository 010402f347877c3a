//! Sound that was received and not yet read, in its order, with silence where some was lost.

use std::collections::VecDeque;
use std::num::NonZero;

/// Silence is given out in pieces of a tenth of a second, however long it is.
const PIECES_PER_SECOND: u32 = 10;

/// A queue of interleaved samples that knows the position of each: how many were captured before
/// it, of each channel.
#[derive(Debug)]
pub(super) struct Waiting {
    channels: NonZero<u16>,
    /// The longest piece of silence, in samples per channel.
    piece: u64,
    runs: VecDeque<Run>,
    /// Of the first that waits.
    start: u64,
    /// Of the next that comes.
    end: u64,
}

#[derive(Debug)]
enum Run {
    Sound(Vec<f32>),
    /// So many samples per channel.
    Silence(u64),
    /// Nothing is given out for these.
    Gap(u64),
}

impl Waiting {
    pub(super) fn new(rate: u32, channels: NonZero<u16>) -> Self {
        Self {
            channels,
            piece: (rate / PIECES_PER_SECOND).max(1).into(),
            runs: VecDeque::new(),
            start: 0,
            end: 0,
        }
    }

    /// Appends sound: whole samples of all channels.
    pub(super) fn push(&mut self, samples: Vec<f32>) {
        let len = self.len_of(&samples);
        if len > 0 {
            self.end += len;
            self.runs.push_back(Run::Sound(samples));
        }
    }

    /// Appends silence for what was lost, up to `longest`; what is longer is left out.
    pub(super) fn lose(&mut self, len: u64, longest: u64) {
        if len > 0 {
            self.end += len;
            self.runs.push_back(if len > longest {
                Run::Gap(len)
            } else {
                Run::Silence(len)
            });
        }
    }

    /// The position of the next sample that comes.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// How many samples per channel wait.
    pub(super) fn len(&self) -> u64 {
        self.end - self.start
    }

    /// The position of the first sample that waits.
    pub(super) fn next_position(&mut self) -> Option<u64> {
        while let Some(&Run::Gap(len)) = self.runs.front() {
            self.runs.pop_front();
            self.start += len;
        }
        (!self.runs.is_empty()).then_some(self.start)
    }

    /// Takes the first samples out, never none.
    pub(super) fn take(&mut self) -> Option<Vec<f32>> {
        self.next_position()?;
        let samples = match self.runs.pop_front()? {
            Run::Sound(samples) => samples,
            Run::Silence(len) | Run::Gap(len) => {
                let piece = len.min(self.piece);
                if len > piece {
                    self.runs.push_front(Run::Silence(len - piece));
                }
                let piece = usize::try_from(piece).unwrap_or(usize::MAX);
                vec![0.0; piece * usize::from(self.channels.get())]
            }
        };
        self.start += self.len_of(&samples);
        Some(samples)
    }

    fn len_of(&self, samples: &[f32]) -> u64 {
        (samples.len() / usize::from(self.channels.get())) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All that waits, with the position of each piece.
    fn all(waiting: &mut Waiting) -> Vec<(u64, Vec<f32>)> {
        let mut pieces = Vec::new();
        while let Some(position) = waiting.next_position() {
            pieces.push((position, waiting.take().unwrap()));
        }
        assert!(waiting.take().is_none());
        assert_eq!(waiting.len(), 0);
        pieces
    }

    fn stereo() -> Waiting {
        Waiting::new(100, NonZero::new(2).unwrap())
    }

    #[test]
    fn sound_stays_in_order_and_counts() {
        let mut waiting = stereo();
        waiting.push(vec![1.0, 2.0, 3.0, 4.0]);
        waiting.push(Vec::new());
        waiting.push(vec![5.0, 6.0]);
        assert_eq!((waiting.len(), waiting.end()), (3, 3));
        let expected = [(0, vec![1.0, 2.0, 3.0, 4.0]), (2, vec![5.0, 6.0])];
        assert_eq!(all(&mut waiting), expected);
        assert_eq!(waiting.end(), 3);
    }

    #[test]
    fn what_was_lost_is_silence_of_the_same_length_in_pieces() {
        let mut waiting = stereo();
        waiting.push(vec![1.0; 2]);
        waiting.lose(25, 1000);
        waiting.lose(0, 1000);
        waiting.push(vec![2.0; 2]);
        let pieces = all(&mut waiting);
        let positions: Vec<_> = pieces.iter().map(|(position, _)| *position).collect();
        assert_eq!(positions, [0, 1, 11, 21, 26]);
        assert_eq!(pieces[1].1, [0.0; 20]);
        assert_eq!(pieces[3].1, [0.0; 10]);
        assert_eq!(pieces[4].1, [2.0; 2]);
    }

    #[test]
    fn what_was_lost_for_too_long_only_moves_what_follows() {
        let mut waiting = stereo();
        waiting.lose(1001, 1000);
        assert_eq!(waiting.next_position(), None);
        waiting.push(vec![2.0; 2]);
        assert_eq!(all(&mut waiting), [(1001, vec![2.0; 2])]);
    }
}
