//! Files of gigabytes, of which nothing is kept but the pieces: all pictures are one allocation.

use bytes::Bytes;
use media_recorder_mux::{ClusterMode, MatroskaOptions, MuxOutput, Muxer};
use media_recorder_types::{MediaTime, Packet};

use crate::ebml::{Element, elements, uint};
use crate::support::{id, ms, outputs, plain_opus, started, vp8};

/// The largest packet that is accepted.
const LARGEST: usize = (256 << 20) - 64;

/// A file as pieces with their offsets.
struct Pieces(Vec<(u64, Bytes)>);

impl Pieces {
    fn of(outputs: Vec<MuxOutput>) -> (Self, Vec<(u64, Bytes)>) {
        let (mut pieces, mut patches, mut len) = (Vec::new(), Vec::new(), 0);
        for output in outputs {
            match output {
                MuxOutput::Append(bytes) => {
                    let offset = len;
                    len += bytes.len() as u64;
                    pieces.push((offset, bytes));
                }
                MuxOutput::Patch { offset, bytes } => patches.push((offset, bytes)),
            }
        }
        (Self(pieces), patches)
    }

    fn len(&self) -> u64 {
        let (offset, last) = self.0.last().expect("there are pieces");
        offset + last.len() as u64
    }

    /// The piece that begins at `offset`.
    fn at(&self, offset: u64) -> &Bytes {
        let found = self.0.iter().find(|(begin, _)| *begin == offset);
        &found.expect("a piece begins there").1
    }
}

/// Where the Segment's data begin: after the EBML header, its ID and its size.
fn segment_data(header: &[u8]) -> u64 {
    5 + u64::from(header[4] & 0x7F) + 12
}

#[test]
fn positions_and_sizes_beyond_four_gigabytes_are_exact() {
    for mode in [ClusterMode::Known, ClusterMode::Unknown] {
        // Untouched zeros cost no memory.
        let mut picture = vec![0; LARGEST];
        picture[0] = 0x10;
        let picture = Bytes::from(picture);
        let mut writer = started(MatroskaOptions::webm().cluster_mode(mode), &[vp8(1)]);
        for n in 0..18 {
            let packet = Packet::new(id(1), picture.clone(), ms(n * 40), ms(40));
            writer.write(packet.with_key(true)).unwrap();
        }
        writer.finish().unwrap();
        let (file, patches) = Pieces::of(outputs(&mut writer));
        assert!(file.len() > 1 << 32);

        let header = file.at(0).clone();
        let data = segment_data(&header);
        let sizes: Vec<_> = patches
            .iter()
            .filter(|(offset, _)| offset + 8 == data)
            .map(|(_, bytes)| uint(bytes))
            .collect();
        match mode {
            ClusterMode::Known => assert_eq!(sizes, [(1 << 56) | (file.len() - data)]),
            ClusterMode::Unknown => assert!(sizes.is_empty(), "the size stays unknown"),
        }

        let (_, index) = file.0.last().expect("there are pieces");
        let points: Vec<Element<'_>> = elements(index);
        assert_eq!(points.len(), 18);
        for (point, n) in points.iter().zip(0..) {
            assert_eq!(point.at(&[0xB3]).uint(), n * 40);
            let position = point.at(&[0xB7, 0xF1]).uint();
            assert_eq!(position / LARGEST as u64, n, "clusters are hardly larger");
            let cluster = file.at(data + position);
            assert_eq!(cluster[..4], [0x1F, 0x43, 0xB6, 0x75]);
        }
    }
}

#[test]
fn a_cluster_of_gigabytes_has_its_exact_size() {
    let sound = Bytes::from(vec![0; LARGEST]);
    let tracks: Vec<_> = (1..=17).map(plain_opus).collect();
    let mut writer = started(MatroskaOptions::matroska(), &tracks);
    outputs(&mut writer);
    for track in 1..=17 {
        writer
            .write(Packet::new(
                id(track),
                sound.clone(),
                ms(0),
                MediaTime::ZERO,
            ))
            .unwrap();
    }
    writer.flush().unwrap();
    let (cluster, _) = Pieces::of(outputs(&mut writer));
    // Blocks of one time stay together, whatever the limit is. Five octets say the size.
    let first = cluster.at(0);
    assert_eq!(first[..5], [0x1F, 0x43, 0xB6, 0x75, 0x08 | 0x01]);
    let size = uint(&first[4..9]) & !(1 << 35);
    assert_eq!(size, cluster.len() - 9);
    assert!(size > 1 << 32);
}
