//! VP9 (bitstream specification v0.7) by `rusty_vp9`.
//!
//! The codec makes a key frame only as its first frame and its rate control counts frames, not
//! time. So each key frame starts a fresh codec, and the quantizer of each frame comes from
//! [`rate::RateControl`], which outlives them all.

mod config_record;
mod header;
mod level;
mod rate;

use std::collections::VecDeque;

use bytes::Bytes;
use media_recorder_types::{
    Codec, MediaTrack, Packet, PixelFormat, VideoCodec, VideoFrame, VideoTrack,
};
use rusty_vp9::{Vp9Encoder, Vp9EncoderConfig};

use crate::convert::{I420Buffer, to_i420};
use crate::video::{PictureTimes, StreamColor, VideoEncoder, check_size};
use crate::{EncodeError, Mode, VideoConfig};
use rate::RateControl;

pub(crate) struct Vp9VideoEncoder {
    config: VideoConfig,
    /// `None` until the first frame.
    codec: Option<Vp9Encoder>,
    rate: RateControl,
    times: PictureTimes,
    color: Option<StreamColor>,
    /// For frames that are not I420 already.
    converted: Option<I420Buffer>,
    packets: VecDeque<Packet>,
    track: Option<MediaTrack>,
    finished: bool,
}

impl Vp9VideoEncoder {
    pub(crate) fn new(config: VideoConfig) -> Result<Self, EncodeError> {
        check_size(VideoCodec::Vp9, config.size, 1)?;
        Ok(Self {
            codec: None,
            rate: RateControl::new(config.bits_per_second, config.rate, config.size.pixels()),
            times: PictureTimes::new(config.rate),
            color: None,
            converted: None,
            packets: VecDeque::new(),
            track: None,
            finished: false,
            config,
        })
    }

    fn fresh_codec(&self) -> Result<Vp9Encoder, EncodeError> {
        let mut codec = Vp9Encoder::default();
        let speed = match self.config.mode {
            Mode::RealTime => 6,
            Mode::Offline => 4,
        };
        let config = Vp9EncoderConfig {
            speed: Some(speed),
            ..Vp9EncoderConfig::default()
        };
        codec.configure(&config).map_err(failed)?;
        Ok(codec)
    }

    fn code(
        &mut self,
        frame: &VideoFrame,
        color: StreamColor,
        quantizer: u32,
    ) -> Result<Bytes, EncodeError> {
        let size = self.config.size;
        let (planes, strides) =
            if let (PixelFormat::I420, [y, u, v]) = (frame.format(), frame.planes()) {
                let planes = [&y.data[..], &u.data[..], &v.data[..]];
                (planes, [y.stride, u.stride, v.stride])
            } else {
                let buffer = self.converted.get_or_insert_with(|| I420Buffer::new(size));
                to_i420(frame, color.info(), buffer.as_mut())?;
                (buffer.planes(), buffer.strides())
            };
        let codec = self.codec.as_mut().ok_or(EncodeError::Finished)?;
        let config = Vp9EncoderConfig {
            qindex: Some(quantizer),
            ..Vp9EncoderConfig::default()
        };
        codec.configure(&config).map_err(failed)?;
        codec
            .push_frame(planes, strides, size.width, size.height)
            .map_err(failed)?;
        let mut packet = codec.next_packet().map_err(failed)?;
        header::declare_color(&mut packet.data, color.info());
        Ok(packet.data.into())
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
}

impl VideoEncoder for Vp9VideoEncoder {
    fn encode(&mut self, frame: &VideoFrame, key: bool) -> Result<(), EncodeError> {
        if self.finished {
            return Err(EncodeError::Finished);
        }
        if frame.size() != self.config.size {
            return Err(EncodeError::FrameSize {
                expected: self.config.size,
                found: frame.size(),
            });
        }
        self.times.check(frame.time)?;
        let color = self.color.unwrap_or_else(|| StreamColor::of_first(frame));
        color.check(frame)?;

        // The first frame of a codec is its key frame.
        let key = key || self.codec.is_none();
        if key {
            self.codec = Some(self.fresh_codec()?);
        }
        let quantizer = self.rate.quantizer(frame.time, key);
        let data = self.code(frame, color, quantizer)?;
        self.rate.spent(data.len());
        if self.color.is_none() {
            self.color = Some(color);
            self.track = Some(self.describe(color));
        }
        self.times.push(frame.time);
        if let Some((time, duration)) = self.times.pop() {
            let packet = Packet::new(self.config.track, data, time, duration);
            self.packets.push_back(packet.with_key(key));
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), EncodeError> {
        self.finished = true;
        Ok(())
    }

    fn next_packet(&mut self) -> Option<Packet> {
        self.packets.pop_front()
    }

    fn track(&self) -> Option<&MediaTrack> {
        self.track.as_ref()
    }
}

fn failed(error: rusty_vp9::Error) -> EncodeError {
    EncodeError::Codec {
        codec: Codec::Video(VideoCodec::Vp9),
        message: error.to_string(),
    }
}
