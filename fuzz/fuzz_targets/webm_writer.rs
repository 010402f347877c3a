//! Any sequence of calls to the Matroska writer: it never panics, and what it accepted is what
//! an independent reader finds.
#![no_main]

use std::io::Cursor;

use arbitrary::Arbitrary;
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use matroska_demuxer::{Frame, MatroskaFile};
use media_recorder_mux::{ClusterMode, DocType, MatroskaOptions, MatroskaWriter, MuxOutput, Muxer};
use media_recorder_types::{
    AudioCodec, AudioTrack, ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, PcmFormat, Rate,
    TrackId, TrackKind, VideoCodec, VideoTrack,
};

#[derive(Arbitrary, Debug)]
struct Input {
    matroska: bool,
    unknown_sizes: bool,
    max_cluster_nanos: Option<i64>,
    max_cluster_bytes: Option<u16>,
    seed: u64,
    tracks: Tracks,
    operations: Vec<Operation>,
}

#[derive(Arbitrary, Debug)]
enum Tracks {
    /// Those of the good ones whose bit is not set.
    Good(u8),
    Any(Vec<Track>),
}

#[derive(Arbitrary, Debug)]
struct Track {
    id: u8,
    name: String,
    codec_private: Vec<u8>,
    media: Media,
}

#[derive(Arbitrary, Debug)]
enum Media {
    Video {
        codec: u8,
        width: u32,
        height: u32,
        rate: (u32, u32),
        color: (u8, u8, u8),
    },
    Audio {
        codec: u8,
        rate: u32,
        channels: u16,
        delay: i64,
        pre_roll: i64,
    },
}

#[derive(Arbitrary, Debug)]
enum Operation {
    Start,
    /// A packet whose time is a step from the latest accepted one: likely to be accepted.
    Next {
        track: u8,
        step: u32,
        key: bool,
        len: u16,
        padding: u32,
    },
    /// A packet of whatever kind.
    Write {
        track: u8,
        data: Vec<u8>,
        time: i64,
        duration: i64,
        padding: i64,
        key: bool,
    },
    Flush,
    Finish,
}

fn id(n: u8) -> Option<TrackId> {
    TrackId::new(n.into())
}

/// One track of each codec that needs no real bitstream, and an AV1 track for broken ones.
fn good_tracks() -> Vec<MediaTrack> {
    let video = |codec| VideoTrack {
        codec,
        size: FrameSize::new(64, 48),
        rate: Rate::new(30_000, 1001),
        color: ColorInfo::BT709,
    };
    let audio = |codec, delay, pre_roll| AudioTrack {
        codec,
        sample_rate: 48_000,
        channels: 2,
        codec_delay: MediaTime::from_nanos(delay),
        seek_pre_roll: MediaTime::from_millis(pre_roll),
    };
    let head = Bytes::from_static(b"OpusHead\x01\x02\x38\x01\x80\xBB\x00\x00\x00\x00\x00");
    let av1c = Bytes::from_static(&[0x81, 0, 0x0C, 0, 0x0A, 0x01, 0x00]);
    let id = |n| id(n).expect("it is not zero");
    vec![
        MediaTrack::video(id(1), video(VideoCodec::Vp8), Bytes::new()),
        MediaTrack::audio(id(2), audio(AudioCodec::Opus, 6_500_000, 80), head),
        MediaTrack::video(id(3), video(VideoCodec::Vp9), Bytes::new()),
        MediaTrack::video(id(4), video(VideoCodec::Av1), av1c),
    ]
}

impl Track {
    fn describe(&self) -> Option<MediaTrack> {
        let codec_private = Bytes::from(self.codec_private.clone());
        let mut track = match self.media {
            Media::Video {
                codec,
                width,
                height,
                rate,
                color,
            } => {
                let video = VideoTrack {
                    codec: match codec % 5 {
                        0 => VideoCodec::Vp8,
                        1 => VideoCodec::Vp9,
                        2 => VideoCodec::Av1,
                        3 => VideoCodec::H264,
                        _ => VideoCodec::Mjpeg,
                    },
                    size: FrameSize::new(width, height),
                    rate: Rate::new(rate.0, rate.1),
                    color: ColorInfo {
                        primaries: color.0,
                        transfer: color.1,
                        matrix: color.2,
                        range: None,
                    },
                };
                MediaTrack::video(id(self.id)?, video, codec_private)
            }
            Media::Audio {
                codec,
                rate,
                channels,
                delay,
                pre_roll,
            } => {
                let audio = AudioTrack {
                    codec: match codec % 4 {
                        0 => AudioCodec::Opus,
                        1 => AudioCodec::Pcm(PcmFormat::S24),
                        2 => AudioCodec::Flac,
                        _ => AudioCodec::Vorbis,
                    },
                    sample_rate: rate,
                    channels,
                    codec_delay: MediaTime::from_nanos(delay),
                    seek_pre_roll: MediaTime::from_nanos(pre_roll),
                };
                MediaTrack::audio(id(self.id)?, audio, codec_private)
            }
        };
        track.name.clone_from(&self.name);
        Some(track)
    }
}

/// What is expected of the file.
#[derive(Default)]
struct Model {
    started: bool,
    finished: bool,
    /// The stored time of the latest accepted packet, in nanoseconds.
    reached: i64,
    accepted: Vec<Packet>,
}

fn packet(operation: Operation, tracks: &[MediaTrack], model: &Model) -> Option<Packet> {
    let nanos = MediaTime::from_nanos;
    match operation {
        Operation::Next {
            track,
            step,
            key,
            len,
            padding,
        } => {
            let track = tracks.get(usize::from(track) % tracks.len().max(1))?;
            let stored = model.reached.saturating_add(step.into());
            let time = nanos(stored).saturating_sub(track.codec_delay());
            let octet = match (track.kind(), key) {
                // As Opus, a frame of 20 ms.
                (TrackKind::Audio, _) => 0xF8,
                // As VP8 and as VP9, a key frame, or none.
                (TrackKind::Video, true) => 0x80,
                (TrackKind::Video, false) => 0x87,
            };
            let data = vec![octet; usize::from(len)];
            let packet = Packet::new(track.id, data.into(), time, MediaTime::from_millis(20));
            // Pictures have no padding, and sound no more than it lasts.
            let padding = match track.kind() {
                TrackKind::Audio => i64::from(padding) % 20_000_001,
                TrackKind::Video => 0,
            };
            Some(packet.with_key(key).with_discard_padding(nanos(padding)))
        }
        Operation::Write {
            track,
            data,
            time,
            duration,
            padding,
            key,
        } => {
            let packet = Packet::new(id(track)?, data.into(), nanos(time), nanos(duration));
            Some(packet.with_key(key).with_discard_padding(nanos(padding)))
        }
        _ => None,
    }
}

fn drain(writer: &mut MatroskaWriter, file: &mut Vec<u8>) {
    while let Some(output) = writer.poll_output() {
        match output {
            MuxOutput::Append(bytes) => file.extend_from_slice(&bytes),
            MuxOutput::Patch { offset, bytes } => {
                let offset = usize::try_from(offset).expect("files here are small");
                file[offset..offset + bytes.len()].copy_from_slice(&bytes);
            }
        }
    }
}

/// What the reader finds, as (track number, tick, data).
fn read(file: &[u8]) -> Vec<(u64, u64, Vec<u8>)> {
    let mut reader = MatroskaFile::open(Cursor::new(file)).expect("the reader takes the file");
    let mut frame = Frame::default();
    let mut found = Vec::new();
    while reader
        .next_frame(&mut frame)
        .expect("the reader takes every block")
    {
        found.push((frame.track, frame.timestamp, frame.data.clone()));
    }
    found
}

fuzz_target!(|input: Input| {
    let doc_type = if input.matroska {
        DocType::Matroska
    } else {
        DocType::WebM
    };
    let mut options = MatroskaOptions::new(doc_type).track_uid_seed(input.seed);
    if input.unknown_sizes {
        options = options.cluster_mode(ClusterMode::Unknown);
    }
    if let Some(nanos) = input.max_cluster_nanos {
        options = options.max_cluster_duration(MediaTime::from_nanos(nanos));
    }
    if let Some(bytes) = input.max_cluster_bytes {
        options = options.max_cluster_bytes(bytes.into());
    }
    let tracks: Vec<_> = match &input.tracks {
        Tracks::Good(mask) => good_tracks()
            .into_iter()
            .enumerate()
            .filter_map(|(n, track)| (mask & (1 << n) == 0).then_some(track))
            .collect(),
        Tracks::Any(tracks) => tracks.iter().filter_map(Track::describe).collect(),
    };

    let mut writer = MatroskaWriter::new(options);
    let mut model = Model::default();
    let mut file = Vec::new();
    if writer.start(&tracks).is_ok() {
        model.started = true;
    }
    for operation in input.operations {
        match operation {
            Operation::Start => assert!(!model.started || writer.start(&tracks).is_err()),
            Operation::Flush => {
                assert_eq!(writer.flush().is_ok(), model.started && !model.finished);
            }
            Operation::Finish => {
                assert_eq!(writer.finish().is_ok(), model.started && !model.finished);
                model.finished |= model.started;
            }
            operation => {
                let Some(packet) = packet(operation, &tracks, &model) else {
                    continue;
                };
                if writer.write(packet.clone()).is_ok() {
                    assert!(model.started && !model.finished);
                    let track = tracks.iter().find(|track| track.id == packet.track);
                    let delay = track.expect("it was accepted").codec_delay();
                    let stored = packet.time.saturating_add(delay).as_nanos();
                    model.reached = model.reached.max(stored);
                    model.accepted.push(packet);
                }
            }
        }
        drain(&mut writer, &mut file);
    }
    if !model.finished && writer.flush().is_err() {
        assert!(file.is_empty() && model.accepted.is_empty());
        return;
    }
    drain(&mut writer, &mut file);
    if model.accepted.is_empty() {
        return;
    }

    let mut expected: Vec<_> = model
        .accepted
        .iter()
        .map(|packet| {
            let index = tracks.iter().position(|track| track.id == packet.track);
            let index = index.expect("it was accepted");
            let stored = packet
                .time
                .saturating_add(tracks[index].codec_delay())
                .as_nanos();
            let tick = stored / 1_000_000 + i64::from(stored % 1_000_000 >= 500_000);
            (index as u64 + 1, tick as u64, packet.data.to_vec())
        })
        .collect();
    let mut found = read(&file);
    assert!(found.is_sorted_by_key(|(_, tick, _)| *tick));
    // Sound of a key frame's tick may have moved before it: order counts track by track.
    expected.sort_by_key(|(track, ..)| *track);
    found.sort_by_key(|(track, ..)| *track);
    assert_eq!(found, expected);
});
