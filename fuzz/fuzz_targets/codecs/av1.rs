//! AV1: an `av1C` (AV1-ISOBMFF §2.3.3) and temporal units (AV1 spec §5.3, §7.5).

use arbitrary::Arbitrary;
use media_recorder_mux::{MuxError, PayloadError};
use media_recorder_types::{MediaTime, VideoCodec};

use crate::subject::{Subject, video};

const SEQUENCE_HEADER: u8 = 1;
const TEMPORAL_DELIMITER: u8 = 2;
const FRAME_HEADER: u8 = 3;
const METADATA: u8 = 5;
const FRAME: u8 = 6;
const TILE_LIST: u8 = 8;

#[derive(Arbitrary, Debug)]
pub struct Input {
    flags: u8,
    header: Vec<u8>,
    /// In the `av1C`, after the sequence header.
    metadata: Vec<(Form, Vec<u8>)>,
    header_form: Form,
    units: Vec<Vec<Obu>>,
}

#[derive(Arbitrary, Debug)]
struct Obu {
    kind: Kind,
    form: Form,
}

#[derive(Arbitrary, Debug)]
enum Kind {
    /// The track's sequence header.
    Header,
    KeyFrame(Vec<u8>),
    Frame(u8, Vec<u8>),
    FrameHeader(u8, Vec<u8>),
    Any(u8, Vec<u8>),
}

/// What of an OBU's header says nothing of what is in it.
#[derive(Arbitrary, Debug)]
struct Form {
    reserved: bool,
    extension: Option<u8>,
    /// More octets for the size than it takes.
    padding: u8,
    /// Whether the last one has a size.
    sized: bool,
}

impl Form {
    fn put(&self, buf: &mut Vec<u8>, kind: u8, payload: &[u8], last: bool) {
        let sized = self.sized || !last;
        buf.push(
            kind << 3
                | u8::from(self.extension.is_some()) << 2
                | u8::from(sized) << 1
                | u8::from(self.reserved),
        );
        buf.extend(self.extension);
        if sized {
            // leb128 (AV1 spec §4.10.5)
            let mut size = payload.len();
            let mut octets = vec![(size & 0x7F) as u8];
            while size > 0x7F {
                size >>= 7;
                octets.push((size & 0x7F) as u8);
            }
            let padding = usize::from(self.padding) % (9 - octets.len());
            octets.resize(octets.len() + padding, 0);
            let last = octets.len() - 1;
            octets[..last].iter_mut().for_each(|octet| *octet |= 0x80);
            buf.extend(octets);
        }
        buf.extend_from_slice(payload);
    }
}

impl Kind {
    fn parts(&self, header: &[u8]) -> (u8, Vec<u8>) {
        match self {
            Self::Header => (SEQUENCE_HEADER, header.to_vec()),
            // show_existing_frame 0, frame_type KEY_FRAME, show_frame 1 (AV1 spec §5.9.2)
            Self::KeyFrame(body) => (FRAME, [&[0x10], &body[..]].concat()),
            Self::Frame(first, body) => (FRAME, [&[*first], &body[..]].concat()),
            Self::FrameHeader(first, body) => (FRAME_HEADER, [&[*first], &body[..]].concat()),
            Self::Any(kind, body) => match kind % 16 {
                kind @ (FRAME | FRAME_HEADER) => (kind, [&[0], &body[..]].concat()),
                kind => (kind, body.clone()),
            },
        }
    }
}

/// What a writer is to say of a temporal unit: whether it is a key frame.
fn judge(units: &[(u8, Vec<u8>)], header: &[u8]) -> Result<bool, ()> {
    let is_frame = |kind: u8| matches!(kind, FRAME | FRAME_HEADER);
    for (kind, payload) in units {
        let forbidden = matches!(*kind, TEMPORAL_DELIMITER | TILE_LIST);
        if forbidden || *kind == SEQUENCE_HEADER && payload != header {
            return Err(());
        }
    }
    let has_header = units.iter().any(|(kind, _)| *kind == SEQUENCE_HEADER);
    let first = units.iter().find(|(kind, _)| is_frame(*kind)).ok_or(())?;
    let reduced_still_picture_header = header[0] & 0x08 != 0;
    Ok(has_header && (reduced_still_picture_header || first.1[0] >> 4 == 1))
}

impl Input {
    pub fn check(self) {
        // seq_profile comes first (AV1 spec §5.5.1).
        let header = [&[self.flags], &self.header[..]].concat();
        let mut av1c = vec![0x81, self.flags & 0xE0, 0, 0];
        let last = self.metadata.is_empty();
        self.header_form
            .put(&mut av1c, SEQUENCE_HEADER, &header, last);
        for (n, (form, payload)) in self.metadata.iter().enumerate() {
            form.put(&mut av1c, METADATA, payload, n + 1 == self.metadata.len());
        }
        let mut subject = Subject::start(video(VideoCodec::Av1, av1c.clone().into()));
        assert!(subject.is_in_matroska() && (subject.is_in_mp4() || av1c.len() > 64 << 10));

        let mut key = Vec::new();
        self.header_form
            .put(&mut key, SEQUENCE_HEADER, &header, false);
        key.extend([0x30, 0x10]);
        assert_eq!(subject.write(&key, true, MediaTime::ZERO)[0], Ok(()));
        for obus in &self.units {
            let units: Vec<_> = obus.iter().map(|obu| obu.kind.parts(&header)).collect();
            let mut data = Vec::new();
            for (n, (obu, (kind, payload))) in obus.iter().zip(&units).enumerate() {
                obu.form.put(&mut data, *kind, payload, n + 1 == obus.len());
            }
            check_unit(&mut subject, &data, judge(&units, &header));
        }
        subject.check_files();
        if subject.is_in_mp4() {
            assert_eq!(subject.mp4_configuration(b"av1C"), av1c);
        }
    }
}

/// Both writers find out what a temporal unit is.
fn check_unit(subject: &mut Subject, data: &[u8], expected: Result<bool, ()>) {
    for key in [true, false] {
        let result = subject.write(data, key, MediaTime::ZERO);
        let result = &result[..1 + usize::from(subject.is_in_mp4())];
        for result in result {
            let as_expected = match (expected, result) {
                (Ok(expected), Ok(())) => key == expected,
                (Ok(expected), Err(MuxError::KeyFlag { .. })) => key != expected,
                (
                    Err(()),
                    Err(MuxError::Payload {
                        reason:
                            PayloadError::Malformed { .. }
                            | PayloadError::ForbiddenUnit { .. }
                            | PayloadError::ConfigurationChanged,
                        ..
                    }),
                ) => true,
                (Err(()), Err(MuxError::EmptyPacket { .. })) => data.is_empty(),
                _ => false,
            };
            assert!(as_expected, "{data:x?}: {expected:?}, {result:?}");
        }
    }
}
