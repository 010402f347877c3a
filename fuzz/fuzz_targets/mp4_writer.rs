//! Any sequence of calls to the MP4 writer: it never panics, a refused call changes nothing, and
//! what it accepted is what an independent reader finds.
#![no_main]

use std::io::Cursor;

use arbitrary::Arbitrary;
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use media_recorder_mux::{Mp4Mode, Mp4Options, Mp4Writer, MuxError, MuxOutput, Muxer};
use media_recorder_types::{
    AudioCodec, AudioTrack, ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, PcmFormat, Rate,
    TrackId, TrackKind, VideoCodec, VideoTrack,
};
use mp4_atom::{Any, Decode, Moof, Moov, StszSamples};

#[derive(Arbitrary, Debug)]
struct Input {
    fragmented: bool,
    fragment_nanos: Option<i64>,
    max_fragment_nanos: Option<i64>,
    max_fragment_bytes: Option<u16>,
    segment_index: bool,
    random_access_index: bool,
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
        duration: u32,
        key: bool,
        len: u16,
        cut: bool,
    },
    /// A packet of whatever kind.
    Write {
        track: u8,
        data: Vec<u8>,
        time: i64,
        duration: i64,
        padding: i64,
        key: bool,
        cut: bool,
    },
    Flush,
    Finish,
}

fn id(n: u8) -> Option<TrackId> {
    TrackId::new(n.into())
}

/// One track of each codec that needs no real bitstream, and an AV1 track for broken ones.
fn good_tracks() -> Vec<MediaTrack> {
    let video = |codec, rate| VideoTrack {
        codec,
        size: FrameSize::new(64, 48),
        rate,
        color: ColorInfo::BT709,
    };
    let audio = |codec, delay, pre_roll| AudioTrack {
        codec,
        sample_rate: 48_000,
        channels: 2,
        codec_delay: MediaTime::from_nanos(delay),
        seek_pre_roll: MediaTime::from_millis(pre_roll),
    };
    let pcm = AudioCodec::Pcm(PcmFormat::S16);
    let head = Bytes::from_static(b"OpusHead\x01\x02\x38\x01\x80\xBB\x00\x00\x00\x00\x00");
    let av1c = Bytes::from_static(&[0x81, 0, 0x0C, 0, 0x0A, 0x01, 0x00]);
    let id = |n| id(n).expect("it is not zero");
    vec![
        MediaTrack::video(id(1), video(VideoCodec::Vp9, None), Bytes::new()),
        MediaTrack::audio(id(2), audio(AudioCodec::Opus, 6_500_000, 80), head),
        MediaTrack::audio(id(3), audio(pcm, 0, 0), Bytes::new()),
        MediaTrack::video(
            id(4),
            video(VideoCodec::Vp9, Rate::new(30_000, 1001)),
            Bytes::new(),
        ),
        MediaTrack::video(id(5), video(VideoCodec::Av1, None), av1c),
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
                    codec: match codec % 4 {
                        0 => VideoCodec::Vp8,
                        1 => VideoCodec::Vp9,
                        2 => VideoCodec::Av1,
                        _ => VideoCodec::H264,
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
                        2 => AudioCodec::Pcm(PcmFormat::F32),
                        _ => AudioCodec::Flac,
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

/// The writer, and what is expected of its file.
struct Recording {
    writer: Mp4Writer,
    tracks: Vec<MediaTrack>,
    started: bool,
    finished: bool,
    /// The stored time of the latest accepted packet.
    reached: MediaTime,
    /// The data of each track's accepted packets, in order.
    accepted: Vec<Vec<Bytes>>,
    file: Vec<u8>,
}

impl Recording {
    fn start(&mut self) {
        let result = self.writer.start(&self.tracks);
        assert!(!self.started || result.is_err());
        self.started |= result.is_ok();
        self.drain();
    }

    fn flush(&mut self) {
        let result = self.writer.flush();
        assert_eq!(result.is_ok(), self.started && !self.finished);
        self.drain();
    }

    fn finish(&mut self) {
        let result = self.writer.finish();
        assert_eq!(result.is_ok(), self.started && !self.finished);
        self.finished |= self.started;
        self.drain();
    }

    fn write(&mut self, packet: Packet, cut: bool) {
        let before = self.file.len();
        let expected: Option<Result<(), MuxError>> = cut.then(|| {
            let result = self.writer.cut_before(&packet);
            self.drain();
            assert!(result == Ok(true) || self.file.len() == before);
            result.map(|_| ())
        });
        let index = self.tracks.iter().position(|t| t.id == packet.track);
        let (time, data) = (packet.time, packet.data.clone());
        let result = self.writer.write(packet);
        assert!(expected.is_none_or(|expected| expected == result));
        let before = self.file.len();
        self.drain();
        if result.is_err() {
            assert_eq!(self.file.len(), before);
            return;
        }
        assert!(self.started && !self.finished);
        let index = index.expect("it was accepted");
        let stored = time.saturating_add(self.tracks[index].codec_delay());
        assert!(self.reached <= stored);
        self.reached = stored;
        self.accepted[index].push(data);
    }

    fn drain(&mut self) {
        while let Some(output) = self.writer.poll_output() {
            match output {
                MuxOutput::Append(bytes) => self.file.extend_from_slice(&bytes),
                MuxOutput::Patch { offset, bytes } => {
                    let offset = usize::try_from(offset).expect("files here are small");
                    self.file[offset..offset + bytes.len()].copy_from_slice(&bytes);
                }
            }
        }
    }

    fn packet(&self, operation: Operation) -> Option<(Packet, bool)> {
        let nanos = MediaTime::from_nanos;
        match operation {
            Operation::Next {
                track,
                step,
                duration,
                key,
                len,
                cut,
            } => {
                let index = usize::from(track) % self.tracks.len().max(1);
                let track = self.tracks.get(index)?;
                let stored = self.reached.saturating_add(nanos(step.into()));
                let time = stored.saturating_sub(track.codec_delay());
                let (first, duration) = match track.kind() {
                    // Opus of 20 ms; and as PCM, it says itself how long it is.
                    TrackKind::Audio => (0xFC, 0),
                    TrackKind::Video if key => (0x82, duration.into()),
                    TrackKind::Video => (0x86, duration.into()),
                };
                let mut data = vec![len as u8; usize::from(len % 1024) * 12];
                *data.first_mut()? = first;
                let packet = Packet::new(track.id, data.into(), time, nanos(duration));
                Some((packet.with_key(key), cut))
            }
            Operation::Write {
                track,
                data,
                time,
                duration,
                padding,
                key,
                cut,
            } => {
                let packet = Packet::new(id(track)?, data.into(), nanos(time), nanos(duration));
                let packet = packet.with_key(key);
                Some((packet.with_discard_padding(nanos(padding)), cut))
            }
            _ => None,
        }
    }
}

/// The boxes on top that the reader knows, each with where it starts.
fn boxes(file: &[u8]) -> Vec<(usize, Any)> {
    let mut cursor = Cursor::new(file);
    let mut boxes = Vec::new();
    while (cursor.position() as usize) < file.len() {
        let start = cursor.position() as usize;
        let any = Any::decode(&mut cursor).expect("the reader takes every box");
        boxes.push((start, any));
    }
    boxes
}

/// The samples of the fragments, track by track.
fn fragmented(file: &[u8], tracks: usize) -> Vec<Vec<Bytes>> {
    let mut samples = vec![Vec::new(); tracks];
    // When each track's samples so far end.
    let mut ends = vec![0; tracks];
    for (start, any) in boxes(file) {
        let Any::Moof(Moof { traf, .. }) = any else {
            continue;
        };
        for traf in traf {
            let tfhd = &traf.tfhd;
            let index = tfhd.track_id as usize - 1;
            let time = traf.tfdt.expect("there is one").base_media_decode_time;
            assert!(time >= ends[index], "time goes back");
            ends[index] = time;
            for trun in traf.trun {
                let mut at = start + trun.data_offset.expect("there is one") as usize;
                for entry in trun.samples.iter() {
                    let size = entry
                        .size
                        .or(tfhd.default_sample_size)
                        .expect("one of both");
                    let data = &file[at..at + size as usize];
                    samples[index].push(Bytes::copy_from_slice(data));
                    at += size as usize;
                    let duration = entry.duration.or(tfhd.default_sample_duration);
                    let duration = duration.expect("one of both");
                    assert!(duration > 0);
                    ends[index] += u64::from(duration);
                }
            }
        }
    }
    samples
}

/// The samples of a `moov`, track by track.
fn indexed(file: &[u8]) -> Vec<Vec<Bytes>> {
    let moov = boxes(file).into_iter().find_map(|(_, any)| match any {
        Any::Moov(moov) => Some(moov),
        _ => None,
    });
    let Moov { trak, .. } = moov.expect("there is one");
    let samples_of = |stbl: mp4_atom::Stbl| {
        let offsets: Vec<u64> = match (stbl.stco, stbl.co64) {
            (Some(stco), None) => stco.entries.into_iter().map(u64::from).collect(),
            _ => panic!("files here are small"),
        };
        let sizes = match stbl.stsz.samples {
            StszSamples::Identical { count, size } => vec![size; count as usize],
            StszSamples::Different { sizes } => sizes,
        };
        let counted: u32 = stbl.stts.entries.iter().map(|run| run.sample_count).sum();
        assert_eq!(counted as usize, sizes.len());
        assert!(stbl.stts.entries.iter().all(|run| run.sample_delta > 0));
        let mut sizes = sizes.into_iter();
        let mut samples = Vec::new();
        for (chunk, offset) in (1..).zip(offsets) {
            let run = stbl
                .stsc
                .entries
                .iter()
                .rfind(|run| run.first_chunk <= chunk);
            let mut at = offset as usize;
            for _ in 0..run.expect("the first one begins at 1").samples_per_chunk {
                let size = sizes.next().expect("one for each sample") as usize;
                samples.push(Bytes::copy_from_slice(&file[at..at + size]));
                at += size;
            }
        }
        assert_eq!(sizes.next(), None);
        samples
    };
    let stbls = trak.into_iter().map(|trak| trak.mdia.minf.stbl);
    stbls.map(samples_of).collect()
}

fuzz_target!(|input: Input| {
    let mode = if input.fragmented {
        Mp4Mode::Fragmented
    } else {
        Mp4Mode::Hybrid
    };
    let mut options = Mp4Options::new()
        .mode(mode)
        .segment_index(input.segment_index)
        .random_access_index(input.random_access_index);
    if let Some(nanos) = input.fragment_nanos {
        options = options.fragment_duration(MediaTime::from_nanos(nanos));
    }
    if let Some(nanos) = input.max_fragment_nanos {
        options = options.max_fragment_duration(MediaTime::from_nanos(nanos));
    }
    if let Some(bytes) = input.max_fragment_bytes {
        options = options.max_fragment_bytes(bytes.into());
    }
    let tracks: Vec<_> = match &input.tracks {
        Tracks::Good(mask) => good_tracks()
            .into_iter()
            .enumerate()
            .filter_map(|(n, track)| (mask & (1 << n) == 0).then_some(track))
            .collect(),
        Tracks::Any(tracks) => tracks.iter().filter_map(Track::describe).collect(),
    };
    let readable = matches!(input.tracks, Tracks::Good(_));

    let mut recording = Recording {
        writer: Mp4Writer::new(options),
        accepted: vec![Vec::new(); tracks.len()],
        tracks,
        started: false,
        finished: false,
        reached: MediaTime::ZERO,
        file: Vec::new(),
    };
    recording.start();
    for operation in input.operations {
        match operation {
            Operation::Start => recording.start(),
            Operation::Flush => recording.flush(),
            Operation::Finish => recording.finish(),
            operation => {
                if let Some((packet, cut)) = recording.packet(operation) {
                    recording.write(packet, cut);
                }
            }
        }
    }
    if !recording.started {
        assert!(recording.file.is_empty());
        return;
    }
    // The reader is strict about configurations that the writer does not look into.
    if !readable {
        return;
    }
    if !recording.finished {
        recording.flush();
    }
    let found = if recording.finished && mode == Mp4Mode::Hybrid {
        indexed(&recording.file)
    } else {
        fragmented(&recording.file, recording.tracks.len())
    };
    assert_eq!(found, recording.accepted);
});
