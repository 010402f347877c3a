//! The bytes of a frame: what is said about it, its modes, and its tokens in partitions.

use rayon::prelude::*;

use crate::Error;
use crate::bool_coder::BoolEncoder;
use crate::header::FrameHeader;
use crate::macroblock::Macroblock;
use crate::mode_coding::ModeWriter;
use crate::tokens;
use crate::worker::RowOutput;

/// What the tag can say of the first partition's length (RFC 6386 §9.1).
const LONGEST_FIRST_PARTITION: usize = (1 << 19) - 1;
/// What can be said of the length of another one (RFC 6386 §9.5).
const LONGEST_PARTITION: usize = (1 << 24) - 1;

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
/// [`Error::FrameTooLong`] if the format cannot say how long a part of it is.
pub(crate) fn write(
    header: &FrameHeader<'_>,
    rows: &[&RowOutput],
    threads: usize,
) -> Result<Vec<u8>, Error> {
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
    let too_long = others.iter().any(|other| other.len() > LONGEST_PARTITION);
    if first.len() > LONGEST_FIRST_PARTITION || too_long {
        return Err(Error::FrameTooLong);
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
