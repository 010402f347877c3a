//! What the tests of every container use: tracks, packets, and the file that a writer's output
//! makes.

pub(crate) mod operations;

use bytes::Bytes;
use media_recorder_mux::{MuxOutput, Muxer};
use media_recorder_types::{
    AudioCodec, AudioTrack, MediaTime, MediaTrack, Packet, PcmFormat, TrackId,
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

/// Sound of two channels at 48 kHz.
pub(crate) fn audio(n: u32, codec: AudioCodec, private: &[u8]) -> MediaTrack {
    let track = AudioTrack {
        codec,
        sample_rate: 48_000,
        channels: 2,
        codec_delay: MediaTime::ZERO,
        seek_pre_roll: MediaTime::ZERO,
    };
    MediaTrack::audio(id(n), track, Bytes::copy_from_slice(private))
}

pub(crate) fn pcm(n: u32) -> MediaTrack {
    audio(n, AudioCodec::Pcm(PcmFormat::S16), &[])
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

/// An Opus packet of two octets and 20 ms.
pub(crate) fn sound(n: u32, time: MediaTime) -> Packet {
    Packet::new(id(n), Bytes::from_static(&[0xFC, 0xDE]), time, ms(20)).with_key(true)
}

/// A PCM packet of `frames` samples of four octets, which are all `value`, at sample `at`.
pub(crate) fn samples(n: u32, at: i64, frames: i64, value: u8) -> Packet {
    let data = vec![value; frames as usize * 4];
    let time = |ticks| MediaTime::from_ticks(ticks, 48_000).unwrap();
    Packet::new(id(n), data.into(), time(at), time(frames)).with_key(true)
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

/// The finished file of `packets`, by a writer that has started.
pub(crate) fn finished_file(
    mut writer: impl Muxer,
    packets: impl IntoIterator<Item = Packet>,
) -> Vec<u8> {
    for packet in packets {
        writer.write(packet).expect("the packet is good");
    }
    writer.finish().expect("it has been started");
    patched_file(&outputs(&mut writer))
}
