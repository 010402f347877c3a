//! What the header says of the tracks.

use std::collections::HashSet;

use bytes::Bytes;
use media_recorder_mux::{MatroskaOptions, Muxer};
use media_recorder_types::{
    AudioCodec, ColorInfo, ColorRange, MediaTrack, PcmFormat, Rate, TrackMedia, VideoCodec,
};

use crate::ebml::{Element, segment};
use crate::support::{audio, live_file, outputs, started, video, vp8};

const TRACKS: u32 = 0x1654_AE6B;
const TRACK_ENTRY: u32 = 0xAE;
const TRACK_UID: u32 = 0x73C5;
const CODEC_ID: u32 = 0x86;
const VIDEO: u32 = 0xE0;
const COLOUR: u32 = 0x55B0;

fn header(options: MatroskaOptions, tracks: &[MediaTrack]) -> Vec<u8> {
    live_file(&outputs(&mut started(options, tracks)))
}

fn entries(header: &[u8]) -> Vec<Element<'_>> {
    segment(header).at(&[TRACKS]).all(TRACK_ENTRY)
}

#[test]
fn every_codec_has_its_name() {
    let av1c = Bytes::from_static(&[0x81, 0x04, 0x0C, 0x00, 0x0A, 0x01, 0x00]);
    // 48 kHz and two channels, both.
    let stream_info = [&[0; 10][..], &[0x0B, 0xB8, 0x02], &[0; 21]].concat();
    let flac: Bytes = [&b"fLaC\x80\0\0\x22"[..], &stream_info].concat().into();
    let identification = b"\x01vorbis\0\0\0\0\x02\x80\xBB\0\0";
    let vorbis = [
        &[2, 16, 7][..],
        identification,
        b"\x03vorbis",
        b"\x05vorbis",
    ]
    .concat();
    let cases = [
        (video(1, VideoCodec::Vp8), Bytes::new(), "V_VP8", None),
        (video(1, VideoCodec::Vp9), Bytes::new(), "V_VP9", None),
        (video(1, VideoCodec::Av1), av1c, "V_AV1", None),
        (
            video(1, VideoCodec::H264),
            Bytes::from_static(&[1, 66, 0, 30, 0xFF, 0xE0, 0]),
            "V_MPEG4/ISO/AVC",
            None,
        ),
        (video(1, VideoCodec::Mjpeg), Bytes::new(), "V_MJPEG", None),
        (audio(1, AudioCodec::Flac, &[]), flac, "A_FLAC", None),
        (
            audio(1, AudioCodec::Vorbis, &[]),
            vorbis.into(),
            "A_VORBIS",
            None,
        ),
        (
            audio(1, AudioCodec::Pcm(PcmFormat::S16), &[]),
            Bytes::new(),
            "A_PCM/INT/LIT",
            Some(16),
        ),
        (
            audio(1, AudioCodec::Pcm(PcmFormat::S24), &[]),
            Bytes::new(),
            "A_PCM/INT/LIT",
            Some(24),
        ),
        (
            audio(1, AudioCodec::Pcm(PcmFormat::F32), &[]),
            Bytes::new(),
            "A_PCM/FLOAT/IEEE",
            Some(32),
        ),
    ];
    for (mut track, codec_private, name, bit_depth) in cases {
        track.codec_private = codec_private.clone();
        let header = header(MatroskaOptions::matroska(), &[track]);
        let entry = entries(&header)[0];
        assert_eq!(entry.at(&[CODEC_ID]).data, name.as_bytes());
        let stored = entry.find(0x63A2).map(|element| element.data.to_vec());
        assert_eq!(stored.unwrap_or_default(), codec_private, "{name}");
        let audio = entry.find(0xE1).and_then(|audio| audio.find(0x6264));
        assert_eq!(audio.map(|element| element.uint()), bit_depth, "{name}");
    }
}

#[test]
fn names_and_rates_are_there_if_they_are_known() {
    let mut track = vp8(1);
    let plain = header(MatroskaOptions::webm(), &[track.clone()]);
    assert!(entries(&plain)[0].find(0x536E).is_none());
    assert!(entries(&plain)[0].find(0x23_E383).is_none());

    track.name = "Bühne".into();
    let TrackMedia::Video(picture) = &mut track.media else {
        unreachable!()
    };
    picture.rate = Rate::new(30_000, 1001);
    let named = header(MatroskaOptions::webm(), &[track]);
    let entry = entries(&named)[0];
    assert_eq!(entry.at(&[0x536E]).data, "Bühne".as_bytes());
    assert_eq!(entry.at(&[0x23_E383]).uint(), 33_366_667);
}

/// The `Colour` element's children as (ID, value), sorted.
fn color_of(color: ColorInfo) -> Option<Vec<(u32, u64)>> {
    let mut track = vp8(1);
    let TrackMedia::Video(picture) = &mut track.media else {
        unreachable!()
    };
    picture.color = color;
    let header = header(MatroskaOptions::webm(), &[track]);
    let colour = entries(&header)[0].at(&[VIDEO]).find(COLOUR)?;
    let mut values: Vec<_> = colour.children().iter().map(|c| (c.id, c.uint())).collect();
    values.sort_unstable();
    Some(values)
}

#[test]
fn what_is_known_of_the_color_is_said_and_no_more() {
    let (matrix, range, transfer, primaries) = (0x55B1, 0x55B9, 0x55BA, 0x55BB);
    assert_eq!(color_of(ColorInfo::UNSPECIFIED), None);
    assert_eq!(
        color_of(ColorInfo::BT709),
        Some(vec![(matrix, 1), (range, 1), (transfer, 1), (primaries, 1)])
    );
    assert_eq!(
        color_of(ColorInfo::SRGB),
        Some(vec![
            (matrix, 0),
            (range, 2),
            (transfer, 13),
            (primaries, 1)
        ])
    );
    let full = ColorInfo {
        range: Some(ColorRange::Full),
        ..ColorInfo::UNSPECIFIED
    };
    assert_eq!(color_of(full), Some(vec![(range, 2)]));
    let matrix_only = ColorInfo {
        matrix: 6,
        ..ColorInfo::UNSPECIFIED
    };
    assert_eq!(color_of(matrix_only), Some(vec![(matrix, 6)]));
}

#[test]
fn uids_differ_between_tracks_and_seeds_and_are_never_zero() {
    let uids = |seed| -> HashSet<u64> {
        let tracks: Vec<_> = (1..=20).map(vp8).collect();
        let header = header(MatroskaOptions::webm().track_uid_seed(seed), &tracks);
        entries(&header)
            .iter()
            .map(|entry| entry.at(&[TRACK_UID]).uint())
            .collect()
    };
    // From this seed the generator makes a zero.
    let makes_zero = 0_u64.wrapping_sub(0x9E37_79B9_7F4A_7C15);
    for seed in [0, 1, u64::MAX, makes_zero] {
        let uids = uids(seed);
        assert_eq!(uids.len(), 20);
        assert!(!uids.contains(&0));
    }
    assert!(uids(0).is_disjoint(&uids(1)));
}

#[test]
fn the_applications_are_named() {
    let header = header(MatroskaOptions::webm().writing_app("äpp 1"), &[vp8(1)]);
    let info = segment(&header).at(&[0x1549_A966]);
    assert_eq!(info.at(&[0x5741]).data, "äpp 1".as_bytes());
    assert!(info.at(&[0x4D80]).data.starts_with(b"media-recorder "));
}

#[test]
fn a_writer_can_be_any_muxer() {
    let mut boxed: Box<dyn Muxer> = Box::new(started(MatroskaOptions::webm(), &[vp8(1)]));
    boxed.finish().unwrap();
    assert!(boxed.poll_output().is_some());
}
