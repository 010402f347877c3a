//! H.264: an `avcC` (ISO/IEC 14496-15 §5.3.3.1) and packets of NAL units.

use arbitrary::Arbitrary;
use media_recorder_mux::{MuxError, PayloadError};
use media_recorder_types::{MediaTime, VideoCodec};

use crate::subject::{Subject, video};

const IDR_SLICE: u8 = 5;
const SEQUENCE_SET: u8 = 7;
const PICTURE_SET: u8 = 8;

#[derive(Arbitrary, Debug)]
pub struct Input {
    profile: [u8; 3],
    reserved: (u8, u8),
    length_octets: LengthOctets,
    sequence_sets: Vec<Vec<u8>>,
    picture_sets: Vec<Vec<u8>>,
    /// What High and other profiles add to it.
    extension: Vec<u8>,
    packets: Vec<Vec<Nal>>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum LengthOctets {
    One = 1,
    Two = 2,
    Four = 4,
}

#[derive(Arbitrary, Debug)]
enum Nal {
    /// One of the configuration.
    Set(u8),
    Key(Vec<u8>),
    Any(u8, Vec<u8>),
}

/// With a header that makes it a parameter set.
fn set(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[0x60 | kind], body].concat()
}

impl Input {
    fn sets(&self) -> [Vec<Vec<u8>>; 2] {
        let take = |kind, sets: &[Vec<u8>], most| {
            sets.iter().take(most).map(|body| set(kind, body)).collect()
        };
        [
            take(SEQUENCE_SET, &self.sequence_sets, 31),
            take(PICTURE_SET, &self.picture_sets, 255),
        ]
    }

    fn avcc(&self, [sequence, picture]: &[Vec<Vec<u8>>; 2]) -> Vec<u8> {
        let mut avcc = vec![1];
        avcc.extend(self.profile);
        let lengths = self.length_octets as u8 - 1;
        avcc.push(self.reserved.0 & 0xFC | lengths);
        avcc.push(self.reserved.1 & 0xE0 | sequence.len() as u8);
        for set in sequence {
            avcc.extend((set.len() as u16).to_be_bytes());
            avcc.extend(set);
        }
        avcc.push(picture.len() as u8);
        for set in picture {
            avcc.extend((set.len() as u16).to_be_bytes());
            avcc.extend(set);
        }
        avcc.extend(&self.extension);
        avcc
    }

    pub fn check(self) {
        let sets = self.sets();
        if sets
            .iter()
            .flatten()
            .any(|set| set.len() > usize::from(u16::MAX))
        {
            return;
        }
        let avcc = self.avcc(&sets);
        let sets: Vec<_> = sets.concat();
        let octets = self.length_octets as usize;
        let mut subject = Subject::start(video(VideoCodec::H264, avcc.clone().into()));
        assert!(subject.is_in_matroska() && (subject.is_in_mp4() || avcc.len() > 64 << 10));

        let first = with_lengths(&[vec![0x65]], octets);
        assert_eq!(subject.write(&first, true, MediaTime::ZERO)[0], Ok(()));
        for packet in &self.packets {
            let nals = packet.iter().filter_map(|nal| nal.octets(&sets));
            let nals: Vec<_> = nals
                .filter(|nal| (nal.len() as u64) < 1 << (8 * octets))
                .collect();
            if nals.is_empty() {
                continue;
            }
            let is_key = nals.iter().any(|nal| nal[0] & 0x1F == IDR_SLICE);
            let is_set = |nal: &&Vec<u8>| matches!(nal[0] & 0x1F, SEQUENCE_SET | PICTURE_SET);
            let changes = nals.iter().filter(is_set).any(|nal| !sets.contains(nal));
            check_packet(&mut subject, &with_lengths(&nals, octets), is_key, changes);
        }
        subject.check_files();
        if subject.is_in_mp4() {
            assert_eq!(subject.mp4_configuration(b"avcC"), avcc);
        }
    }
}

/// Both writers find the key frames; that of MP4 takes no other parameter sets.
fn check_packet(subject: &mut Subject, data: &[u8], is_key: bool, changes: bool) {
    for key in [true, false] {
        let [matroska, mp4] = subject.write(data, key, MediaTime::ZERO);
        match matroska {
            Ok(()) => assert_eq!(key, is_key),
            Err(error) => assert!(key != is_key && matches!(error, MuxError::KeyFlag { .. })),
        }
        if !subject.is_in_mp4() {
            continue;
        }
        let reason = PayloadError::ConfigurationChanged;
        match mp4 {
            Ok(()) => assert!(key == is_key && !changes),
            Err(MuxError::Payload { reason: found, .. }) => assert!(changes && found == reason),
            Err(error) => assert!(key != is_key && matches!(error, MuxError::KeyFlag { .. })),
        }
    }
}

fn with_lengths(nals: &[Vec<u8>], octets: usize) -> Vec<u8> {
    let mut data = Vec::new();
    for nal in nals {
        let length = (nal.len() as u32).to_be_bytes();
        data.extend_from_slice(&length[4 - octets..]);
        data.extend_from_slice(nal);
    }
    data
}

impl Nal {
    fn octets(&self, sets: &[Vec<u8>]) -> Option<Vec<u8>> {
        match self {
            Self::Set(n) => sets.get(usize::from(*n) % sets.len().max(1)).cloned(),
            Self::Key(body) => Some([&[0x60 | IDR_SLICE], &body[..]].concat()),
            Self::Any(header, body) => Some([&[*header], &body[..]].concat()),
        }
    }
}
