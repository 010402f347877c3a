//! A decoder written from the RFC's chapters on decoding, for tests alone: as plain as can be.
//! It shares the RFC's tables with the encoder and nothing else.

#![expect(
    clippy::needless_range_loop,
    reason = "blocks, rows and columns are counted as in the RFC"
)]

mod bits;
mod filter;
mod modes;
mod predict;
mod tokens;

use bits::BoolDecoder;
use modes::{Macroblock, ModeReader};

use crate::tables::{coefficients, modes as mode_tables, motion};

/// A plane of whole macroblocks.
#[derive(Clone)]
pub(crate) struct Plane {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) samples: Vec<u8>,
}

impl Plane {
    fn new(width: usize, height: usize) -> Self {
        let samples = vec![0; width * height];
        Self {
            width,
            height,
            samples,
        }
    }

    /// A sample, or the nearest one of the picture (RFC 6386 §5).
    pub(crate) fn get(&self, x: i32, y: i32) -> u8 {
        let x = x.clamp(0, self.width as i32 - 1) as usize;
        let y = y.clamp(0, self.height as i32 - 1) as usize;
        self.samples[y * self.width + x]
    }

    pub(crate) fn set(&mut self, x: usize, y: usize, sample: u8) {
        self.samples[y * self.width + x] = sample;
    }
}

pub(crate) type Frame = [Plane; 3];

/// What is kept from frame to frame.
#[derive(Clone)]
pub(crate) struct Entropy {
    pub(crate) coefficients: coefficients::CoefficientProbabilities,
    pub(crate) vectors: motion::VectorProbabilities,
    pub(crate) luma_modes: [u8; 4],
    pub(crate) chroma_modes: [u8; 3],
}

/// How segments differ (RFC 6386 §9.3).
#[derive(Clone, Copy, Default)]
pub(crate) struct Segmentation {
    pub(crate) enabled: bool,
    pub(crate) update_map: bool,
    absolute: bool,
    quantizers: [i32; 4],
    pub(crate) levels: [i32; 4],
    pub(crate) probabilities: [u8; 3],
}

/// The loop filter's settings (RFC 6386 §9.4).
#[derive(Clone, Copy, Default)]
pub(crate) struct Filter {
    pub(crate) simple: bool,
    pub(crate) level: i32,
    pub(crate) sharpness: i32,
    pub(crate) adjust: bool,
    pub(crate) references: [i32; 4],
    pub(crate) modes: [i32; 4],
}

impl Segmentation {
    pub(crate) fn level(&self, segment: usize, level: i32) -> i32 {
        Self::value(self, self.levels[segment], level)
    }

    fn value(&self, own: i32, frame: i32) -> i32 {
        match (self.enabled, self.absolute) {
            (false, _) => frame,
            (true, true) => own,
            (true, false) => frame + own,
        }
    }
}

pub(crate) struct Decoder {
    size: (usize, usize),
    /// Last, golden, altref.
    references: Option<[Frame; 3]>,
    entropy: Entropy,
    segmentation: Segmentation,
    filter: Filter,
    segments: Vec<u8>,
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self {
            size: (0, 0),
            references: None,
            entropy: default_entropy(),
            segmentation: Segmentation::default(),
            filter: Filter::default(),
            segments: Vec::new(),
        }
    }

    /// What is shown, as I420.
    pub(crate) fn shown(&self) -> Vec<u8> {
        let frame = &self.references.as_ref().expect("a frame was decoded")[0];
        let mut samples = Vec::new();
        for (index, plane) in frame.iter().enumerate() {
            let (mut width, mut height) = self.size;
            if index > 0 {
                (width, height) = (width.div_ceil(2), height.div_ceil(2));
            }
            for row in plane.samples.chunks(plane.width).take(height) {
                samples.extend(&row[..width]);
            }
        }
        samples
    }

    /// Decodes a frame (RFC 6386 §9, §19.2).
    pub(crate) fn decode(&mut self, data: &[u8]) -> Result<(), &'static str> {
        let tag = data.first_chunk::<3>().ok_or("no tag")?;
        let tag = u32::from_le_bytes([tag[0], tag[1], tag[2], 0]);
        let (key, first_len) = (tag & 1 == 0, (tag >> 5) as usize);
        if tag >> 1 & 7 != 0 || tag >> 4 & 1 != 1 {
            return Err("another version, or not shown");
        }
        let mut data = &data[3..];
        if key {
            let head = data.first_chunk::<7>().ok_or("no key frame header")?;
            if head[..3] != [0x9d, 0x01, 0x2a] {
                return Err("no start code");
            }
            let side = |low: u8, high: u8| usize::from(u16::from_le_bytes([low, high]));
            self.size = (side(head[3], head[4]), side(head[5], head[6]));
            data = &data[7..];
            self.entropy = default_entropy();
            self.segmentation = Segmentation::default();
            self.filter = Filter::default();
        }
        let (first, rest) = data.split_at_checked(first_len).ok_or("too short")?;
        let mut bits = BoolDecoder::new(first);
        if key && bits.literal(2) != 0 {
            return Err("another color space or no clamping");
        }
        self.read_segmentation(&mut bits);
        self.read_filter(&mut bits);
        let partitions = split_partitions(rest, 1 << bits.literal(2))?;
        let base = bits.literal(7) as i32;
        let deltas: [i32; 5] = std::array::from_fn(|_| bits.optional_signed(4));

        let mut refresh = [true; 3];
        let mut copies = [0, 0];
        if !key {
            refresh[1] = bits.flag();
            refresh[2] = bits.flag();
            for (copy, refresh) in copies.iter_mut().zip(&refresh[1..]) {
                *copy = if *refresh { 0 } else { bits.literal(2) };
            }
            if bits.literal(2) != 0 {
                return Err("sign biases are not for this decoder");
            }
        }
        let keep_entropy = bits.flag();
        let saved = self.entropy.clone();
        if !key {
            refresh[0] = bits.flag();
        }
        let flat = self.entropy.coefficients.as_flattened_mut();
        let flat = flat.as_flattened_mut().as_flattened_mut();
        let update = coefficients::UPDATE.as_flattened().as_flattened();
        for (probability, update) in flat.iter_mut().zip(update.as_flattened()) {
            if bits.bit(*update) {
                *probability = bits.literal(8) as u8;
            }
        }
        let skip = bits.flag().then(|| bits.literal(8) as u8);
        let mut frame_probabilities = [0; 3];
        if !key {
            frame_probabilities = std::array::from_fn(|_| bits.literal(8) as u8);
            if bits.flag() {
                self.entropy.luma_modes = std::array::from_fn(|_| bits.literal(8) as u8);
            }
            if bits.flag() {
                self.entropy.chroma_modes = std::array::from_fn(|_| bits.literal(8) as u8);
            }
            let vectors = self.entropy.vectors.as_flattened_mut().iter_mut();
            for (probability, update) in vectors.zip(motion::UPDATE.as_flattened()) {
                if bits.bit(*update) {
                    *probability = match bits.literal(7) {
                        0 => 1,
                        value => (value << 1) as u8,
                    };
                }
            }
        }

        let columns = self.size.0.div_ceil(16);
        let rows = self.size.1.div_ceil(16);
        self.segments.resize(columns * rows, 0);
        let reader = ModeReader {
            key,
            columns,
            rows,
            segmentation: &self.segmentation,
            entropy: &self.entropy,
            skip,
            frame: frame_probabilities,
        };
        let macroblocks = reader.read(&mut bits, &mut self.segments);
        let steps: [_; 4] = std::array::from_fn(|segment| {
            let own = self.segmentation.quantizers[segment];
            tokens::Steps::new(self.segmentation.value(own, base), deltas)
        });
        let mut macroblocks = macroblocks;
        let residues = tokens::read(
            &mut macroblocks,
            columns,
            &partitions,
            &self.entropy.coefficients,
            &steps,
        );
        let plane = |side: usize| Plane::new(columns * side, rows * side);
        let mut frame = [plane(16), plane(8), plane(8)];
        let references = match (&self.references, key) {
            (Some(references), _) => references.clone(),
            (None, true) => [frame.clone(), frame.clone(), frame.clone()],
            (None, false) => return Err("no key frame before"),
        };
        for (index, macroblock) in macroblocks.iter().enumerate() {
            let (column, row) = (index % columns, index / columns);
            let residue = &residues[index];
            predict::macroblock(&mut frame, &references, macroblock, residue, column, row);
        }
        let filter = (&self.filter, &self.segmentation);
        filter::frame(&mut frame, &macroblocks, columns, key, filter);

        let [last, golden, altref] = references;
        let chosen = |copy: u32, own: &Frame, other: &Frame| match copy {
            1 => last.clone(),
            2 => other.clone(),
            _ => own.clone(),
        };
        let mut next = [
            last.clone(),
            chosen(copies[0], &golden, &altref),
            chosen(copies[1], &altref, &golden),
        ];
        for (reference, refresh) in next.iter_mut().zip(refresh) {
            if refresh {
                *reference = frame.clone();
            }
        }
        self.references = Some(next);
        if !keep_entropy {
            self.entropy = saved;
        }
        Ok(())
    }

    fn read_segmentation(&mut self, bits: &mut BoolDecoder<'_>) {
        let segmentation = &mut self.segmentation;
        segmentation.enabled = bits.flag();
        segmentation.update_map = false;
        if !segmentation.enabled {
            return;
        }
        segmentation.update_map = bits.flag();
        if bits.flag() {
            segmentation.absolute = bits.flag();
            segmentation.quantizers = std::array::from_fn(|_| bits.optional_signed(7));
            segmentation.levels = std::array::from_fn(|_| bits.optional_signed(6));
        }
        if segmentation.update_map {
            segmentation.probabilities = std::array::from_fn(|_| match bits.flag() {
                true => bits.literal(8) as u8,
                false => 255,
            });
        }
    }

    fn read_filter(&mut self, bits: &mut BoolDecoder<'_>) {
        let filter = &mut self.filter;
        filter.simple = bits.flag();
        filter.level = bits.literal(6) as i32;
        filter.sharpness = bits.literal(3) as i32;
        filter.adjust = bits.flag();
        if filter.adjust && bits.flag() {
            for value in filter.references.iter_mut().chain(&mut filter.modes) {
                if bits.flag() {
                    let magnitude = bits.literal(6) as i32;
                    *value = if bits.flag() { -magnitude } else { magnitude };
                }
            }
        }
    }
}

fn default_entropy() -> Entropy {
    Entropy {
        coefficients: coefficients::DEFAULT,
        vectors: motion::DEFAULT,
        luma_modes: mode_tables::DEFAULT_LUMA,
        chroma_modes: mode_tables::DEFAULT_CHROMA,
    }
}

/// The partitions of tokens (RFC 6386 §9.5).
fn split_partitions(data: &[u8], count: usize) -> Result<Vec<&[u8]>, &'static str> {
    let lengths = 3 * (count - 1);
    let (lengths, mut data) = data.split_at_checked(lengths).ok_or("no lengths")?;
    let mut partitions = Vec::new();
    for length in lengths.chunks(3) {
        let length = u32::from_le_bytes([length[0], length[1], length[2], 0]) as usize;
        let (partition, rest) = data.split_at_checked(length).ok_or("a part is missing")?;
        partitions.push(partition);
        data = rest;
    }
    partitions.push(data);
    Ok(partitions)
}

impl Macroblock {
    /// Which of the frame's settings it takes.
    fn segment(&self) -> usize {
        self.segment.into()
    }
}
