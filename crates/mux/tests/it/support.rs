//! Tracks, packets, and the file that a writer's output makes.

use bytes::Bytes;
use media_recorder_mux::{MatroskaOptions, MatroskaWriter, MuxOutput, Muxer};
use media_recorder_types::{
    AudioCodec, AudioTrack, ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, PcmFormat,
    TrackId, VideoCodec, VideoTrack,
};

/// The pre-skip of the Opus tracks here: 312 samples at 48 kHz.
pub(crate) const OPUS_DELAY: MediaTime = MediaTime::from_nanos(6_500_000);

/// An `OpusHead` of two channels at 48 kHz with a pre-skip of 312.
pub(crate) const OPUS_HEAD: &[u8; 19] = b"OpusHead\x01\x02\x38\x01\x80\xBB\x00\x00\x00\x00\x00";

pub(crate) fn id(n: u32) -> TrackId {
    TrackId::new(n).expect("ids here are not zero")
}

pub(crate) fn ms(n: i64) -> MediaTime {
    MediaTime::from_millis(n)
}

pub(crate) fn ns(n: i64) -> MediaTime {
    MediaTime::from_nanos(n)
}

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

pub(crate) fn audio(n: u32, codec: AudioCodec) -> MediaTrack {
    let track = AudioTrack {
        codec,
        sample_rate: 48_000,
        channels: 2,
        codec_delay: MediaTime::ZERO,
        seek_pre_roll: MediaTime::ZERO,
    };
    MediaTrack::audio(id(n), track, Bytes::new())
}

pub(crate) fn pcm(n: u32) -> MediaTrack {
    audio(n, AudioCodec::Pcm(PcmFormat::S16))
}

pub(crate) fn opus(n: u32) -> MediaTrack {
    let track = AudioTrack {
        codec: AudioCodec::Opus,
        sample_rate: 48_000,
        channels: 2,
        codec_delay: OPUS_DELAY,
        seek_pre_roll: ms(80),
    };
    MediaTrack::audio(id(n), track, Bytes::from_static(OPUS_HEAD))
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

/// A packet of sound of two octets and 20 ms, of which Opus' first octet tells.
pub(crate) fn sound(n: u32, time: MediaTime) -> Packet {
    Packet::new(id(n), Bytes::from_static(&[0xF8, 0xDE]), time, ms(20)).with_key(true)
}

/// A writer that has started, its header still in the output.
pub(crate) fn started(options: MatroskaOptions, tracks: &[MediaTrack]) -> MatroskaWriter {
    let mut writer = MatroskaWriter::new(options);
    writer.start(tracks).expect("the tracks are good");
    writer
}

/// The output so far.
pub(crate) fn outputs(writer: &mut impl Muxer) -> Vec<MuxOutput> {
    core::iter::from_fn(|| writer.poll_output()).collect()
}

/// What all appended bytes make, patches ignored.
pub(crate) fn live_file(outputs: &[MuxOutput]) -> Vec<u8> {
    let mut file = Vec::new();
    for output in outputs {
        if let MuxOutput::Append(bytes) = output {
            file.extend_from_slice(bytes);
        }
    }
    file
}

/// What all output makes.
pub(crate) fn patched_file(outputs: &[MuxOutput]) -> Vec<u8> {
    let mut file = Vec::new();
    for output in outputs {
        match output {
            MuxOutput::Append(bytes) => file.extend_from_slice(bytes),
            MuxOutput::Patch { offset, bytes } => {
                let offset = usize::try_from(*offset).expect("files here are small");
                file[offset..offset + bytes.len()].copy_from_slice(bytes);
            }
        }
    }
    file
}

/// The finished file of `packets`.
pub(crate) fn file_of(
    options: MatroskaOptions,
    tracks: &[MediaTrack],
    packets: impl IntoIterator<Item = Packet>,
) -> Vec<u8> {
    let mut writer = started(options, tracks);
    for packet in packets {
        writer.write(packet).expect("the packet is good");
    }
    writer.finish().expect("it has been started");
    patched_file(&outputs(&mut writer))
}
