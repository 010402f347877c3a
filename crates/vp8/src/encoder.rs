//! One frame from start to end.

use std::sync::Arc;
use std::time::Duration;

use crate::bitstream::{self, Limits, TooLong};
use crate::filter_level::FilterLevel;
use crate::frame::Frame;
use crate::frame_context::FrameContext;
use crate::header::{FilterAdjustments, FrameHeader, Segmentation};
use crate::kernels::Kernels;
use crate::loop_filter::LoopFilter;
use crate::mode_coding::{FrameProbabilities, ModeCounts};
use crate::probabilities::Probabilities;
use crate::quantizer::{MAX_INDEX, Quantizer};
use crate::rate::{self, FrameKind};
use crate::reconstruction::Reconstruction;
use crate::scroll;
use crate::segments;
use crate::speed::Effort;
use crate::tables::bit_cost;
use crate::threads::Rows;
use crate::tokens::TokenCounts;
use crate::vector::Vector;
use crate::vector_coding::VectorCosts;
use crate::{Config, Error, Picture, RateControl, Speed};

/// A frame as it came out of the encoder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodedFrame {
    /// The frame, or `None` if it was left out: the picture before stays for its duration, too.
    pub data: Option<Vec<u8>>,
    /// Whether decoding can begin with it.
    pub key: bool,
    /// How coarse it is, from 0 to 127.
    pub quantizer: u8,
}

/// Encodes pictures of one size, one after the other.
pub struct Encoder {
    config: Config,
    kernels: Kernels,
    columns: usize,
    rows: usize,
    work: Rows,
    /// Unless all frames have the same quantizer.
    rate: Option<rate::RateControl>,
    /// What a decoder has after the frames so far.
    state: Option<State>,
    limits: Limits,
    /// A frame that nobody refers to any more.
    spare: Option<Frame>,
}

#[derive(Clone)]
struct State {
    last: Arc<Frame>,
    golden: Arc<Frame>,
    probabilities: Probabilities,
    frame_probabilities: FrameProbabilities,
    /// Of the last frame, row by row.
    vectors: Vec<Vector>,
    filter_level: FilterLevel,
    since_key: u32,
    since_golden: u32,
}

/// How a frame is to be coded.
#[derive(Clone, Copy, Debug)]
struct Plan {
    kind: FrameKind,
    quantizer: u8,
    /// The frame shows what the last one does, whatever the picture.
    repeats: bool,
    /// All modes are those that are said in the fewest bits.
    plain: bool,
}

impl Plan {
    /// With the finest quantizer, the blocks are not filtered another time.
    const REPETITION: Self = Self {
        kind: FrameKind::Ordinary,
        quantizer: 0,
        repeats: true,
        plain: false,
    };

    fn new(kind: FrameKind, quantizer: u8) -> Self {
        Self {
            kind,
            quantizer,
            repeats: false,
            plain: false,
        }
    }
}

/// Every so many frames, golden is refreshed.
const GOLDEN_INTERVAL: u32 = 16;
/// How often a frame that comes out too large is coded at most.
const MOST_TRIES: u32 = 4;
/// How much coarser the quantizer of a frame gets for which the format has no room.
const COARSER: u8 = 16;

impl Encoder {
    /// An encoder for pictures of one size.
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedSize`], [`Error::Quantizers`] or [`Error::Zero`] if the configuration
    /// asks for what cannot be.
    pub fn new(config: Config) -> Result<Self, Error> {
        config.check()?;
        let columns = usize::from(config.width).div_ceil(16);
        let rows = usize::from(config.height).div_ceil(16);
        Ok(Self {
            kernels: Kernels::detect(),
            rate: rate_control(&config),
            columns,
            rows,
            work: Rows::new(columns, rows),
            state: None,
            limits: Limits::OF_THE_FORMAT,
            spare: None,
            config,
        })
    }

    /// Encodes a picture that is shown for so long. The first becomes a key frame, and so does
    /// one for which `key` is set.
    ///
    /// # Errors
    ///
    /// [`Error::OtherSize`] if the picture is not of the configured size, [`Error::Duration`] if
    /// it is shown for no time or longer than an hour, and [`Error::FrameTooLong`] if the
    /// format has no room for it even at the coarsest quantizer.
    pub fn encode(
        &mut self,
        picture: &Picture<'_>,
        duration: Duration,
        key: bool,
    ) -> Result<EncodedFrame, Error> {
        self.check(picture, duration)?;
        let interval = self.config.key_frame_interval;
        let key = key
            || self.state.as_ref().is_none_or(|state| {
                interval.is_some_and(|interval| state.since_key + 1 >= interval)
            });
        let kind = match &self.state {
            _ if key => FrameKind::Key,
            Some(state) if state.since_golden + 1 >= GOLDEN_INTERVAL => FrameKind::Golden,
            _ => FrameKind::Ordinary,
        };
        let mut quantizer = match (self.config.rate, &mut self.rate) {
            (RateControl::Quality { quantizer }, _) => quantizer,
            (_, None) => self.config.max_quantizer,
            (_, Some(rate)) => {
                if self.config.drop_frames && !key && rate.should_drop() {
                    return Ok(self.leave_out(duration));
                }
                rate.quantizer(duration, kind)
            }
        };
        let mut tries = 1;
        let (mut state, mut data) = loop {
            let (state, data);
            (state, data, quantizer) = self.encode_short(picture, Plan::new(kind, quantizer))?;
            let again = self.rate.as_ref();
            match again.and_then(|rate| rate.again(data.len(), kind, quantizer)) {
                Some(coarser) if tries < MOST_TRIES => quantizer = coarser,
                _ => break (state, data),
            }
            tries += 1;
            self.spare = Arc::into_inner(state.last);
        };
        let rate = self.rate.as_ref();
        if !key && rate.is_some_and(|rate| rate.should_repeat(duration, data.len(), quantizer)) {
            if self.config.drop_frames {
                return Ok(self.leave_out(duration));
            }
            self.spare = Arc::into_inner(state.last);
            (state, data, _) = self.encode_short(picture, Plan::REPETITION)?;
            if let Some(rate) = &mut self.rate {
                rate.count_repetition(duration, data.len());
            }
        } else if let Some(rate) = &mut self.rate {
            rate.count(duration, kind, quantizer, data.len());
        }
        if let Some(old) = self.state.replace(state) {
            let State { last, golden, .. } = old;
            self.spare = Arc::into_inner(last).or_else(|| Arc::into_inner(golden));
        }
        Ok(EncodedFrame {
            data: Some(data),
            key,
            quantizer,
        })
    }

    fn leave_out(&mut self, duration: Duration) -> EncodedFrame {
        if let Some(rate) = &mut self.rate {
            rate.count_repetition(duration, 0);
        }
        EncodedFrame {
            data: None,
            key: false,
            quantizer: 0,
        }
    }

    /// Another bitrate from the next frame on, in bits per second. Without effect on an encoder
    /// for constant quality.
    ///
    /// # Errors
    ///
    /// [`Error::Zero`] if it is 0.
    pub fn set_bitrate(&mut self, new: u32) -> Result<(), Error> {
        if new == 0 {
            return Err(Error::Zero {
                what: "the bitrate",
            });
        }
        if let RateControl::Bitrate { bits_per_second } = &mut self.config.rate {
            *bits_per_second = new;
        }
        if let Some(rate) = &mut self.rate {
            rate.set_bits_per_second(new);
        }
        Ok(())
    }

    /// Another speed from the next frame on.
    pub fn set_speed(&mut self, speed: Speed) {
        self.config.speed = speed;
    }

    /// What a decoder shows after the last frame, or `None` before the first.
    pub fn reconstruction(&self) -> Option<Reconstruction<'_>> {
        let state = self.state.as_ref()?;
        let (width, height) = (self.config.width, self.config.height);
        Some(Reconstruction::new(&state.last, width, height))
    }

    fn check(&self, picture: &Picture<'_>, duration: Duration) -> Result<(), Error> {
        const LONGEST: Duration = Duration::from_secs(3600);
        let expected = (self.config.width, self.config.height);
        if (picture.width(), picture.height()) != expected {
            return Err(Error::OtherSize {
                width: picture.width(),
                height: picture.height(),
                expected_width: expected.0,
                expected_height: expected.1,
            });
        }
        if duration.is_zero() || duration > LONGEST {
            return Err(Error::Duration {
                nanoseconds: duration.as_nanos(),
            });
        }
        Ok(())
    }

    /// Encodes a frame by a plan, or by the one next to it for which the format has room: also
    /// says the quantizer, which may be coarser than any that is configured.
    fn encode_short(
        &mut self,
        picture: &Picture<'_>,
        mut plan: Plan,
    ) -> Result<(State, Vec<u8>, u8), Error> {
        loop {
            match self.encode_as(picture, plan) {
                Ok((state, data)) => return Ok((state, data, plan.quantizer)),
                Err(TooLong::Modes) if !plan.plain => plan.plain = true,
                Err(TooLong::Tokens) if plan.quantizer < MAX_INDEX => {
                    plan.quantizer = (plan.quantizer + COARSER).min(MAX_INDEX);
                }
                Err(_) => return Err(Error::FrameTooLong),
            }
        }
    }

    /// Encodes a frame by a plan: its bytes, and what a decoder has afterwards.
    fn encode_as(
        &mut self,
        picture: &Picture<'_>,
        plan: Plan,
    ) -> Result<(State, Vec<u8>), TooLong> {
        let key = plan.kind == FrameKind::Key;
        let new_frame = || Frame::new(self.columns, self.rows);
        let mut frame = self.spare.take().unwrap_or_else(new_frame);
        let before = match &self.state {
            Some(state) if !key => state.probabilities.clone(),
            _ => Probabilities::DEFAULT,
        };
        let frame_before = self.state.as_ref().map(|state| &state.frame_probabilities);
        let frame_before = frame_before
            .cloned()
            .unwrap_or_else(|| FrameProbabilities::new(&ModeCounts::default()));
        // For the first frame alone.
        let (nothing, no_vectors);
        let (last, golden, vectors) = match &self.state {
            Some(state) => (&state.last, &state.golden, &state.vectors),
            None => {
                nothing = Arc::new(Frame::new(1, 1));
                no_vectors = vec![Vector::ZERO; self.columns * self.rows];
                (&nothing, &nothing, &no_vectors)
            }
        };
        let mut filter_level = match &self.state {
            Some(state) => state.filter_level,
            None => FilterLevel::default(),
        };
        let size = (self.columns, self.rows);
        let by_activity = self.config.finer_where_flat && !plan.repeats;
        let segments = by_activity.then(|| segments::by_activity(self.kernels, picture, size));
        let indices = match by_activity {
            true => segments::quantizers(plan.quantizer),
            false => [plan.quantizer; 4],
        };
        let levels = indices.map(|quantizer| filter_level.level(quantizer));
        let filter = LoopFilter {
            key,
            simple: self.config.simple_filter,
            levels,
            sharpness: 0,
            adjustments: ADJUSTMENTS,
        };
        let quantizers = indices.map(|quantizer| match plan.repeats {
            true => Quantizer::of_repetition(),
            false => Quantizer::new(quantizer, key),
        });
        let scrolled = match key {
            true => None,
            false => scroll::find(self.kernels, picture, last, size),
        };
        let context = FrameContext {
            kernels: self.kernels,
            picture,
            columns: self.columns,
            rows: self.rows,
            key,
            last,
            golden: (!Arc::ptr_eq(last, golden)).then_some(golden),
            previous_vectors: vectors,
            scrolled,
            quantizers,
            segments: segments.as_deref(),
            vector_costs: &VectorCosts::new(&before.vectors),
            intra_cost: bit_cost(false, frame_before.intra),
            inter_cost: bit_cost(true, frame_before.intra),
            last_cost: bit_cost(false, frame_before.last),
            golden_cost: bit_cost(true, frame_before.last) + bit_cost(false, frame_before.golden),
            effort: Effort {
                plain: plan.plain,
                ..Effort::new(self.config.speed)
            },
        };
        let golden_is_new = plan.kind == FrameKind::Golden;
        let threads = self.config.threads;
        self.work.encode(&context, &filter, &mut frame, threads);

        let outputs = self.work.outputs();
        let mut token_counts = Box::new(TokenCounts::ZERO);
        let mut mode_counts = ModeCounts::default();
        for output in &outputs {
            token_counts.add(&output.tokens);
            output
                .macroblocks
                .iter()
                .for_each(|macroblock| mode_counts.add(macroblock));
        }
        let mut after = before.clone();
        after.adapt_coefficients(&token_counts);
        if !key {
            after.adapt_vectors(mode_counts.vectors());
        }
        let frame_probabilities = FrameProbabilities::new(&mode_counts);
        let segmentation = by_activity.then_some(Segmentation {
            quantizers: indices,
            filter_levels: levels,
        });
        let header = FrameHeader {
            key: key.then_some((self.config.width, self.config.height)),
            quantizer: plan.quantizer,
            segmentation: segmentation.as_ref(),
            simple_filter: filter.simple,
            // None at all would go for all segments.
            filter_level: levels.into_iter().fold(0, u8::max),
            sharpness: filter.sharpness,
            adjustments: ADJUSTMENTS,
            partitions: bitstream::partitions(self.rows),
            golden_is_new,
            frame: &frame_probabilities,
            before: &before,
            after: &after,
        };
        let data = bitstream::write(&header, &outputs, threads, self.limits)?;

        filter_level.learn(self.kernels, picture, indices, &filter, &outputs);
        let vectors = outputs.iter().flat_map(|output| &output.macroblocks);
        let vectors = vectors.map(|macroblock| macroblock.vector).collect();
        let frame = Arc::new(frame);
        let state = State {
            golden: match key || golden_is_new {
                true => frame.clone(),
                false => golden.clone(),
            },
            last: frame,
            probabilities: after,
            frame_probabilities,
            vectors,
            filter_level,
            since_key: match &self.state {
                Some(state) if !key => state.since_key + 1,
                _ => 0,
            },
            since_golden: match &self.state {
                Some(state) if plan.kind == FrameKind::Ordinary => state.since_golden + 1,
                _ => 0,
            },
        };
        Ok((state, data))
    }
}

fn rate_control(config: &Config) -> Option<rate::RateControl> {
    let RateControl::Bitrate { bits_per_second } = config.rate else {
        return None;
    };
    let samples = u64::from(config.width) * u64::from(config.height);
    let (min, max) = (config.min_quantizer, config.max_quantizer);
    Some(rate::RateControl::new(bits_per_second, samples, min, max))
}

/// Stronger where blocks show, weaker where the frames before are shown again.
const ADJUSTMENTS: FilterAdjustments = FilterAdjustments {
    references: [2, 0, -2, -2],
    modes: [4, -2, 2, 4],
};

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: u16 = 512;
    const FRAME: Duration = Duration::from_millis(40);

    fn noise(seed: u32) -> Vec<u8> {
        let len = usize::from(SIDE) * usize::from(SIDE) * 3 / 2;
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..len).map(|_| next()).collect()
    }

    fn encoder(limits: Limits) -> Encoder {
        let mut config = Config::new(SIDE, SIDE);
        config.speed = Speed::Slowest;
        config.rate = RateControl::Quality { quantizer: 4 };
        let mut encoder = Encoder::new(config).expect("the configuration is possible");
        encoder.limits = limits;
        encoder
    }

    fn encode(encoder: &mut Encoder, seed: u32) -> Result<EncodedFrame, Error> {
        let samples = noise(seed);
        let picture = Picture::i420(SIDE, SIDE, &samples).expect("all samples are there");
        encoder.encode(&picture, FRAME, false)
    }

    #[test]
    fn what_the_format_has_no_room_for_is_made_shorter() {
        let limits = Limits {
            first_partition: 2000,
            partition: 100_000,
        };
        let mut encoder = encoder(limits);
        for seed in 0..2 {
            let frame = encode(&mut encoder, seed).expect("a coarser one fits");
            assert!(frame.quantizer > 4, "{}", frame.quantizer);
            let data = frame.data.expect("no frame may be left out");
            let first = u32::from_le_bytes([data[0], data[1], data[2], 0]) >> 5;
            assert!((1..=2000).contains(&first), "{first}");
        }
    }

    #[test]
    fn what_fits_in_no_way_is_refused_and_changes_nothing() {
        let [mut limited, mut free] = [(); 2].map(|()| encoder(Limits::OF_THE_FORMAT));
        for encoder in [&mut limited, &mut free] {
            encode(encoder, 1).expect("there is room");
        }
        limited.limits.partition = 1000;
        assert_eq!(encode(&mut limited, 2), Err(Error::FrameTooLong));
        limited.limits = Limits::OF_THE_FORMAT;
        assert_eq!(encode(&mut limited, 3), encode(&mut free, 3));
    }
}
