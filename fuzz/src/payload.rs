//! Packets that a writer must take if their track's configuration is right.

use bytes::Bytes;
use media_recorder_types::{
    AudioCodec, AudioTrack, MediaTime, MediaTrack, PcmFormat, TrackMedia, VideoCodec,
};

/// The data of a packet, and how long it says itself that it lasts, if it does. `variant` is for
/// what there are several kinds of; `len` is about how long it is.
pub fn payload(
    track: &MediaTrack,
    key: bool,
    variant: u8,
    len: usize,
) -> (Bytes, Option<MediaTime>) {
    match &track.media {
        TrackMedia::Video(video) => {
            let data = picture(video.codec, &track.codec_private, key, variant, len);
            (data.into(), None)
        }
        TrackMedia::Audio(audio) => sound(audio, variant, len),
    }
}

/// Whether a picture can be anything but a key frame.
pub fn has_inter_frames(track: &MediaTrack) -> bool {
    !matches!(&track.media, TrackMedia::Video(video) if video.codec == VideoCodec::Mjpeg)
}

fn picture(codec: VideoCodec, private: &[u8], key: bool, variant: u8, len: usize) -> Vec<u8> {
    let body = vec![variant; len];
    let start: Vec<u8> = match codec {
        VideoCodec::Vp8 => vec![variant & 0xFE | u8::from(!key)],
        VideoCodec::Vp9 => {
            // After frame_marker, the profile's low and high bit, and in profile 3 a reserved
            // one: show_existing_frame, frame_type, show_frame (VP9 spec §6.2).
            let profile = private.get(2).map_or(0, |profile| profile & 3);
            let flags = if key { 0b0010 } else { 0b0110 };
            let flags = if profile == 3 { flags >> 1 } else { flags };
            vec![0x80 | (profile & 1) << 5 | (profile & 2) << 3 | flags]
        }
        VideoCodec::Av1 => {
            // A sequence header with each key frame; the frame goes on to the end, without a
            // size (AV1 spec §5.3.1).
            let header = private.get(4..).unwrap_or_default();
            let frame = [0x30, if key { 0x10 } else { 0x30 }];
            if key || variant & 1 != 0 {
                [header, &frame].concat()
            } else {
                frame.to_vec()
            }
        }
        VideoCodec::H264 => return h264(private, key, variant, len),
        _ => vec![0xFF, 0xD8],
    };
    [start, body].concat()
}

/// The parameter sets, perhaps, and a slice, each with its length.
fn h264(avcc: &[u8], key: bool, variant: u8, len: usize) -> Vec<u8> {
    let length_octets = avcc.get(4).map_or(1, |octet| usize::from(octet & 3) + 1);
    let len = len.min((1 << (8 * length_octets.min(2))) - 2);
    let slice = [vec![if key { 0x65 } else { 0x41 }], vec![variant; len]].concat();
    let mut nals = vec![&slice[..]];
    // The configuration has one of each.
    let sets = avcc.get(8..12).zip(avcc.get(15..17));
    if let Some((sequence, picture)) = sets.filter(|_| variant & 1 != 0) {
        nals.splice(0..0, [sequence, picture]);
    }
    let mut data = Vec::new();
    for nal in nals {
        let length = (nal.len() as u32).to_be_bytes();
        data.extend_from_slice(&length[4 - length_octets..]);
        data.extend_from_slice(nal);
    }
    data
}

fn sound(audio: &AudioTrack, variant: u8, len: usize) -> (Bytes, Option<MediaTime>) {
    let body = vec![variant; len];
    match audio.codec {
        AudioCodec::Opus => {
            // One frame (RFC 6716 §3.1).
            let samples = match variant >> 3 {
                config @ 0..12 => [480, 960, 1_920, 2_880][usize::from(config % 4)],
                config @ 12..16 => [480, 960][usize::from(config % 2)],
                config => [120, 240, 480, 960][usize::from(config % 4)],
            };
            let lasts = MediaTime::from_ticks(samples, 48_000).expect("it is short");
            let data = [vec![variant & 0xFC], body].concat();
            (data.into(), Some(lasts))
        }
        AudioCodec::Pcm(format) => {
            let octets = match format {
                PcmFormat::S16 => 2,
                PcmFormat::S24 => 3,
                PcmFormat::F32 => 4,
            };
            let samples = len % 64 + 1;
            let lasts = MediaTime::from_ticks(samples as i64, audio.sample_rate);
            let data = vec![variant; samples * octets * usize::from(audio.channels)];
            (data.into(), lasts.ok())
        }
        AudioCodec::Flac => ([vec![0xFF, 0xF8], body].concat().into(), None),
        // Vorbis, the last of them.
        _ => ([vec![variant & 0xFE], body].concat().into(), None),
    }
}
