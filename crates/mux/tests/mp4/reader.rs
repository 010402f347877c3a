//! What readers that we did not write find in a file.

use std::io::Cursor;

use mp4_atom::{Atom, Buf, Decode, Header, Moof, Moov, ReadFrom};
use symphonia_core::formats::{FormatOptions, FormatReader};
use symphonia_core::io::MediaSourceStream;
use symphonia_format_isomp4::IsoMp4Reader;

/// A sample, of whatever reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) track: u32,
    /// In ticks.
    pub(crate) start: u64,
    pub(crate) duration: u64,
    pub(crate) key: bool,
    pub(crate) data: Vec<u8>,
}

/// The boxes on top: type, and offset and length with the header.
pub(crate) fn top_boxes(file: &[u8]) -> Vec<(String, usize, usize)> {
    let mut boxes = Vec::new();
    let mut offset = 0;
    while offset < file.len() {
        let mut rest = Cursor::new(&file[offset..]);
        let Ok(header) = Header::read_from(&mut rest) else {
            break;
        };
        let size = header.size.expect("no box goes on to the end") + rest.position() as usize;
        if offset + size > file.len() {
            break;
        }
        boxes.push((header.kind.to_string(), offset, size));
        offset += size;
    }
    boxes
}

/// The content of the first box of a type on top.
pub(crate) fn decode<A: Atom>(file: &[u8]) -> A {
    let kind = A::KIND.to_string();
    let (_, offset, size) = top_boxes(file)
        .into_iter()
        .find(|(other, ..)| *other == kind)
        .unwrap_or_else(|| panic!("there is no {kind}"));
    decode_at(file, offset, size)
}

fn decode_at<A: Atom>(file: &[u8], offset: usize, size: usize) -> A {
    let mut data = Cursor::new(&file[offset..offset + size]);
    let atom = A::decode(&mut data).expect("the reader takes the box");
    assert!(!data.has_remaining());
    atom
}

/// All fragments, each with where it is.
pub(crate) fn fragments(file: &[u8]) -> Vec<(usize, Moof)> {
    let moofs = top_boxes(file).into_iter();
    moofs
        .filter(|(kind, ..)| kind == "moof")
        .map(|(_, offset, size)| (offset, decode_at(file, offset, size)))
        .collect()
}

/// By mp4-atom: the samples of all fragments, track by track; of a file that was cut off, those
/// that are there.
pub(crate) fn fragmented_samples(file: &[u8]) -> Vec<Read> {
    let moov: Moov = decode(file);
    let trexs = moov.mvex.expect("it is fragmented").trex;
    let mut samples = Vec::new();
    for (offset, moof) in fragments(file) {
        for traf in moof.traf {
            let tfhd = &traf.tfhd;
            assert!(tfhd.default_base_is_moof && tfhd.base_data_offset.is_none());
            let trex = trexs.iter().find(|trex| trex.track_id == tfhd.track_id);
            let trex = trex.expect("each track has one");
            let mut start = traf.tfdt.expect("there is one").base_media_decode_time;
            for trun in traf.trun {
                let mut at = offset + trun.data_offset.expect("there is one") as usize;
                for entry in trun.samples.iter() {
                    let default = tfhd.default_sample_duration;
                    let duration = entry.duration.or(default).unwrap();
                    let size = entry.size.or(tfhd.default_sample_size).unwrap() as usize;
                    let default = tfhd.default_sample_flags;
                    let flags = entry.flags.or(default).unwrap_or(trex.default_sample_flags);
                    let Some(data) = file.get(at..at + size) else {
                        break;
                    };
                    samples.push(Read {
                        track: tfhd.track_id,
                        start,
                        duration: duration.into(),
                        // sample_is_non_sync_sample (ISO/IEC 14496-12 §8.8.3.1)
                        key: flags & 0x0001_0000 == 0,
                        data: data.to_vec(),
                    });
                    start += u64::from(duration);
                    at += size;
                }
            }
        }
    }
    samples.sort_by_key(|sample| sample.track);
    samples
}

/// By mp4-atom: the samples in the tables of a `moov`, track by track. Each starts where the
/// track's first edit, if it is an empty one, ends.
pub(crate) fn indexed_samples(file: &[u8]) -> Vec<Read> {
    let moov: Moov = decode(file);
    let movie_timescale = u64::from(moov.mvhd.timescale);
    let mut samples = Vec::new();
    for trak in moov.trak {
        let elst = trak.edts.and_then(|edts| edts.elst);
        let first = elst.and_then(|elst| elst.entries.into_iter().next());
        let empty = first.filter(|edit| edit.media_time.is_none());
        let empty = empty.map_or(0, |edit| edit.segment_duration);
        let timescale = u64::from(trak.mdia.mdhd.timescale);
        let mut start = (empty * timescale + movie_timescale / 2) / movie_timescale;

        let stbl = trak.mdia.minf.stbl;
        let offsets: Vec<u64> = match (stbl.stco, stbl.co64) {
            (Some(stco), None) => stco.entries.into_iter().map(u64::from).collect(),
            (None, Some(co64)) => co64.entries,
            _ => panic!("there is one of both"),
        };
        let mut sizes = match stbl.stsz.samples {
            mp4_atom::StszSamples::Identical { count, size } => vec![size; count as usize],
            mp4_atom::StszSamples::Different { sizes } => sizes,
        }
        .into_iter();
        let mut durations = stbl
            .stts
            .entries
            .iter()
            .flat_map(|run| std::iter::repeat_n(run.sample_delta, run.sample_count as usize));
        let keys = stbl.stss.map(|stss| stss.entries);
        let mut number = 0;
        for (chunk, offset) in (1..).zip(offsets) {
            let run = stbl
                .stsc
                .entries
                .iter()
                .rfind(|run| run.first_chunk <= chunk);
            let mut at = offset as usize;
            for _ in 0..run.expect("the first run begins at 1").samples_per_chunk {
                number += 1;
                let size = sizes.next().expect("a size for each sample") as usize;
                let duration = durations.next().expect("a duration for each sample").into();
                samples.push(Read {
                    track: trak.tkhd.track_id,
                    start,
                    duration,
                    key: keys.as_ref().is_none_or(|keys| keys.contains(&number)),
                    data: file[at..at + size].to_vec(),
                });
                start += duration;
                at += size;
            }
        }
        assert_eq!((sizes.next(), durations.next()), (None, None));
    }
    samples
}

/// By Symphonia, which knows neither key frames nor edits nor `tfdt`: samples until it stops,
/// for whatever reason, in the order of its choice.
pub(crate) fn symphonia_samples(file: &[u8]) -> Vec<Read> {
    let source = Box::new(Cursor::new(file.to_vec()));
    let stream = MediaSourceStream::new(source, Default::default());
    let Ok(mut reader) = IsoMp4Reader::try_new(stream, FormatOptions::default()) else {
        return Vec::new();
    };
    let mut samples = Vec::new();
    while let Ok(Some(packet)) = reader.next_packet() {
        samples.push(Read {
            track: packet.track_id,
            start: packet.pts.get().unsigned_abs(),
            duration: packet.dur.get(),
            key: true,
            data: packet.data.to_vec(),
        });
    }
    samples
}
