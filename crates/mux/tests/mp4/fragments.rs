//! Where one fragment ends and the next one begins.

use bytes::Bytes;
use media_recorder_mux::{Mp4Mode, Mp4Options, MuxOutput, Muxer};
use media_recorder_types::{MediaTrack, Packet};

use crate::reader::{fragmented_samples, fragments};
use crate::support::{frame, id, live_file, ms, opus, outputs, pcm, samples, sound, started, vp9};

/// When the samples of each fragment of track 1 start, in milliseconds.
fn starts(options: Mp4Options, tracks: &[MediaTrack], packets: Vec<Packet>) -> Vec<u64> {
    let timescale = if tracks[0] == vp9(1) { 90 } else { 48 };
    let mut writer = started(options.mode(Mp4Mode::Fragmented), tracks);
    for packet in packets {
        writer.write(packet).unwrap();
    }
    writer.flush().unwrap();
    let fragments = fragments(&live_file(&outputs(&mut writer)));
    assert!(
        (1..)
            .zip(&fragments)
            .all(|(n, (_, moof))| moof.mfhd.sequence_number == n)
    );
    fragments
        .iter()
        .map(|(_, moof)| {
            let tfdt = moof.traf[0].tfdt.as_ref().unwrap();
            tfdt.base_media_decode_time / timescale
        })
        .collect()
}

/// 25 pictures a second, every tenth a key frame.
fn pictures(count: i64) -> Vec<Packet> {
    let picture = |n| frame(1, ms(n * 40), n % 10 == 0);
    (0..count).map(picture).collect()
}

#[test]
fn a_key_frame_after_the_target_begins_a_fragment() {
    let options = Mp4Options::new().fragment_duration(ms(500));
    assert_eq!(starts(options, &[vp9(1)], pictures(50)), [0, 800, 1600]);
    let options = Mp4Options::new().fragment_duration(ms(0));
    let each = [0, 400, 800, 1200, 1600];
    assert_eq!(starts(options, &[vp9(1)], pictures(50)), each);
}

#[test]
fn no_fragment_lasts_longer_than_allowed() {
    let options = Mp4Options::new()
        .fragment_duration(ms(1000))
        .max_fragment_duration(ms(280));
    assert_eq!(starts(options, &[vp9(1)], pictures(25)), [0, 280, 560, 840]);
}

#[test]
fn sound_alone_is_cut_at_the_target() {
    let packets = (0..50).map(|n| samples(1, n * 480, 480, 0)).collect();
    let options = Mp4Options::new().fragment_duration(ms(200));
    assert_eq!(starts(options, &[pcm(1)], packets), [0, 200, 400]);
}

#[test]
fn no_fragment_is_larger_than_allowed_but_with_a_single_packet() {
    let options = Mp4Options::new()
        .mode(Mp4Mode::Fragmented)
        .max_fragment_bytes(1000);
    let mut writer = started(options, &[pcm(1)]);
    outputs(&mut writer);
    for n in 0..10 {
        let frames = if n == 5 { 4800 } else { 40 };
        let at = if n > 5 { n * 40 + 4760 } else { n * 40 };
        writer.write(samples(1, at, frames, 0)).unwrap();
    }
    writer.flush().unwrap();
    let mut counts = Vec::new();
    for output in outputs(&mut writer) {
        let MuxOutput::Append(bytes) = output else {
            panic!("nothing is patched before the end")
        };
        match bytes.get(4..8) {
            Some(b"moof") => counts.push(0),
            _ => *counts.last_mut().unwrap() += 1,
        }
    }
    assert_eq!(counts, [5, 1, 4]);
}

#[test]
fn the_last_samples_of_a_flushed_fragment_last_as_their_packets_say() {
    let mut writer = started(
        Mp4Options::new().mode(Mp4Mode::Fragmented),
        &[vp9(1), opus(2)],
    );
    writer.write(frame(1, ms(0), true)).unwrap();
    writer.write(sound(2, ms(0))).unwrap();
    writer.flush().unwrap();
    // It comes earlier than was said: the time that was said counts.
    writer.write(frame(1, ms(30), false)).unwrap();
    // This is later, and so is its fragment.
    writer.write(sound(2, ms(60))).unwrap();
    // From here on, all is as it should be.
    writer.write(frame(1, ms(80), false)).unwrap();
    writer.flush().unwrap();
    let found: Vec<_> = fragmented_samples(&live_file(&outputs(&mut writer)))
        .iter()
        .map(|sample| (sample.track, sample.start, sample.duration))
        .collect();
    let expected = [
        (1, 0, 3600),
        (1, 3600, 3600),
        (1, 7200, 3600),
        (2, 312, 960),
        (2, 312 + 2880, 960),
    ];
    assert_eq!(found, expected);
}

#[test]
fn packets_without_a_duration_last_as_usual() {
    let mut writer = started(Mp4Options::new().mode(Mp4Mode::Fragmented), &[vp9(1)]);
    for (n, time) in [0, 40, 100].into_iter().enumerate() {
        let mut packet = frame(1, ms(time), n == 0);
        packet.duration = ms(0);
        writer.write(packet).unwrap();
        writer.flush().unwrap();
    }
    let durations: Vec<_> = fragmented_samples(&live_file(&outputs(&mut writer)))
        .iter()
        .map(|sample| sample.duration / 90)
        .collect();
    // The rate's, then the distance to the one before.
    assert_eq!(durations, [40, 40, 60]);
}

#[test]
fn an_empty_fragment_is_none() {
    let mut writer = started(Mp4Options::new(), &[vp9(1)]);
    outputs(&mut writer);
    writer.flush().unwrap();
    writer.flush().unwrap();
    assert_eq!(outputs(&mut writer), []);
}

#[test]
fn payloads_are_never_copied() {
    for mode in [Mp4Mode::Fragmented, Mp4Mode::Hybrid] {
        let mut writer = started(Mp4Options::new().mode(mode), &[pcm(1)]);
        let packets: Vec<_> = (0..200).map(|n| samples(1, n * 480, 480, 7)).collect();
        let payloads: Vec<*const u8> = packets.iter().map(|p| p.data.as_ptr()).collect();
        for packet in packets {
            writer.write(packet).unwrap();
        }
        writer.finish().unwrap();
        let put_out: Vec<*const u8> = outputs(&mut writer)
            .into_iter()
            .filter_map(|output| match output {
                MuxOutput::Append(bytes) => Some(bytes),
                MuxOutput::Patch { .. } => None,
            })
            .filter(|bytes| bytes.len() == 1920)
            .map(|bytes| bytes.as_ptr())
            .collect();
        assert_eq!(put_out, payloads);
    }
}

#[test]
fn key_frames_are_told_whatever_their_places() {
    for keys in 0..32_u32 {
        let is_key = |n: u32| n == 0 || keys & (1 << (n - 1)) != 0;
        let mut writer = started(Mp4Options::new().mode(Mp4Mode::Fragmented), &[vp9(1)]);
        for n in 0..6 {
            // The second fragment may begin with a key frame or not.
            if n == 3 {
                writer.flush().unwrap();
            }
            let data = vec![if is_key(n) { 0x82 } else { 0x86 }; 10 + n as usize];
            let time = ms(i64::from(n) * 40);
            let packet = Packet::new(id(1), Bytes::from(data), time, ms(40));
            writer.write(packet.with_key(is_key(n))).unwrap();
        }
        writer.flush().unwrap();
        let found: Vec<_> = fragmented_samples(&live_file(&outputs(&mut writer)))
            .iter()
            .map(|sample| sample.key)
            .collect();
        assert_eq!(found, (0..6).map(is_key).collect::<Vec<_>>());
    }
}

#[test]
fn every_fragment_says_how_to_begin_in_it() {
    let mut writer = started(
        Mp4Options::new()
            .mode(Mp4Mode::Fragmented)
            .fragment_duration(ms(60)),
        &[opus(1)],
    );
    for n in 0..9 {
        writer.write(sound(1, ms(n * 20))).unwrap();
    }
    writer.flush().unwrap();
    let groups: Vec<_> = fragments(&live_file(&outputs(&mut writer)))
        .into_iter()
        .map(|(_, moof)| {
            let [sbgp] = moof.traf[0].sbgp.as_slice() else {
                panic!("there is one")
            };
            assert_eq!(moof.traf[0].sgpd.len(), 1);
            let entries = sbgp.entries.iter();
            entries
                .map(|entry| (entry.sample_count, entry.group_description_index))
                .collect::<Vec<_>>()
        })
        .collect();
    // The first four samples have fewer than four before them.
    let expected = [
        vec![(3, 0)],
        vec![(1, 0), (2, 0x1_0001)],
        vec![(3, 0x1_0001)],
    ];
    assert_eq!(groups, expected);
}
