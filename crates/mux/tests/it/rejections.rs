//! What is refused, and that it leaves no trace.

use bytes::Bytes;
use media_recorder_mux::{
    ClusterMode, CodecPrivateError, MatroskaOptions, MatroskaWriter, MuxError, Muxer, PayloadError,
};
use media_recorder_types::{
    AudioCodec, Codec, FrameSize, MediaTime, MediaTrack, Packet, PcmFormat, TrackMedia, VideoCodec,
};

use crate::support::{
    OPUS_DELAY, audio, frame, id, ms, ns, opus, outputs, patched_file, pcm, sound, started, video,
    vp8,
};

fn start_error(options: MatroskaOptions, tracks: &[MediaTrack]) -> MuxError {
    let mut writer = MatroskaWriter::new(options.clone());
    let error = writer.start(tracks).unwrap_err();
    assert_eq!(writer.poll_output(), None, "{error}: nothing comes out");

    // It starts with good tracks as if nothing had happened.
    let good = [vp8(1), opus(2)];
    writer.start(&good).unwrap();
    let mut untouched = started(options, &good);
    assert_eq!(outputs(&mut writer), outputs(&mut untouched));
    error
}

#[test]
fn tracks_that_no_file_can_have() {
    let webm = |tracks: &[MediaTrack]| start_error(MatroskaOptions::webm(), tracks);
    assert_eq!(webm(&[]), MuxError::NoTracks);
    let many: Vec<_> = (1..=127).map(vp8).collect();
    assert_eq!(
        webm(&many),
        MuxError::TooManyTracks {
            tracks: 127,
            limit: 126
        }
    );
    assert_eq!(
        webm(&[vp8(3), opus(3)]),
        MuxError::DuplicateTrack { track: id(3) }
    );
}

#[test]
fn as_many_tracks_as_there_are_numbers() {
    let many: Vec<_> = (1..=126).map(vp8).collect();
    let mut writer = started(MatroskaOptions::webm(), &many);
    writer.write(frame(126, ms(0), true)).unwrap();
}

#[test]
fn codecs_that_webm_does_not_have() {
    let others = [
        video(1, VideoCodec::H264),
        video(1, VideoCodec::Mjpeg),
        pcm(1),
        audio(1, AudioCodec::Flac, &[]),
    ];
    for track in others {
        let codec = track.codec();
        let error = start_error(MatroskaOptions::webm(), &[track]);
        let expected = MuxError::UnsupportedCodec {
            track: id(1),
            codec,
            container: "webm",
        };
        assert_eq!(error, expected);
    }
}

#[test]
fn pictures_of_impossible_sizes() {
    for (codec, limit) in [(VideoCodec::Vp8, 16_383), (VideoCodec::Vp9, 65_535)] {
        for (width, height) in [(0, 1), (1, 0), (limit + 1, 1), (1, limit + 1)] {
            let size = FrameSize::new(width, height);
            let mut track = video(1, codec);
            let TrackMedia::Video(picture) = &mut track.media else {
                unreachable!()
            };
            picture.size = size;
            let error = start_error(MatroskaOptions::webm(), &[track]);
            assert_eq!(
                error,
                MuxError::PictureSize {
                    track: id(1),
                    size,
                    limit
                }
            );
        }
    }
}

#[test]
fn impossible_sound() {
    let changed = |change: fn(&mut media_recorder_types::AudioTrack)| {
        let mut track = pcm(1);
        let TrackMedia::Audio(sound) = &mut track.media else {
            unreachable!()
        };
        change(sound);
        start_error(MatroskaOptions::matroska(), &[track])
    };
    let track = id(1);
    assert_eq!(
        changed(|sound| sound.sample_rate = 0),
        MuxError::SampleRate { track }
    );
    for channels in [0, 9] {
        let error = match channels {
            0 => changed(|sound| sound.channels = 0),
            _ => changed(|sound| sound.channels = 9),
        };
        assert_eq!(
            error,
            MuxError::Channels {
                track,
                channels,
                limit: 8
            }
        );
    }
    assert_eq!(
        changed(|sound| sound.codec_delay = ns(-1)),
        MuxError::CodecDelay {
            track,
            delay: ns(-1),
            pre_roll: ms(0)
        }
    );
    assert_eq!(
        changed(|sound| sound.codec_delay = MediaTime::SECOND),
        MuxError::CodecDelay {
            track,
            delay: MediaTime::SECOND,
            pre_roll: ms(0)
        }
    );
    assert_eq!(
        changed(|sound| sound.seek_pre_roll = ns(-1)),
        MuxError::CodecDelay {
            track,
            delay: ms(0),
            pre_roll: ns(-1)
        }
    );
}

#[test]
fn configurations_that_are_missing_or_wrong() {
    let needing = [
        video(1, VideoCodec::Av1),
        video(1, VideoCodec::H264),
        audio(1, AudioCodec::Opus, &[]),
        audio(1, AudioCodec::Flac, &[]),
        audio(1, AudioCodec::Vorbis, &[]),
    ];
    for mut track in needing {
        let codec = track.codec();
        let error = start_error(MatroskaOptions::matroska(), std::slice::from_ref(&track));
        let reason = CodecPrivateError::Missing;
        assert_eq!(
            error,
            MuxError::CodecPrivate {
                track: id(1),
                codec,
                reason
            }
        );

        track.codec_private = Bytes::from_static(b"nonsense");
        let error = start_error(MatroskaOptions::matroska(), &[track]);
        let MuxError::CodecPrivate {
            reason: CodecPrivateError::Malformed { .. },
            ..
        } = error
        else {
            panic!("{codec}: {error}");
        };
    }
    let mut shifted = opus(1);
    let TrackMedia::Audio(sound) = &mut shifted.media else {
        unreachable!()
    };
    sound.codec_delay = ms(0);
    assert_eq!(
        start_error(MatroskaOptions::webm(), &[shifted]),
        MuxError::CodecPrivate {
            track: id(1),
            codec: Codec::Audio(AudioCodec::Opus),
            reason: CodecPrivateError::Disagrees {
                field: "the pre-skip",
                stored: 312,
                described: 0
            },
        }
    );
}

#[test]
fn calls_at_the_wrong_time() {
    let mut writer = MatroskaWriter::new(MatroskaOptions::webm());
    assert_eq!(
        writer.write(frame(1, ms(0), true)),
        Err(MuxError::NotStarted)
    );
    assert_eq!(
        writer.cut_before(&frame(1, ms(0), true)),
        Err(MuxError::NotStarted)
    );
    assert_eq!(writer.flush(), Err(MuxError::NotStarted));
    assert_eq!(writer.finish(), Err(MuxError::NotStarted));
    writer.start(&[vp8(1)]).unwrap();
    assert_eq!(writer.start(&[vp8(1)]), Err(MuxError::AlreadyStarted));
    writer.write(frame(1, ms(0), true)).unwrap();
    writer.finish().unwrap();
    outputs(&mut writer);
    assert_eq!(writer.start(&[vp8(1)]), Err(MuxError::Finished));
    assert_eq!(
        writer.write(frame(1, ms(40), true)),
        Err(MuxError::Finished)
    );
    assert_eq!(
        writer.cut_before(&frame(1, ms(40), true)),
        Err(MuxError::Finished)
    );
    assert_eq!(writer.flush(), Err(MuxError::Finished));
    assert_eq!(writer.finish(), Err(MuxError::Finished));
    assert_eq!(writer.poll_output(), None);
}

/// An `av1C` with a sequence header of three octets.
const AV1C: &[u8] = &[0x81, 0x04, 0x0C, 0x00, 0x0A, 0x03, 0x00, 0x11, 0x22];
/// That sequence header and a shown key frame; an inter frame; a changed sequence header.
const AV1_KEY: &[u8] = &[0x0A, 0x03, 0x00, 0x11, 0x22, 0x32, 0x01, 0x10];
const AV1_INTER: &[u8] = &[0x32, 0x01, 0x30];
const AV1_CHANGED: &[u8] = &[0x0A, 0x03, 0x00, 0x11, 0x23, 0x32, 0x01, 0x10];

fn all_kinds() -> [MediaTrack; 4] {
    let mut av1 = video(4, VideoCodec::Av1);
    av1.codec_private = Bytes::from_static(AV1C);
    [vp8(1), opus(2), vp8(3), av1]
}

fn av1_packet(data: &'static [u8], key: bool) -> Packet {
    Packet::new(id(4), Bytes::from_static(data), ms(60), ms(40)).with_key(key)
}

/// Packets that cannot follow what [`no_refused_packet_leaves_a_trace`] has written, and why.
fn bad_packets() -> Vec<(Packet, MuxError)> {
    let with_duration = |mut packet: Packet, duration| {
        packet.duration = duration;
        packet
    };
    let with_data = |mut packet: Packet, data| {
        packet.data = data;
        packet
    };
    let padding = |track, padding, duration| MuxError::DiscardPadding {
        track,
        padding,
        duration,
    };
    let payload = |reason| MuxError::Payload {
        track: id(4),
        time: ms(60),
        reason,
    };
    let (one, two, three, four) = (id(1), id(2), id(3), id(4));
    vec![
        (
            frame(9, ms(60), true),
            MuxError::UnknownTrack { track: id(9) },
        ),
        (
            with_data(frame(1, ms(60), true), Bytes::new()),
            MuxError::EmptyPacket {
                track: one,
                time: ms(60),
            },
        ),
        (
            // Untouched zeros cost no memory.
            with_data(sound(2, ms(60)), vec![0; (256 << 20) - 63].into()),
            MuxError::PacketTooLarge {
                track: two,
                size: (256 << 20) - 63,
                limit: (256 << 20) - 64,
            },
        ),
        (
            with_duration(frame(1, ms(60), false), ns(-1)),
            MuxError::NegativeDuration {
                track: one,
                duration: ns(-1),
            },
        ),
        (
            with_duration(sound(2, ms(60)), ns(18_999_999)),
            MuxError::Payload {
                track: two,
                time: ms(60),
                reason: PayloadError::Duration {
                    coded: ms(20),
                    declared: ns(18_999_999),
                },
            },
        ),
        (
            sound(2, ms(60)).with_discard_padding(ns(-1)),
            padding(two, ns(-1), ms(20)),
        ),
        (
            sound(2, ms(60)).with_discard_padding(ns(20_000_001)),
            padding(two, ns(20_000_001), ms(20)),
        ),
        (
            frame(1, ms(60), false).with_discard_padding(ns(1)),
            padding(one, ns(1), ms(40)),
        ),
        (
            frame(3, ns(-1), true),
            MuxError::TimeOutOfRange {
                track: three,
                time: ns(-1),
            },
        ),
        (
            sound(2, MediaTime::MAX),
            MuxError::TimeOutOfRange {
                track: two,
                time: MediaTime::MAX,
            },
        ),
        (
            frame(1, ms(40), false),
            MuxError::TimeNotIncreasing {
                track: one,
                time: ms(40),
                previous: ms(40),
            },
        ),
        (
            sound(2, ms(0)),
            MuxError::TimeNotIncreasing {
                track: two,
                time: ms(0),
                previous: ns(13_500_000),
            },
        ),
        (
            frame(3, ms(39), true),
            MuxError::OutOfOrder {
                track: three,
                time: ms(39),
                reached: ms(40),
            },
        ),
        (
            frame(3, ms(60), false),
            MuxError::FirstFrameNotKey {
                track: three,
                time: ms(60),
            },
        ),
        (
            with_data(frame(1, ms(60), true), Bytes::from_static(&[0x11])),
            MuxError::KeyFlag {
                track: one,
                time: ms(60),
                declared: true,
            },
        ),
        (
            with_data(frame(1, ms(60), false), Bytes::from_static(&[0x10])),
            MuxError::KeyFlag {
                track: one,
                time: ms(60),
                declared: false,
            },
        ),
        (
            av1_packet(AV1_INTER, true),
            MuxError::KeyFlag {
                track: four,
                time: ms(60),
                declared: true,
            },
        ),
        (
            av1_packet(AV1_CHANGED, true),
            payload(PayloadError::ConfigurationChanged),
        ),
        (
            av1_packet(&[0x12, 0x00], true),
            payload(PayloadError::ForbiddenUnit { obu_type: 2 }),
        ),
        (
            av1_packet(&[0x32, 0x05, 0x10], true),
            payload(PayloadError::Malformed {
                what: "an OBU is longer than the data",
            }),
        ),
    ]
}

/// Writes a file, and in the middle of it what `interfere` wants.
fn file_with(mode: ClusterMode, interfere: impl FnOnce(&mut MatroskaWriter)) -> Vec<u8> {
    let options = MatroskaOptions::webm().cluster_mode(mode);
    let mut writer = started(options, &all_kinds());
    writer
        .write(sound(2, ms(0).saturating_sub(OPUS_DELAY)))
        .unwrap();
    writer.write(frame(1, ms(0), true)).unwrap();
    writer.write(sound(2, ns(13_500_000))).unwrap();
    writer.write(frame(1, ms(40), false)).unwrap();
    interfere(&mut writer);
    writer.write(frame(3, ms(60), true)).unwrap();
    writer.write(av1_packet(AV1_KEY, true)).unwrap();
    writer.write(frame(1, ms(80), false)).unwrap();
    writer.finish().unwrap();
    patched_file(&outputs(&mut writer))
}

#[test]
fn no_refused_packet_leaves_a_trace() {
    for mode in [ClusterMode::Known, ClusterMode::Unknown] {
        let untouched = file_with(mode, |_| {});
        for (packet, expected) in bad_packets() {
            let file = file_with(mode, |writer| {
                assert_eq!(writer.cut_before(&packet), Err(expected.clone()));
                assert_eq!(writer.write(packet), Err(expected.clone()));
            });
            assert!(file == untouched, "after: {expected}");
        }
        let restarted = file_with(mode, |writer| {
            assert_eq!(writer.start(&[vp8(1)]), Err(MuxError::AlreadyStarted));
        });
        assert!(restarted == untouched);
    }
}

#[test]
fn pcm_of_every_format_is_sound_for_matroska() {
    for format in [PcmFormat::S16, PcmFormat::S24, PcmFormat::F32] {
        let tracks = [audio(1, AudioCodec::Pcm(format), &[])];
        let mut writer = started(MatroskaOptions::matroska(), &tracks);
        let octets = format.bits() as usize / 8 * 2 * 960;
        let packet = |octets: usize| Packet::new(id(1), vec![0; octets].into(), ms(0), ms(20));
        assert_eq!(
            writer.write(packet(octets - 1)),
            Err(MuxError::Payload {
                track: id(1),
                time: ms(0),
                reason: PayloadError::Malformed {
                    what: "the last sample is cut off"
                }
            })
        );
        writer.write(packet(octets)).unwrap();
    }
}
