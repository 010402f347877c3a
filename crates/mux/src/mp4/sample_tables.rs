//! Which samples there are and where (ISO/IEC 14496-12 §8.6, §8.7).

use alloc::vec::Vec;

use bytes::BufMut;

use super::boxes::{put_box, put_full_box, set_u32};
use super::index::SampleIndex;

/// The tables of a track all of whose samples are in fragments (§8.8.1, and the ISO BMFF byte
/// stream format of Media Source Extensions).
pub(super) fn put_empty_tables(buf: &mut Vec<u8>) {
    for kind in [b"stts", b"stsc"] {
        put_full_box(buf, kind, 0, 0, |buf| buf.put_u32(0));
    }
    put_full_box(buf, b"stsz", 0, 0, |buf| buf.put_u64(0));
    put_full_box(buf, b"stco", 0, 0, |buf| buf.put_u32(0));
}

/// The tables of all samples.
pub(crate) fn put_tables(buf: &mut Vec<u8>, index: &SampleIndex) {
    put_durations(buf, index);
    put_composition_offsets(buf, index);
    put_sync_samples(buf, index);
    put_chunk_lengths(buf, index);
    put_sizes(buf, index);
    put_chunk_offsets(buf, index);
}

/// `count` entries that are counted while they are written.
fn put_counted(buf: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> u32) {
    let count_at = buf.len();
    buf.put_u32(0);
    let count = write(buf);
    set_u32(buf, count_at, count);
}

/// `stts` (§8.6.1.2): how many samples in a row have which duration.
fn put_durations(buf: &mut Vec<u8>, index: &SampleIndex) {
    put_full_box(buf, b"stts", 0, 0, |buf| {
        put_runs(buf, index.samples().map(|sample| sample.duration));
    });
}

/// `ctts` (§8.6.1.3): by how much samples are shown later than they start; signed if some are
/// shown earlier. Without it, none is.
fn put_composition_offsets(buf: &mut Vec<u8>, index: &SampleIndex) {
    let offsets = || index.samples().map(|sample| sample.composition);
    if offsets().all(|offset| offset == 0) {
        return;
    }
    let signed = offsets().any(|offset| offset < 0);
    put_full_box(buf, b"ctts", signed.into(), 0, |buf| {
        put_runs(buf, offsets().map(i32::cast_unsigned));
    });
}

/// Values as runs of equal ones, which are counted.
fn put_runs(buf: &mut Vec<u8>, values: impl Iterator<Item = u32>) {
    put_counted(buf, |buf| {
        let mut runs = 0;
        let mut run: Option<(u32, u32)> = None;
        for value in values {
            match &mut run {
                Some((samples, of)) if *of == value => *samples += 1,
                _ => runs += put_pair(buf, run.replace((1, value))),
            }
        }
        runs + put_pair(buf, run)
    });
}

fn put_pair(buf: &mut Vec<u8>, pair: Option<(u32, u32)>) -> u32 {
    let Some((samples, value)) = pair else {
        return 0;
    };
    buf.put_u32(samples);
    buf.put_u32(value);
    1
}

/// `stss` (§8.6.2): the numbers of the key frames; without it, all samples are some.
fn put_sync_samples(buf: &mut Vec<u8>, index: &SampleIndex) {
    if index.only_keys() {
        return;
    }
    put_full_box(buf, b"stss", 0, 0, |buf| {
        put_counted(buf, |buf| {
            let mut count = 0;
            for (number, _) in (1..).zip(index.samples()).filter(|(_, sample)| sample.key) {
                buf.put_u32(number);
                count += 1;
            }
            count
        });
    });
}

/// `stsc` (§8.7.4): from which chunk on each has how many samples.
fn put_chunk_lengths(buf: &mut Vec<u8>, index: &SampleIndex) {
    put_full_box(buf, b"stsc", 0, 0, |buf| {
        put_counted(buf, |buf| {
            let mut runs = 0;
            let mut before = None;
            for (number, chunk) in (1..).zip(index.chunks()) {
                let run = (chunk.samples, chunk.description);
                if before.replace(run) != Some(run) {
                    buf.put_u32(number);
                    buf.put_u32(chunk.samples);
                    buf.put_u32(chunk.description);
                    runs += 1;
                }
            }
            runs
        });
    });
}

/// `stsz` (§8.7.3.2): one size if all are of that size, else a table.
fn put_sizes(buf: &mut Vec<u8>, index: &SampleIndex) {
    let uniform = index.uniform_size();
    put_full_box(buf, b"stsz", 0, 0, |buf| {
        buf.put_u32(uniform.unwrap_or(0));
        buf.put_u32(index.len());
        if uniform.is_none() {
            for sample in index.samples() {
                buf.put_u32(sample.size);
            }
        }
    });
}

/// `stco` or, beyond 4 GiB, `co64` (§8.7.5).
fn put_chunk_offsets(buf: &mut Vec<u8>, index: &SampleIndex) {
    let chunks = index.chunks();
    let large = chunks.iter().any(|chunk| chunk.offset > u32::MAX.into());
    put_box(buf, if large { b"co64" } else { b"stco" }, |buf| {
        buf.put_u32(0);
        // No more than there are samples.
        buf.put_u32(chunks.len() as u32);
        for chunk in chunks {
            if large {
                buf.put_u64(chunk.offset);
            } else {
                buf.put_u32(chunk.offset as u32);
            }
        }
    });
}
