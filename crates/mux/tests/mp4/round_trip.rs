//! What readers that we did not write find in the files.

use media_recorder_mux::{Interleaver, Mp4Mode, Mp4Options, Mp4Writer, Muxer};
use media_recorder_types::{MediaTime, MediaTrack, Packet, TrackKind};
use proptest::prelude::*;

use crate::reader::{Read, fragmented_samples, indexed_samples, symphonia_samples};
use crate::support::{live_file, ms, ns, opus, outputs, patched_file, pcm, samples, started, vp9};

fn three_tracks() -> [MediaTrack; 3] {
    // Their order in the file is not that of their ids.
    [opus(7), vp9(3), pcm(5)]
}

fn timescale(track: &MediaTrack) -> u32 {
    match track.kind() {
        TrackKind::Audio => 48_000,
        TrackKind::Video => 90_000,
    }
}

/// Packets of one track: distances between them, sizes, key flags.
fn packets_of(track: MediaTrack, from: i64) -> impl Strategy<Value = Vec<Packet>> {
    // Mostly frame-like distances, sometimes as short or as long as can be.
    let distance = prop_oneof![
        8 => 20_000_000..60_000_000_i64,
        1 => Just(20_000_000_i64),
        1 => 1_000_000_000..40_000_000_000_i64,
    ];
    let size = prop_oneof![20 => 1..300_usize, 1 => 10_000..20_000_usize];
    let parts = (distance, size, any::<u8>());
    proptest::collection::vec(parts, 0..40).prop_map(move |parts| {
        let mut time = from - track.codec_delay().as_nanos();
        let mut packets = Vec::new();
        for (n, (distance, size, seed)) in parts.into_iter().enumerate() {
            let key = track.kind() == TrackKind::Audio || n == 0 || seed % 5 == 0;
            let mut packet = if track == pcm(5) {
                let mut packet = samples(5, 0, 960, seed);
                packet.time = ns(time);
                packet
            } else {
                let mut data = vec![seed; size];
                data[0] = match (track.kind(), key) {
                    (TrackKind::Audio, _) => 0xFC,
                    (TrackKind::Video, true) => 0x82,
                    (TrackKind::Video, false) => 0x86,
                };
                Packet::new(track.id, data.into(), ns(time), ms(20)).with_key(key)
            };
            if track.kind() == TrackKind::Video {
                packet.duration = ns(distance);
            }
            packets.push(packet);
            time += distance;
        }
        packets
    })
}

/// Packets of all tracks in the order of their stored times.
fn interleaved() -> impl Strategy<Value = Vec<Packet>> {
    let [a, b, c] = three_tracks();
    let start = 0..500_000_000_i64;
    let tracks = (start.clone(), start.clone(), start).prop_flat_map(move |(x, y, z)| {
        (
            packets_of(a.clone(), x),
            packets_of(b.clone(), y),
            packets_of(c.clone(), z),
        )
    });
    tracks.prop_map(|(a, b, c)| {
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

fn options() -> impl Strategy<Value = Mp4Options> {
    (0..3_000_i64, 1..5_000_i64, 100..50_000_u64, any::<bool>()).prop_map(
        |(target, most, bytes, index)| {
            Mp4Options::new()
                .fragment_duration(ms(target))
                .max_fragment_duration(ms(most))
                .max_fragment_bytes(bytes)
                .segment_index(index)
        },
    )
}

fn written(options: Mp4Options, packets: &[Packet], flush_every: usize) -> Mp4Writer {
    let mut writer = started(options, &three_tracks());
    for (n, packet) in packets.iter().enumerate() {
        writer.write(packet.clone()).expect("the packet is good");
        if n % flush_every == flush_every - 1 {
            writer.flush().expect("it has been started");
        }
    }
    writer
}

/// What is to be found of `packets`: all but durations, which the packets after them decide.
fn expected(packets: &[Packet]) -> Vec<Read> {
    let mut samples: Vec<_> = packets
        .iter()
        .map(|packet| {
            let tracks = three_tracks();
            let index = tracks.iter().position(|track| track.id == packet.track);
            let index = index.expect("it is there");
            let stored = packet.time.saturating_add(tracks[index].codec_delay());
            let start = stored.to_ticks(timescale(&tracks[index])).unwrap();
            Read {
                track: index as u32 + 1,
                start: start as u64,
                duration: 0,
                key: packet.key,
                data: packet.data.to_vec(),
            }
        })
        .collect();
    samples.sort_by_key(|sample| sample.track);
    samples
}

fn without_durations(mut samples: Vec<Read>) -> Vec<Read> {
    for sample in &mut samples {
        sample.duration = 0;
    }
    samples
}

/// A later reader's times for samples that follow one another without gaps.
fn by_track(mut samples: Vec<Read>) -> Vec<(u32, Vec<u8>)> {
    samples.sort_by_key(|sample| sample.track);
    samples
        .into_iter()
        .map(|sample| (sample.track, sample.data))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_hybrid_file_reads_back_equal(
        packets in interleaved(),
        options in options(),
        flush_every in 1..100_usize,
    ) {
        let mut writer = written(options, &packets, flush_every);
        writer.finish().expect("it has been started");
        let file = patched_file(&outputs(&mut writer));
        let found = indexed_samples(&file);
        // In the tables, each sample lasts until the next one.
        for pair in found.windows(2).filter(|pair| pair[0].track == pair[1].track) {
            prop_assert_eq!(pair[0].start + pair[0].duration, pair[1].start);
        }
        prop_assert!(found.iter().all(|sample| sample.duration > 0));
        let symphonia = symphonia_samples(&file);
        prop_assert_eq!(by_track(symphonia), by_track(found.clone()));
        // An empty edit is in the ticks of the sound: the time of pictures may lose a tick.
        for (found, expected) in without_durations(found).into_iter().zip(expected(&packets)) {
            prop_assert!(found.start.abs_diff(expected.start) <= 1);
            let start = found.start;
            prop_assert_eq!(found, Read { start, ..expected });
        }
    }

    #[test]
    fn a_fragmented_file_reads_back_equal(
        packets in interleaved(),
        options in options(),
        flush_every in 1..100_usize,
    ) {
        let options = options.mode(Mp4Mode::Fragmented);
        let mut writer = written(options, &packets, flush_every);
        writer.flush().expect("it has been started");
        let live = live_file(&outputs(&mut writer));
        let found = fragmented_samples(&live);
        prop_assert!(found.iter().all(|sample| sample.duration > 0));
        prop_assert_eq!(by_track(symphonia_samples(&live)), by_track(found.clone()));
        prop_assert_eq!(without_durations(found), expected(&packets));
    }

    #[test]
    fn a_fast_starting_file_reads_back_equal(packets in interleaved(), options in options()) {
        let mut writer = written(options.mode(Mp4Mode::FastStart), &packets, usize::MAX);
        writer.finish().expect("it has been started");
        let file = live_file(&outputs(&mut writer));
        let found = indexed_samples(&file);
        prop_assert_eq!(by_track(symphonia_samples(&file)), by_track(found.clone()));
        // As in a hybrid file.
        for (found, expected) in without_durations(found).into_iter().zip(expected(&packets)) {
            prop_assert!(found.start.abs_diff(expected.start) <= 1);
            let start = found.start;
            prop_assert_eq!(found, Read { start, ..expected });
        }
    }

    #[test]
    fn an_uncommitted_hybrid_file_reads_back_equal(
        packets in interleaved(),
        options in options(),
    ) {
        let mut writer = written(options, &packets, usize::MAX);
        writer.flush().expect("it has been started");
        let live = live_file(&outputs(&mut writer));
        prop_assert_eq!(without_durations(fragmented_samples(&live)), expected(&packets));
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let file = || {
        let mut writer = started(Mp4Options::new(), &three_tracks());
        for n in 0..100 {
            writer.write(samples(5, n * 960, 960, n as u8)).unwrap();
        }
        writer.finish().unwrap();
        patched_file(&outputs(&mut writer))
    };
    assert_eq!(file(), file());
}

#[test]
fn times_are_equal_for_a_reader_that_adds_durations() {
    let packets: Vec<_> = (0..500)
        .map(|n| samples(1, n * 480, 480, n as u8))
        .collect();
    for mode in [Mp4Mode::Fragmented, Mp4Mode::Hybrid, Mp4Mode::FastStart] {
        let mut writer = started(Mp4Options::new().mode(mode), &[pcm(1)]);
        for packet in &packets {
            writer.write(Packet::clone(packet).with_key(true)).unwrap();
        }
        writer.finish().unwrap();
        let found = symphonia_samples(&patched_file(&outputs(&mut writer)));
        let expected: Vec<_> = packets
            .iter()
            .enumerate()
            .map(|(n, packet)| Read {
                track: 1,
                start: n as u64 * 480,
                duration: 480,
                key: true,
                data: packet.data.to_vec(),
            })
            .collect();
        assert_eq!(found, expected);
    }
}
