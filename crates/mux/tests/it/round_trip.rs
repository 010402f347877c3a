//! What a reader that we did not write finds in the files.

use std::io::Cursor;

use matroska_demuxer::{Frame, MatroskaFile, TrackType};
use media_recorder_mux::{ClusterMode, Interleaver, MatroskaOptions, MatroskaWriter, Muxer};
use media_recorder_types::{MediaTime, MediaTrack, Packet, TrackKind};
use proptest::prelude::*;

use crate::index::cues;
use crate::support::{
    OPUS_HEAD, frame, live_file, ms, ns, opus, outputs, patched_file, pcm, samples, sound, started,
    vp8,
};
use crate::symphonia;

/// A packet as the reader gives it; blocks in groups have no key flag of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Read {
    track: u64,
    tick: u64,
    key: Option<bool>,
    data: Vec<u8>,
}

fn open(file: &[u8]) -> MatroskaFile<Cursor<&[u8]>> {
    MatroskaFile::open(Cursor::new(file)).expect("the reader takes the file")
}

fn read_all(file: &[u8]) -> Vec<Read> {
    let mut reader = open(file);
    let mut frame = Frame::default();
    let mut found = Vec::new();
    while reader
        .next_frame(&mut frame)
        .expect("the reader takes every block")
    {
        found.push(Read {
            track: frame.track,
            tick: frame.timestamp,
            key: frame.is_keyframe,
            data: frame.data.clone(),
        });
    }
    found
}

/// What the reader is to find of `packet` in a file of `tracks`.
fn expected(packet: &Packet, tracks: &[MediaTrack]) -> Read {
    let index = tracks
        .iter()
        .position(|track| track.id == packet.track)
        .expect("it is there");
    let stored = packet.time.as_nanos() + tracks[index].codec_delay().as_nanos();
    let in_group = packet.discard_padding > MediaTime::ZERO;
    Read {
        track: index as u64 + 1,
        tick: ((stored + 500_000) / 1_000_000) as u64,
        key: (!in_group).then_some(packet.key),
        data: packet.data.to_vec(),
    }
}

/// Packets of one track: distances between them, sizes, key flags, padding.
fn packets_of(track: MediaTrack) -> impl Strategy<Value = Vec<Packet>> {
    let start = -track.codec_delay().as_nanos();
    // Mostly frame-like distances, sometimes as short or as long as can be.
    let distance = prop_oneof![
        8 => 1_000_000..60_000_000_i64,
        1 => Just(1_i64),
        1 => 1_000_000_000..40_000_000_000_i64,
    ];
    let size = prop_oneof![20 => 1..300_usize, 1 => 10_000..20_000_usize];
    let parts = (distance, size, any::<u8>(), 0..20_000_001_i64);
    proptest::collection::vec(parts, 0..40).prop_map(move |parts| {
        let mut time = start;
        let mut packets = Vec::new();
        for (n, (distance, size, seed, padding)) in parts.into_iter().enumerate() {
            let key = track.kind() == TrackKind::Audio || n == 0 || seed % 5 == 0;
            let mut packet = samples(track.id.get(), 0, 960, seed).with_key(key);
            packet.time = ns(time);
            if track != pcm(5) {
                let mut data = vec![seed; size];
                data[0] = match track.kind() {
                    // 20 ms of Opus.
                    TrackKind::Audio => 0xFC,
                    TrackKind::Video => data[0] & 0xFE | u8::from(!key),
                };
                packet.data = data.into();
            }
            if track.kind() == TrackKind::Audio && seed % 7 == 0 {
                packet = packet.with_discard_padding(ns(padding));
            }
            packets.push(packet);
            time += distance;
        }
        packets
    })
}

fn three_tracks() -> [MediaTrack; 3] {
    // Their order in the file is not that of their ids.
    [opus(7), vp8(3), pcm(5)]
}

/// Packets of all tracks in the order of their stored times.
fn interleaved() -> impl Strategy<Value = Vec<Packet>> {
    let [a, b, c] = three_tracks();
    (packets_of(a), packets_of(b), packets_of(c)).prop_map(|(a, b, c)| {
        let mut interleaver = Interleaver::new(&three_tracks(), MediaTime::MAX);
        for packet in [a, b, c].into_iter().flatten() {
            interleaver
                .push(packet)
                .expect("times grow and nothing is late");
        }
        interleaver.end();
        std::iter::from_fn(|| interleaver.pop()).collect()
    })
}

fn options() -> impl Strategy<Value = MatroskaOptions> {
    (any::<bool>(), 1..50_000_i64, 100..50_000_u64).prop_map(|(known, duration, bytes)| {
        let mode = if known {
            ClusterMode::Known
        } else {
            ClusterMode::Unknown
        };
        MatroskaOptions::matroska()
            .cluster_mode(mode)
            .max_cluster_duration(ms(duration))
            .max_cluster_bytes(bytes)
    })
}

fn written(options: MatroskaOptions, packets: &[Packet], flush_every: usize) -> MatroskaWriter {
    let mut writer = started(options, &three_tracks());
    for (n, packet) in packets.iter().enumerate() {
        writer.write(packet.clone()).expect("the packet is good");
        if n % flush_every == flush_every - 1 {
            writer.flush().expect("it has been started");
        }
    }
    writer
}

/// Sound of a key frame's millisecond may be moved before it, and other blocks of one
/// millisecond stay in order: so compare track by track.
fn by_track(mut blocks: Vec<Read>) -> Vec<Read> {
    blocks.sort_by_key(|block| block.track);
    blocks
}

/// As the other reader gives them.
fn without_keys(blocks: &[Read]) -> Vec<(u64, u64, Vec<u8>)> {
    let block = |read: &Read| (read.track, read.tick, read.data.clone());
    blocks.iter().map(block).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_finished_file_reads_back_equal(
        packets in interleaved(),
        options in options(),
        flush_every in 1..100_usize,
    ) {
        let mut writer = written(options, &packets, flush_every);
        writer.finish().expect("it has been started");
        let file = patched_file(&outputs(&mut writer));
        let wanted: Vec<_> = packets.iter().map(|p| expected(p, &three_tracks())).collect();
        if !wanted.is_empty() {
            let found = read_all(&file);
            prop_assert!(found.is_sorted_by_key(|block| block.tick));
            prop_assert_eq!(without_keys(&found), symphonia::blocks(&file));
            prop_assert_eq!(by_track(found), by_track(wanted.clone()));
            let end = packets.iter().map(Packet::end).max().unwrap_or_default();
            prop_assert_eq!(open(&file).info().duration(), Some(end.as_nanos() as f64 / 1e6)
                .filter(|end| *end > 0.0));
        }
        let keys: Vec<_> = wanted
            .iter()
            .filter(|block| block.track == 2 && block.key == Some(true))
            .map(|block| (block.tick as i64, 2))
            .collect();
        prop_assert_eq!(cues(&file), keys);
    }

    #[test]
    fn an_unfinished_file_reads_back_equal(packets in interleaved(), options in options()) {
        let mut writer = written(options, &packets, usize::MAX);
        writer.flush().expect("it has been started");
        let file = live_file(&outputs(&mut writer));
        if !packets.is_empty() {
            let wanted = packets.iter().map(|p| expected(p, &three_tracks())).collect();
            let found = read_all(&file);
            prop_assert_eq!(without_keys(&found), symphonia::blocks(&file));
            prop_assert_eq!(by_track(found), by_track(wanted));
            prop_assert_eq!(open(&file).info().duration(), None);
        }
    }
}

#[test]
fn the_header_reads_back_equal() {
    let mut writer = started(MatroskaOptions::matroska(), &three_tracks());
    writer.write(frame(3, ms(0), true)).unwrap();
    writer.finish().unwrap();
    let file = patched_file(&outputs(&mut writer));
    let reader = open(&file);
    assert_eq!(reader.ebml_header().doc_type(), "matroska");
    assert_eq!(reader.info().timestamp_scale().get(), 1_000_000);
    let [opus, vp8, pcm] = reader.tracks() else {
        panic!("there are three tracks")
    };
    assert_eq!(opus.codec_id(), "A_OPUS");
    assert_eq!(opus.codec_private(), Some(&OPUS_HEAD[..]));
    assert_eq!(opus.codec_delay(), Some(6_500_000));
    assert_eq!(opus.seek_pre_roll(), Some(80_000_000));
    assert_eq!(vp8.track_type(), TrackType::Video);
    assert_eq!(vp8.language(), Some("und"));
    assert!(!vp8.flag_lacing());
    let picture = vp8.video().unwrap();
    assert_eq!(
        (picture.pixel_width().get(), picture.pixel_height().get()),
        (320, 180)
    );
    let sound = pcm.audio().unwrap();
    assert_eq!(sound.sampling_frequency(), 48_000.0);
    assert_eq!(sound.channels().get(), 2);
    assert_eq!(sound.bit_depth().unwrap().get(), 16);
    symphonia::check_tracks(&file);
}

#[test]
fn the_reader_seeks_by_the_index() {
    let mut writer = started(MatroskaOptions::webm(), &[vp8(1)]);
    for n in 0..500 {
        writer.write(frame(1, ms(n * 40), n % 50 == 0)).unwrap();
    }
    writer.finish().unwrap();
    let file = patched_file(&outputs(&mut writer));
    let mut reader = open(&file);
    for key in [450, 400, 0, 50, 250] {
        reader.seek(key * 40).unwrap();
        let mut frame = Frame::default();
        assert!(reader.next_frame(&mut frame).unwrap());
        assert_eq!((frame.timestamp, frame.is_keyframe), (key * 40, Some(true)));
    }
}

#[test]
fn sound_alone_reads_back_equal() {
    let packets: Vec<_> = (0..1000)
        .map(|n| sound(7, ns(n * 20_000_000 - 6_500_000)))
        .collect();
    for mode in [ClusterMode::Known, ClusterMode::Unknown] {
        let tracks = [opus(7)];
        let mut writer = started(MatroskaOptions::webm().cluster_mode(mode), &tracks);
        for packet in &packets {
            writer.write(packet.clone()).unwrap();
        }
        writer.finish().unwrap();
        let wanted: Vec<_> = packets
            .iter()
            .map(|packet| expected(packet, &tracks))
            .collect();
        assert_eq!(read_all(&patched_file(&outputs(&mut writer))), wanted);
    }
}
