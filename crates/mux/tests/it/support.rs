//! Tracks, packets and writers of Matroska.

use bytes::Bytes;
use media_recorder_mux::{MatroskaOptions, MatroskaWriter, Muxer};
use media_recorder_types::{
    AudioCodec, ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, VideoCodec, VideoTrack,
};

pub(crate) use crate::common::*;

pub(crate) fn video(n: u32, codec: VideoCodec) -> MediaTrack {
    let track = VideoTrack {
        codec,
        size: FrameSize::new(320, 180),
        rate: None,
        color: ColorInfo::UNSPECIFIED,
    };
    MediaTrack::video(id(n), track, Bytes::new())
}

pub(crate) fn vp8(n: u32) -> MediaTrack {
    video(n, VideoCodec::Vp8)
}

/// Opus without a delay: its packets are stored at the times that they say.
pub(crate) fn plain_opus(n: u32) -> MediaTrack {
    let head = b"OpusHead\x01\x02\x00\x00\x80\xBB\x00\x00\x00\x00\x00";
    audio(n, AudioCodec::Opus, head)
}

/// A VP8 packet of three octets, the first of which tells whether it is a key frame.
pub(crate) fn frame(n: u32, time: MediaTime, key: bool) -> Packet {
    let data: &[u8] = if key {
        &[0x10, 0xAA, 0xBB]
    } else {
        &[0x11, 0xAA, 0xBB]
    };
    Packet::new(id(n), Bytes::from_static(data), time, ms(40)).with_key(key)
}

/// A writer that has started, its header still in the output.
pub(crate) fn started(options: MatroskaOptions, tracks: &[MediaTrack]) -> MatroskaWriter {
    let mut writer = MatroskaWriter::new(options);
    writer.start(tracks).expect("the tracks are good");
    writer
}

/// The finished file of `packets`.
pub(crate) fn file_of(
    options: MatroskaOptions,
    tracks: &[MediaTrack],
    packets: impl IntoIterator<Item = Packet>,
) -> Vec<u8> {
    finished_file(started(options, tracks), packets)
}
