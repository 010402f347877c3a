//! Chunks that play by themselves.

use media_recorder_mux::{Mp4Mode, Mp4Options, MuxError, Muxer};
use media_recorder_types::{MediaTrack, Packet};

use crate::reader::{Read, fragmented_samples};
use crate::support::{frame, id, live_file, ms, outputs, patched_file, pcm, samples, started, vp9};

fn options() -> Mp4Options {
    Mp4Options::new()
        .mode(Mp4Mode::Fragmented)
        .max_fragment_duration(ms(100))
        .random_access_index(false)
}

/// The initialisation segment, and the chunks into which `packets` can be cut.
fn chunks_of(
    tracks: &[MediaTrack],
    packets: impl IntoIterator<Item = Packet>,
) -> (Vec<u8>, Vec<Vec<u8>>) {
    let mut writer = started(options(), tracks);
    let initialisation = live_file(&outputs(&mut writer));
    let mut chunks = Vec::new();
    for packet in packets {
        if writer.cut_before(&packet).unwrap() {
            chunks.push(live_file(&outputs(&mut writer)));
        }
        writer.write(packet).unwrap();
    }
    writer.finish().unwrap();
    chunks.push(live_file(&outputs(&mut writer)));
    (initialisation, chunks)
}

/// Pictures with a key frame every fifth, and sound between them.
fn packets() -> Vec<Packet> {
    let group = |n: i64| {
        [
            frame(1, ms(n * 40), n % 5 == 0),
            samples(2, n * 1920, 1920, n as u8),
        ]
    };
    (0..20).flat_map(group).collect()
}

fn read(initialisation: &[u8], chunks: &[Vec<u8>]) -> Vec<Read> {
    fragmented_samples(&[initialisation, &chunks.concat()].concat())
}

#[test]
fn a_chunk_begins_with_a_key_frame() {
    let (initialisation, chunks) = chunks_of(&[vp9(1), pcm(2)], packets());
    assert_eq!(chunks.len(), 4);
    for (n, chunk) in chunks.iter().enumerate() {
        assert_eq!(chunk[4..8], *b"moof");
        let found = read(&initialisation, std::slice::from_ref(chunk));
        assert_eq!(found.len(), 10);
        assert_eq!((found[0].start, found[0].key), (n as u64 * 18_000, true));
        assert_eq!(found[5].start, n as u64 * 9600);
    }
}

#[test]
fn chunks_can_be_appended_in_any_order() {
    let (initialisation, mut chunks) = chunks_of(&[vp9(1), pcm(2)], packets());
    let in_order = read(&initialisation, &chunks);
    chunks.reverse();
    let mut reversed = read(&initialisation, &chunks);
    reversed.sort_by_key(|sample| (sample.track, sample.start));
    assert_eq!(reversed, in_order);
}

#[test]
fn sound_alone_can_be_cut_anywhere() {
    let packets = (0..5).map(|n| samples(1, n * 480, 480, 0));
    let (_, chunks) = chunks_of(&[pcm(1)], packets);
    assert_eq!(chunks.len(), 5);
}

#[test]
fn a_cut_that_is_refused_or_impossible_leaves_no_trace() {
    let file_with = |interfere: bool| {
        let mut writer = started(options(), &[vp9(1), pcm(2)]);
        writer.write(frame(1, ms(0), true)).unwrap();
        writer.write(samples(2, 0, 960, 0)).unwrap();
        if interfere {
            assert_eq!(writer.cut_before(&frame(1, ms(40), false)), Ok(false));
            assert_eq!(writer.cut_before(&samples(2, 960, 960, 0)), Ok(false));
            let unknown = writer.cut_before(&frame(9, ms(40), true));
            assert_eq!(unknown, Err(MuxError::UnknownTrack { track: id(9) }));
            let early = writer.cut_before(&frame(1, ms(0), true));
            assert!(matches!(early, Err(MuxError::TimeNotIncreasing { .. })));
        }
        writer.write(frame(1, ms(40), false)).unwrap();
        writer.finish().unwrap();
        patched_file(&outputs(&mut writer))
    };
    assert_eq!(file_with(true), file_with(false));
}
