//! Tracks, packets, writers and boxes of MP4.

use bytes::Bytes;
use media_recorder_mux::{Mp4Options, Mp4Writer, Muxer};
use media_recorder_types::{
    ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, Rate, VideoCodec, VideoTrack,
};

pub(crate) use crate::common::*;

pub(crate) fn video(n: u32, codec: VideoCodec, private: &[u8]) -> MediaTrack {
    let track = VideoTrack {
        codec,
        size: FrameSize::new(320, 180),
        rate: Rate::new(25, 1),
        color: ColorInfo::UNSPECIFIED,
    };
    MediaTrack::video(id(n), track, Bytes::copy_from_slice(private))
}

/// Of profile 0 and level 1.1 with 8 bits a sample.
pub(crate) fn vp9(n: u32) -> MediaTrack {
    video(n, VideoCodec::Vp9, &[1, 1, 0, 2, 1, 11, 3, 1, 8])
}

/// A VP9 packet of three octets, the first of which tells whether it is a key frame.
pub(crate) fn frame(n: u32, time: MediaTime, key: bool) -> Packet {
    let data: &[u8] = if key {
        &[0x82, 0xAA, 0xBB]
    } else {
        &[0x86, 0xAA, 0xBB]
    };
    Packet::new(id(n), Bytes::from_static(data), time, ms(40)).with_key(key)
}

/// A writer that has started, its header still in the output.
pub(crate) fn started(options: Mp4Options, tracks: &[MediaTrack]) -> Mp4Writer {
    let mut writer = Mp4Writer::new(options);
    writer.start(tracks).expect("the tracks are good");
    writer
}

/// The finished file of `packets`.
pub(crate) fn file_of(
    options: Mp4Options,
    tracks: &[MediaTrack],
    packets: impl IntoIterator<Item = Packet>,
) -> Vec<u8> {
    finished_file(started(options, tracks), packets)
}

/// A box of `parts` (ISO/IEC 14496-12 §4.2).
pub(crate) fn mp4_box(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let size = (content.len() as u32 + 8).to_be_bytes();
    [&size, &kind[..], &content].concat()
}

/// A box with a version and flags.
pub(crate) fn full_box(kind: &[u8; 4], version: u8, flags: u32, parts: &[&[u8]]) -> Vec<u8> {
    let flags = (u32::from(version) << 24 | flags).to_be_bytes();
    mp4_box(kind, &[&flags, &parts.concat()])
}

/// Numbers of four octets.
pub(crate) fn u32s<const N: usize>(numbers: [u32; N]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_be_bytes()).collect()
}

/// Numbers of eight octets.
pub(crate) fn u64s<const N: usize>(numbers: [u64; N]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_be_bytes()).collect()
}
