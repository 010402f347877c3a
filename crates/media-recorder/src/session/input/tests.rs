use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use media_recorder_capture::VideoFormat;
use media_recorder_encode::{EncodeError, Mode, Parallelism, Preset, VideoEncoder};
use media_recorder_state::{KeyFrameInterval, KeyFramePolicy};
use media_recorder_types::{
    Codec, ColorInfo, FrameSize, MediaTrack, Packet, PixelFormat, TrackId, VideoCodec, VideoFrame,
    VideoTrack,
};

use super::*;
use crate::options::{DegradationPreference, SizeChange};
use crate::session::controller::LiveController;
use crate::session::credit::{Credit, Limits};
use crate::session::encoders::{EncoderRecipe, TrackEncoder};
use crate::session::renewal::Renewal;
use crate::session::sizes::SizePolicy;
use crate::session::worker::Worker;
use crate::stream::{EncodedFrame, EncodedSettings, SourceId, TrackSettings};

const SIZE: FrameSize = FrameSize::new(2, 2);

fn ms(n: i64) -> MediaTime {
    MediaTime::from_millis(n)
}

fn format() -> VideoFormat {
    VideoFormat {
        size: SIZE,
        rate: None,
        color: ColorInfo::SRGB,
        label: String::new(),
    }
}

/// Makes an empty packet of each frame; at the end only, if it is to fail there.
#[derive(Default)]
struct Packets {
    packets: Vec<Packet>,
    failure: Option<EncodeError>,
    /// Packets are ready one by one, and to finish while some are missing fails.
    trickles: bool,
    /// The next one was not ready, but is when it is asked for again.
    pauses: bool,
}

impl VideoEncoder for Packets {
    fn encode(&mut self, frame: &VideoFrame, key: bool) -> Result<(), EncodeError> {
        let packet = Packet::new(
            TrackId::FIRST,
            Default::default(),
            frame.time,
            MediaTime::ZERO,
        );
        self.packets.insert(0, packet.with_key(key));
        Ok(())
    }

    fn finish(&mut self) -> Result<(), EncodeError> {
        if self.trickles && !self.packets.is_empty() {
            return Err(EncodeError::Finished);
        }
        self.failure.take().map_or(Ok(()), Err)
    }

    fn backlog(&self) -> (usize, usize) {
        (if self.trickles { self.packets.len() } else { 0 }, 0)
    }

    fn set_preset(&mut self, _preset: Preset) {}

    fn preset(&self) -> Preset {
        Preset::Live
    }

    fn next_packet(&mut self) -> Option<Packet> {
        if self.failure.is_some() {
            return None;
        }
        self.pauses = self.trickles && !self.pauses;
        if self.pauses {
            return None;
        }
        self.packets.pop()
    }

    fn track(&self) -> Option<&MediaTrack> {
        None
    }
}

fn picture(time: MediaTime) -> Media {
    let pixels = vec![0; PixelFormat::Rgba.packed_len(SIZE)].into();
    Media::Video(VideoFrame::packed(PixelFormat::Rgba, SIZE, pixels, time).unwrap())
}

/// A live track whose recording began at capture time `start`.
fn live_input(start: MediaTime) -> (MediaStreamTrack, Arc<TrackInput>, Receiver<Message>) {
    live_input_of(start, TrackSettings::Video(format()))
}

fn live_input_of(
    start: MediaTime,
    settings: TrackSettings,
) -> (MediaStreamTrack, Arc<TrackInput>, Receiver<Message>) {
    let feed = Feed::new(Timing::Live, WhilePaused::GoesOn, SourceId::unique());
    let track = MediaStreamTrack::new(settings, &feed);
    let counters = Arc::new(TrackCounters::new(Codec::Video(VideoCodec::Vp9)));
    let (sender, receiver) = channel();
    let sleep = Arc::new(SleepWatch::new(start));
    let input = Arc::new(TrackInput::new(
        0,
        &track,
        start,
        counters,
        sender,
        Arc::clone(&sleep),
    ));
    sleep.watch(vec![Arc::downgrade(&input)]);
    (track, input, receiver)
}

/// Encodes what is in the queue, up to its end; the packets' times.
fn encode(input: &Arc<TrackInput>, messages: &Receiver<Message>) -> Vec<i64> {
    encode_with(input, messages, Packets::default(), None)
}

fn encode_with(
    input: &Arc<TrackInput>,
    messages: &Receiver<Message>,
    encoder: Packets,
    controller: Option<LiveController>,
) -> Vec<i64> {
    let worker = Worker {
        index: 0,
        input: Arc::clone(input),
        recipe: EncoderRecipe {
            codec: Codec::Video(VideoCodec::Vp9),
            id: TrackId::FIRST,
            settings: TrackSettings::Video(format()),
            bits_per_second: 1,
            constant_bitrate: false,
            key_frames: KeyFrameInterval::default(),
            size_change: SizeChange::default(),
            mode: Mode::RealTime,
            preset: None,
            parallelism: Parallelism::Auto,
            hold_back: false,
        },
        renewal: Arc::new(Renewal::new(1)),
        encoder: TrackEncoder::Video {
            encoder: Box::new(encoder),
            keys: KeyFramePolicy::new(KeyFrameInterval::default()),
            sizes: SizePolicy::new(SIZE, SizeChange::default()),
        },
        controller,
        credit: Arc::new(Credit::new(
            1,
            Limits {
                packets: 1000,
                bytes: 0,
            },
        )),
        messages: input.messages.clone(),
        last: None,
        described: false,
        busy: Duration::ZERO,
        without_packet: 0,
    };
    worker.run();
    let packets = messages.try_iter().filter_map(|message| match message {
        Message::Packet(_, packet) => Some(packet.time.as_millis()),
        _ => None,
    });
    packets.collect()
}

#[test]
fn what_an_encoder_has_at_the_end_is_sent_as_it_comes() {
    let start = clock::now();
    let (_track, input, messages) = live_input(start);
    for n in 0..10 {
        input.push(picture(start.saturating_add(ms(10 * n))), false);
    }
    input.stop(start.saturating_add(ms(1000)));
    let encoder = Packets {
        trickles: true,
        ..Packets::default()
    };
    let times = encode_with(&input, &messages, encoder, None);
    assert_eq!(times, (0..10).map(|n| 10 * n).collect::<Vec<_>>());
}

#[test]
fn an_encoder_that_does_not_keep_up_costs_frames_and_they_are_counted() {
    let start = clock::now();
    let (_track, input, messages) = live_input(start);
    // Not one of 50 frames has been encoded yet.
    for n in 0..50 {
        input.push(picture(start.saturating_add(ms(10 * n))), false);
    }
    assert_eq!(input.queue.depth(), (30, 30));
    input.stop(start.saturating_add(ms(1000)));
    // What was taken in is encoded, at its own times.
    let times = encode(&input, &messages);
    assert_eq!(times, (0..30).map(|n| 10 * n).collect::<Vec<_>>());
    let counters = &input.counters;
    assert_eq!(
        (
            counters.frames_in.get(),
            counters.packets.get(),
            counters.dropped.get()
        ),
        (50, 30, 20)
    );
}

#[test]
fn what_was_encoded_before_a_failure_at_the_end_counts() {
    let start = clock::now();
    let (_track, input, messages) = live_input(start);
    (0..3).for_each(|n| input.push(picture(start.saturating_add(ms(10 * n))), false));
    input.stop(start.saturating_add(ms(1000)));
    let encoder = Packets {
        failure: Some(EncodeError::Finished),
        ..Packets::default()
    };
    assert_eq!(encode_with(&input, &messages, encoder, None), [0, 10, 20]);
}

#[test]
fn frames_of_a_pause_are_neither_recorded_nor_counted() {
    let start = clock::now();
    let at = |n: i64| start.saturating_add(ms(n));
    let (_track, input, messages) = live_input(start);
    input.push(picture(at(0)), false);
    input.pause(at(20));
    (1..40).for_each(|n| input.push(picture(at(20 + 4 * n)), false));
    input.resume(at(200));
    assert_eq!(input.queue.depth(), (30, 30));
    input.stop(at(1000));
    assert_eq!(encode(&input, &messages), [0]);
    assert_eq!(input.counters.frames_in.get(), 1);
    assert_eq!(input.counters.dropped.get(), 0);
}

#[test]
fn a_source_that_stands_still_is_repeated_and_one_that_ended_is_not() {
    let start = clock::now();
    let at = |n: i64| start.saturating_add(ms(n));
    let (_track, input, messages) = live_input(start);
    input.push(picture(start), false);
    (1..30).for_each(|n| input.tick(at(200 * n), false));
    input.ended(None);
    (30..60).for_each(|n| input.tick(at(200 * n), false));
    let times = encode(&input, &messages);
    assert_eq!(times[0], 0);
    assert!((4..=6).contains(&times.len()), "{times:?}");
    assert_eq!(input.counters.frames_in.get(), 1);
    assert_eq!(input.counters.repeated.get(), times.len() as u64 - 1);
}

#[test]
fn what_the_machine_slept_through_leaves_no_gap() {
    let start = clock::now();
    let at = |n: i64| start.saturating_add(ms(n));
    let (_track, input, messages) = live_input(start);
    input.push(picture(at(0)), false);
    input.sleep.tick(at(100));
    input.sleep.tick(at(3_600_000));
    input.tick(at(3_600_000), false);
    input.tick(at(3_603_000), false);
    input.stop(at(3_604_000));
    // A picture after 100 ms and 2750 ms of being awake.
    assert_eq!(encode(&input, &messages), [0, 2850]);
}

#[test]
fn a_lower_frame_rate_leaves_pictures_out_before_the_encoder() {
    let mut controller = LiveController::new(
        VideoCodec::Vp9,
        Preset::Live,
        true,
        DegradationPreference::default(),
    );
    let long_ago = MediaTime::from_secs(-1000);
    controller.observe(ms(0), long_ago, ms(2000).to_duration().unwrap(), (10, 10));
    assert_eq!(controller.pace().frame_rate_divisor, 2);
    let start = clock::now();
    let (_track, input, messages) = live_input(start);
    // Fewer than would lower it further.
    for n in 0..4 {
        input.push(picture(start.saturating_add(ms(10 * n))), false);
    }
    input.stop(start.saturating_add(ms(1000)));
    let times = encode_with(&input, &messages, Packets::default(), Some(controller));
    assert_eq!(times, [10, 30]);
    let counters = &input.counters;
    assert_eq!((counters.frames_in.get(), counters.skipped.get()), (4, 2));
    assert_eq!(counters.dropped.get(), 0);
}

#[test]
fn a_packet_after_a_hole_says_so() {
    let video = VideoTrack {
        codec: VideoCodec::Vp8,
        size: SIZE,
        rate: None,
        color: ColorInfo::UNSPECIFIED,
    };
    let format = MediaTrack::video(TrackId::FIRST, video, Default::default());
    let format = Arc::new(format);
    let settings = Arc::new(EncodedSettings::new(Arc::clone(&format)));
    let start = clock::now();
    let (_track, input, _messages) = live_input_of(start, TrackSettings::Encoded(settings));
    let (_, places) = input.queue.depth();
    let push = |n: i64, silenced| {
        let time = start.saturating_add(ms(n));
        let packet = Packet::new(TrackId::FIRST, Default::default(), time, ms(1));
        let format = Arc::clone(&format);
        input.push(Media::Encoded(EncodedFrame { format, packet }), silenced);
    };
    let taken = || input.queue.pop().map(|queued| queued.after_hole);
    // One more than there is room for.
    (0..=places as i64).for_each(|n| push(n, false));
    assert_eq!(input.counters.dropped.get(), 1);
    (0..places).for_each(|_| assert_eq!(taken(), Some(false)));
    push(100, false);
    push(101, false);
    assert_eq!((taken(), taken()), (Some(true), Some(false)));
    push(102, true);
    push(103, false);
    assert_eq!(input.counters.skipped.get(), 1);
    assert_eq!(taken(), Some(true));
    assert_eq!(input.queue.depth().0, 0);
}
