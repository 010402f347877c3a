//! Opus (RFC 7845 §5.1, RFC 6716 §3), FLAC (RFC 9639 §8.2) and Vorbis (Vorbis I §4.2).

use arbitrary::Arbitrary;
use bytes::BufMut;
use media_recorder_mux::{MuxError, PayloadError};
use media_recorder_types::{AudioCodec, MediaTime};

use crate::subject::{Subject, audio};

#[derive(Arbitrary, Debug)]
pub struct Opus {
    minor_version: u8,
    channels: u8,
    pre_skip: u16,
    /// Of the input, if it is known.
    rate: u32,
    gain: i16,
    family: u8,
    table: Vec<u8>,
    packets: Vec<OpusPacket>,
}

#[derive(Arbitrary, Debug)]
struct OpusPacket {
    toc: u8,
    frames: u8,
    body: Vec<u8>,
}

impl Opus {
    fn most_channels(&self) -> u8 {
        match self.family {
            0 => 2,
            1 => 8,
            _ => 255,
        }
    }

    /// The fields of a head after the version, its numbers as `put` puts them.
    fn head(&self, little_endian: bool) -> Vec<u8> {
        let mut fields = vec![self.channels];
        if little_endian {
            fields.put_u16_le(self.pre_skip);
            fields.put_u32_le(self.rate);
            fields.put_i16_le(self.gain);
        } else {
            fields.put_u16(self.pre_skip);
            fields.put_u32(self.rate);
            fields.put_i16(self.gain);
        }
        fields.put_u8(self.family);
        if self.family != 0 {
            let octets = 2 + usize::from(self.channels);
            fields.extend(self.table.iter().chain(std::iter::repeat(&0)).take(octets));
        }
        fields
    }

    pub fn check(self) {
        let version = self.minor_version & 0x0F;
        let private = [&b"OpusHead"[..], &[version], &self.head(true)].concat();
        let rate = if self.rate == 0 { 48_000 } else { self.rate };
        let delay = MediaTime::from_ticks(self.pre_skip.into(), 48_000);
        let delay = delay.expect("it is less than two seconds");
        let (codec, channels) = (AudioCodec::Opus, self.channels.into());
        let mut subject = Subject::start(audio(codec, rate, channels, delay, private.into()));
        let is_good =
            (1..=self.most_channels()).contains(&self.channels) && delay < MediaTime::SECOND;
        assert_eq!(subject.is_in_matroska(), is_good);
        assert_eq!(subject.is_in_mp4(), is_good);
        if !is_good {
            return;
        }
        for packet in &self.packets {
            packet.check(&mut subject);
        }
        subject.check_files();
        let expected = [&[0], &self.head(false)[..]].concat();
        assert_eq!(subject.mp4_configuration(b"dOps"), expected);
    }
}

impl OpusPacket {
    /// How many samples at 48 kHz it has, if it can be.
    fn samples(&self) -> Option<u64> {
        // RFC 6716 §3.1, table 2, in tenths of a millisecond.
        let frame = match self.toc >> 3 {
            0 | 4 | 8 | 12 | 14 | 18 | 22 | 26 | 30 => 100,
            1 | 5 | 9 | 13 | 15 | 19 | 23 | 27 | 31 => 200,
            2 | 6 | 10 => 400,
            3 | 7 | 11 => 600,
            17 | 21 | 25 | 29 => 50,
            _ => 25,
        };
        let frames = match self.toc & 3 {
            0 => 1,
            1 | 2 => 2,
            _ => u64::from(self.frames & 0x3F),
        };
        let tenths = frame * frames;
        (1..=1200).contains(&tenths).then_some(tenths * 48 / 10)
    }

    /// Both writers know how long it lasts.
    fn check(&self, subject: &mut Subject) {
        let data = [&[self.toc, self.frames], &self.body[..]].concat();
        let samples = self.samples();
        let lasts = samples.map(|n| MediaTime::from_ticks(n.cast_signed(), 48_000));
        let lasts = lasts.map_or(MediaTime::ZERO, |lasts| lasts.expect("it is short"));
        for (said, is_right) in [
            (MediaTime::ZERO, true),
            (lasts, true),
            (
                lasts.saturating_add(MediaTime::from_nanos(1_500_000)),
                false,
            ),
        ] {
            for result in subject.write(&data, false, said) {
                match result {
                    Ok(()) => assert!(samples.is_some() && is_right),
                    Err(MuxError::Payload { reason, .. }) => match reason {
                        PayloadError::Malformed { .. } => assert_eq!(samples, None),
                        PayloadError::Duration { .. } => assert!(!is_right),
                        other => panic!("{other}"),
                    },
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
}

#[derive(Arbitrary, Debug)]
pub struct Flac {
    last: bool,
    info: [u8; 34],
    /// Blocks after it, up to the first frame.
    blocks: Vec<u8>,
    packets: Vec<Vec<u8>>,
}

impl Flac {
    pub fn check(self) {
        // After two block sizes and two frame sizes: rate (20 bits), channels - 1 (3).
        let [a, b, c] = [self.info[10], self.info[11], self.info[12]];
        let rate = u32::from_be_bytes([0, a, b, c]) >> 4;
        let channels = u16::from(c >> 1 & 7) + 1;
        let header = [u8::from(self.last) << 7, 0, 0, 34];
        let private = [&b"fLaC"[..], &header, &self.info, &self.blocks].concat();
        let short = private.len() <= 64 << 10;
        let (codec, delay) = (AudioCodec::Flac, MediaTime::ZERO);
        let mut subject = Subject::start(audio(codec, rate, channels, delay, private.into()));
        assert_eq!(subject.is_in_matroska(), rate > 0);
        assert_eq!(subject.is_in_mp4(), rate > 0 && short);
        for packet in &self.packets {
            let is_frame = matches!(packet[..], [0xFF, 0xF8 | 0xF9, ..]);
            let result = subject.write(packet, true, MediaTime::ZERO);
            assert_eq!(result[0].is_ok(), rate > 0 && is_frame);
            assert_eq!(result[1].is_ok(), rate > 0 && is_frame && short);
        }
        subject.check_files();
        if subject.is_in_mp4() {
            // The block is the last one here.
            let expected = [&[0, 0, 0, 0, 0x80, 0, 0, 34], &self.info[..]].concat();
            assert_eq!(subject.mp4_configuration(b"dfLa"), expected);
        }
    }
}

#[derive(Arbitrary, Debug)]
pub struct Vorbis {
    channels: u8,
    rate: u32,
    bodies: [Vec<u8>; 3],
    packets: Vec<Vec<u8>>,
}

impl Vorbis {
    pub fn check(self) {
        let mut identification = b"\x01vorbis\0\0\0\0".to_vec();
        identification.put_u8(self.channels);
        identification.put_u32_le(self.rate);
        identification.extend(&self.bodies[0]);
        let comment = [b"\x03vorbis", &self.bodies[1][..]].concat();
        let setup = [b"\x05vorbis", &self.bodies[2][..]].concat();
        // The lengths of the first two in Xiph lacing (RFC 9559 §10.3.2).
        let mut private = vec![2];
        for header in [&identification, &comment] {
            private.resize(private.len() + header.len() / 255, 255);
            private.push((header.len() % 255) as u8);
        }
        private.extend([identification, comment, setup].concat());
        let (codec, delay) = (AudioCodec::Vorbis, MediaTime::ZERO);
        let channels = self.channels.into();
        let track = audio(codec, self.rate, channels, delay, private.into());
        let mut subject = Subject::start(track);
        let is_good = (1..=8).contains(&self.channels) && self.rate > 0;
        assert_eq!(subject.is_in_matroska(), is_good);
        for packet in &self.packets {
            let is_sound = packet.first().is_some_and(|first| first & 1 == 0);
            let [result, _] = subject.write(packet, true, MediaTime::ZERO);
            assert_eq!(result.is_ok(), is_good && is_sound);
        }
        subject.check_files();
    }
}
