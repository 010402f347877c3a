//! H.264 in both of its forms: NAL units after start codes (H.264 Annex B), as cameras deliver it,
//! and after their lengths (ISO/IEC 14496-15 §5), as containers store it.

use bytes::{BufMut, Bytes, BytesMut};
use h264_reader::nal::sps::SeqParameterSet;
use h264_reader::rbsp::{BitReader, ByteReader};
use media_recorder_types::FrameSize;

/// `nal_unit_type` (H.264 table 7-1).
const SLICE: u8 = 1;
const IDR_SLICE: u8 = 5;
const SEQUENCE_SET: u8 = 7;
const PICTURE_SET: u8 = 8;
const DELIMITER: u8 = 9;

/// What a packet is to a container.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct H264Packet {
    /// The picture after the lengths of its parts; `None` if there is only configuration.
    pub(super) data: Option<Bytes>,
    /// Whether decoding can start here.
    pub(super) key: bool,
}

/// Reads the packets of one stream.
#[derive(Clone, Debug)]
pub(super) struct H264Stream {
    form: Form,
    /// The parameter sets in force.
    sequence_sets: Vec<Bytes>,
    picture_sets: Vec<Bytes>,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    StartCodes,
    Lengths {
        /// How many bytes a length has.
        bytes: usize,
    },
}

impl H264Stream {
    /// Without an `avcC` there are start codes, and parameter sets come with the key frames.
    pub(super) fn new(avcc: &Bytes) -> Result<Self, &'static str> {
        let mut stream = Self {
            form: Form::StartCodes,
            sequence_sets: Vec::new(),
            picture_sets: Vec::new(),
        };
        if !avcc.is_empty() {
            let [1, _, _, _, lengths, ref rest @ ..] = **avcc else {
                return Err("its configuration is no avcC");
            };
            let bytes = usize::from(lengths & 3) + 1;
            stream.form = Form::Lengths { bytes };
            let cut = "its avcC is cut off";
            let (sets, rest) = split_sets(rest, 0x1F).ok_or(cut)?;
            stream.sequence_sets = sets.iter().map(|set| avcc.slice_ref(set)).collect();
            let (sets, _) = split_sets(rest, 0xFF).ok_or(cut)?;
            stream.picture_sets = sets.iter().map(|set| avcc.slice_ref(set)).collect();
        }
        Ok(stream)
    }

    /// Reads a packet. Its data are copied if they have start codes, else they are its own.
    pub(super) fn read(&mut self, packet: &Bytes) -> Result<H264Packet, &'static str> {
        let units = match self.form {
            Form::StartCodes => units_after_start_codes(packet)?,
            Form::Lengths { bytes } => units_after_lengths(packet, bytes)?,
        };
        let of_type = |wanted: u8| -> Vec<Bytes> {
            let units = units.iter().filter(|unit| unit_type(unit) == wanted);
            units.map(|unit| packet.slice_ref(unit)).collect()
        };
        for (wanted, sets) in [
            (SEQUENCE_SET, &mut self.sequence_sets),
            (PICTURE_SET, &mut self.picture_sets),
        ] {
            let found = of_type(wanted);
            if !found.is_empty() && !found.iter().all(|set| sets.contains(set)) {
                // They outlive the packet, whose memory they must not hold.
                *sets = found
                    .iter()
                    .map(|set| Bytes::copy_from_slice(set))
                    .collect();
            }
        }
        let types = || units.iter().map(|unit| unit_type(unit));
        let has_picture = types().any(|unit| (SLICE..=IDR_SLICE).contains(&unit));
        let data = match self.form {
            Form::StartCodes => with_lengths(&units),
            Form::Lengths { .. } => packet.clone(),
        };
        Ok(H264Packet {
            data: has_picture.then_some(data),
            key: types().any(|unit| unit == IDR_SLICE),
        })
    }

    /// The size of the pictures, if the parameter sets tell it.
    pub(super) fn size(&self) -> Option<FrameSize> {
        let (width, height) = self.parameters()?.pixel_dimensions().ok()?;
        Some(FrameSize::new(width, height)).filter(|size| size.is_valid())
    }

    /// The `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15 §5.3.3.1) of the sets in force;
    /// `None` while there are not both kinds.
    pub(super) fn avcc(&self) -> Option<Bytes> {
        const PROFILES_WITHOUT_FORMAT: [u8; 3] = [66, 77, 88];

        let &[_, profile, compatibility, level, ..] = &**self.sequence_sets.first()? else {
            return None;
        };
        let length_bytes = match self.form {
            Form::StartCodes => 4,
            Form::Lengths { bytes } => bytes,
        };
        let mut avcc = BytesMut::new();
        avcc.put_slice(&[1, profile, compatibility, level]);
        avcc.put_u8(0b1111_1100 | (length_bytes as u8 - 1));
        put_sets(&mut avcc, 0b1110_0000, 0x1F, &self.sequence_sets);
        put_sets(&mut avcc, 0, 0xFF, &self.picture_sets);
        if self.picture_sets.is_empty() {
            return None;
        }
        if !PROFILES_WITHOUT_FORMAT.contains(&profile)
            && let Some(parameters) = self.parameters()
        {
            let chroma = parameters.chroma_info;
            avcc.put_u8(0b1111_1100 | chroma.chroma_format.to_u32() as u8 & 3);
            avcc.put_u8(0b1111_1000 | chroma.bit_depth_luma_minus8);
            avcc.put_u8(0b1111_1000 | chroma.bit_depth_chroma_minus8);
            // Extensions of the sequence parameter set.
            avcc.put_u8(0);
        }
        Some(avcc.freeze())
    }

    fn parameters(&self) -> Option<SeqParameterSet> {
        let set = self.sequence_sets.first()?;
        let bits = BitReader::new(ByteReader::skipping_h264_header(&**set));
        SeqParameterSet::from_bits(bits).ok()
    }
}

/// Sets, each after its length of two bytes, and how many there are before them.
fn put_sets(avcc: &mut BytesMut, reserved: u8, most: usize, sets: &[Bytes]) {
    let fits = |set: &&Bytes| set.len() <= usize::from(u16::MAX);
    let sets: Vec<_> = sets.iter().filter(fits).take(most).collect();
    avcc.put_u8(reserved | sets.len() as u8);
    for set in sets {
        avcc.put_u16(set.len() as u16);
        avcc.put_slice(set);
    }
}

/// The sets that [`put_sets`] puts, and what follows; `mask` takes the reserved bits away.
fn split_sets(data: &[u8], mask: u8) -> Option<(Vec<&[u8]>, &[u8])> {
    let (count, mut rest) = data.split_first()?;
    let mut sets = Vec::new();
    for _ in 0..count & mask {
        let (length, after) = rest.split_first_chunk()?;
        let (set, after) = after.split_at_checked(u16::from_be_bytes(*length).into())?;
        sets.push(set);
        rest = after;
    }
    Some((sets, rest))
}

fn unit_type(unit: &[u8]) -> u8 {
    unit.first().map_or(0, |header| header & 0x1F)
}

/// The NAL units after start codes (H.264 §B.1), without the zeros that may follow them.
fn units_after_start_codes(data: &[u8]) -> Result<Vec<&[u8]>, &'static str> {
    let mut units = Vec::new();
    let mut rest = after_start_code(data).filter(|_| data.starts_with(&[0, 0]));
    while let Some(unit) = rest {
        let end = start_code(unit).unwrap_or(unit.len());
        let zeros = unit[..end].iter().rev().take_while(|&&byte| byte == 0);
        units.push(&unit[..end - zeros.count()]);
        rest = after_start_code(unit);
    }
    units.retain(|unit| !unit.is_empty());
    if units.is_empty() {
        return Err("H.264 without start codes needs its avcC as codec_private");
    }
    Ok(units)
}

/// Where the next start code is.
fn start_code(data: &[u8]) -> Option<usize> {
    data.windows(3).position(|bytes| bytes == [0, 0, 1])
}

fn after_start_code(data: &[u8]) -> Option<&[u8]> {
    start_code(data).map(|at| &data[at + 3..])
}

/// The NAL units after lengths of so many bytes.
fn units_after_lengths(mut data: &[u8], bytes: usize) -> Result<Vec<&[u8]>, &'static str> {
    let mut units = Vec::new();
    while !data.is_empty() {
        let (length, rest) = data
            .split_at_checked(bytes)
            .ok_or("it ends inside a NAL unit's length")?;
        let length = length
            .iter()
            .fold(0, |length, &byte| length << 8 | usize::from(byte));
        let (unit, rest) = rest
            .split_at_checked(length)
            .filter(|(unit, _)| !unit.is_empty())
            .ok_or("a NAL unit that is empty or longer than the packet")?;
        units.push(unit);
        data = rest;
    }
    Ok(units)
}

/// The units after lengths of four bytes, without those that a container keeps elsewhere or does
/// not want (ISO/IEC 14496-15 §5.3.2).
fn with_lengths(units: &[&[u8]]) -> Bytes {
    let kept = || {
        let elsewhere = [SEQUENCE_SET, PICTURE_SET, DELIMITER];
        units
            .iter()
            .filter(move |unit| !elsewhere.contains(&unit_type(unit)))
    };
    let length = kept().map(|unit| unit.len() + 4).sum();
    let mut data = BytesMut::with_capacity(length);
    for unit in kept() {
        // A packet is shorter than 4 GiB wherever it fits a container.
        data.put_u32(unit.len() as u32);
        data.put_slice(unit);
    }
    data.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 640x360 by x264: High profile, level 3.0.
    const SPS: [u8; 26] = [
        0x67, 0x64, 0x00, 0x1E, 0xAC, 0xD9, 0x40, 0xA0, 0x2F, 0xF9, 0x70, 0x11, 0x00, 0x00, 0x03,
        0x00, 0x01, 0x00, 0x00, 0x03, 0x00, 0x32, 0x0F, 0x16, 0x2D, 0x96,
    ];
    const PPS: [u8; 6] = [0x68, 0xEB, 0xE3, 0xCB, 0x22, 0xC0];

    fn annex_b(units: &[&[u8]]) -> Bytes {
        let mut data = Vec::new();
        for unit in units {
            data.extend_from_slice(&[0, 0, 0, 1]);
            data.extend_from_slice(unit);
        }
        data.into()
    }

    fn in_packet(stream: &mut H264Stream, units: &[&[u8]]) -> H264Packet {
        stream.read(&annex_b(units)).unwrap()
    }

    #[test]
    fn start_codes_become_lengths_and_sets_an_avcc() {
        let mut stream = H264Stream::new(&Bytes::new()).unwrap();
        assert_eq!((stream.avcc(), stream.size()), (None, None));
        let slice = [0x65, 0x88, 0x00, 0x00, 0x03, 0x01];
        let key = in_packet(&mut stream, &[&[9, 0xF0], &SPS, &PPS, &slice]);
        assert!(key.key);
        assert_eq!(key.data.unwrap(), [&[0, 0, 0, 6], &slice[..]].concat());
        assert_eq!(stream.size(), Some(FrameSize::new(640, 360)));
        let avcc = stream.avcc().unwrap();
        let head = [1, 0x64, 0, 0x1E, 0xFF, 0xE1, 0, 26];
        let tail = [&[1, 0, 6], &PPS[..], &[0xFD, 0xF8, 0xF8, 0]].concat();
        assert_eq!(avcc, [&head[..], &SPS, &tail].concat());
        // What it makes it can read.
        let again = H264Stream::new(&avcc).unwrap();
        assert_eq!(again.avcc(), Some(avcc));

        let inter = in_packet(&mut stream, &[&[0x41, 0x9A, 0, 0]]);
        assert_eq!(
            (inter.data.unwrap(), inter.key),
            (Bytes::from_static(&[0, 0, 0, 2, 0x41, 0x9A]), false)
        );
    }

    #[test]
    fn configuration_may_come_by_itself() {
        let mut stream = H264Stream::new(&Bytes::new()).unwrap();
        let only = in_packet(&mut stream, &[&SPS, &PPS]);
        assert_eq!((only.data, only.key), (None, false));
        let avcc = stream.avcc().unwrap();
        // Others replace them, the same do not.
        in_packet(&mut stream, &[&SPS, &PPS, &[0x65, 1]]);
        assert_eq!(stream.avcc().unwrap(), avcc);
        in_packet(&mut stream, &[&[0x68, 0xCE, 0x3C], &[0x65, 1]]);
        assert_ne!(stream.avcc().unwrap(), avcc);
    }

    #[test]
    fn lengths_pass_untouched() {
        let mut annex = H264Stream::new(&Bytes::new()).unwrap();
        in_packet(&mut annex, &[&SPS, &PPS]);
        let avcc = annex.avcc().unwrap();
        let mut stream = H264Stream::new(&avcc).unwrap();
        assert_eq!(stream.size(), Some(FrameSize::new(640, 360)));
        let packet = Bytes::from_static(&[0, 0, 0, 2, 0x65, 7]);
        let read = stream.read(&packet).unwrap();
        assert!(read.key);
        assert_eq!(read.data.unwrap().as_ptr(), packet.as_ptr());
        for bad in [&[0, 0, 0][..], &[0, 0, 0, 3, 0x65], &[0, 0, 0, 0]] {
            assert!(stream.read(&Bytes::copy_from_slice(bad)).is_err());
        }
    }

    #[test]
    fn damage_is_refused_or_passed_without_a_panic() {
        for bad in [&[][..], &[0x65, 1], &[1, 0, 0, 1, 0x65], &[0, 0, 0, 1]] {
            let mut stream = H264Stream::new(&Bytes::new()).unwrap();
            assert!(
                stream.read(&Bytes::copy_from_slice(bad)).is_err(),
                "{bad:x?}"
            );
        }
        let good = annex_b(&[&SPS, &PPS, &[0x65, 1]]);
        for at in 0..good.len() {
            for flip in [1, 0x10, 0xFF] {
                let mut damaged = good.to_vec();
                damaged[at] ^= flip;
                let mut stream = H264Stream::new(&Bytes::new()).unwrap();
                let _ = stream.read(&damaged.into());
                let avcc = stream.avcc().unwrap_or_default();
                let _ = (stream.size(), H264Stream::new(&avcc).map(|s| s.avcc()));
                for cut in 0..avcc.len() {
                    let _ = H264Stream::new(&avcc.slice(..cut));
                }
            }
        }
    }
}
