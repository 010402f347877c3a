//! What each codec's sample entry says, by a reader that we did not write.

use media_recorder_mux::Mp4Options;
use media_recorder_types::{
    AudioCodec, ColorInfo, ColorRange, MediaTrack, PcmFormat, TrackMedia, VideoCodec,
};
use mp4_atom::{AudioChannelPosition, ChannelStructure, Codec, Moov, SpeakerPosition};

use crate::reader::decode;
use crate::support::{audio, file_of, opus, pcm, video, vp9};

fn entry_of(track: &MediaTrack) -> Codec {
    let file = file_of(Mp4Options::new(), std::slice::from_ref(track), []);
    let moov: Moov = decode(&file);
    let [codec] = moov.trak[0].mdia.minf.stbl.stsd.codecs.as_slice() else {
        panic!("there is one entry")
    };
    codec.clone()
}

/// Main profile, level 2.0, and a sequence header.
const AV1C: &[u8] = &[0x81, 0x00, 0x0C, 0x00, 0x0A, 0x03, 0x00, 0x11, 0x22];

#[test]
fn av1() {
    let mut track = video(1, VideoCodec::Av1, AV1C);
    let TrackMedia::Video(picture) = &mut track.media else {
        unreachable!()
    };
    picture.color = ColorInfo {
        range: Some(ColorRange::Full),
        ..ColorInfo::BT709
    };
    let Codec::Av01(entry) = entry_of(&track) else {
        panic!("it is AV1")
    };
    assert_eq!(entry.visual.compressor, "AOM Coding".into());
    assert_eq!((entry.visual.width, entry.visual.height), (320, 180));
    assert_eq!(entry.av1c.config_obus, AV1C[4..]);
    let Some(mp4_atom::Colr::Nclx {
        colour_primaries,
        transfer_characteristics,
        matrix_coefficients,
        full_range_flag,
    }) = entry.colr
    else {
        panic!("it has a colour")
    };
    assert_eq!(
        (
            colour_primaries,
            transfer_characteristics,
            matrix_coefficients,
            full_range_flag
        ),
        (1, 1, 1, true)
    );
}

#[test]
fn vp9_of_any_profile() {
    let Codec::Vp09(entry) = entry_of(&vp9(1)) else {
        panic!("it is VP9")
    };
    assert_eq!(
        (entry.vpcc.profile, entry.vpcc.level, entry.vpcc.bit_depth),
        (0, 11, 8)
    );
    assert_eq!(entry.vpcc.color_primaries, 2);

    let mut track = video(1, VideoCodec::Vp9, &[1, 1, 3, 2, 1, 31, 3, 1, 12, 4, 1, 3]);
    let TrackMedia::Video(picture) = &mut track.media else {
        unreachable!()
    };
    picture.color = ColorInfo::SRGB;
    let Codec::Vp09(entry) = entry_of(&track) else {
        panic!("it is VP9")
    };
    let vpcc = entry.vpcc;
    assert_eq!((vpcc.profile, vpcc.level, vpcc.bit_depth), (3, 31, 12));
    assert_eq!(
        (vpcc.chroma_subsampling, vpcc.video_full_range_flag),
        (3, true)
    );
    assert_eq!(
        (
            vpcc.color_primaries,
            vpcc.transfer_characteristics,
            vpcc.matrix_coefficients
        ),
        (1, 13, 0)
    );
}

#[test]
fn h264() {
    // Constrained baseline, level 3.0, NAL lengths of four octets, one parameter set of each.
    let avcc = [
        1, 0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0, 4, 0x67, 0x42, 0xC0, 0x1E, 1, 0, 2, 0x68, 0xCE,
    ];
    let Codec::Avc1(entry) = entry_of(&video(1, VideoCodec::H264, &avcc)) else {
        panic!("it is H.264")
    };
    assert_eq!(entry.avcc.avc_profile_indication, 0x42);
    assert_eq!(entry.avcc.length_size, 4);
    assert_eq!(
        entry.avcc.sequence_parameter_sets,
        [[0x67, 0x42, 0xC0, 0x1E]]
    );
    assert_eq!(entry.avcc.picture_parameter_sets, [[0x68, 0xCE]]);
}

#[test]
fn opus_of_two_channels() {
    let Codec::Opus(entry) = entry_of(&opus(1)) else {
        panic!("it is Opus")
    };
    assert_eq!(entry.audio.channel_count, 2);
    assert_eq!(entry.audio.sample_rate.integer(), 48_000);
    assert_eq!(entry.dops.output_channel_count, 2);
    assert_eq!(entry.dops.pre_skip, 312);
    assert_eq!(entry.dops.input_sample_rate, 48_000);
    assert_eq!(entry.dops.output_gain, 0);
}

#[test]
fn pcm_of_every_format() {
    for format in [PcmFormat::S16, PcmFormat::S24, PcmFormat::F32] {
        let (audio, pcmc) = match entry_of(&audio(1, AudioCodec::Pcm(format), &[])) {
            Codec::Ipcm(entry) if format != PcmFormat::F32 => (entry.audio, entry.pcmc),
            Codec::Fpcm(entry) if format == PcmFormat::F32 => (entry.audio, entry.pcmc),
            other => panic!("{format:?}: {other:?}"),
        };
        assert_eq!(u32::from(audio.sample_size), format.bits());
        assert_eq!(audio.sample_rate.integer(), 48_000);
        let pcmc = pcmc.expect("there is one");
        assert!(!pcmc.big_endian);
        assert_eq!(u32::from(pcmc.sample_size), format.bits());
    }
}

/// Where the channels of a PCM track are heard; empty if nothing is said.
fn positions(channels: u16) -> Vec<AudioChannelPosition> {
    let mut track = pcm(1);
    let TrackMedia::Audio(sound) = &mut track.media else {
        unreachable!()
    };
    sound.channels = channels;
    let Codec::Ipcm(entry) = entry_of(&track) else {
        panic!("it is PCM")
    };
    assert_eq!(entry.audio.channel_count, channels);
    let positions = match entry.chnl.and_then(|chnl| chnl.channel_structure) {
        None => Vec::new(),
        Some(ChannelStructure::ExplicitPositions { positions }) => positions,
        Some(other) => panic!("{other:?}"),
    };
    let standard = |position| match position {
        SpeakerPosition::Standard(position) => position,
        other => panic!("{other:?}"),
    };
    positions.into_iter().map(standard).collect()
}

/// RFC 9639 §9.1.3.
#[test]
fn channels_of_pcm_are_those_of_a_wav_file() {
    use AudioChannelPosition::*;
    let front = [FrontLeft, FrontRight, FrontCenter, Lfe1];
    let beside = [LeftSurround, RightSurround];
    assert_eq!(positions(1), []);
    assert_eq!(positions(2), front[..2]);
    assert_eq!(positions(3), front[..3]);
    assert_eq!(positions(4), [&front[..2], &beside].concat());
    assert_eq!(positions(5), [&front[..3], &beside].concat());
    assert_eq!(positions(6), [&front[..], &beside].concat());
    assert_eq!(positions(7), [&front[..], &[RearCenter], &beside].concat());
    let behind = [RearLeft, RearRight];
    assert_eq!(positions(8), [&front[..], &behind, &beside].concat());
}

#[test]
fn flac() {
    let mut private = b"fLaC\x00\x00\x00\x22".to_vec();
    private.extend([0; 10]);
    private.extend([0x0B, 0xB8, 0x02]); // 48 kHz, two channels
    private.resize(42, 7);
    // Another block follows: the decoder does not need it.
    private.extend([0x81, 0, 0, 1, 0]);
    let Codec::Flac(entry) = entry_of(&audio(1, AudioCodec::Flac, &private)) else {
        panic!("it is FLAC")
    };
    assert_eq!(entry.audio.channel_count, 2);
    assert_eq!(entry.dfla.blocks.len(), 1);
}

#[test]
fn rates_that_do_not_fit_into_the_entry() {
    let entry_at = |codec, sample_rate: u32| {
        // STREAMINFO has 20 bits of rate after ten octets; one channel less one follows.
        let mut private = b"fLaC\x80\x00\x00\x22".to_vec();
        private.extend([0; 10]);
        private.extend((sample_rate << 12 | 0x200).to_be_bytes());
        private.resize(42, 0);
        let mut track = audio(1, codec, &private);
        let TrackMedia::Audio(sound) = &mut track.media else {
            unreachable!()
        };
        sound.sample_rate = sample_rate;
        let file = file_of(Mp4Options::new(), std::slice::from_ref(&track), []);
        let mut moov: Moov = decode(&file);
        let mdia = moov.trak.remove(0).mdia;
        assert_eq!(mdia.mdhd.timescale, sample_rate);
        match &mdia.minf.stbl.stsd.codecs[0] {
            Codec::Flac(entry) => entry.audio.sample_rate.integer(),
            Codec::Ipcm(entry) => entry.audio.sample_rate.integer(),
            other => panic!("{other:?}"),
        }
    };
    for (rate, flac, pcm) in [
        (65_535, 65_535, 65_535),
        (96_000, 48_000, 0),
        (192_000, 48_000, 0),
        (176_400, 44_100, 0),
        (99_999, 65_535, 0),
    ] {
        assert_eq!(entry_at(AudioCodec::Flac, rate), flac, "{rate}");
        let format = AudioCodec::Pcm(PcmFormat::S16);
        assert_eq!(entry_at(format, rate), pcm, "{rate}");
    }
}
