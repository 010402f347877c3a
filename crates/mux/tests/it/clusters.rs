//! Where clusters begin, what goes into them, and when they come out.

use bytes::Bytes;
use media_recorder_mux::{ClusterMode, MatroskaOptions, MuxOutput, Muxer};
use media_recorder_types::{MediaTime, MediaTrack, Packet};

use crate::ebml::{StoredCluster, clusters};
use crate::support::{
    OPUS_DELAY, file_of, frame, id, live_file, ms, ns, opus, outputs, patched_file, plain_opus,
    sound, started, vp8,
};

const MODES: [ClusterMode; 2] = [ClusterMode::Known, ClusterMode::Unknown];

fn matroska(mode: ClusterMode) -> MatroskaOptions {
    MatroskaOptions::matroska().cluster_mode(mode)
}

/// For each cluster its blocks as (track, tick).
fn layout(clusters: &[StoredCluster]) -> Vec<Vec<(u64, i64)>> {
    let blocks = |cluster: &StoredCluster| {
        cluster
            .blocks
            .iter()
            .map(|block| (block.track, block.tick))
            .collect()
    };
    clusters.iter().map(blocks).collect()
}

fn layout_of(
    options: MatroskaOptions,
    tracks: &[MediaTrack],
    packets: impl IntoIterator<Item = Packet>,
) -> Vec<Vec<(u64, i64)>> {
    layout(&clusters(&file_of(options, tracks, packets)))
}

#[test]
fn a_key_frame_begins_a_cluster() {
    for mode in MODES {
        let packets = [0, 40, 80, 120].map(|t| frame(1, ms(t), t % 80 == 0));
        assert_eq!(
            layout_of(matroska(mode), &[vp8(1)], packets),
            [[(1, 0), (1, 40)], [(1, 80), (1, 120)]]
        );
    }
}

#[test]
fn sound_of_a_key_frames_time_is_in_its_cluster() {
    for mode in MODES {
        let packets = [
            sound(2, ms(0)),
            frame(1, ms(0), true),
            sound(2, ms(20)),
            sound(2, ns(40_100_000)),
            frame(1, ns(40_200_000), true),
            sound(2, ns(40_300_000)),
            frame(1, ms(60), false),
        ];
        let expected = [
            vec![(2, 0), (1, 0), (2, 20)],
            vec![(2, 40), (1, 40), (2, 40), (1, 60)],
        ];
        assert_eq!(
            layout_of(matroska(mode), &[vp8(1), plain_opus(2)], packets),
            expected
        );
    }
}

#[test]
fn key_frames_of_one_time_share_a_cluster() {
    for mode in MODES {
        let packets = [0, 100].into_iter().flat_map(|t| {
            [
                sound(3, ms(t)),
                frame(1, ms(t), true),
                frame(2, ms(t), true),
            ]
        });
        assert_eq!(
            layout_of(matroska(mode), &[vp8(1), vp8(2), plain_opus(3)], packets),
            [[(3, 0), (1, 0), (2, 0)], [(3, 100), (1, 100), (2, 100)]]
        );
    }
}

#[test]
fn a_key_frame_larger_than_a_cluster_keeps_its_sound() {
    for mode in MODES {
        let mut key = frame(1, ms(40), true);
        key.data = vec![0x10; 1000].into();
        let packets = [
            frame(1, ms(0), true),
            sound(2, ms(40)),
            key,
            sound(2, ms(60)),
        ];
        let options = matroska(mode).max_cluster_bytes(500);
        let expected = [vec![(1, 0)], vec![(2, 40), (1, 40)], vec![(2, 60)]];
        assert_eq!(
            layout_of(options, &[vp8(1), plain_opus(2)], packets),
            expected
        );
    }
}

#[test]
fn clusters_are_cut_by_duration() {
    for mode in MODES {
        let packets = (0..600).map(|n| sound(1, ms(n * 20)));
        let file = file_of(matroska(mode), &[plain_opus(1)], packets);
        let starts: Vec<_> = clusters(&file).iter().map(|cluster| cluster.tick).collect();
        assert_eq!(starts, [0, 5020, 10_040], "a cluster spans at most 5 s");
    }
}

#[test]
fn no_option_makes_block_times_overflow() {
    for mode in MODES {
        let options = matroska(mode).max_cluster_duration(MediaTime::MAX);
        let times = [0, 32_767, 32_768, 65_535, 65_536, 1_000_000];
        let packets = times.map(|t| frame(1, ms(t), t == 0));
        let expected = [
            vec![(1, 0), (1, 32_767)],
            vec![(1, 32_768), (1, 65_535)],
            vec![(1, 65_536)],
            vec![(1, 1_000_000)],
        ];
        assert_eq!(layout_of(options, &[vp8(1)], packets), expected);
        let options = matroska(mode).max_cluster_duration(ms(-5));
        let packets = [0, 1, 2].map(|t| frame(1, ms(t), t == 0));
        assert_eq!(
            layout_of(options, &[vp8(1)], packets),
            [vec![(1, 0), (1, 1)], vec![(1, 2)]],
            "a millisecond is the least"
        );
    }
}

#[test]
fn clusters_are_cut_by_size() {
    // With a Timestamp of 3 octets, a block of 106, and a group of 2 + 106 + 6.
    let packets = || {
        (0..3).map(|n| {
            let mut packet = sound(1, ms(n * 20));
            packet.data = vec![0xFC; 100].into();
            if n == 1 {
                packet.with_discard_padding(ms(5))
            } else {
                packet
            }
        })
    };
    let ticks = |limit| -> Vec<Vec<i64>> {
        let options = MatroskaOptions::matroska().max_cluster_bytes(limit);
        let clusters = clusters(&file_of(options, &[plain_opus(1)], packets()));
        assert!(clusters.iter().all(|cluster| cluster.len as u64 <= limit));
        let ticks = |cluster: &StoredCluster| cluster.blocks.iter().map(|b| b.tick).collect();
        clusters.iter().map(ticks).collect()
    };
    assert_eq!(ticks(3 + 106 + 114 + 106), [[0, 20, 40]]);
    assert_eq!(ticks(3 + 106 + 114 + 105), [vec![0, 20], vec![40]]);
    assert_eq!(ticks(3 + 106 + 114), [vec![0, 20], vec![40]]);
    assert_eq!(ticks(3 + 106 + 113), [[0], [20], [40]]);
}

#[test]
fn known_clusters_come_whole_and_unknown_ones_block_by_block() {
    let mut known = started(matroska(ClusterMode::Known), &[vp8(1)]);
    let mut unknown = started(matroska(ClusterMode::Unknown), &[vp8(1)]);
    outputs(&mut known);
    outputs(&mut unknown);
    for t in [0, 40, 80] {
        known.write(frame(1, ms(t), t == 0)).unwrap();
        assert_eq!(known.poll_output(), None);
        unknown.write(frame(1, ms(t), t == 0)).unwrap();
        assert!(live_file(&outputs(&mut unknown)).ends_with(&[0xAA, 0xBB]));
    }
    known.write(frame(1, ms(120), true)).unwrap();
    assert!(live_file(&outputs(&mut known)).ends_with(&[0xAA, 0xBB]));
}

#[test]
fn flush_puts_everything_out() {
    for mode in MODES {
        let mut writer = started(matroska(mode), &[vp8(1), plain_opus(2)]);
        writer.write(frame(1, ms(0), true)).unwrap();
        writer.write(sound(2, ms(0))).unwrap();
        writer.flush().unwrap();
        let file = live_file(&outputs(&mut writer));
        assert_eq!(layout(&clusters(&file)), [[(1, 0), (2, 0)]]);
        writer.flush().unwrap();
        assert_eq!(writer.poll_output(), None, "there is nothing new");
    }
}

#[test]
fn writing_goes_on_after_a_flush() {
    for (mode, expected) in [
        (
            ClusterMode::Known,
            vec![vec![(1, 0)], vec![(1, 40)], vec![(1, 80)]],
        ),
        (
            ClusterMode::Unknown,
            vec![vec![(1, 0), (1, 40)], vec![(1, 80)]],
        ),
    ] {
        let mut writer = started(matroska(mode), &[vp8(1)]);
        writer.write(frame(1, ms(0), true)).unwrap();
        writer.flush().unwrap();
        writer.write(frame(1, ms(40), false)).unwrap();
        writer.write(frame(1, ms(80), true)).unwrap();
        writer.finish().unwrap();
        let file = patched_file(&outputs(&mut writer));
        assert_eq!(layout(&clusters(&file)), expected);
    }
}

#[test]
fn payloads_keep_their_allocation() {
    for mode in MODES {
        // A key frame of VP8, or 20 ms of Opus.
        let payloads: Vec<Bytes> = (0..20)
            .map(|n| vec![[0x10, 0xFC][n % 2]; 3000].into())
            .collect();
        let mut writer = started(matroska(mode), &[vp8(1), plain_opus(2)]);
        for (payload, n) in payloads.iter().zip(0..) {
            let track = id(1 + n % 2);
            let time = ms(i64::from(n) * 20);
            writer
                .write(Packet::new(track, payload.clone(), time, ms(20)).with_key(true))
                .unwrap();
        }
        writer.finish().unwrap();
        let outputs = outputs(&mut writer);
        for payload in &payloads {
            let same = |output: &&MuxOutput| matches!(output, MuxOutput::Append(bytes) if bytes.as_ptr() == payload.as_ptr());
            let found = outputs.iter().find(same);
            assert_eq!(found, Some(&MuxOutput::Append(payload.clone())));
        }
    }
}

#[test]
fn ten_hours_do_not_drift() {
    let frames = 10 * 3600 * 30;
    // 30000/1001 frames per second, sampled every few minutes and at the far end.
    let wanted = (0..frames).step_by(7919).chain(frames - 100..frames);
    let times = wanted.map(|n| {
        (
            n,
            ns(((n as i128 * 1_001_000_000_000 + 15_000) / 30_000) as i64),
        )
    });
    for mode in MODES {
        let packets = times.clone().map(|(n, time)| frame(1, time, n == 0));
        let file = file_of(matroska(mode), &[vp8(1)], packets);
        let clusters = clusters(&file);
        let stored = clusters.iter().flat_map(|cluster| &cluster.blocks);
        for ((n, _), block) in times.clone().zip(stored) {
            let exact = n as f64 * 1001.0 / 30.0;
            assert!(
                (block.tick as f64 - exact).abs() <= 0.5,
                "frame {n}: {}",
                block.tick
            );
        }
        assert!(clusters.is_sorted_by_key(|cluster| cluster.tick));
    }
}

#[test]
fn the_codec_delay_is_added_before_rounding() {
    // −6.5 ms is stored as 0, 0.4 ms as 6.9, rounded to 7; video is not shifted.
    let before = ms(0).saturating_sub(OPUS_DELAY);
    let packets = [
        sound(2, before),
        frame(1, ms(0), true),
        sound(2, ns(400_000)),
    ];
    let tracks = [vp8(1), opus(2)];
    assert_eq!(
        layout_of(MatroskaOptions::webm(), &tracks, packets),
        [[(2, 0), (1, 0), (2, 7)]]
    );
}
