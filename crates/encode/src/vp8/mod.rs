//! VP8 (RFC 6386) by `media-recorder-vp8`, which keeps the bitrate itself.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use std::time::Duration;

use bytes::Bytes;
use media_recorder_types::{
    Codec, FrameSize, MediaTime, MediaTrack, Rate, VideoCodec, VideoFrame, VideoTrack,
};
use media_recorder_vp8::{Config, Encoder, Picture, RateControl, Speed};

use crate::convert::{I420Buffer, planes_of};
use crate::video::{Encoded, OneByOne, PictureCodec, StreamColor};
use crate::{EncodeError, Preset, UnsupportedReason, VideoConfig};

/// The largest side (RFC 6386 §9.1: 14 bits).
const MAX_SIDE: u32 = 16_383;
/// A rate may be so high that a frame is shown for less, which the codec takes for no time.
const SHORTEST_FRAME: Duration = Duration::from_nanos(1);
/// No frame is taken to be shown for longer: what it then saved up would come as a burst.
const LONGEST_FRAME: Duration = Duration::from_secs(10);
/// Rows of macroblocks that keep another thread busy: each waits for the one above.
const ROWS_PER_THREAD: u32 = 4;
const MACROBLOCK: u32 = 16;

pub(crate) fn encoder(config: VideoConfig) -> Result<OneByOne<impl PictureCodec>, EncodeError> {
    Ok(OneByOne::new(Vp8::new(&config)?, &config))
}

struct Vp8 {
    config: VideoConfig,
    codec: Encoder,
    preset: Preset,
    /// The time of the last frame.
    last: Option<MediaTime>,
    /// For frames that are not I420 already.
    converted: Option<I420Buffer>,
}

impl Vp8 {
    fn new(config: &VideoConfig) -> Result<Self, EncodeError> {
        let preset = config.first_preset();
        Ok(Self {
            codec: codec(config, config.size, preset)?,
            preset,
            last: None,
            converted: None,
            config: config.clone(),
        })
    }

    /// How long the frame at `time` is likely to be shown: as long as the one before it was.
    fn duration(&self, time: MediaTime) -> Duration {
        let since = self.last.map(|last| time.saturating_sub(last));
        let nanos = since.and_then(|since| u64::try_from(since.as_nanos()).ok());
        nanos
            .map_or_else(
                || {
                    let rate = self.config.rate.map_or(30.0, Rate::as_f64);
                    Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::from_secs(1))
                },
                Duration::from_nanos,
            )
            .clamp(SHORTEST_FRAME, LONGEST_FRAME)
    }
}

impl PictureCodec for Vp8 {
    fn encode(
        &mut self,
        frame: &VideoFrame,
        color: StreamColor,
        key: bool,
    ) -> Result<Encoded, EncodeError> {
        let duration = self.duration(frame.time);
        let (planes, strides) = planes_of(frame, color.info(), &mut self.converted)?;
        let (width, height) = sides(frame.size())?;
        let plane = |index: usize| (planes[index], strides[index]);
        let picture = Picture::new(width, height, plane(0), plane(1), plane(2)).map_err(failed)?;
        let encoded = self.codec.encode(&picture, duration, key).map_err(failed)?;
        let data = encoded.data.ok_or_else(|| failed("a frame was left out"))?;
        self.last = Some(frame.time);
        Ok(Encoded {
            data: data.into(),
            key: encoded.key,
        })
    }

    fn describe(&self, color: StreamColor) -> MediaTrack {
        let VideoConfig {
            track, size, rate, ..
        } = self.config;
        let video = VideoTrack {
            codec: VideoCodec::Vp8,
            size,
            rate,
            color: color.info(),
        };
        MediaTrack::video(track, video, Bytes::new())
    }

    fn set_preset(&mut self, preset: Preset) {
        self.preset = preset;
        self.codec.set_speed(speed(preset));
    }

    fn preset(&self) -> Preset {
        self.preset
    }

    fn set_size(&mut self, size: FrameSize) -> bool {
        // The first frame of a fresh codec is a key frame.
        let Ok(codec) = codec(&self.config, size, self.preset) else {
            return false;
        };
        self.codec = codec;
        self.converted = None;
        true
    }
}

fn codec(config: &VideoConfig, size: FrameSize, preset: Preset) -> Result<Encoder, EncodeError> {
    let (width, height) = sides(size)?;
    let mut codec = Config::new(width, height);
    if let Some(rate) = config.rate {
        codec.frame_rate = (rate.numerator(), rate.denominator());
    }
    codec.rate = RateControl::Bitrate {
        bits_per_second: config.bits_per_second.max(1),
    };
    codec.speed = speed(preset);
    codec.threads = threads(config, size);
    Encoder::new(codec).map_err(failed)
}

/// As many as there are rows enough for.
fn threads(config: &VideoConfig, size: FrameSize) -> usize {
    let threads = config.threads.or_else(|| available_parallelism().ok());
    let worth = size.height.div_ceil(MACROBLOCK) / ROWS_PER_THREAD;
    threads
        .map_or(1, NonZeroUsize::get)
        .min(worth as usize)
        .max(1)
}

fn sides(size: FrameSize) -> Result<(u16, u16), EncodeError> {
    let side = |side: u32| u16::try_from(side).ok().filter(|_| side <= MAX_SIDE);
    match (side(size.width), side(size.height)) {
        (Some(width), Some(height)) if size.is_valid() => Ok((width, height)),
        _ => Err(EncodeError::Unsupported {
            codec: Codec::Video(VideoCodec::Vp8),
            reason: UnsupportedReason::Size {
                size,
                min: 1,
                max: MAX_SIDE,
            },
        }),
    }
}

fn speed(preset: Preset) -> Speed {
    match preset {
        Preset::Archive => Speed::Slowest,
        Preset::Quality => Speed::Thorough,
        Preset::Balanced => Speed::Balanced,
        Preset::Fast => Speed::Live,
        Preset::Live => Speed::Fastest,
    }
}

fn failed(message: impl ToString) -> EncodeError {
    EncodeError::Codec {
        codec: Codec::Video(VideoCodec::Vp8),
        message: message.to_string(),
    }
}
