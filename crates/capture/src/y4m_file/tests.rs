use std::io::{self, Read};

use media_recorder_types::{ColorRange, FrameSize, MediaTime, Rate};

use super::Y4mReader;
use crate::{CaptureError, VideoSource};

/// `frames` frames of 3x3 whose bytes count up.
fn file(header: &str, frame_len: usize, frames: u8) -> Vec<u8> {
    let mut file = header.as_bytes().to_vec();
    for n in 0..frames {
        file.extend(b"FRAME\n");
        file.extend((0..frame_len).map(|i| n.wrapping_mul(32).wrapping_add(i as u8)));
    }
    file
}

fn open(header: &str) -> Result<Y4mReader<io::Cursor<Vec<u8>>>, CaptureError> {
    Y4mReader::new(io::Cursor::new(file(header, 17, 3)))
}

#[test]
fn every_siting_of_8_bit_420_reads() {
    for chroma in [
        "",
        " C420",
        " C420jpeg",
        " C420paldv",
        " C420mpeg2 XYSCSS=420MPEG2",
    ] {
        let mut reader = open(&format!("YUV4MPEG2 W3 H3 F30000:1001 Ip A1:1{chroma}\n")).unwrap();
        let format = reader.format().clone();
        assert_eq!(format.size, FrameSize::new(3, 3));
        assert_eq!(format.rate, Rate::new(30_000, 1001));
        assert_eq!(format.color.range, None);
        for n in 0..3_u8 {
            let frame = reader.read().unwrap().unwrap();
            let expected = format.rate.unwrap().time_of(n.into());
            assert_eq!(Some(frame.time), expected);
            let bytes = frame.planes().iter().flat_map(|plane| plane.data.iter());
            assert!(bytes.copied().eq((0..17).map(|i| n * 32 + i)), "{chroma}");
        }
        for _ in 0..2 {
            assert!(reader.read().unwrap().is_none());
        }
    }
}

#[test]
fn mono_gets_grey_chroma() {
    let input = file("YUV4MPEG2 W3 H3 F25:1 Cmono\n", 9, 2);
    let mut reader = Y4mReader::new(&input[..]).unwrap();
    for n in 0..2 {
        let frame = reader.read().unwrap().unwrap();
        assert_eq!(
            frame.planes()[0].data[..],
            [0, 1, 2, 3, 4, 5, 6, 7, 8].map(|i| i + n * 32)
        );
        assert_eq!(frame.planes()[1].data[..], [128; 4]);
        assert_eq!(frame.planes()[2].data[..], [128; 4]);
    }
    assert!(reader.read().unwrap().is_none());
}

#[test]
fn the_range_is_the_headers() {
    for (parameter, range) in [
        ("XCOLORRANGE=FULL", Some(ColorRange::Full)),
        ("XCOLORRANGE=LIMITED", Some(ColorRange::Limited)),
        ("XCOLORRANGE=OTHER", None),
    ] {
        let mut reader = open(&format!("YUV4MPEG2 W3 H3 F25:1 {parameter}\n")).unwrap();
        assert_eq!(reader.format().color.range, range);
        assert_eq!(reader.read().unwrap().unwrap().color.range, range);
    }
}

#[test]
fn an_unknown_rate_is_25() {
    for rate in ["", " F0:0"] {
        let reader = open(&format!("YUV4MPEG2 W3 H3{rate}\n")).unwrap();
        assert_eq!(reader.format().rate, Rate::new(25, 1));
    }
    for rate in [
        "F25",
        "F:",
        "F25:0",
        "F0:1",
        "F-1:1",
        "F4294967296:1",
        "Fx:y",
    ] {
        let error = open(&format!("YUV4MPEG2 W3 H3 {rate}\n")).unwrap_err();
        assert!(
            matches!(error, CaptureError::Malformed { .. }),
            "{rate}: {error}"
        );
    }
}

#[test]
fn other_chroma_formats_are_named_in_the_error() {
    for chroma in [
        "422", "444", "420p10", "444p12", "mono12", "411", "444alpha", "\u{7}",
    ] {
        let error = open(&format!("YUV4MPEG2 W3 H3 F25:1 C{chroma}\n")).unwrap_err();
        let CaptureError::Unsupported { what, supported } = error else {
            panic!("{chroma}: {error}");
        };
        let name = chroma.escape_debug().to_string().replace("\\u{7}", "\\x07");
        assert_eq!(what, format!("Y4M chroma format {name}"));
        assert!(supported.contains("420jpeg"));
    }
}

#[test]
fn what_is_no_y4m_is_unknown() {
    for input in ["", "YUV4MPEG", "RIFF....WAVE\n", "yuv4mpeg2 W3 H3\n"] {
        let error = Y4mReader::new(input.as_bytes()).unwrap_err();
        assert!(
            matches!(error, CaptureError::UnknownFormat),
            "{input}: {error}"
        );
    }
}

#[test]
fn hostile_headers_are_errors() {
    let endless = format!("YUV4MPEG2 W3 H3 {}", "X".repeat(5000));
    for (header, is_size) in [
        ("YUV4MPEG2 W3 H3", false),
        ("YUV4MPEG2 \n", false),
        ("YUV4MPEG2 W3\n", false),
        ("YUV4MPEG2 W H3\n", false),
        ("YUV4MPEG2 W-3 H3\n", false),
        (
            "YUV4MPEG2 W18446744073709551615 H18446744073709551615\n",
            false,
        ),
        ("YUV4MPEG2 W4294967295 H4294967295\n", true),
        ("YUV4MPEG2 W65535 H65535 C444p12\n", true),
        ("YUV4MPEG2 W3 H3 W65536\n", true),
        ("YUV4MPEG2 W0 H3\n", true),
        (&endless, false),
    ] {
        let error = Y4mReader::new(header.as_bytes()).unwrap_err();
        match error {
            CaptureError::Size { .. } => assert!(is_size, "{header}"),
            CaptureError::Malformed { .. } => assert!(!is_size, "{header}"),
            other => panic!("{header}: {other}"),
        }
    }
}

#[test]
fn an_input_cut_anywhere_delivers_what_is_whole() {
    let header = "YUV4MPEG2 W3 H3 F25:1\n";
    let whole = file(header, 17, 3);
    for len in header.len()..=whole.len() {
        let mut reader = Y4mReader::new(&whole[..len]).unwrap();
        let (frames, rest) = ((len - header.len()) / 23, (len - header.len()) % 23);
        for _ in 0..frames {
            assert!(reader.read().unwrap().is_some());
        }
        if rest > 0 {
            let time = MediaTime::from_millis(40 * frames as i64);
            let error = reader.read().unwrap_err();
            assert!(
                matches!(error, CaptureError::Truncated { after } if after == time),
                "{len}: {error}"
            );
        }
        assert!(reader.read().unwrap().is_none(), "{len}");
    }
}

#[test]
fn garbage_between_frames_is_an_error_and_the_end() {
    let mut input = file("YUV4MPEG2 W3 H3 F25:1\n", 17, 2);
    input.extend(b"GARBAGE\n and more");
    let mut reader = Y4mReader::new(&input[..]).unwrap();
    assert!(reader.read().unwrap().is_some());
    assert!(reader.read().unwrap().is_some());
    let error = reader.read().unwrap_err();
    let time = MediaTime::from_millis(80);
    assert!(matches!(error, CaptureError::Malformed { after, .. } if after == time));
    assert!(reader.read().unwrap().is_none());
}

#[test]
fn parameters_of_a_frame_are_skipped() {
    let mut input = b"YUV4MPEG2 W1 H1 F25:1\nFRAME Ix Xhello\n".to_vec();
    input.extend([1, 2, 3]);
    let mut reader = Y4mReader::new(&input[..]).unwrap();
    let frame = reader.read().unwrap().unwrap();
    let bytes: Vec<u8> = frame.planes().iter().map(|plane| plane.data[0]).collect();
    assert_eq!(bytes, [1, 2, 3]);
}

/// Delivers what it has, byte by byte and interrupted, then fails.
struct Failing<'a>(&'a [u8], bool);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        match self.0.split_first() {
            Some((&byte, rest)) => {
                buffer[0] = byte;
                self.0 = rest;
                Ok(1)
            }
            None => Err(io::Error::other("the disk is gone")),
        }
    }
}

#[test]
fn a_failing_reader_is_an_error_after_what_it_gave() {
    let input = file("YUV4MPEG2 W3 H3 F25:1\n", 17, 1);
    let mut reader = Y4mReader::new(Failing(&input, false)).unwrap();
    assert!(reader.read().unwrap().is_some());
    let error = reader.read().unwrap_err();
    assert!(matches!(error, CaptureError::Read(error) if error.to_string() == "the disk is gone"));
    assert!(reader.read().unwrap().is_none());
    let error = Y4mReader::new(Failing(b"YUV4", false)).unwrap_err();
    assert!(matches!(error, CaptureError::Read(_)));
}
