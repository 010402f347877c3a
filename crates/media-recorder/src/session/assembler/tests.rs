//! The assembler without threads: order, offsets, ends, and where the bytes go.

use bytes::Bytes;
use media_recorder_encode::{VideoConfig, video_encoder};
use media_recorder_mux::{MatroskaOptions, MatroskaWriter};
use media_recorder_types::{
    AudioCodec, AudioTrack, ColorInfo, FrameSize, PcmFormat, PixelFormat, VideoCodec, VideoFrame,
    VideoTrack,
};

use super::*;

fn ms(millis: i64) -> MediaTime {
    MediaTime::from_millis(millis)
}

fn assembler(tracks: usize, live: bool) -> Assembler {
    let muxer = Box::new(MatroskaWriter::new(MatroskaOptions::matroska()));
    Assembler::new(
        muxer,
        tracks,
        live,
        Slicer::new(None),
        "video/x-matroska".into(),
    )
}

fn sound_track(index: usize) -> MediaTrack {
    let audio = AudioTrack {
        codec: AudioCodec::Pcm(PcmFormat::S16),
        sample_rate: 1000,
        channels: 1,
        codec_delay: MediaTime::ZERO,
        seek_pre_roll: MediaTime::ZERO,
    };
    MediaTrack::audio(track_id(index).unwrap(), audio, Bytes::new())
}

fn sound(index: usize, time: i64) -> Packet {
    let data = Bytes::from(vec![index as u8; 40]);
    Packet::new(track_id(index).unwrap(), data, ms(time), ms(20)).with_key(true)
}

fn picture_track(index: usize) -> MediaTrack {
    let video = VideoTrack {
        codec: VideoCodec::Vp8,
        size: FrameSize::new(16, 16),
        rate: None,
        color: ColorInfo::UNSPECIFIED,
    };
    MediaTrack::video(track_id(index).unwrap(), video, Bytes::new())
}

/// Of VP8 (RFC 6386 §9.1), as far as a container looks.
fn picture(index: usize, time: i64, key: bool) -> Packet {
    let data: &[u8] = if key {
        &[0x10, 0, 0, 0x9d, 0x01, 0x2a, 16, 0, 16, 0]
    } else {
        &[0x11, 0, 0]
    };
    let data = Bytes::from_static(data);
    Packet::new(track_id(index).unwrap(), data, ms(time), ms(40)).with_key(key)
}

/// **No byte of a packet is copied between the encoder and the caller.**
#[test]
fn a_packet_of_the_encoder_is_a_part_of_the_blob() {
    let size = FrameSize::new(64, 48);
    let config = VideoConfig::new(track_id(0).unwrap(), size);
    let mut encoder = video_encoder(VideoCodec::Vp9, config).unwrap();
    let mut assembler = assembler(1, false);
    let mut places = Vec::new();
    for n in 0..5_u8 {
        let pixels = vec![n * 50; PixelFormat::Rgba.packed_len(size)];
        let time = ms(40 * i64::from(n));
        let frame = VideoFrame::packed(PixelFormat::Rgba, size, pixels.into(), time).unwrap();
        encoder.encode(&frame, n == 0).unwrap();
        while let Some(packet) = encoder.next_packet() {
            assembler.describe(0, encoder.track().unwrap().clone());
            places.push((packet.data.as_ptr(), packet.data.len()));
            assembler.packet(0, packet).unwrap();
        }
    }
    assembler.finished(0, None).unwrap();
    assembler.finish(false).unwrap();
    let blob = assembler.deliver().unwrap().data;
    assert_eq!(places.len(), 5);
    for place in places {
        assert!(
            blob.parts()
                .any(|part| (part.as_ptr(), part.len()) == place)
        );
    }
}

#[test]
fn the_earliest_sample_is_at_zero_and_offsets_are_kept() {
    let mut assembler = assembler(2, false);
    for (index, start) in [(0, 530), (1, 500)] {
        assembler.describe(index, sound_track(index));
        assembler.packet(index, sound(index, start)).unwrap();
    }
    assembler.packet(1, sound(1, 520)).unwrap();
    for index in 0..2 {
        assembler.ended(index);
        assembler.finished(index, None).unwrap();
    }
    assembler.finish(false).unwrap();
    assert_eq!(
        assembler.duration(),
        ms(50),
        "the first track ends 550 − 500 ms in"
    );
}

#[test]
fn a_track_that_ran_ahead_is_cut_where_the_recording_was_stopped() {
    for (ended, duration) in [(false, 40), (true, 200)] {
        let mut assembler = assembler(2, false);
        for (index, packets) in [(0, 2), (1, 10)] {
            assembler.describe(index, sound_track(index));
            for n in 0..packets {
                assembler.packet(index, sound(index, n * 20)).unwrap();
            }
        }
        if ended {
            assembler.ended(0);
            assembler.ended(1);
        }
        for index in 0..2 {
            assembler.finished(index, None).unwrap();
        }
        assembler.finish(false).unwrap();
        assert_eq!(assembler.duration(), ms(duration));
    }
}

#[test]
fn a_live_recording_goes_on_without_a_track_that_delivers_nothing() {
    for (live, passed) in [(true, true), (false, false)] {
        let mut assembler = assembler(2, live);
        assembler.describe(0, sound_track(0));
        let mut through = 0;
        for n in 0..=501 {
            assembler.packet(0, sound(0, n * 20)).unwrap();
            through += assembler.take_passage(0).passed;
        }
        assert_eq!(through > 0, passed);
        // What it delivers after all is counted as lost.
        assembler.packet(1, sound(1, 0)).unwrap();
        assert_eq!(assembler.take_passage(1).late > 0, live);
    }
}

/// A canvas that is painted once a second, whose encoder looks five pictures ahead, beside sound.
#[test]
fn pictures_that_come_seldom_and_late_are_waited_for() {
    let mut assembler = assembler(2, true);
    assembler.describe(0, sound_track(0));
    for second in 0..20 {
        for n in second * 50..(second + 1) * 50 {
            assembler.packet(0, sound(0, n * 20)).unwrap();
        }
        let Some(coded) = second.checked_sub(5).filter(|&coded| coded >= 0) else {
            continue;
        };
        assembler.describe(1, picture_track(1));
        let packet = picture(1, coded * 1000, coded == 0);
        assembler.packet(1, packet).unwrap();
    }
    assert_eq!(assembler.take_passage(0).late, 0);
    let pictures = assembler.take_passage(1);
    assert!(pictures.late == 0 && pictures.passed > 10, "{pictures:?}");
}

#[test]
fn a_picture_that_is_lost_takes_those_with_it_that_are_built_on_it() {
    let mut assembler = assembler(2, true);
    assembler.describe(0, sound_track(0));
    assembler.describe(1, picture_track(1));
    for n in 0..600 {
        assembler.packet(0, sound(0, n * 20)).unwrap();
    }
    // The first of these comes too late, the others would not.
    for (time, key) in [(0, true), (11_500, false), (11_600, false), (11_700, true)] {
        assembler.packet(1, picture(1, time, key)).unwrap();
    }
    assembler.finished(1, None).unwrap();
    assembler.finished(0, None).unwrap();
    assembler.finish(false).unwrap();
    let pictures = assembler.take_passage(1);
    assert_eq!((pictures.late, pictures.passed), (3, 4));
}

#[test]
fn the_last_picture_of_a_live_track_is_shown_until_the_stop() {
    for (ended, duration) in [(false, 500), (true, 40)] {
        let mut assembler = assembler(1, true);
        assembler.describe(0, picture_track(0));
        assembler.packet(0, picture(0, 0, true)).unwrap();
        if ended {
            assembler.ended(0);
        }
        assembler.finished(0, Some(ms(500))).unwrap();
        assembler.finish(false).unwrap();
        assert_eq!(assembler.duration(), ms(duration));
    }
}

#[test]
fn what_lies_before_a_beginning_settled_without_it_is_lost_and_nothing_else() {
    let mut assembler = assembler(2, true);
    assembler.describe(0, sound_track(0));
    assembler.describe(1, sound_track(1));
    for n in 50..=551 {
        assembler.packet(0, sound(0, n * 20)).unwrap();
    }
    assembler.packet(1, sound(1, 0)).unwrap();
    assert_eq!(assembler.take_passage(1).late, 1);
    for n in 552..600 {
        assembler.packet(0, sound(0, n * 20)).unwrap();
        assembler.packet(1, sound(1, n * 20)).unwrap();
    }
    assert_eq!(assembler.take_passage(1).late, 0);
}

#[test]
fn a_slice_that_was_complete_before_a_refused_packet_is_not_lost() {
    let mut assembler = assembler(1, false);
    assembler.set_timeslice(Some(ms(20)));
    assembler.describe(0, sound_track(0));
    assembler.packet(0, sound(0, 0)).unwrap();
    let empty = Packet::new(track_id(0).unwrap(), Bytes::new(), ms(20), ms(20));
    assert!(assembler.packet(0, empty.with_key(true)).is_err());
    let due = assembler.take_due();
    assert!(
        due[0].data.parts().any(|part| part.len() == 40),
        "the first packet's payload"
    );
}

#[test]
fn a_recording_without_a_packet_is_an_empty_blob() {
    let mut assembler = assembler(1, true);
    assembler.finished(0, Some(ms(100))).unwrap();
    assembler.finish(false).unwrap();
    assert_eq!(assembler.deliver().unwrap().data.size(), 0);
}
