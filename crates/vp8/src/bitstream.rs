//! The bytes of a frame: what is said about it, its modes, and its tokens in partitions.

use rayon::prelude::*;

use crate::bool_coder::BoolEncoder;
use crate::header::FrameHeader;
use crate::macroblock::Macroblock;
use crate::mode_coding::ModeWriter;
use crate::tokens;
use crate::worker::RowOutput;

/// How long parts of a frame can be, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The header and the modes (RFC 6386 §9.1).
    pub(crate) first_partition: usize,
    /// Each partition of tokens (RFC 6386 §9.5).
    pub(crate) partition: usize,
}

impl Limits {
    pub(crate) const OF_THE_FORMAT: Self = Self {
        first_partition: (1 << 19) - 1,
        partition: (1 << 24) - 1,
    };
}

/// The format cannot say how long a part of the frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooLong {
    Modes,
    Tokens,
}

/// How many partitions the tokens of so many rows go into: enough for a decoder to have
/// something to do on each of its cores, few enough to cost nothing.
pub(crate) fn partitions(rows: usize) -> usize {
    match rows {
        0..16 => 1,
        16..60 => 2,
        60..120 => 4,
        _ => 8,
    }
}

/// Writes a frame.
///
/// # Errors
///
/// [`TooLong`] if a part of it is longer than its limit.
pub(crate) fn write(
    header: &FrameHeader<'_>,
    rows: &[&RowOutput],
    threads: usize,
    limits: Limits,
) -> Result<Vec<u8>, TooLong> {
    let write_partition = |partition: usize| {
        let rows = rows.iter().skip(partition).step_by(header.partitions);
        let mut encoder = BoolEncoder::new();
        for row in rows {
            tokens::write(&row.tokens, &header.after.coefficients, &mut encoder);
        }
        encoder.finish()
    };
    let (first, partitions): (_, Vec<_>) = match threads {
        1 => (
            write_first(header, rows),
            (0..header.partitions).map(write_partition).collect(),
        ),
        _ => rayon::join(
            || write_first(header, rows),
            || {
                let partitions = (0..header.partitions).into_par_iter();
                partitions.map(write_partition).collect()
            },
        ),
    };

    let (last, others) = partitions
        .split_last()
        .expect("there is at least one partition");
    if first.len() > limits.first_partition {
        return Err(TooLong::Modes);
    }
    if others.iter().any(|other| other.len() > limits.partition) {
        return Err(TooLong::Tokens);
    }
    let mut bytes = header.tag(first.len());
    bytes.extend(first);
    for partition in others {
        bytes.extend(&(partition.len() as u32).to_le_bytes()[..3]);
    }
    partitions
        .iter()
        .for_each(|partition| bytes.extend(partition));
    debug_assert!(bytes.ends_with(last));
    Ok(bytes)
}

/// The header and the modes of all macroblocks.
fn write_first(header: &FrameHeader<'_>, rows: &[&RowOutput]) -> Vec<u8> {
    let mut encoder = BoolEncoder::new();
    header.write(&mut encoder);
    let writer = ModeWriter {
        key: header.key.is_some(),
        with_segments: header.segmentation.is_some(),
        frame: header.frame,
        probabilities: header.after,
    };
    let outside = Macroblock::default();
    for (index, row) in rows.iter().enumerate() {
        let above_row = index.checked_sub(1).map(|above| &rows[above].macroblocks);
        let mut left = &outside;
        for (column, macroblock) in row.macroblocks.iter().enumerate() {
            let above = above_row.map_or(&outside, |above| &above[column]);
            writer.write(macroblock, above, left, &mut encoder);
            left = macroblock;
        }
    }
    encoder.finish()
}
