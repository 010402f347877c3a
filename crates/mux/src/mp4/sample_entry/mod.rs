//! What a decoder must know before the first sample (ISO/IEC 14496-12 §8.5.2).

mod audio;
mod video;

use alloc::vec::Vec;

use bytes::BufMut;
use media_recorder_types::{AudioCodec, Codec, MediaTrack, TrackMedia, VideoCodec};

use super::boxes::put_full_box;

/// Whether there is a sample entry for the codec that players know.
pub(super) fn exists_for(codec: Codec) -> bool {
    matches!(
        codec,
        Codec::Video(VideoCodec::Av1 | VideoCodec::Vp9 | VideoCodec::H264)
            | Codec::Audio(AudioCodec::Opus | AudioCodec::Pcm(_) | AudioCodec::Flac)
    )
}

/// The `stsd` of a track that has been checked.
pub(super) fn sample_description(track: &MediaTrack) -> Vec<u8> {
    let mut buf = Vec::new();
    put_full_box(&mut buf, b"stsd", 0, 0, |buf| {
        buf.put_u32(1);
        match &track.media {
            TrackMedia::Video(video) => video::put_entry(buf, video, &track.codec_private),
            TrackMedia::Audio(audio) => audio::put_entry(buf, audio, &track.codec_private),
        }
    });
    buf
}

/// What every sample entry begins with: the data are in this file (§8.5.2.2).
fn put_start(buf: &mut Vec<u8>) {
    buf.put_bytes(0, 6);
    buf.put_u16(1); // data_reference_index
}
