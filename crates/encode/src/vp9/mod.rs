//! VP9 (bitstream specification v0.7) by `rusty_vp9`.
//!
//! The codec makes a key frame only as its first frame and its rate control counts frames, not
//! time. So each key frame starts a fresh codec, and the quantizer of each frame comes from
//! [`RateControl`], which outlives them all.

mod config_record;
mod header;
mod level;
mod unseen;

use media_recorder_types::{Codec, FrameSize, MediaTrack, VideoCodec, VideoFrame, VideoTrack};
use rusty_vp9::{Vp9Encoder, Vp9EncoderConfig};

use crate::convert::{I420Buffer, planes_of};
use crate::rate::{QuantizerScale, RateControl};
use crate::video::{Encoded, OneByOne, PictureCodec, StreamColor, check_size};
use crate::{EncodeError, Preset, VideoConfig};
use unseen::Unseen;

pub(crate) fn encoder(config: VideoConfig) -> Result<OneByOne<impl PictureCodec>, EncodeError> {
    Ok(OneByOne::new(Vp9::new(&config)?, &config))
}

struct Vp9 {
    config: VideoConfig,
    /// `None` until the first frame.
    codec: Option<Vp9Encoder>,
    rate: RateControl,
    unseen: Unseen,
    preset: Preset,
    /// For frames that are not I420 already.
    converted: Option<I420Buffer>,
    /// The picture that the last packet shows.
    last: Option<VideoFrame>,
}

impl Vp9 {
    fn new(config: &VideoConfig) -> Result<Self, EncodeError> {
        check_size(VideoCodec::Vp9, config.size, 1)?;
        Ok(Self {
            codec: None,
            rate: RateControl::new(
                &QuantizerScale::VP9,
                config.bits_per_second,
                config.rate,
                config.size.pixels(),
            ),
            unseen: Unseen::default(),
            preset: config.first_preset(),
            converted: None,
            last: None,
            config: config.clone(),
        })
    }
}

impl PictureCodec for Vp9 {
    fn encode(
        &mut self,
        frame: &VideoFrame,
        color: StreamColor,
        key: bool,
    ) -> Result<Encoded, EncodeError> {
        // The first frame of a codec is its key frame.
        let (codec, key) = match &mut self.codec {
            Some(codec) if !key => (codec, false),
            slot => (slot.insert(Vp9Encoder::default()), true),
        };
        let size = frame.size();
        let width = size.width as usize;
        let (mut planes, mut strides) = planes_of(frame, color.info(), &mut self.converted)?;
        self.rate.look(planes[0], strides[0], width);
        let repeated = self.last.as_ref().filter(|_| !key && self.rate.repeats());
        let quantizer = match repeated {
            Some(last) => {
                (planes, strides) = planes_of(last, color.info(), &mut self.converted)?;
                // The next picture is compared with the one that is shown.
                self.rate.look(planes[0], strides[0], width);
                self.rate.quantizer_of_repetition(frame.time)
            }
            None => self.rate.quantizer(frame.time, key),
        };
        let repeats = repeated.is_some();
        if decides_fast(self.preset) {
            let step = (QuantizerScale::VP9.step)(quantizer);
            (planes[0], strides[0]) = self.unseen.luma(planes, strides, size, step, key);
        }
        let settings = Vp9EncoderConfig {
            qindex: Some(quantizer),
            ..effort(self.preset)
        };
        codec.configure(&settings).map_err(failed)?;
        codec
            .push_frame(planes, strides, size.width, size.height)
            .map_err(failed)?;
        let mut data = codec.next_packet().map_err(failed)?.data;
        header::declare_color(&mut data, color.info());
        self.rate.spent(data.len());
        if !repeats {
            self.last = Some(frame.clone());
        }
        Ok(Encoded {
            data: data.into(),
            key,
        })
    }

    fn describe(&self, color: StreamColor) -> MediaTrack {
        let VideoConfig {
            track, size, rate, ..
        } = self.config;
        let level = level::level(size, rate, self.config.bits_per_second);
        let video = VideoTrack {
            codec: VideoCodec::Vp9,
            size,
            rate,
            color: color.info(),
        };
        MediaTrack::video(track, video, config_record::features(level))
    }

    fn set_preset(&mut self, preset: Preset) {
        self.preset = preset;
    }

    fn preset(&self) -> Preset {
        self.preset
    }

    fn set_size(&mut self, size: FrameSize) -> bool {
        if check_size(VideoCodec::Vp9, size, 1).is_err() {
            return false;
        }
        // The next frame is the first of a fresh codec, and so a key frame.
        self.codec = None;
        self.converted = None;
        self.last = None;
        true
    }
}

/// Milliseconds in which no picture is decided on, and none, which takes the limit away.
const UNREACHABLE: f64 = 0.001;
const UNLIMITED: f64 = 0.0;

/// The codec's own speeds go from 0, the slowest, to 6. What is faster still is to let it divide
/// nearly all blocks by their variance, as it does when it cannot keep a limit of time; one that
/// it never keeps makes that the same for every frame on every machine.
fn effort(preset: Preset) -> Vp9EncoderConfig {
    let (speed, limit) = match preset {
        Preset::Archive => (1, UNLIMITED),
        Preset::Quality => (3, UNLIMITED),
        Preset::Balanced => (4, UNLIMITED),
        Preset::Fast => (6, UNLIMITED),
        Preset::Live => (6, UNREACHABLE),
    };
    Vp9EncoderConfig {
        speed: Some(speed),
        dispatch_budget_ms: Some(limit),
        ..Vp9EncoderConfig::default()
    }
}

/// Whether blocks are divided by their variance, most of them or some, and then decided on by a
/// part of their pixels.
fn decides_fast(preset: Preset) -> bool {
    preset >= Preset::Balanced
}

fn failed(error: rusty_vp9::Error) -> EncodeError {
    EncodeError::Codec {
        codec: Codec::Video(VideoCodec::Vp9),
        message: error.to_string(),
    }
}
