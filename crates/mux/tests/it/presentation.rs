//! What the header says about how a file is to be shown.

use media_recorder_mux::{MatroskaOptions, Rotation};
use media_recorder_types::MediaTrack;

use crate::ebml::{Element, segment};
use crate::support::{file_of, frame, id, live_file, ms, opus, outputs, started, vp8};

const SEEK_HEAD: u32 = 0x114D_9B74;
const TRACKS: u32 = 0x1654_AE6B;
const TAGS: u32 = 0x1254_C367;

fn header(options: MatroskaOptions, tracks: &[MediaTrack]) -> Vec<u8> {
    live_file(&outputs(&mut started(options, tracks)))
}

/// The `Video` element of each track.
fn videos(header: &[u8]) -> Vec<Option<Element<'_>>> {
    let tracks = segment(header).at(&[TRACKS]).all(0xAE);
    tracks.iter().map(|track| track.find(0xE0)).collect()
}

#[test]
fn a_rotation_is_a_roll_of_the_projection() {
    for (rotation, roll) in [
        // Degrees counterclockwise, as floats.
        (Rotation::Clockwise90, [0xC0, 0x56, 0x80]),
        (Rotation::HalfTurn, [0x40, 0x66, 0x80]),
        (Rotation::Counterclockwise90, [0x40, 0x56, 0x80]),
    ] {
        let options = MatroskaOptions::webm().rotation(id(3), rotation);
        let header = header(options, &[vp8(1), opus(2), vp8(3)]);
        let [Some(first), None, Some(third)] = videos(&header)[..] else {
            panic!("the second track is sound")
        };
        let size = [0xB0, 0x82, 0x01, 0x40, 0xBA, 0x81, 180];
        assert_eq!(first.data, size);
        let projection = [
            &[0x76, 0x70, 0x8B][..], // Projection (RFC 9559 §5.1.4.1.28.41)
            &[0x76, 0x75, 0x88],     // ProjectionPoseRoll (RFC 9559 §5.1.4.1.28.46)
            &roll,
            &[0; 5],
        ];
        assert_eq!(third.data, [&size[..], &projection.concat()].concat());
    }
}

#[test]
fn the_last_rotation_of_a_track_counts() {
    let options = || MatroskaOptions::webm().rotation(id(1), Rotation::HalfTurn);
    let again = options()
        .rotation(id(1), Rotation::Clockwise90)
        .rotation(id(1), Rotation::HalfTurn);
    assert_eq!(header(options(), &[vp8(1)]), header(again, &[vp8(1)]));
}

#[test]
fn sound_is_not_turned() {
    let turned = MatroskaOptions::webm().rotation(id(1), Rotation::HalfTurn);
    let plain = header(MatroskaOptions::webm(), &[opus(1)]);
    assert_eq!(header(turned, &[opus(1)]), plain);
}

#[test]
fn tags_describe_the_whole_file() {
    let options = MatroskaOptions::webm()
        .tag("TITLE", "Bühne")
        .tag("ENCODER", "e");
    let header = header(options, &[vp8(1)]);
    let expected = [
        &[0x73, 0x73, 0xA8, 0x63, 0xC0, 0x80][..], // Tag, Targets: everything (RFC 9559 §5.1.8.1)
        &[0x67, 0xC8, 0x91],                       // SimpleTag
        b"\x45\xA3\x85TITLE\x44\x87\x86B\xC3\xBChne", // TagName, TagString
        &[0x67, 0xC8, 0x8E],
        b"\x45\xA3\x87ENCODER\x44\x87\x81e",
    ];
    let parts = segment(&header).children();
    let last = parts.last().expect("there are parts");
    assert_eq!(last.id, TAGS, "they come before all clusters");
    assert_eq!(last.data, expected.concat());
}

#[test]
fn the_seek_head_knows_the_tags() {
    let options = MatroskaOptions::webm().tag("TITLE", "t");
    let file = file_of(options, &[vp8(1)], [frame(1, ms(0), true)]);
    let segment = segment(&file);
    let entries = segment.at(&[SEEK_HEAD]).children();
    let seek = entries
        .iter()
        .find(|seek| seek.at(&[0x53AB]).uint() == u64::from(TAGS))
        .expect("there is an entry for the tags");
    let tags = segment.at(&[TAGS]);
    assert_eq!(seek.at(&[0x53AC]).uint(), tags.position as u64);
    assert_eq!(entries.len(), 4);
}
