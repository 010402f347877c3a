//! What is refused, and that it leaves no trace.

use bytes::Bytes;
use media_recorder_mux::{
    CodecPrivateError, Mp4Mode, Mp4Options, Mp4Writer, MuxError, Muxer, PayloadError,
};
use media_recorder_types::{
    AudioCodec, AudioTrack, FrameSize, MediaTime, MediaTrack, Packet, TrackMedia, VideoCodec,
};

use crate::support::{
    OPUS_DELAY, audio, frame, id, ms, ns, opus, outputs, patched_file, pcm, samples, sound,
    started, video, vp9,
};

fn start_error(tracks: &[MediaTrack]) -> MuxError {
    let mut writer = Mp4Writer::new(Mp4Options::new());
    let error = writer.start(tracks).unwrap_err();
    assert_eq!(writer.poll_output(), None, "{error}: nothing comes out");

    // It starts with good tracks as if nothing had happened.
    let good = [vp9(1), opus(2)];
    writer.start(&good).unwrap();
    let mut untouched = started(Mp4Options::new(), &good);
    assert_eq!(outputs(&mut writer), outputs(&mut untouched));
    error
}

#[test]
fn tracks_that_no_file_can_have() {
    assert_eq!(start_error(&[]), MuxError::NoTracks);
    let many: Vec<_> = (1..=127).map(vp9).collect();
    let expected = MuxError::TooManyTracks {
        tracks: 127,
        limit: 126,
    };
    assert_eq!(start_error(&many), expected);
    let expected = MuxError::DuplicateTrack { track: id(3) };
    assert_eq!(start_error(&[vp9(3), opus(3)]), expected);
}

#[test]
fn codecs_that_mp4_does_not_carry() {
    let others = [
        video(1, VideoCodec::Vp8, &[]),
        video(1, VideoCodec::Mjpeg, &[]),
        audio(1, AudioCodec::Vorbis, &[2, 1, 1]),
    ];
    for track in others {
        let codec = track.codec();
        let expected = MuxError::UnsupportedCodec {
            track: id(1),
            codec,
            container: "mp4",
        };
        assert_eq!(start_error(&[track]), expected);
    }
}

#[test]
fn pictures_of_impossible_sizes() {
    for (width, height) in [(0, 1), (1, 0), (65_536, 1), (1, 65_536)] {
        let size = FrameSize::new(width, height);
        let mut track = vp9(1);
        let TrackMedia::Video(picture) = &mut track.media else {
            unreachable!()
        };
        picture.size = size;
        let expected = MuxError::PictureSize {
            track: id(1),
            size,
            limit: 65_535,
        };
        assert_eq!(start_error(&[track]), expected);
    }
}

#[test]
fn impossible_sound() {
    let changed = |change: fn(&mut AudioTrack)| {
        let mut track = pcm(1);
        let TrackMedia::Audio(sound) = &mut track.media else {
            unreachable!()
        };
        change(sound);
        start_error(&[track])
    };
    let track = id(1);
    assert_eq!(
        changed(|sound| sound.sample_rate = 0),
        MuxError::SampleRate { track }
    );
    let channels = |channels| MuxError::Channels {
        track,
        channels,
        limit: 8,
    };
    assert_eq!(changed(|sound| sound.channels = 0), channels(0));
    assert_eq!(changed(|sound| sound.channels = 9), channels(9));
    let delay = |delay, pre_roll| MuxError::CodecDelay {
        track,
        delay,
        pre_roll,
    };
    assert_eq!(
        changed(|sound| sound.codec_delay = MediaTime::SECOND),
        delay(MediaTime::SECOND, ms(0))
    );
    assert_eq!(
        changed(|sound| sound.codec_delay = ns(-1)),
        delay(ns(-1), ms(0))
    );
    assert_eq!(
        changed(|sound| sound.seek_pre_roll = ns(-1)),
        delay(ms(0), ns(-1))
    );
}

#[test]
fn configurations_that_are_missing_or_wrong() {
    let private_error = |track: MediaTrack| match start_error(&[track]) {
        MuxError::CodecPrivate { reason, .. } => reason,
        other => panic!("{other}"),
    };
    let needing = |private: &[u8]| {
        [
            video(1, VideoCodec::Av1, private),
            video(1, VideoCodec::H264, private),
            audio(1, AudioCodec::Opus, private),
            audio(1, AudioCodec::Flac, private),
        ]
    };
    for track in needing(&[]) {
        assert_eq!(private_error(track), CodecPrivateError::Missing);
    }
    let long = vec![1; (64 << 10) + 1];
    let nonsense = needing(b"nonsense").into_iter().chain([
        video(1, VideoCodec::Vp9, b"nonsense"),
        video(1, VideoCodec::H264, &long),
    ]);
    for track in nonsense {
        let codec = track.codec();
        let error = private_error(track);
        assert!(
            matches!(error, CodecPrivateError::Malformed { .. }),
            "{codec}: {error}"
        );
    }
    let mut shifted = opus(1);
    let TrackMedia::Audio(sound) = &mut shifted.media else {
        unreachable!()
    };
    sound.codec_delay = ms(0);
    let expected = CodecPrivateError::Disagrees {
        field: "the pre-skip",
        stored: 312,
        described: 0,
    };
    assert_eq!(private_error(shifted), expected);
}

#[test]
fn calls_at_the_wrong_time() {
    let mut writer = Mp4Writer::new(Mp4Options::new());
    let early = writer.write(frame(1, ms(0), true));
    assert_eq!(early, Err(MuxError::NotStarted));
    assert_eq!(writer.flush(), Err(MuxError::NotStarted));
    assert_eq!(writer.finish(), Err(MuxError::NotStarted));
    writer.start(&[vp9(1)]).unwrap();
    assert_eq!(writer.start(&[vp9(1)]), Err(MuxError::AlreadyStarted));
    writer.write(frame(1, ms(0), true)).unwrap();
    writer.finish().unwrap();
    outputs(&mut writer);
    assert_eq!(writer.start(&[vp9(1)]), Err(MuxError::Finished));
    let late = writer.write(frame(1, ms(40), true));
    assert_eq!(late, Err(MuxError::Finished));
    assert_eq!(writer.flush(), Err(MuxError::Finished));
    assert_eq!(writer.finish(), Err(MuxError::Finished));
    assert_eq!(writer.poll_output(), None);
}

/// Packets that cannot follow what [`file_with`] has written, and why.
fn bad_packets() -> Vec<(Packet, MuxError)> {
    let with_duration = |mut packet: Packet, duration| {
        packet.duration = duration;
        packet
    };
    let with_data = |mut packet: Packet, data: &'static [u8]| {
        packet.data = Bytes::from_static(data);
        packet
    };
    let (one, two, three, four) = (id(1), id(2), id(3), id(4));
    let padding = |track, padding, duration| MuxError::DiscardPadding {
        track,
        padding,
        duration,
    };
    let payload = |track, time, reason| MuxError::Payload {
        track,
        time,
        reason,
    };
    let too_long = |time, lasts| MuxError::SampleTooLong {
        track: one,
        time,
        lasts,
        // Of 90,000 ticks a second.
        limit: ns(47_721_858_811_111),
    };
    let key_flag = |declared| MuxError::KeyFlag {
        track: one,
        time: ms(60),
        declared,
    };
    let mut huge = sound(2, ms(60));
    // Untouched zeros cost no memory.
    huge.data = vec![0; (1 << 30) + 1].into();
    vec![
        (
            frame(9, ms(60), true),
            MuxError::UnknownTrack { track: id(9) },
        ),
        (
            with_data(frame(1, ms(60), true), &[]),
            MuxError::EmptyPacket {
                track: one,
                time: ms(60),
            },
        ),
        (
            huge,
            MuxError::PacketTooLarge {
                track: two,
                size: (1 << 30) + 1,
                limit: 1 << 30,
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
        (with_data(frame(1, ms(60), true), &[0x86]), key_flag(true)),
        (with_data(frame(1, ms(60), false), &[0x82]), key_flag(false)),
        // More than 32 bits of ticks, in a packet or between two.
        (
            with_duration(frame(1, ms(60), false), ns(47_721_858_811_112)),
            too_long(ms(60), ns(47_721_858_811_112)),
        ),
        (
            frame(1, ms(47_721_860_000), false),
            too_long(ms(47_721_860_000), ms(47_721_859_960)),
        ),
        // A key frame of another profile.
        (
            with_data(frame(1, ms(60), true), &[0xA2]),
            payload(one, ms(60), PayloadError::ConfigurationChanged),
        ),
        // 20 ms of sound that are said to be 10, or 5 of samples.
        (
            with_duration(sound(2, ms(60)), ms(10)),
            payload(
                two,
                ms(60),
                PayloadError::Duration {
                    coded: ms(20),
                    declared: ms(10),
                },
            ),
        ),
        (
            with_duration(samples(4, 2880, 240, 0), ms(20)),
            payload(
                four,
                ms(60),
                PayloadError::Duration {
                    coded: ms(5),
                    declared: ms(20),
                },
            ),
        ),
        (
            with_data(samples(4, 2880, 240, 0), &[0; 7]),
            payload(
                four,
                ms(60),
                PayloadError::Malformed {
                    what: "the last sample is cut off",
                },
            ),
        ),
    ]
}

/// Writes a file, and in the middle of it what `interfere` wants.
fn file_with(mode: Mp4Mode, interfere: impl FnOnce(&mut Mp4Writer)) -> Vec<u8> {
    let tracks = [vp9(1), opus(2), vp9(3), pcm(4)];
    let mut writer = started(Mp4Options::new().mode(mode), &tracks);
    let first = ms(0).saturating_sub(OPUS_DELAY);
    writer.write(sound(2, first)).unwrap();
    writer.write(frame(1, ms(0), true)).unwrap();
    writer.write(sound(2, ns(13_500_000))).unwrap();
    writer.write(frame(1, ms(40), false)).unwrap();
    interfere(&mut writer);
    writer.write(samples(4, 2400, 480, 1)).unwrap();
    writer.write(frame(3, ms(60), true)).unwrap();
    writer.write(frame(1, ms(80), false)).unwrap();
    writer.finish().unwrap();
    patched_file(&outputs(&mut writer))
}

#[test]
fn no_refused_call_leaves_a_trace() {
    for mode in [Mp4Mode::Fragmented, Mp4Mode::Hybrid, Mp4Mode::FastStart] {
        let untouched = file_with(mode, |_| {});
        for (packet, expected) in bad_packets() {
            let file = file_with(mode, |writer| {
                assert_eq!(writer.cut_before(&packet), Err(expected.clone()));
                assert_eq!(writer.write(packet), Err(expected.clone()));
            });
            assert!(file == untouched, "after: {expected}");
        }
        let restarted = file_with(mode, |writer| {
            assert_eq!(writer.start(&[vp9(1)]), Err(MuxError::AlreadyStarted));
        });
        assert!(restarted == untouched);
    }
}

#[test]
fn names_of_any_length_fit() {
    let mut track = vp9(1);
    track.name = "é".repeat(100_000);
    let mut writer = started(Mp4Options::new(), &[track]);
    let header = patched_file(&outputs(&mut writer));
    assert!(header.len() < 2_000);
    let name = "é".repeat(127) + "\0";
    let at = header
        .windows(name.len())
        .any(|bytes| bytes == name.as_bytes());
    assert!(at, "as many letters as fit into 255 octets");
}
