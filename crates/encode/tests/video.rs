//! What holds for every video encoder.

mod common;

use common::{config, flat, moving, ms, packets_of, track};
use media_recorder_encode::{
    EncodeError, Mode, Preset, UnsupportedReason, VideoConfig, codec_string, video_codecs,
    video_encoder,
};
use media_recorder_types::{
    Codec, ColorInfo, FrameSize, Packet, PixelFormat, TrackMedia, VideoCodec,
};

#[test]
fn one_packet_per_frame_at_its_exact_time() {
    // Irregular times that no clock of frames would give.
    let times = [0, 40, 81, 119, 500, 501, 540, 580, 2000, 2040].map(ms);
    for &codec in video_codecs() {
        let config = config(64, 48);
        let size = config.size;
        let mut encoder = video_encoder(codec, config).unwrap();
        assert_eq!(encoder.track(), None);
        let mut packets = Vec::new();
        for (n, time) in (0..).zip(times) {
            encoder.encode(&moving(size, n, time), n == 6).unwrap();
            packets.extend(packets_of(&mut *encoder));
            assert!(packets.is_empty() || encoder.track().is_some());
        }
        encoder.finish().unwrap();
        packets.extend(packets_of(&mut *encoder));

        let found: Vec<_> = packets.iter().map(|packet| packet.time).collect();
        assert_eq!(found, times, "{codec:?}");
        let keys: Vec<bool> = packets.iter().map(|packet| packet.key).collect();
        let expected = [0, 6].map(|n| n as usize);
        let expected: Vec<bool> = (0..times.len()).map(|n| expected.contains(&n)).collect();
        assert_eq!(keys, expected, "{codec:?}");
        assert!(
            packets
                .iter()
                .all(|p| p.track == track() && !p.data.is_empty())
        );
        assert_eq!(
            packets.last().map(|p| p.duration),
            Some(ms(40)),
            "{codec:?}"
        );
    }
}

#[test]
fn durations_are_distances_where_the_next_frame_is_known() {
    for &codec in video_codecs() {
        let config = config(32, 32);
        let size = config.size;
        let mut encoder = video_encoder(codec, config).unwrap();
        let times = [0, 40, 200, 240, 280, 320];
        for (n, time) in (0..).zip(times) {
            encoder.encode(&moving(size, n, ms(time)), false).unwrap();
        }
        encoder.finish().unwrap();
        for (packet, (time, next)) in packets_of(&mut *encoder)
            .iter()
            .zip(times.iter().zip(&times[1..]))
        {
            let known = packet.duration == ms(next - time);
            assert!(known || packet.duration == ms(40), "{codec:?} {packet:?}");
        }
    }
}

#[test]
fn the_track_describes_the_stream() {
    for &codec in video_codecs() {
        let config = config(640, 360);
        let size = config.size;
        let mut encoder = video_encoder(codec, config.clone()).unwrap();
        encoder
            .encode(&flat(size, [9, 99, 199, 255], ms(0)), false)
            .unwrap();
        encoder.finish().unwrap();
        let track = encoder.track().unwrap();
        assert_eq!(
            (track.id, track.codec()),
            (config.track, Codec::Video(codec))
        );
        let TrackMedia::Video(video) = &track.media else {
            panic!("{track:?}");
        };
        assert_eq!((video.size, video.rate), (size, config.rate));
        assert_eq!(video.color, ColorInfo::BT709);
        let string = codec_string(track);
        match codec {
            VideoCodec::Av1 => assert_eq!(string.as_str(), "av01.0.01M.08"),
            VideoCodec::H264 => assert_eq!(string.as_str(), "avc1.64001E"),
            VideoCodec::Vp8 => assert_eq!(string.as_str(), "vp8"),
            _ => assert_eq!(string.as_str(), "vp09.00.21.08"),
        }
    }
}

#[test]
fn a_refused_frame_leaves_the_encoder_as_it_was() {
    for &codec in video_codecs() {
        let config = config(48, 32);
        let size = config.size;
        let good = |n: u32| moving(size, n, ms(i64::from(n) * 40));
        let run = |disturb: bool| -> Vec<Packet> {
            let mut encoder = video_encoder(codec, config.clone()).unwrap();
            for n in 0..6 {
                encoder.encode(&good(n), false).unwrap();
                if disturb {
                    let other = moving(FrameSize::new(32, 48), n, ms(9000));
                    assert_eq!(
                        encoder.encode(&other, true),
                        Err(EncodeError::FrameSize {
                            expected: size,
                            found: other.size()
                        })
                    );
                    let late = good(n);
                    assert_eq!(
                        encoder.encode(&late, true),
                        Err(EncodeError::OutOfOrder {
                            last: late.time,
                            given: late.time
                        })
                    );
                    let color = moving(size, n, ms(9000)).with_color(ColorInfo::BT601);
                    let refused = encoder.encode(&color, true);
                    assert!(matches!(refused, Err(EncodeError::Color { .. })));
                }
            }
            encoder.finish().unwrap();
            encoder.finish().unwrap();
            assert_eq!(encoder.encode(&good(7), false), Err(EncodeError::Finished));
            packets_of(&mut *encoder)
        };
        assert_eq!(run(true), run(false), "{codec:?}");
    }
}

#[test]
fn a_first_frame_that_is_refused_decides_nothing() {
    for &codec in video_codecs() {
        let mut encoder = video_encoder(codec, config(32, 32)).unwrap();
        let wrong = flat(FrameSize::new(16, 16), [0; 4], ms(500));
        assert!(encoder.encode(&wrong, false).is_err());
        assert_eq!(encoder.track(), None);
        let size = FrameSize::new(32, 32);
        let right = moving(size, 0, ms(0)).with_color(ColorInfo::BT601);
        encoder.encode(&right, false).unwrap();
        encoder.finish().unwrap();
        let TrackMedia::Video(video) = &encoder.track().unwrap().media else {
            panic!("not video");
        };
        assert_eq!(video.color, ColorInfo::BT601);
        let packets = packets_of(&mut *encoder);
        assert_eq!(packets.len(), 1);
        assert!(packets[0].key && packets[0].time == ms(0));
    }
}

#[test]
fn nothing_in_gives_nothing_out() {
    for &codec in video_codecs() {
        let mut encoder = video_encoder(codec, config(32, 32)).unwrap();
        encoder.finish().unwrap();
        assert_eq!(encoder.next_packet(), None);
        assert_eq!(encoder.track(), None);
    }
}

#[test]
fn every_format_and_odd_sizes_are_taken() {
    let formats = [
        PixelFormat::I420,
        PixelFormat::Nv12,
        PixelFormat::Yuyv,
        PixelFormat::Uyvy,
        PixelFormat::Rgb,
        PixelFormat::Rgba,
        PixelFormat::Bgra,
    ];
    for &codec in video_codecs() {
        for (format, size) in formats.into_iter().zip([17, 16, 33, 19, 70, 23, 21]) {
            let size = FrameSize::new(size, size + 4);
            let mut encoder = video_encoder(codec, VideoConfig::new(track(), size)).unwrap();
            for n in 0..3_u8 {
                let data = vec![40 * n; format.packed_len(size)];
                let time = ms(i64::from(n));
                let frame =
                    media_recorder_types::VideoFrame::packed(format, size, data.into(), time);
                encoder.encode(&frame.unwrap(), false).unwrap();
            }
            encoder.finish().unwrap();
            assert_eq!(packets_of(&mut *encoder).len(), 3, "{codec:?} {format:?}");
        }
    }
}

#[test]
fn what_cannot_work_is_said_by_the_constructor() {
    let unsupported = |codec, width, height| {
        let refused = video_encoder(codec, config(width, height));
        let Err(EncodeError::Unsupported { reason, .. }) = refused.map(|_| ()) else {
            panic!("{codec:?} took {width}x{height}");
        };
        reason
    };
    let too_small = [(15, 16), (16, 15), (2, 2)].into_iter();
    for (width, height) in too_small.filter(|_| video_codecs().contains(&VideoCodec::Av1)) {
        assert_eq!(
            unsupported(VideoCodec::Av1, width, height),
            UnsupportedReason::Size {
                size: FrameSize::new(width, height),
                min: 16,
                max: 65_535
            }
        );
    }
    for &codec in video_codecs() {
        for (width, height) in [(0, 64), (64, 0), (70_000, 64)] {
            let reason = unsupported(codec, width, height);
            assert!(matches!(reason, UnsupportedReason::Size { .. }));
        }
    }
    let reason = unsupported(VideoCodec::Mjpeg, 64, 64);
    assert_eq!(reason, UnsupportedReason::NotBuilt);
}

#[test]
fn a_preset_starts_by_mode_and_changes_between_frames() {
    for &codec in video_codecs() {
        let config = config(64, 48);
        let size = config.size;
        let first = |config| video_encoder(codec, config).unwrap().preset();
        assert_eq!(first(config.clone()), Preset::Live);
        let offline = config.clone().with_mode(Mode::Offline);
        assert_eq!(first(offline.clone()), Preset::Quality);
        let chosen = offline.with_preset(Some(Preset::Fast));
        assert_eq!(first(chosen), Preset::Fast);

        let mut encoder = video_encoder(codec, config).unwrap();
        let presets = Preset::ALL.into_iter().chain(Preset::ALL.into_iter().rev());
        for (n, preset) in (0..).zip(presets) {
            encoder.set_preset(preset);
            assert!(n > 0 || encoder.preset() == preset, "{codec:?}");
            let time = ms(40 * i64::from(n));
            encoder.encode(&moving(size, n, time), false).unwrap();
        }
        encoder.finish().unwrap();
        let packets = packets_of(&mut *encoder);
        let keys: Vec<_> = packets.iter().map(|packet| packet.key).collect();
        assert_eq!(keys, [[true].as_slice(), &[false; 9]].concat(), "{codec:?}");
    }
}
