//! Files beyond 4 GiB, of which only the structure is kept.

use bytes::Bytes;
use media_recorder_mux::{Mp4Mode, Mp4Options, MuxOutput, Muxer};
use media_recorder_types::Packet;
use mp4_atom::{Decode, Moov};

use crate::support::{id, ms, started, vp9};

const FOUR_GIB: u64 = 1 << 32;

/// A file on a disk that forgets payloads.
#[derive(Default)]
struct Sink {
    len: u64,
    /// Where each payload was.
    payloads: Vec<u64>,
    /// The `moov`, if it is a piece of its own.
    movie: Bytes,
    /// Where each `moof` was.
    moofs: Vec<u64>,
    last: Bytes,
    patches: Vec<(u64, Bytes)>,
}

/// A file of sixteen fragments of 256 MiB and a last one with a payload of `last` octets; the
/// payload before that has `shift` octets fewer than the others. Payloads share one allocation
/// of untouched zeros behind its first octet.
fn huge_file(mode: Mp4Mode, shift: usize, last: usize) -> Sink {
    const PAYLOAD: usize = 256 << 20;
    let mut zeros = vec![0; PAYLOAD];
    zeros[0] = 0x82;
    let payload = Bytes::from(zeros);
    // Each packet is a fragment.
    let options = Mp4Options::new().mode(mode).max_fragment_bytes(0);
    let mut writer = started(options, &[vp9(1)]);
    let mut sink = Sink::default();
    for n in 0..17 {
        let len = match n {
            15 => PAYLOAD - shift,
            16 => last,
            _ => PAYLOAD,
        };
        let packet = Packet::new(id(1), payload.slice(..len), ms(n * 40), ms(40));
        writer.write(packet.with_key(true)).unwrap();
        sink.take(&mut writer);
    }
    writer.finish().unwrap();
    sink.take(&mut writer);
    sink
}

impl Sink {
    fn take(&mut self, writer: &mut impl Muxer) {
        while let Some(output) = writer.poll_output() {
            match output {
                MuxOutput::Append(bytes) => {
                    if bytes[0] == 0x82 {
                        self.payloads.push(self.len);
                    }
                    if bytes.get(4..8) == Some(b"moof") {
                        self.moofs.push(self.len);
                    }
                    self.len += bytes.len() as u64;
                    self.last = bytes.clone();
                    if bytes.get(4..8) == Some(b"moov") {
                        self.movie = bytes;
                    }
                }
                MuxOutput::Patch { offset, bytes } => self.patches.push((offset, bytes)),
            }
        }
    }

    fn moov(&self) -> Moov {
        Moov::decode(&mut &self.movie[..]).expect("the reader takes it")
    }
}

#[test]
fn offsets_have_64_bits_where_they_need_them() {
    for (mode, growth) in [
        (Mp4Mode::Hybrid, 0),
        // A longer table in front moves what it says.
        (Mp4Mode::FastStart, 17 * 4),
    ] {
        let probe = huge_file(mode, 0, 1);
        let last = *probe.payloads.last().unwrap() - growth;
        assert!(last >= FOUR_GIB);
        for (wanted, large) in [(FOUR_GIB - 1, false), (FOUR_GIB, true)] {
            let file = huge_file(mode, (last - wanted) as usize, 1);
            let growth = if large { growth } else { 0 };
            assert_eq!(file.payloads.last(), Some(&(wanted + growth)));
            let moov = file.moov();
            let stbl = &moov.trak[0].mdia.minf.stbl;
            let offsets = match (&stbl.stco, &stbl.co64) {
                (Some(stco), None) if !large => stco.entries.iter().map(|&o| o.into()).collect(),
                (None, Some(co64)) if large => co64.entries.clone(),
                _ => panic!("the wrong table for {wanted}"),
            };
            assert_eq!(offsets, file.payloads);
        }
    }
}

#[test]
fn the_media_data_have_a_size_of_64_bits() {
    let file = huge_file(Mp4Mode::Hybrid, 0, 1000);
    let [(offset, header)] = file.patches.as_slice() else {
        panic!("there is one patch")
    };
    let size = u64::from_be_bytes(header[8..].try_into().unwrap());
    assert_eq!(header[..8], *b"\0\0\0\x01mdat");
    assert_eq!(size, file.len - file.movie.len() as u64 - offset);
    assert!(size > FOUR_GIB);
    // The fragments' own boxes stay small.
    let sizes = &file.moov().trak[0].mdia.minf.stbl.stsz.samples;
    let mp4_atom::StszSamples::Different { sizes } = sizes else {
        panic!("they differ")
    };
    assert_eq!(
        sizes.iter().map(|&size| u64::from(size)).max(),
        Some(256 << 20)
    );
}

#[test]
fn fragments_beyond_four_gigabytes_are_found() {
    let file = huge_file(Mp4Mode::Fragmented, 0, 1000);
    // ISO/IEC 14496-12 §8.8.10: after mfra's header, and tfra's with its version, track and
    // counts, entries of a time and a place in 64 bits and three numbers in 32.
    let entries = file.last[8 + 24..].chunks_exact(28);
    let listed: Vec<_> = entries
        .take(17)
        .map(|entry| u64::from_be_bytes(entry[8..16].try_into().unwrap()))
        .collect();
    assert_eq!(listed, file.moofs);
    assert!(file.moofs.last() > Some(&FOUR_GIB));
}
