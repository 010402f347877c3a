//! Recordings, a program that repairs them in memory, and a foreign reader.

use std::io::Cursor;
use std::ops::Range;

use bytes::Bytes;
use matroska_demuxer::{Frame, MatroskaFile};
use media_recorder_mux::{
    ClusterMode, MatroskaOptions, MatroskaWriter, MuxOutput, Muxer, Repair, RepairError,
    RepairReport, RepairScan, RepairStep,
};
use media_recorder_types::{
    AudioCodec, AudioTrack, ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, Rate, TrackId,
    VideoCodec, VideoTrack,
};

/// Which tracks a recording has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    Both,
    Sound,
}

const VIDEO: TrackId = TrackId::new(1).unwrap();
const AUDIO: TrackId = TrackId::new(2).unwrap();

/// An `OpusHead` of two channels at 48 kHz with a pre-skip of 288 samples, 6 ms.
const OPUS_HEAD: &[u8; 19] = b"OpusHead\x01\x02\x20\x01\x80\xBB\x00\x00\x00\x00\x00";
const OPUS_DELAY: i64 = 6;

pub(crate) fn ms(n: i64) -> MediaTime {
    MediaTime::from_millis(n)
}

fn tracks(media: Media) -> Vec<MediaTrack> {
    let video = VideoTrack {
        codec: VideoCodec::Vp8,
        size: FrameSize::new(64, 48),
        rate: Rate::new(25, 1),
        color: ColorInfo::UNSPECIFIED,
    };
    let audio = AudioTrack {
        codec: AudioCodec::Opus,
        sample_rate: 48_000,
        channels: 2,
        codec_delay: ms(OPUS_DELAY),
        seek_pre_roll: ms(80),
    };
    let mut tracks = vec![
        MediaTrack::video(VIDEO, video, Bytes::new()),
        MediaTrack::audio(AUDIO, audio, Bytes::from_static(OPUS_HEAD)),
    ];
    if media == Media::Sound {
        tracks.remove(0);
    }
    tracks
}

/// Sound in packets of 20 ms; pictures of 40 ms, every fourth a key frame. No two payloads are
/// alike; the last packet of sound has padding.
pub(crate) fn packets(media: Media, frames: u16) -> Vec<Packet> {
    let mut packets = Vec::new();
    let payload = |first: u8, n: u16| {
        let [high, low] = n.to_be_bytes();
        Bytes::from(vec![first, 0xAA, high, low, 0x55, 0x66, 0x77])
    };
    for n in 0..frames * 2 {
        let time = ms(i64::from(n) * 20);
        // By their stored times, pictures come first.
        if n % 2 == 0 && media == Media::Both {
            let key = n % 8 == 0;
            let data = payload(if key { 0x10 } else { 0x11 }, n);
            packets.push(Packet::new(VIDEO, data, time, ms(40)).with_key(key));
        }
        // CELT of 20 ms, one frame.
        let mut sound = Packet::new(AUDIO, payload(0xF8, n), time, ms(20)).with_key(true);
        if n == frames * 2 - 1 {
            sound = sound.with_discard_padding(ms(5));
        }
        packets.push(sound);
    }
    packets
}

/// A recording as its process has put it out.
pub(crate) struct Recording {
    /// Before the patches at the end: with an index, but a header that does not know of it.
    pub(crate) live: Vec<u8>,
    pub(crate) finished: Vec<u8>,
    pub(crate) blocks: Vec<WrittenBlock>,
}

/// A packet in the file, in the order of the file.
#[derive(Clone, Debug)]
pub(crate) struct WrittenBlock {
    pub(crate) block: Block,
    /// Where its element ends in the file.
    pub(crate) end: usize,
    /// When it ends in the recording.
    pub(crate) until: MediaTime,
}

pub(crate) fn record(mode: ClusterMode, media: Media, frames: u16) -> Recording {
    record_packets(mode, media, packets(media, frames))
}

pub(crate) fn record_packets(mode: ClusterMode, media: Media, packets: Vec<Packet>) -> Recording {
    let options = MatroskaOptions::webm()
        .cluster_mode(mode)
        .max_cluster_duration(ms(100));
    let mut writer = MatroskaWriter::new(options);
    writer.start(&tracks(media)).unwrap();
    for packet in &packets {
        writer.write(packet.clone()).unwrap();
    }
    writer.finish().unwrap();
    let mut live = Vec::new();
    let mut finished = Vec::new();
    while let Some(output) = writer.poll_output() {
        if let MuxOutput::Append(bytes) = &output {
            live.extend_from_slice(bytes);
        }
        apply(&mut finished, &output);
    }
    let blocks = packets.iter().map(|packet| written(packet, media, &live));
    let mut blocks: Vec<_> = blocks.collect();
    blocks.sort_by_key(|block| block.end);
    Recording {
        live,
        finished,
        blocks,
    }
}

fn written(packet: &Packet, media: Media, file: &[u8]) -> WrittenBlock {
    let at = find(file, &packet.data).unwrap();
    let padding = packet.discard_padding;
    // ID, size and three octets of nanoseconds.
    let after = if padding > MediaTime::ZERO {
        2 + 1 + 3
    } else {
        0
    };
    let delay = if packet.track == AUDIO { OPUS_DELAY } else { 0 };
    let block = Block {
        track: match (media, packet.track) {
            (Media::Both, AUDIO) => 2,
            _ => 1,
        },
        tick: (packet.time.as_millis() + delay) as u64,
        data: packet.data.to_vec(),
    };
    WrittenBlock {
        block,
        end: at + packet.data.len() + after,
        until: packet.end(),
    }
}

pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|part| part == needle)
}

pub(crate) fn apply(file: &mut Vec<u8>, output: &MuxOutput) {
    match output {
        MuxOutput::Append(bytes) => file.extend_from_slice(bytes),
        MuxOutput::Patch { offset, bytes } => {
            let offset = usize::try_from(*offset).unwrap();
            file[offset..offset + bytes.len()].copy_from_slice(bytes);
        }
    }
}

fn part(file: &[u8], range: &Range<u64>) -> Vec<u8> {
    file[range.start as usize..range.end as usize].to_vec()
}

pub(crate) fn scan(file: &[u8]) -> Result<Repair, RepairError> {
    let mut scan = RepairScan::new(file.len() as u64);
    while let Some(range) = scan.wants() {
        scan.provide(&part(file, &range));
    }
    scan.finish()
}

/// A file that was repaired.
#[derive(Debug)]
pub(crate) struct Repaired {
    pub(crate) file: Vec<u8>,
    pub(crate) report: RepairReport,
    pub(crate) in_place: bool,
}

pub(crate) fn repair(file: &[u8]) -> Result<Repaired, RepairError> {
    let mut repair = scan(file)?;
    let mut repaired = Vec::new();
    while let Some(step) = repair.poll_step() {
        match step {
            RepairStep::Copy(range) => repaired.extend(part(file, &range)),
            RepairStep::Output(output) => apply(&mut repaired, &output),
        }
    }
    Ok(Repaired {
        file: repaired,
        report: repair.report().clone(),
        in_place: repair.in_place(),
    })
}

/// A packet as the reader finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) track: u64,
    pub(crate) tick: u64,
    pub(crate) data: Vec<u8>,
}

/// What the reader finds.
pub(crate) struct Read {
    pub(crate) blocks: Vec<Block>,
    /// In milliseconds.
    pub(crate) duration: Option<f64>,
}

pub(crate) fn read(file: &[u8]) -> Read {
    let mut reader = MatroskaFile::open(Cursor::new(file)).unwrap();
    let mut frame = Frame::default();
    let mut blocks = Vec::new();
    while reader.next_frame(&mut frame).unwrap() {
        blocks.push(Block {
            track: frame.track,
            tick: frame.timestamp,
            data: frame.data.clone(),
        });
    }
    Read {
        blocks,
        duration: reader.info().duration(),
    }
}
