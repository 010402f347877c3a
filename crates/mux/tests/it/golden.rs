//! Byte for byte.

use media_recorder_mux::{ClusterMode, MatroskaOptions, Muxer};

use crate::support::{
    OPUS_DELAY, frame, live_file, ms, opus, outputs, patched_file, sound, started, vp8,
};

const APP: &[u8] = concat!("media-recorder ", env!("CARGO_PKG_VERSION")).as_bytes();

/// RFC 8794 §11.2.
const EBML_HEADER: &[u8] = &[
    0x1A, 0x45, 0xDF, 0xA3, 0x9F, // EBML, 31 octets
    0x42, 0x86, 0x81, 1, // EBMLVersion
    0x42, 0xF7, 0x81, 1, // EBMLReadVersion
    0x42, 0xF2, 0x81, 4, // EBMLMaxIDLength
    0x42, 0xF3, 0x81, 8, // EBMLMaxSizeLength
    0x42, 0x82, 0x84, b'w', b'e', b'b', b'm', // DocType
    0x42, 0x87, 0x81, 4, // DocTypeVersion: CodecDelay and others came with 4
    0x42, 0x85, 0x81, 2, // DocTypeReadVersion: SimpleBlock came with 2
];

/// RFC 9559 §5.1.4, with the UIDs of seed 0.
const TRACKS: &[u8] = &[
    0x16, 0x54, 0xAE, 0x6B, 0x40, 0x84, // Tracks, 132 octets
    0xAE, 0xAB, // TrackEntry, 43 octets
    0xD7, 0x81, 1, // TrackNumber
    0x73, 0xC5, 0x88, 0xE2, 0x20, 0xA8, 0x39, 0x7B, 0x1D, 0xCD, 0xAF, // TrackUID
    0x83, 0x81, 1, // TrackType: video
    0x9C, 0x81, 0, // FlagLacing
    0x22, 0xB5, 0x9C, 0x83, b'u', b'n', b'd', // Language
    0x86, 0x85, b'V', b'_', b'V', b'P', b'8', // CodecID
    0xE0, 0x87, // Video
    0xB0, 0x82, 0x01, 0x40, // PixelWidth 320
    0xBA, 0x81, 180, // PixelHeight
    0xAE, 0xD5, // TrackEntry, 85 octets
    0xD7, 0x81, 2, // TrackNumber
    0x73, 0xC5, 0x88, 0x6E, 0x78, 0x9E, 0x6A, 0xA1, 0xB9, 0x65, 0xF4, // TrackUID
    0x83, 0x81, 2, // TrackType: audio
    0x9C, 0x81, 0, // FlagLacing
    0x22, 0xB5, 0x9C, 0x83, b'u', b'n', b'd', // Language
    0x86, 0x86, b'A', b'_', b'O', b'P', b'U', b'S', // CodecID
    0x63, 0xA2, 0x93, // CodecPrivate: OpusHead (RFC 7845 §5.1)
    b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', 1, 2, 0x38, 0x01, 0x80, 0xBB, 0, 0, 0, 0, 0,
    0x56, 0xAA, 0x83, 0x63, 0x2E, 0xA0, // CodecDelay 6,500,000 ns
    0x56, 0xBB, 0x84, 0x04, 0xC4, 0xB4, 0x00, // SeekPreRoll 80,000,000 ns
    0xE1, 0x8D, // Audio
    0xB5, 0x88, 0x40, 0xE7, 0x70, 0, 0, 0, 0, 0, // SamplingFrequency 48000.0
    0x9F, 0x81, 2, // Channels
];

/// A `Void` of `len` octets, fewer than 129 (RFC 8794 §11.3.2).
fn void(len: usize) -> Vec<u8> {
    let mut bytes = vec![0xEC, 0x80 | (len - 2) as u8];
    bytes.resize(len, 0);
    bytes
}

/// RFC 9559 §5.1.2, with `duration` in the place of the Duration.
fn info(duration: &[u8]) -> Vec<u8> {
    let len = 7 + duration.len() + 3 + APP.len() + 3 + 1;
    let mut bytes = vec![0x15, 0x49, 0xA9, 0x66, 0x80 | len as u8];
    bytes.extend([0x2A, 0xD7, 0xB1, 0x83, 0x0F, 0x42, 0x40]); // TimestampScale 1,000,000
    bytes.extend(duration);
    bytes.extend([0x4D, 0x80, 0x80 | APP.len() as u8]); // MuxingApp
    bytes.extend(APP);
    bytes.extend([0x57, 0x41, 0x81, b't']); // WritingApp
    bytes
}

/// The header of a file that is still being written.
fn live_header() -> Vec<u8> {
    let segment = [
        0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    ];
    [EBML_HEADER, &segment, &void(91), &info(&void(11)), TRACKS].concat()
}

fn options() -> MatroskaOptions {
    MatroskaOptions::webm().writing_app("t")
}

/// Sound that begins before the first picture, pictures that are both key frames, and padding
/// at the end of the sound.
fn write_packets(writer: &mut impl Muxer) {
    let first_sound = ms(0).saturating_sub(OPUS_DELAY);
    let last_sound = first_sound.saturating_add(ms(20));
    writer.write(sound(2, first_sound)).unwrap();
    writer.write(frame(1, ms(0), true)).unwrap();
    writer
        .write(sound(2, last_sound).with_discard_padding(ms(5)))
        .unwrap();
    writer.write(frame(1, ms(40), true)).unwrap();
}

/// The data of the clusters that these packets make (RFC 9559 §5.1.3, §10).
const FIRST_CLUSTER: &[u8] = &[
    0xE7, 0x81, 0, // Timestamp
    0xA3, 0x86, 0x82, 0, 0, 0x80, 0xFC, 0xDE, // SimpleBlock: track 2, +0, key
    0xA3, 0x87, 0x81, 0, 0, 0x80, 0x10, 0xAA, 0xBB, // SimpleBlock: track 1, +0, key
    0xA0, 0x8E, // BlockGroup without a ReferenceBlock: key
    0xA1, 0x86, 0x82, 0, 20, 0, 0xFC, 0xDE, // Block: track 2, +20
    0x75, 0xA2, 0x83, 0x4C, 0x4B, 0x40, // DiscardPadding 5,000,000 ns
];
const SECOND_CLUSTER: &[u8] = &[
    0xE7, 0x81, 40, // Timestamp
    0xA3, 0x87, 0x81, 0, 0, 0x80, 0x10, 0xAA, 0xBB, // SimpleBlock: track 1, +0, key
];
const CLUSTER_ID: [u8; 4] = [0x1F, 0x43, 0xB6, 0x75];

/// Both clusters, each with its size.
fn known_clusters() -> Vec<u8> {
    let size = |data: &[u8]| [0x80 | data.len() as u8];
    let first = [&CLUSTER_ID[..], &size(FIRST_CLUSTER), FIRST_CLUSTER].concat();
    let second = [&CLUSTER_ID[..], &size(SECOND_CLUSTER), SECOND_CLUSTER].concat();
    [first, second].concat()
}

#[test]
fn the_header_of_a_live_file() {
    let mut writer = started(options(), &[vp8(1), opus(2)]);
    assert_eq!(live_file(&outputs(&mut writer)), live_header());
}

#[test]
fn clusters_of_known_size() {
    let mut writer = started(options(), &[vp8(1), opus(2)]);
    outputs(&mut writer);
    write_packets(&mut writer);
    writer.flush().unwrap();
    assert_eq!(live_file(&outputs(&mut writer)), known_clusters());
}

#[test]
fn clusters_of_unknown_size() {
    let options = options().cluster_mode(ClusterMode::Unknown);
    let mut writer = started(options, &[vp8(1), opus(2)]);
    outputs(&mut writer);
    write_packets(&mut writer);
    // RFC 8794 §6.2: all ones.
    let unknown_size = [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    let expected = [
        &CLUSTER_ID[..],
        &unknown_size,
        FIRST_CLUSTER,
        &CLUSTER_ID,
        &unknown_size,
        SECOND_CLUSTER,
    ];
    assert_eq!(live_file(&outputs(&mut writer)), expected.concat());
}

#[test]
fn a_finished_file() {
    let mut writer = started(options(), &[vp8(1), opus(2)]);
    write_packets(&mut writer);
    writer.finish().unwrap();

    // Duration: 80.0 ticks, the end of the last picture.
    let info = info(&[0x44, 0x89, 0x88, 0x40, 0x54, 0, 0, 0, 0, 0, 0]);
    let clusters = known_clusters();
    // Positions count from the start of the Segment's data (RFC 9559 §16).
    let tracks_at = 91 + info.len();
    let first_at = tracks_at + TRACKS.len();
    let second_at = first_at + 5 + FIRST_CLUSTER.len();
    let cues_at = first_at + clusters.len();
    // These have two octets.
    let two = |position: usize| (position as u16).to_be_bytes();
    // RFC 9559 §5.1.1: three Seeks and a Void for the rest of the place.
    let seek_head = [
        &[0x11, 0x4D, 0x9B, 0x74, 0xAB][..],
        &[
            0x4D, 0xBB, 0x8B, 0x53, 0xAB, 0x84, 0x15, 0x49, 0xA9, 0x66, 0x53, 0xAC, 0x81, 91,
        ],
        &[
            0x4D, 0xBB, 0x8B, 0x53, 0xAB, 0x84, 0x16, 0x54, 0xAE, 0x6B, 0x53, 0xAC, 0x81,
        ],
        &[tracks_at as u8],
        &[
            0x4D, 0xBB, 0x8C, 0x53, 0xAB, 0x84, 0x1C, 0x53, 0xBB, 0x6B, 0x53, 0xAC, 0x82,
        ],
        &two(cues_at),
        &void(43),
    ]
    .concat();
    // RFC 9559 §5.1.5; the first key frame follows the Timestamp and a block of sound.
    let cues = [
        &[0x1C, 0x53, 0xBB, 0x6B, 0x9F][..],
        &[
            0xBB, 0x8F, 0xB3, 0x81, 0, 0xB7, 0x8A, 0xF7, 0x81, 1, 0xF1, 0x82,
        ],
        &two(first_at),
        &[0xF0, 0x81, 11],
        &[
            0xBB, 0x8C, 0xB3, 0x81, 40, 0xB7, 0x87, 0xF7, 0x81, 1, 0xF1, 0x82,
        ],
        &two(second_at),
    ]
    .concat();
    let segment = [seek_head, info, TRACKS.to_vec(), clusters, cues].concat();
    let mut size = (segment.len() as u64).to_be_bytes();
    size[0] = 0x01;
    let expected = [EBML_HEADER, &[0x18, 0x53, 0x80, 0x67], &size, &segment].concat();
    assert_eq!(patched_file(&outputs(&mut writer)), expected);
}
