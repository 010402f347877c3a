//! The frame header (RFC 6386 §9, §19.2).

use crate::bool_coder::BoolEncoder;
use crate::mode_coding::FrameProbabilities;
use crate::probabilities::Probabilities;
use crate::tables::{Probability, coefficients, motion};

/// How the segments differ from the frame (RFC 6386 §9.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Segmentation {
    /// Each segment's own quantizer and filter level.
    pub(crate) quantizers: [u8; 4],
    pub(crate) filter_levels: [u8; 4],
}

/// What is added to the filter level by how a macroblock is predicted (RFC 6386 §9.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FilterAdjustments {
    /// From what is around it, the last frame, golden, altref.
    pub(crate) references: [i8; 4],
    /// In 4x4 blocks, with a zero vector, another vector, several vectors.
    pub(crate) modes: [i8; 4],
}

/// Everything that a frame's header says.
pub(crate) struct FrameHeader<'a> {
    /// Width and height, of a key frame.
    pub(crate) key: Option<(u16, u16)>,
    pub(crate) quantizer: u8,
    pub(crate) segmentation: Option<&'a Segmentation>,
    pub(crate) simple_filter: bool,
    pub(crate) filter_level: u8,
    pub(crate) sharpness: u8,
    pub(crate) adjustments: FilterAdjustments,
    pub(crate) partitions: usize,
    /// Golden becomes this frame (RFC 6386 §9.7).
    pub(crate) golden_is_new: bool,
    pub(crate) frame: &'a FrameProbabilities,
    /// What a decoder has, and what it shall have.
    pub(crate) before: &'a Probabilities,
    pub(crate) after: &'a Probabilities,
}

impl FrameHeader<'_> {
    /// Writes the part that is coded with the modes.
    pub(crate) fn write(&self, encoder: &mut BoolEncoder) {
        if self.key.is_some() {
            // BT.601, and samples that decoders have to clamp.
            encoder.write_literal(0, 2);
        }
        self.write_segmentation(encoder);
        self.write_filter(encoder);
        encoder.write_literal(self.partitions.ilog2(), 2);
        encoder.write_literal(self.quantizer.into(), 7);
        // The other five quantizers have the same index.
        encoder.write_literal(0, 5);
        if self.key.is_none() {
            self.write_references(encoder);
        }
        // What is said about probabilities holds for the frames that follow, too,
        encoder.write_flag(true);
        if self.key.is_none() {
            // and each frame becomes the last one.
            encoder.write_flag(true);
        }
        self.write_probabilities(encoder);
    }

    fn write_segmentation(&self, encoder: &mut BoolEncoder) {
        encoder.write_flag(self.segmentation.is_some());
        let Some(segmentation) = self.segmentation else {
            return;
        };
        // The map and the values are said in each frame, the values as such.
        encoder.write_literal(0b111, 3);
        for quantizer in segmentation.quantizers {
            encoder.write_optional_signed(quantizer.into(), 7);
        }
        for level in segmentation.filter_levels {
            encoder.write_optional_signed(level.into(), 6);
        }
        for probability in self.frame.segments {
            encoder.write_flag(probability != 255);
            if probability != 255 {
                encoder.write_literal(probability.into(), 8);
            }
        }
    }

    fn write_filter(&self, encoder: &mut BoolEncoder) {
        encoder.write_flag(self.simple_filter);
        encoder.write_literal(self.filter_level.into(), 6);
        encoder.write_literal(self.sharpness.into(), 3);
        encoder.write_flag(true);
        // A decoder forgets them at a key frame, and keeps them until then.
        encoder.write_flag(self.key.is_some());
        if self.key.is_some() {
            let FilterAdjustments { references, modes } = self.adjustments;
            for value in references.into_iter().chain(modes) {
                encoder.write_optional_signed(value.into(), 6);
            }
        }
    }

    fn write_references(&self, encoder: &mut BoolEncoder) {
        encoder.write_flag(self.golden_is_new);
        // Altref stays what it is.
        encoder.write_flag(false);
        if !self.golden_is_new {
            encoder.write_literal(0, 2);
        }
        encoder.write_literal(0, 2);
        // No vectors change their signs.
        encoder.write_literal(0, 2);
    }

    fn write_probabilities(&self, encoder: &mut BoolEncoder) {
        let flat = |table: &coefficients::CoefficientProbabilities| {
            table.as_flattened().as_flattened().as_flattened().to_vec()
        };
        let [before, after] = [self.before, self.after].map(|all| flat(&all.coefficients));
        let update = flat(&coefficients::UPDATE);
        write_updates(&before, &after, &update, encoder, |encoder, new| {
            encoder.write_literal(new.into(), 8);
        });
        // Macroblocks without coefficients say so.
        encoder.write_flag(true);
        encoder.write_literal(self.frame.not_skipped.into(), 8);
        if self.key.is_some() {
            return;
        }
        for probability in [self.frame.intra, self.frame.last, self.frame.golden] {
            encoder.write_literal(probability.into(), 8);
        }
        // The modes of luma and chroma keep their probabilities.
        encoder.write_literal(0, 2);
        let [before, after] = [self.before, self.after].map(|all| all.vectors.as_flattened());
        let update = motion::UPDATE.as_flattened();
        write_updates(before, after, update, encoder, |encoder, new| {
            encoder.write_literal(u32::from(new) >> 1, 7);
        });
    }

    /// The bytes before the first partition (RFC 6386 §9.1).
    pub(crate) fn tag(&self, first_partition: usize) -> Vec<u8> {
        const SHOWN: u32 = 1 << 4;
        let inter = u32::from(self.key.is_none());
        let tag = inter | SHOWN | (first_partition as u32) << 5;
        let mut bytes = tag.to_le_bytes()[..3].to_vec();
        if let Some((width, height)) = self.key {
            bytes.extend([0x9d, 0x01, 0x2a]);
            bytes.extend(width.to_le_bytes());
            bytes.extend(height.to_le_bytes());
        }
        bytes
    }
}

fn write_updates(
    before: &[Probability],
    after: &[Probability],
    update: &[Probability],
    encoder: &mut BoolEncoder,
    write: impl Fn(&mut BoolEncoder, Probability),
) {
    for ((before, after), update) in before.iter().zip(after).zip(update) {
        encoder.write(before != after, *update);
        if before != after {
            write(encoder, *after);
        }
    }
}
