//! Recordings of pictures and sound.

use bytes::Bytes;
use media_recorder_mux::{Mp4Mode, Mp4Options, Mp4Writer, MuxOutput, Muxer};
use media_recorder_types::{
    AudioCodec, AudioTrack, ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, Rate, TrackId,
    VideoCodec, VideoTrack,
};

use crate::support::{apply, ms};

pub(crate) const MODES: [Mp4Mode; 2] = [Mp4Mode::Fragmented, Mp4Mode::Hybrid];

const VIDEO: TrackId = TrackId::new(1).unwrap();
const AUDIO: TrackId = TrackId::new(2).unwrap();

/// An `OpusHead` of two channels at 48 kHz with a pre-skip of 288 samples, 6 ms.
const OPUS_HEAD: &[u8; 19] = b"OpusHead\x01\x02\x20\x01\x80\xBB\x00\x00\x00\x00\x00";
const OPUS_DELAY: MediaTime = MediaTime::from_millis(6);

fn tracks() -> [MediaTrack; 2] {
    let video = VideoTrack {
        codec: VideoCodec::Vp9,
        size: FrameSize::new(64, 48),
        rate: Rate::new(25, 1),
        color: ColorInfo::UNSPECIFIED,
    };
    let audio = AudioTrack {
        codec: AudioCodec::Opus,
        sample_rate: 48_000,
        channels: 2,
        codec_delay: OPUS_DELAY,
        seek_pre_roll: ms(80),
    };
    let features = Bytes::from_static(&[1, 1, 0, 2, 1, 11, 3, 1, 8]);
    [
        MediaTrack::video(VIDEO, video, features),
        MediaTrack::audio(AUDIO, audio, Bytes::from_static(OPUS_HEAD)),
    ]
}

/// Two packets of sound for each picture, of which every fourth is a key frame; no two payloads are
/// alike. The sound begins late, and its last packet has padding.
fn packets(frames: i64) -> Vec<Packet> {
    let mut packets = Vec::new();
    for n in 0..frames * 2 {
        let [.., high, low] = n.to_be_bytes();
        let padding = vec![low; 1 + n as usize % 3];
        let payload = |first: u8| Bytes::from([&[first, high, low], &padding[..]].concat());
        let time = ms(n * 20);
        if n % 2 == 0 {
            let key = n % 8 == 0;
            let data = payload(if key { 0x82 } else { 0x86 });
            packets.push(Packet::new(VIDEO, data, time, ms(40)).with_key(key));
        }
        if n > 2 {
            let time = time.saturating_sub(OPUS_DELAY);
            let sound = Packet::new(AUDIO, payload(0xF8), time, ms(20)).with_key(true);
            let last = n == frames * 2 - 1;
            let padding = if last { ms(5) } else { MediaTime::ZERO };
            packets.push(sound.with_discard_padding(padding));
        }
    }
    packets
}

/// A recording as its process has put it out.
pub(crate) struct Recording {
    /// Before the patches at the end.
    pub(crate) live: Vec<u8>,
    pub(crate) finished: Vec<u8>,
}

/// In fragments of 160 ms.
pub(crate) fn record(mode: Mp4Mode, frames: i64) -> Recording {
    record_with(Mp4Options::new().mode(mode), frames)
}

pub(crate) fn record_with(options: Mp4Options, frames: i64) -> Recording {
    let mut writer = Mp4Writer::new(options.fragment_duration(ms(160)));
    writer.start(&tracks()).unwrap();
    for packet in packets(frames) {
        writer.write(packet).unwrap();
    }
    writer.finish().unwrap();
    let (mut live, mut finished) = (Vec::new(), Vec::new());
    while let Some(output) = writer.poll_output() {
        if let MuxOutput::Append(bytes) = &output {
            live.extend_from_slice(bytes);
        }
        apply(&mut finished, &output);
    }
    Recording { live, finished }
}
