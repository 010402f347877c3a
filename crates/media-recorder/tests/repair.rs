//! Repairing files on disk.

#![allow(clippy::unwrap_used, reason = "a test fails where a helper does")]
#![cfg(feature = "webm")]

mod common;

use std::fs;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::{cue_points, read_back};
use media_recorder::{
    ErrorKind, MediaRecorder, Rate, RecorderOptions, TestPattern, repair, repair_to,
};

/// A finished recording of five seconds.
fn record(directory: &Path) -> Vec<u8> {
    record_as(directory, "whole.webm", RecorderOptions::new())
}

#[cfg(feature = "mp4")]
fn record_mp4(directory: &Path) -> Vec<u8> {
    let options = RecorderOptions::new().mime_type("video/mp4");
    record_as(directory, "whole.mp4", options)
}

fn record_as(directory: &Path, name: &str, options: RecorderOptions) -> Vec<u8> {
    let stream = TestPattern::new()
        .size(64, 48)
        .frame_rate(Rate::new(25, 1).unwrap())
        .duration(Duration::from_secs(5))
        .as_fast_as_possible()
        .capture_stream()
        .unwrap();
    let (recorder, events) = MediaRecorder::new(&stream, options).unwrap();
    let path = directory.join(name);
    let saved = events.save_to(&path).unwrap();
    recorder.start().unwrap();
    saved.join().unwrap();
    fs::read(path).unwrap()
}

/// Names of what is in a directory.
fn names(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names
}

/// Makes the elements that the header has to spare something else, as if it had none.
fn without_room(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    // A SeekHead becomes an element that nobody knows, and so does the Void behind it.
    let seek_head = file
        .windows(4)
        .position(|part| part == [0x11, 0x4D, 0x9B, 0x74])
        .unwrap();
    let end = seek_head + 5 + usize::from(file[seek_head + 4] & 0x7F);
    assert_eq!(file[end], 0xEC);
    file[seek_head + 3] = 0x73;
    file[end] = 0xBF;
    file
}

#[test]
fn a_file_is_repaired_where_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let whole = record(directory.path());
    let path = directory.path().join("whole.webm");
    assert!(repair(&path).unwrap().was_whole);
    assert_eq!(fs::read(&path).unwrap(), whole);

    fs::write(&path, &whole[..whole.len() * 3 / 4]).unwrap();
    let report = repair(&path).unwrap();
    assert!(!report.was_whole && report.bytes_lost > 0 && report.damaged.is_empty());
    let bytes = fs::read(&path).unwrap();
    assert_eq!(cue_points(&bytes) as u64, report.index_entries);
    let file = read_back(bytes.clone());
    let duration = report.duration.as_nanos() as f64 / 1e6;
    assert_eq!(file.duration(), Some(duration));
    assert!(duration > 2000.0 && duration < 5000.0, "{duration}");

    assert!(repair(&path).unwrap().was_whole);
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_eq!(names(directory.path()), [path]);
}

#[test]
fn a_file_without_room_is_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let whole = record(directory.path());
    let path = directory.path().join("whole.webm");
    let cut = &without_room(&whole)[..whole.len() * 3 / 4];
    fs::write(&path, cut).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    let report = repair(&path).unwrap();
    assert!(!report.was_whole && report.packets > 0);
    let bytes = fs::read(&path).unwrap();
    assert_eq!(cue_points(&bytes) as u64, report.index_entries);
    assert!(read_back(bytes).duration().is_some());
    assert!(repair(&path).unwrap().was_whole);
    assert_eq!(names(directory.path()).len(), 1, "nothing else is left");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }
}

/// What links to a file still does when it was replaced.
#[test]
#[cfg(unix)]
fn a_link_stays_one() {
    let directory = tempfile::tempdir().unwrap();
    let whole = record(directory.path());
    let path = directory.path().join("whole.webm");
    fs::write(&path, &without_room(&whole)[..whole.len() / 2]).unwrap();
    let link = directory.path().join("link.webm");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert!(!repair(&link).unwrap().was_whole);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(repair(&path).unwrap().was_whole);
}

#[test]
fn a_copy_is_the_same_as_the_repaired_file() {
    let directory = tempfile::tempdir().unwrap();
    let whole = record(directory.path());
    let path = directory.path().join("whole.webm");
    for file in [whole.clone(), without_room(&whole)] {
        for len in [file.len() / 3, file.len()] {
            fs::write(&path, &file[..len]).unwrap();
            // What was there before the copy stays.
            let mut copy = Cursor::new(b"before".to_vec());
            copy.seek(SeekFrom::End(0)).unwrap();
            let report = repair_to(Cursor::new(&file[..len]), &mut copy).unwrap();
            assert_eq!(copy.position(), copy.get_ref().len() as u64);
            assert_eq!(repair(&path).unwrap(), report);
            let copy = copy.into_inner();
            assert_eq!(copy[..6], *b"before");
            assert_eq!(copy[6..], fs::read(&path).unwrap());
        }
    }
}

/// The types of an MP4's boxes.
#[cfg(feature = "mp4")]
fn boxes(file: &[u8]) -> Vec<&[u8]> {
    let mut kinds = Vec::new();
    let mut rest = file;
    while let Some((header, _)) = rest.split_first_chunk::<16>() {
        let (size, large) = header.split_at(8);
        let size = match u32::from_be_bytes(size[..4].try_into().unwrap()) {
            1 => u64::from_be_bytes(large.try_into().unwrap()),
            size => size.into(),
        };
        kinds.push(&rest[4..8]);
        rest = &rest[size as usize..];
    }
    kinds
}

#[cfg(feature = "mp4")]
#[test]
fn an_mp4_is_repaired_where_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let whole = record_mp4(directory.path());
    let path = directory.path().join("whole.mp4");
    let found = repair(&path).unwrap();
    assert!(found.was_whole && found.duration.as_millis() > 4000);
    assert_eq!(fs::read(&path).unwrap(), whole);

    for part in [2, 3, 4] {
        let cut = &whole[..whole.len() * part / 5];
        fs::write(&path, cut).unwrap();
        let report = repair(&path).unwrap();
        assert!(!report.was_whole && report.packets > 0 && report.packets < found.packets);
        assert!(report.duration < found.duration && report.damaged.is_empty());
        let bytes = fs::read(&path).unwrap();
        assert_eq!(boxes(&bytes), [b"ftyp", b"mdat", b"moov"]);

        let again = repair(&path).unwrap();
        assert!(again.was_whole);
        assert_eq!(
            (again.packets, again.duration),
            (report.packets, report.duration)
        );
        assert_eq!(fs::read(&path).unwrap(), bytes);
        assert_eq!(names(directory.path()).len(), 1);

        // A copy is the same, also behind what was there before it.
        let mut copy = Cursor::new(b"before".to_vec());
        copy.seek(SeekFrom::End(0)).unwrap();
        assert_eq!(repair_to(Cursor::new(cut), &mut copy).unwrap(), report);
        assert_eq!(copy.position(), copy.get_ref().len() as u64);
        assert!(copy.into_inner()[6..] == bytes);
    }
}

#[cfg(feature = "mp4")]
#[test]
fn an_mp4_that_cannot_be_saved_stays_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let whole = record_mp4(directory.path());
    let path = directory.path().join("whole.mp4");
    // One that never was in fragments, without its end.
    let ordinary = [&whole[..24], b"\0\0\x10\0mdat", &[0x55; 3000]].concat();
    for bytes in [&whole[..20], &whole[..200], &ordinary[..]] {
        fs::write(&path, bytes).unwrap();
        let error = repair(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotReadable, "{error}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn what_cannot_be_saved_stays_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let whole = record(directory.path());
    let path = directory.path().join("whole.webm");
    for (bytes, kind) in [
        (&b""[..], ErrorKind::NotSupported),
        (b"\x1A\x45\xDF", ErrorKind::NotSupported),
        (b"RIFF and so on", ErrorKind::NotSupported),
        (&whole[..20], ErrorKind::NotReadable),
        (&whole[..100], ErrorKind::NotReadable),
        (&whole[..500], ErrorKind::NotReadable),
    ] {
        fs::write(&path, bytes).unwrap();
        let error = repair(&path).unwrap_err();
        assert_eq!(error.kind(), kind, "{} bytes: {error}", bytes.len());
        assert!(error.message().contains("whole.webm: "), "{error}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
        let mut copy = Cursor::new(Vec::new());
        let error = repair_to(Cursor::new(bytes), &mut copy).unwrap_err();
        assert_eq!((error.kind(), copy.into_inner().len()), (kind, 0));
    }
    let missing = repair(directory.path().join("missing.webm")).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert!(repair(directory.path()).is_err());
    assert_eq!(names(directory.path()), [path]);
}

/// A file of many gigabytes is not read as a whole: payloads are passed over.
#[test]
fn payloads_are_passed_over() {
    struct Counting<R>(R, u64);
    impl<R: Read> Read for Counting<R> {
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            let read = self.0.read(buf)?;
            self.1 += read as u64;
            Ok(read)
        }
    }
    impl<R: Seek> Seek for Counting<R> {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            self.0.seek(to)
        }
    }

    let directory = tempfile::tempdir().unwrap();
    let mut file = record(directory.path());
    // A block of track 1 with a payload of 4 MiB, in a cluster of unknown size.
    file.extend([0x1F, 0x43, 0xB6, 0x75, 0xFF, 0xE7, 0x82, 0x20, 0]);
    file.extend([0xA3, 0x10, 0x40, 0, 4, 0x81, 0, 0, 0x80]);
    file.resize(file.len() + (4 << 20), 0x80);
    // The Segment does not know its size.
    let segment = file
        .windows(4)
        .position(|part| part == [0x18, 0x53, 0x80, 0x67])
        .unwrap();
    file[segment + 4..segment + 12].copy_from_slice(&0x01FF_FFFF_FFFF_FFFF_u64.to_be_bytes());
    let mut input = Counting(Cursor::new(&file), 0);
    // The output refuses: nothing but the scan reads.
    let error = repair_to(&mut input, Cursor::new(&mut [0_u8; 0][..])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unknown, "{error}");
    assert!(
        input.1 < 1 << 20,
        "{} of {} bytes read",
        input.1,
        file.len()
    );
}
