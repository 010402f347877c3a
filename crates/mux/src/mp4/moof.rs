//! `moof` (ISO/IEC 14496-12 §8.8).

use alloc::vec::Vec;

use bytes::BufMut;
use media_recorder_types::TrackKind;

use super::boxes::{self, put_box, put_full_box, set_u32};
use super::movie::{OTHER_SAMPLE, SYNC_SAMPLE};
use super::track::{Roll, Sample, Track};
use super::track_box::{put_roll_assignment, put_roll_description};

/// The most octets that a sample takes in a `moof`: a duration, a size and flags.
pub(super) const MAX_SAMPLE_OCTETS: u64 = 3 * 4;

/// Descriptions of groups with higher numbers are those of the fragment itself (§8.9.4).
const OWN_GROUP: u32 = 0x1_0001;

/// `tfhd`'s flags (§8.8.7): offsets count from the start of the `moof`, and what there is.
const DEFAULT_BASE_IS_MOOF: u32 = 0x02_0000;
const DEFAULT_DURATION: u32 = 0x00_0008;
const DEFAULT_SIZE: u32 = 0x00_0010;
const DEFAULT_FLAGS: u32 = 0x00_0020;

/// `trun`'s flags (§8.8.8): what there is.
const DATA_OFFSET: u32 = 0x00_0001;
const FIRST_FLAGS: u32 = 0x00_0004;
const DURATIONS: u32 = 0x00_0100;
const SIZES: u32 = 0x00_0200;
const FLAGS: u32 = 0x00_0400;

/// A fragment up to its payloads: a `moof` and the header of an `mdat` in which the payloads of
/// each of `tracks` follow one another, track by track. Some track has samples.
pub(super) fn fragment_header(sequence: u32, tracks: &[Track]) -> Vec<u8> {
    let with_samples = || tracks.iter().filter(|track| !track.run.samples.is_empty());
    let samples: usize = with_samples().map(|track| track.run.samples.len()).sum();
    let mut buf = Vec::with_capacity(samples * MAX_SAMPLE_OCTETS as usize + tracks.len() * 160);
    let mut data_offsets = Vec::with_capacity(tracks.len());
    put_box(&mut buf, b"moof", |buf| {
        put_full_box(buf, b"mfhd", 0, 0, |buf| buf.put_u32(sequence));
        for track in with_samples() {
            data_offsets.push(put_track_fragment(buf, track));
        }
    });
    // A fragment has little more than a GiB, so that its sizes and offsets have 32 bits.
    let mut offset = (buf.len() + boxes::HEADER_OCTETS) as u32;
    let octets: u64 = with_samples().map(|track| track.run.octets).sum();
    buf.put_u32(octets as u32 + boxes::HEADER_OCTETS as u32);
    buf.put_slice(b"mdat");
    for (at, track) in data_offsets.into_iter().zip(with_samples()) {
        set_u32(&mut buf, at, offset);
        offset += track.run.octets as u32;
    }
    buf
}

/// Gives where the place of the data offset is.
fn put_track_fragment(buf: &mut Vec<u8>, track: &Track) -> usize {
    let samples = &track.run.samples;
    let form = Form::of(samples, track.kind());
    let mut data_offset = 0;
    put_box(buf, b"traf", |buf| {
        put_full_box(buf, b"tfhd", 0, form.header_flags(), |buf| {
            buf.put_u32(track.header.number);
            for default in [form.duration, form.size, form.flags].into_iter().flatten() {
                buf.put_u32(default);
            }
        });
        put_full_box(buf, b"tfdt", 1, 0, |buf| buf.put_u64(track.run.start));
        put_full_box(buf, b"trun", 0, form.run_flags(), |buf| {
            buf.put_u32(samples.len() as u32);
            data_offset = buf.len();
            buf.put_u32(0);
            if form.first_is_sync {
                buf.put_u32(SYNC_SAMPLE);
            }
            form.put_samples(buf, samples);
        });
        if let Some(roll) = track.roll {
            put_roll(buf, roll, samples.len() as u32);
        }
    });
    data_offset
}

fn put_roll(buf: &mut Vec<u8>, roll: Roll, samples: u32) {
    put_roll_description(buf, roll);
    put_roll_assignment(
        buf,
        (roll.distance - roll.started).into(),
        samples,
        OWN_GROUP,
    );
}

/// How the samples of a run are described: what all share is said once.
#[derive(Clone, Copy, Debug)]
struct Form {
    duration: Option<u32>,
    size: Option<u32>,
    flags: Option<u32>,
    first_is_sync: bool,
    flags_each: bool,
}

impl Form {
    fn of(samples: &[Sample], kind: TrackKind) -> Self {
        let all_share = |value: fn(&Sample) -> u32| {
            let first = value(samples.first()?);
            samples
                .iter()
                .all(|sample| value(sample) == first)
                .then_some(first)
        };
        let keys = samples.iter().filter(|sample| sample.key).count();
        let first_is_key = samples.first().is_some_and(|sample| sample.key);
        let mut form = Self {
            duration: all_share(|sample| sample.duration),
            size: all_share(|sample| sample.size),
            flags: None,
            first_is_sync: false,
            flags_each: false,
        };
        // Without more, sound is sync samples and pictures are not.
        if kind == TrackKind::Video && keys > 0 {
            form.first_is_sync = keys == 1 && first_is_key;
            form.flags_each = !form.first_is_sync && keys < samples.len();
            form.flags = (!form.first_is_sync && !form.flags_each).then_some(SYNC_SAMPLE);
        }
        form
    }

    fn header_flags(&self) -> u32 {
        let present = |value: Option<u32>, flag| if value.is_some() { flag } else { 0 };
        DEFAULT_BASE_IS_MOOF
            | present(self.duration, DEFAULT_DURATION)
            | present(self.size, DEFAULT_SIZE)
            | present(self.flags, DEFAULT_FLAGS)
    }

    fn run_flags(&self) -> u32 {
        let present = |is: bool, flag| if is { flag } else { 0 };
        DATA_OFFSET
            | present(self.first_is_sync, FIRST_FLAGS)
            | present(self.duration.is_none(), DURATIONS)
            | present(self.size.is_none(), SIZES)
            | present(self.flags_each, FLAGS)
    }

    fn put_samples(&self, buf: &mut Vec<u8>, samples: &[Sample]) {
        for sample in samples {
            if self.duration.is_none() {
                buf.put_u32(sample.duration);
            }
            if self.size.is_none() {
                buf.put_u32(sample.size);
            }
            if self.flags_each {
                buf.put_u32(if sample.key {
                    SYNC_SAMPLE
                } else {
                    OTHER_SAMPLE
                });
            }
        }
    }
}
