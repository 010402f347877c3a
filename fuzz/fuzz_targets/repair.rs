//! Files that are cut, damaged, or never were any: repairing them never panics and asks for little
//! at once, what comes out is whole to another repair, and if the header was not damaged, an
//! independent reader opens it.
#![no_main]

use std::io::Cursor;

use arbitrary::Arbitrary;
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use matroska_demuxer::MatroskaFile;
use media_recorder_mux::{
    ClusterMode, MatroskaOptions, MatroskaWriter, MuxOutput, Muxer, RepairReport, RepairScan,
    RepairStep,
};
use media_recorder_types::{
    AudioCodec, AudioTrack, ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, PcmFormat,
    TrackId, VideoCodec, VideoTrack,
};

#[derive(Arbitrary, Debug)]
enum Input {
    /// A recording to which something happens.
    Recording {
        unknown_sizes: bool,
        finished: bool,
        video: bool,
        packets: Vec<(u8, u8, bool)>,
        damage: Vec<Damage>,
    },
    /// Any bytes behind a good header.
    Clusters { video: bool, bytes: Vec<u8> },
    /// Any bytes.
    Bytes(Vec<u8>),
}

#[derive(Arbitrary, Debug)]
enum Damage {
    Cut { at: u16 },
    Replace { at: u16, bytes: Vec<u8> },
    Insert { at: u16, bytes: Vec<u8> },
    Remove { at: u16, octets: u8 },
    Repeat { at: u16, octets: u8 },
}

fn tracks(video: bool) -> Vec<MediaTrack> {
    let id = |n| TrackId::new(n).expect("it is not zero");
    let picture = VideoTrack {
        codec: VideoCodec::Vp8,
        size: FrameSize::new(64, 48),
        rate: None,
        color: ColorInfo::UNSPECIFIED,
    };
    let sound = AudioTrack {
        codec: AudioCodec::Pcm(PcmFormat::S16),
        sample_rate: 8000,
        channels: 1,
        codec_delay: MediaTime::ZERO,
        seek_pre_roll: MediaTime::ZERO,
    };
    let mut tracks = vec![MediaTrack::audio(id(1), sound, Bytes::new())];
    if video {
        tracks.push(MediaTrack::video(id(2), picture, Bytes::new()));
    }
    tracks
}

/// A recording, and where its header ends.
fn record(
    unknown_sizes: bool,
    finished: bool,
    video: bool,
    packets: &[(u8, u8, bool)],
) -> (Vec<u8>, usize) {
    let mode = if unknown_sizes {
        ClusterMode::Unknown
    } else {
        ClusterMode::Known
    };
    let mut writer = MatroskaWriter::new(MatroskaOptions::matroska().cluster_mode(mode));
    let tracks = tracks(video);
    writer.start(&tracks).expect("the tracks are good");
    let mut file = Vec::new();
    let mut drain = |writer: &mut MatroskaWriter| {
        while let Some(output) = writer.poll_output() {
            apply(&mut file, &output, finished);
        }
        file.len()
    };
    let header = drain(&mut writer);
    let mut time = MediaTime::ZERO;
    for &(step, len, key) in packets {
        time = time.saturating_add(MediaTime::from_millis(i64::from(step) * 8));
        let track = tracks[usize::from(len) % tracks.len()].id;
        let data = vec![if key { 0x80 } else { 0x87 }; usize::from(len) + 1];
        let packet = Packet::new(track, data.into(), time, MediaTime::from_millis(20));
        // Packets of a time that has been are refused, and so are others.
        let _ = writer.write(packet.with_key(key));
    }
    writer.finish().expect("it was started");
    drain(&mut writer);
    (file, header)
}

fn apply(file: &mut Vec<u8>, output: &MuxOutput, patches: bool) {
    match output {
        MuxOutput::Append(bytes) => file.extend_from_slice(bytes),
        MuxOutput::Patch { offset, bytes } if patches => {
            let offset = usize::try_from(*offset).expect("files here are small");
            file[offset..offset + bytes.len()].copy_from_slice(bytes);
        }
        MuxOutput::Patch { .. } => {}
    }
}

/// Does it; where it begins.
fn damage(file: &mut Vec<u8>, damage: &Damage) -> usize {
    let place = |at: u16, file: &[u8]| usize::from(at) % (file.len() + 1);
    let range = |at: u16, octets: u8, file: &[u8]| {
        let start = place(at, file);
        start..file.len().min(start + usize::from(octets))
    };
    match damage {
        Damage::Cut { at } => {
            // It is no damage to the header if it is cut off with what follows it.
            file.truncate(place(*at, file));
            file.len()
        }
        Damage::Replace { at, bytes } => {
            let at = place(*at, file);
            let octets = bytes.len().min(file.len() - at);
            file[at..at + octets].copy_from_slice(&bytes[..octets]);
            at
        }
        Damage::Insert { at, bytes } => {
            let at = place(*at, file);
            file.splice(at..at, bytes.iter().copied());
            at
        }
        Damage::Remove { at, octets } => {
            let range = range(*at, *octets, file);
            file.drain(range.clone());
            range.start
        }
        Damage::Repeat { at, octets } => {
            let range = range(*at, *octets, file);
            let bytes = file[range.clone()].to_vec();
            file.splice(range.start..range.start, bytes);
            range.start
        }
    }
}

fn repair(file: &[u8]) -> Option<(Vec<u8>, RepairReport)> {
    let mut scan = RepairScan::new(file.len() as u64);
    // Each element is looked at once or twice, and what was damaged is searched.
    let mut asked = 0;
    while let Some(range) = scan.wants() {
        asked += 1;
        assert!(asked < 100 + file.len() * 20, "the scan does not end");
        scan.provide(&file[range.start as usize..range.end as usize]);
    }
    let mut repair = scan.finish().ok()?;
    let report = repair.report().clone();
    let mut repaired = Vec::new();
    let mut first = true;
    while let Some(step) = repair.poll_step() {
        match step {
            RepairStep::Copy(range) => {
                assert!(!repair.in_place() || first && range.start == 0);
                repaired.extend_from_slice(&file[range.start as usize..range.end as usize]);
            }
            RepairStep::Output(output) => apply(&mut repaired, &output, true),
        }
        first = false;
    }
    assert!(report.bytes_lost <= file.len() as u64);
    Some((repaired, report))
}

fuzz_target!(|input: Input| {
    let (file, good_header) = match input {
        Input::Recording {
            unknown_sizes,
            finished,
            video,
            packets,
            damage: list,
        } => {
            let (mut file, header) = record(unknown_sizes, finished, video, &packets);
            let places = list.iter().map(|item| damage(&mut file, item));
            let first = places.min();
            (file, first.is_none_or(|first| first >= header))
        }
        Input::Clusters { video, bytes } => {
            let (mut file, header) = record(false, false, video, &[]);
            file.truncate(header);
            file.extend_from_slice(&bytes);
            (file, true)
        }
        Input::Bytes(bytes) => (bytes, false),
    };
    let Some((repaired, report)) = repair(&file) else {
        return;
    };
    let (again, second) = repair(&repaired).expect("what was repaired can be repaired");
    assert!(second.was_whole, "{report:?}, then {second:?}");
    assert_eq!(again, repaired);
    assert_eq!(second.packets, report.packets);
    if good_header {
        MatroskaFile::open(Cursor::new(&repaired)).expect("the reader takes the file");
    }
});
