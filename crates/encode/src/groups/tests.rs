//! Groups of pictures by a codec that is none: fast, and as late, large or broken as a test
//! wants it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use bytes::Bytes;
use media_recorder_types::{
    Codec, ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, PixelFormat, Rate, TrackId,
    VideoCodec, VideoFrame, VideoTrack,
};

use super::grouping::Grouping;
use super::*;
use crate::rate::{QuantizerScale, RateControl};

const SIZE: FrameSize = FrameSize::new(8, 4);
const TARGET: u32 = 1_000_000;

/// What the first pixel of a picture makes of its frame.
const PANICS: u8 = 255;
const FAILS: u8 = 254;
const CHANGES_ITS_HEADER: u8 = 253;

/// Writes what it got into its packets: the picture's second pixel, the preset, and the frames
/// since the key frame; as much of it as a codec would need for such a picture.
struct Fake {
    rate: RateControl,
    preset: Preset,
    since_key: u8,
    packets: VecDeque<Packet>,
    track: Option<MediaTrack>,
    /// Decides how often it lets other threads pass.
    dawdle: u64,
    /// Hangs up when it is dropped.
    _alive: Option<Sender<()>>,
}

impl Fake {
    fn new(dawdle: u64) -> Self {
        Self {
            rate: RateControl::new(&QuantizerScale::VP9, TARGET, Rate::new(30, 1), 640 * 360),
            preset: Preset::Live,
            since_key: 0,
            packets: VecDeque::new(),
            track: None,
            dawdle,
            _alive: None,
        }
    }
}

impl VideoEncoder for Fake {
    fn encode(&mut self, frame: &VideoFrame, key: bool) -> Result<(), EncodeError> {
        self.dawdle = noise(self.dawdle);
        (0..self.dawdle % 20).for_each(|_| thread::yield_now());
        let pixels = &frame.planes()[0].data;
        match pixels[0] {
            PANICS => panic!("a broken codec"),
            FAILS => return Err(failure("no")),
            _ => {}
        }
        let private = if pixels[0] == CHANGES_ITS_HEADER {
            1
        } else {
            0
        };
        let video = VideoTrack {
            codec: VideoCodec::Vp9,
            size: SIZE,
            rate: None,
            color: frame.color,
        };
        let private = Bytes::from(vec![private]);
        self.track
            .get_or_insert(MediaTrack::video(TrackId::FIRST, video, private));
        self.since_key = if key { 0 } else { self.since_key + 1 };
        let quantizer = self.rate.quantizer(frame.time, key);
        let step = (QuantizerScale::VP9.step)(quantizer);
        let at_step = if key {
            2e4 / step.powf(0.6)
        } else {
            1e5 / step.powf(1.1)
        };
        let bytes = f64::from(pixels[2]) * at_step / 8.0;
        self.rate.spent(bytes as usize);
        let mut data = vec![0; 3.max(bytes as usize)];
        data[..3].copy_from_slice(&[pixels[1], self.preset as u8, self.since_key]);
        let packet = Packet::new(TrackId::FIRST, data.into(), frame.time, MediaTime::ZERO);
        self.packets.push_back(packet.with_key(key));
        Ok(())
    }

    fn set_preset(&mut self, preset: Preset) {
        self.preset = preset;
    }

    fn preset(&self) -> Preset {
        self.preset
    }

    fn finish(&mut self) -> Result<(), EncodeError> {
        Ok(())
    }

    fn next_packet(&mut self) -> Option<Packet> {
        self.packets.pop_front()
    }

    fn track(&self) -> Option<&MediaTrack> {
        self.track.as_ref()
    }
}

fn failure(message: &str) -> EncodeError {
    EncodeError::Codec {
        codec: Codec::Video(VideoCodec::Vp9),
        message: message.to_owned(),
    }
}

fn noise(n: u64) -> u64 {
    n.wrapping_add(1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(29)
}

fn grouping(lanes: usize, longest: usize) -> Grouping {
    Grouping {
        workers: lanes,
        lanes,
        longest,
        first: 16,
        pictures: lanes * longest,
        held: 0,
    }
}

fn config() -> VideoConfig {
    VideoConfig::new(TrackId::FIRST, SIZE).with_rate(Rate::new(30, 1))
}

/// An encoder whose lanes dawdle as `seed` has it.
fn encoder(grouping: Grouping, seed: u64) -> GroupEncoder {
    let lanes = AtomicUsize::new(0);
    let make = || {
        let lane = lanes.fetch_add(1, Ordering::Relaxed) as u64;
        Ok(Box::new(Fake::new(noise(seed ^ noise(lane)))) as Box<dyn VideoEncoder>)
    };
    GroupEncoder::new(VideoCodec::Vp9, &config(), grouping, make).expect("threads")
}

/// A picture that says what is to become of it, its number, and how complex it is.
fn picture(what: u8, number: u8, complexity: u8, time: MediaTime) -> VideoFrame {
    let mut data = vec![0; PixelFormat::I420.packed_len(SIZE)];
    data[..3].copy_from_slice(&[what, number, complexity]);
    VideoFrame::packed(PixelFormat::I420, SIZE, data.into(), time).expect("a whole picture")
}

/// Irregular, and each exactly known.
fn time(n: u8) -> MediaTime {
    MediaTime::from_millis(i64::from(n) * 33 + i64::from(n % 3))
}

fn good(n: u8) -> VideoFrame {
    picture(0, n, 9, time(n))
}

fn drain(encoder: &mut GroupEncoder) -> Vec<Packet> {
    std::iter::from_fn(|| encoder.next_packet()).collect()
}

fn encode(encoder: &mut GroupEncoder, frames: u8, keys: &[u8]) -> Vec<Packet> {
    let mut packets = Vec::new();
    for n in 0..frames {
        encoder
            .encode(&good(n), keys.contains(&n))
            .expect("a good frame");
        packets.extend(drain(encoder));
    }
    encoder.finish().expect("good frames");
    packets.extend(drain(encoder));
    packets
}

#[test]
fn one_packet_per_frame_in_order_at_its_time() {
    for lanes in [2, 3, 8] {
        let mut encoder = encoder(grouping(lanes, 10), 1);
        let packets = encode(&mut encoder, 48, &[0, 7, 40]);
        let numbers: Vec<u8> = packets.iter().map(|packet| packet.data[0]).collect();
        assert_eq!(numbers, (0..48).collect::<Vec<u8>>());
        for (packet, n) in packets.iter().zip(0..) {
            assert_eq!(packet.time, time(n));
            let next = if n == 47 {
                packet.duration
            } else {
                time(n + 1).saturating_sub(time(n))
            };
            assert_eq!(packet.duration, next);
        }
        assert_eq!(packets[47].duration, MediaTime::from_nanos(33_333_333));
        assert!(encoder.busy().is_some_and(|busy| !busy.is_zero()));
        assert_eq!(encoder.workers(), lanes);
        // Where they were asked for, and where a group would be longer than ten.
        let keys: Vec<usize> = (0..48).filter(|&n| packets[n].key).collect();
        assert_eq!(keys, [0, 7, 17, 27, 37, 40]);
        assert!(
            packets
                .iter()
                .all(|packet| packet.key == (packet.data[2] == 0))
        );
        assert!(encoder.track().is_some());
    }
}

#[test]
fn the_track_is_there_with_the_first_packet() {
    let mut encoder = encoder(grouping(2, 4), 5);
    for n in 0..40 {
        encoder.encode(&good(n), false).unwrap();
        if encoder.next_packet().is_some() {
            assert!(encoder.track().is_some());
        }
    }
}

#[test]
fn delays_change_nothing_in_what_comes_out() {
    for lanes in [2, 3, 5] {
        for held in [0, 5, 40] {
            let grouping = Grouping {
                pictures: lanes * 6 + held,
                held,
                ..grouping(lanes, 6)
            };
            let run = |seed| encode(&mut encoder(grouping, seed), 100, &[0, 50]);
            let expected = run(0);
            for seed in 1..8 {
                assert!(run(seed) == expected, "{lanes} lanes, seed {seed}");
            }
        }
    }
}

#[test]
fn at_the_end_packets_come_as_they_are_ready() {
    let grouping = Grouping {
        held: 30,
        pictures: 60,
        ..grouping(2, 100)
    };
    let mut packets = encode(&mut encoder(grouping, 8), 100, &[0]);
    let mut encoder = encoder(grouping, 9);
    (0..100).for_each(|n| encoder.encode(&good(n), false).unwrap());
    assert!(encoder.backlog().0 >= 30, "some wait to be shared out");
    encoder.begin_finish();
    assert_eq!(
        encoder.encode(&good(100), false),
        Err(EncodeError::Finished)
    );
    let mut trickled = Vec::new();
    while encoder.backlog().0 > 0 {
        trickled.extend(drain(&mut encoder));
        thread::yield_now();
    }
    trickled.extend(drain(&mut encoder));
    assert_eq!(trickled.len(), 100, "all are there before it is finished");
    encoder.finish().unwrap();
    assert_eq!(encoder.next_packet(), None);
    assert!(trickled == packets);
    // The first lane gets the first half, and the second one the rest.
    packets.retain(|packet| packet.key);
    let keys: Vec<u8> = packets.iter().map(|packet| packet.data[0]).collect();
    assert_eq!(keys, [0, 50]);
}

#[test]
fn a_refused_frame_changes_nothing() {
    let expected = encode(&mut encoder(grouping(2, 6), 3), 40, &[]);
    let mut disturbed = encoder(grouping(2, 6), 4);
    let mut packets = Vec::new();
    for n in 0..40 {
        let colored = good(n).with_color(ColorInfo::BT601);
        if n > 0 {
            let refused = [&good(n - 1), &colored].map(|frame| disturbed.encode(frame, true));
            assert!(matches!(refused[0], Err(EncodeError::OutOfOrder { .. })));
            assert!(matches!(refused[1], Err(EncodeError::Color { .. })));
        }
        disturbed.encode(&good(n), false).unwrap();
        packets.extend(drain(&mut disturbed));
    }
    disturbed.finish().unwrap();
    disturbed.finish().unwrap();
    assert_eq!(
        disturbed.encode(&good(41), false),
        Err(EncodeError::Finished)
    );
    packets.extend(drain(&mut disturbed));
    assert!(packets == expected);
}

#[test]
fn a_preset_is_for_the_frames_that_follow() {
    let mut encoder = encoder(grouping(3, 5), 1);
    for n in 0..40 {
        if n == 13 {
            encoder.set_preset(Preset::Quality);
            assert_eq!(encoder.preset(), Preset::Quality);
        }
        encoder.encode(&good(n), false).unwrap();
    }
    encoder.finish().unwrap();
    for (packet, n) in drain(&mut encoder).iter().zip(0..) {
        let expected = if n < 13 {
            Preset::Live
        } else {
            Preset::Quality
        };
        assert_eq!(packet.data[1], expected as u8, "frame {n}");
    }
}

#[test]
fn a_codec_that_fails_or_panics_is_an_error_and_what_was_before_comes_out() {
    for (what, message) in [(PANICS, "a broken codec"), (FAILS, "no")] {
        for at in [0, 1, 17, 39] {
            let mut encoder = encoder(grouping(2, 6), at.into());
            let frames = (0..40).map(|n| {
                if n == at {
                    picture(what, n, 9, time(n))
                } else {
                    good(n)
                }
            });
            let refused = frames
                .map(|frame| encoder.encode(&frame, false))
                .find(Result::is_err);
            if let Some(refused) = refused.clone() {
                assert_eq!(refused, Err(failure(message)));
                assert_eq!(encoder.encode(&good(50), false), refused);
            }
            let finished = encoder.finish();
            // It is told once.
            assert_eq!(finished.is_err(), refused.is_none());
            assert_eq!(encoder.finish(), Ok(()));
            let numbers: Vec<u8> = drain(&mut encoder)
                .iter()
                .map(|packet| packet.data[0])
                .collect();
            assert_eq!(numbers, (0..at).collect::<Vec<u8>>());
        }
    }
}

#[test]
fn groups_with_another_header_are_an_error() {
    let mut encoder = encoder(grouping(2, 6), 0);
    for n in 0..12 {
        let what = if n == 6 { CHANGES_ITS_HEADER } else { 0 };
        let _ = encoder.encode(&picture(what, n, 9, time(n)), false);
    }
    let again = encoder.encode(&good(12), false);
    assert!(again.is_err() || encoder.finish().is_err());
}

/// Pixels that are counted while they live.
struct Counted(Vec<u8>, Arc<AtomicUsize>);

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn no_more_pictures_are_held_than_allowed() {
    for (lanes, pictures, held) in [(2, 3, 0), (3, 9, 4), (4, 40, 0), (4, 40, 30)] {
        let grouping = Grouping {
            pictures,
            held,
            ..grouping(lanes, 8)
        };
        let mut encoder = encoder(grouping, 7);
        let alive = Arc::new(AtomicUsize::new(0));
        for n in 0..100 {
            let data = vec![n; PixelFormat::I420.packed_len(SIZE)];
            let now = alive.fetch_add(1, Ordering::SeqCst) + 1;
            // Those that wait, those that are just done, and this one.
            assert!(now <= pictures + lanes + 1, "{now} pictures");
            let data = Bytes::from_owner(Counted(data, Arc::clone(&alive)));
            let frame = VideoFrame::packed(PixelFormat::I420, SIZE, data, time(n)).unwrap();
            encoder.encode(&frame, false).unwrap();
        }
        encoder.finish().unwrap();
        assert_eq!(alive.load(Ordering::SeqCst), 0);
    }
}

#[test]
fn pictures_wait_in_i420_and_in_the_colour_of_the_stream() {
    let mut encoder = encoder(grouping(2, 2), 0);
    for n in 0..8 {
        let green = [0, n, 9, 255].repeat(SIZE.pixels() as usize);
        let format = if n % 2 == 0 {
            PixelFormat::Rgba
        } else {
            PixelFormat::I420
        };
        let data = green[..format.packed_len(SIZE)].to_vec();
        let frame = VideoFrame::packed(format, SIZE, data.into(), time(n)).unwrap();
        encoder.encode(&frame, false).unwrap();
    }
    // The second lane began with I420, which says nothing of its colour.
    encoder.finish().unwrap();
    assert_eq!(drain(&mut encoder).len(), 8);
    let media_recorder_types::TrackMedia::Video(video) = &encoder.track().unwrap().media else {
        panic!("not video");
    };
    assert_eq!(video.color, ColorInfo::BT709);
}

#[test]
fn dropped_in_the_middle_it_leaves_nothing_behind() {
    for frames in [0, 1, 5, 24] {
        let (alive, all_gone) = channel();
        let make = || {
            let mut fake = Fake::new(frames.into());
            fake._alive = Some(alive.clone());
            Ok(Box::new(fake) as Box<dyn VideoEncoder>)
        };
        let mut encoder =
            GroupEncoder::new(VideoCodec::Vp9, &config(), grouping(3, 8), make).unwrap();
        drop(alive);
        for n in 0..frames {
            encoder.encode(&good(n), false).unwrap();
        }
        drop(encoder);
        // Comes back as soon as the last lane is dropped, which its worker may have to do.
        assert!(all_gone.recv().is_err());
    }
}

#[test]
fn all_lanes_together_keep_the_bitrate() {
    for lanes in [1, 2, 4, 6] {
        for seed in 0..6 {
            let mut encoder = encoder(grouping(lanes, 30), seed);
            let (mut bytes, mut seconds) = (0, [0; 30]);
            for n in 0..900_u64 {
                // Scenes that differ by a factor of three.
                let scene = 80 + noise(seed ^ noise(n / 80)) % 160;
                let time = MediaTime::from_nanos(n as i64 * 33_333_333);
                let complexity = scene * (70 + noise(n) % 60) / 130;
                let frame = picture(0, 0, complexity as u8, time);
                encoder.encode(&frame, false).unwrap();
            }
            encoder.finish().unwrap();
            for packet in drain(&mut encoder) {
                bytes += packet.data.len();
                seconds[(packet.time.as_millis() / 1000) as usize] += packet.data.len() * 8;
            }
            let off = bytes as f64 * 8.0 / 30.0 / f64::from(TARGET) - 1.0;
            assert!(
                off.abs() < 0.05,
                "{lanes} lanes, seed {seed}: {:+.1} %",
                off * 100.0
            );
            let most = seconds.iter().max().expect("thirty");
            assert!(
                *most < 2 * TARGET as usize,
                "{lanes} lanes, seed {seed}: {seconds:?}"
            );
        }
    }
}
