use std::io::{self, Cursor, Read};

use media_recorder_types::MediaTime;

use super::AudioFile;
use crate::{AudioSource, CaptureError};

/// A RIFF file with a format chunk and `data`, whose stated length is `stated`.
fn riff(format: &[u8], data: &[u8], stated: u32) -> Vec<u8> {
    let mut file = b"RIFF".to_vec();
    file.extend(
        stated
            .saturating_add(28 + format.len() as u32)
            .to_le_bytes(),
    );
    file.extend(b"WAVEfmt ");
    file.extend((format.len() as u32).to_le_bytes());
    file.extend(format);
    file.extend(b"data");
    file.extend(stated.to_le_bytes());
    file.extend(data);
    file
}

/// The `WAVEFORMAT` of 16-bit PCM.
fn pcm(rate: u32, channels: u16) -> Vec<u8> {
    let mut format = vec![1, 0];
    format.extend(channels.to_le_bytes());
    format.extend(rate.to_le_bytes());
    format.extend((rate * u32::from(channels) * 2).to_le_bytes());
    format.extend((channels * 2).to_le_bytes());
    format.extend(16_u16.to_le_bytes());
    format
}

/// `len` samples that count up, per channel.
fn ramp(len: u16, channels: u16) -> Vec<u8> {
    (0..len * channels).flat_map(u16::to_le_bytes).collect()
}

fn wav(rate: u32, channels: u16, len: u16) -> Vec<u8> {
    let data = ramp(len, channels);
    riff(&pcm(rate, channels), &data, data.len() as u32)
}

/// All samples, having checked that the times are their exact counts; and the error at the end.
fn read_all(file: &mut AudioFile) -> (Vec<f32>, Option<CaptureError>) {
    let (rate, channels) = (file.format().rate, file.format().channels);
    let mut all = Vec::new();
    loop {
        match file.read() {
            Ok(Some(frame)) => {
                assert_eq!((frame.rate(), frame.channels()), (rate, channels));
                assert!(!frame.is_empty());
                let position = (all.len() / usize::from(channels)) as i64;
                assert_eq!(frame.time, MediaTime::from_ticks(position, rate).unwrap());
                all.extend_from_slice(frame.samples());
            }
            end => {
                assert!(matches!(file.read(), Ok(None)), "the end is final");
                return (all, end.err());
            }
        }
    }
}

#[test]
fn every_sample_comes_out_at_its_time() {
    for (rate, channels) in [(48_000, 1), (44_100, 2), (11_025, 3)] {
        let input = wav(rate, channels, 5000);
        let mut file = AudioFile::new(Cursor::new(input.clone())).unwrap();
        assert_eq!(
            (file.format().rate, file.format().channels),
            (rate, channels)
        );
        let (samples, error) = read_all(&mut file);
        assert!(error.is_none());
        let expected = (0..5000 * channels).map(|n| f32::from(n as i16) / 32_768.0);
        assert!(samples.iter().copied().eq(expected), "{rate} {channels}");
        assert_eq!(file.concealed_packets(), 0);

        let mut stream = AudioFile::from_stream(Cursor::new(input)).unwrap();
        assert_eq!(read_all(&mut stream).0, samples);
    }
}

#[test]
fn a_file_that_breaks_off_gives_what_is_there_and_says_so() {
    let mut input = wav(48_000, 2, 5000);
    input.truncate(input.len() - 4001);
    let mut file = AudioFile::new(Cursor::new(input)).unwrap();
    let (samples, error) = read_all(&mut file);
    // 1000 whole samples of two channels are lost, and one more in part.
    assert_eq!(samples.len() / 2, 3999);
    let time = MediaTime::from_ticks(3999, 48_000).unwrap();
    assert!(matches!(error, Some(CaptureError::Truncated { after }) if after == time));
}

#[test]
fn a_wav_from_a_pipe_ends_where_it_ends() {
    let input = riff(&pcm(48_000, 1), &ramp(5000, 1), u32::MAX);
    let mut file = AudioFile::new(Cursor::new(input)).unwrap();
    let (samples, error) = read_all(&mut file);
    assert_eq!(samples.len(), 5000);
    assert!(error.is_none());
}

#[test]
fn no_sound_is_an_error() {
    let error = AudioFile::new(Cursor::new(wav(48_000, 2, 0))).unwrap_err();
    assert!(matches!(error, CaptureError::NoAudio), "{error}");
}

#[test]
fn what_is_no_audio_is_an_unknown_format() {
    for input in [&b""[..], b"x", b"hello, this is text\n", &[0; 100_000]] {
        let error = AudioFile::new(Cursor::new(input)).unwrap_err();
        assert!(matches!(error, CaptureError::UnknownFormat), "{error}");
    }
}

/// A WebM of one track without any block.
fn webm(codec: &str, track_type: u8) -> Vec<u8> {
    let element = |id: &[u8], payload: &[u8]| [id, &[0x80 | payload.len() as u8], payload].concat();
    let audio = element(&[0xE1], &element(&[0x9F], &[2]));
    let track = [
        element(&[0xD7], &[1]),
        element(&[0x73, 0xC5], &[1]),
        element(&[0x83], &[track_type]),
        element(&[0x86], codec.as_bytes()),
        audio,
    ]
    .concat();
    let tracks = element(&[0x16, 0x54, 0xAE, 0x6B], &element(&[0xAE], &track));
    let info = [
        element(&[0x2A, 0xD7, 0xB1], &[0x0F, 0x42, 0x40]),
        element(&[0x4D, 0x80], b"test"),
        element(&[0x57, 0x41], b"test"),
    ]
    .concat();
    let info = element(&[0x15, 0x49, 0xA9, 0x66], &info);
    let cluster = element(&[0x1F, 0x43, 0xB6, 0x75], &element(&[0xE7], &[0]));
    [
        element(&[0x1A, 0x45, 0xDF, 0xA3], &element(&[0x42, 0x82], b"webm")),
        element(&[0x18, 0x53, 0x80, 0x67], &[info, tracks, cluster].concat()),
    ]
    .concat()
}

#[test]
fn a_codec_that_cannot_be_decoded_is_named_in_the_error() {
    let error = AudioFile::new(Cursor::new(webm("A_OPUS", 2))).unwrap_err();
    match error {
        CaptureError::Unsupported { what, .. } => assert!(what.starts_with("Opus"), "{what}"),
        other => panic!("{other}"),
    }
}

#[test]
fn a_file_of_pictures_only_has_no_audio() {
    let error = AudioFile::new(Cursor::new(webm("V_AV1", 1))).unwrap_err();
    assert!(matches!(error, CaptureError::NoAudio), "{error}");
}

#[test]
fn no_damage_panics_or_runs_away() {
    let whole = wav(48_000, 2, 50);
    for position in 0..44 {
        for value in [0, 1, 0x7F, 0x80, 0xFF] {
            let mut damaged = whole.clone();
            damaged[position] = value;
            for len in [position + 1, damaged.len()] {
                if let Ok(mut file) = AudioFile::new(Cursor::new(damaged[..len].to_vec())) {
                    let (samples, _) = read_all(&mut file);
                    assert!(samples.len() <= 200, "{position} {value}");
                }
            }
        }
    }
}

/// MS ADPCM: a block is a header of 7 bytes and then two samples to a byte.
const BLOCK_LEN: usize = 32;
const BLOCK_SAMPLES: usize = 2 + (BLOCK_LEN - 7) * 2;

fn adpcm(blocks: usize, is_broken: impl Fn(usize) -> bool) -> Vec<u8> {
    let mut format = vec![2, 0, 1, 0];
    format.extend(48_000_u32.to_le_bytes());
    format.extend(24_000_u32.to_le_bytes());
    format.extend((BLOCK_LEN as u16).to_le_bytes());
    format.extend([4, 0, 32, 0]);
    format.extend((BLOCK_SAMPLES as u16).to_le_bytes());
    format.extend([7, 0]);
    let coefficients = [
        (256, 0),
        (512, -256),
        (0, 0),
        (192, 64),
        (240, 0),
        (460, -208),
        (392, -232),
    ];
    for (first, second) in coefficients {
        format.extend(i16::to_le_bytes(first));
        format.extend(i16::to_le_bytes(second));
    }
    let data: Vec<u8> = (0..blocks)
        .flat_map(|block| {
            // Predictors are 0 to 6; both first samples are 1000.
            let mut bytes = vec![
                if is_broken(block) { 200 } else { 0 },
                16,
                0,
                232,
                3,
                232,
                3,
            ];
            bytes.resize(BLOCK_LEN, 0);
            bytes
        })
        .collect();
    riff(&format, &data, data.len() as u32)
}

#[test]
fn a_packet_that_cannot_be_decoded_becomes_as_much_silence() {
    let blocks = 200;
    for broken in [0, 100] {
        let input = adpcm(blocks, |block| block == broken);
        let mut file = AudioFile::new(Cursor::new(input)).unwrap();
        let (samples, error) = read_all(&mut file);
        assert!(error.is_none());
        assert_eq!(file.concealed_packets(), 1);
        assert_eq!(samples.len(), blocks * BLOCK_SAMPLES);
        assert_eq!(samples[broken * BLOCK_SAMPLES], 0.0);
        assert!(
            samples[blocks * BLOCK_SAMPLES - 1] > 0.0,
            "the rest is there"
        );
    }
}

#[test]
fn a_file_of_which_nothing_can_be_decoded_is_malformed() {
    let error = AudioFile::new(Cursor::new(adpcm(200, |_| true))).unwrap_err();
    assert!(matches!(error, CaptureError::Malformed { .. }), "{error}");
}

#[test]
fn another_format_midway_is_an_error() {
    let file = AudioFile::new(Cursor::new(wav(48_000, 2, 5000))).unwrap();
    assert!(file.expect_format(48_000, 2).is_ok());
    for (rate, channels) in [(44_100, 2), (48_000, 1)] {
        assert!(matches!(
            file.expect_format(rate, channels),
            Err(CaptureError::FormatChanged { expected: (48_000, 2), found })
                if found == (rate, channels as u16)
        ));
    }
}

/// Delivers what it has, then fails.
struct Failing(Cursor<Vec<u8>>);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::other("the disk is gone")),
            count => Ok(count),
        }
    }
}

#[test]
fn a_failing_reader_is_an_error_after_what_it_gave() {
    let data = ramp(20_000, 1);
    let input = riff(&pcm(48_000, 1), &data, 200_000);
    let mut file = AudioFile::from_stream(Failing(Cursor::new(input))).unwrap();
    let (samples, error) = read_all(&mut file);
    assert!(samples.len() > 10_000);
    assert!(
        matches!(error, Some(CaptureError::Read(error)) if error.to_string() == "the disk is gone")
    );
}
