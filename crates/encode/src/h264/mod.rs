//! H.264 (ITU-T H.264, ISO/IEC 14496-10) by `rusty_h264`.
//!
//! The codec chooses its quantizers itself, for a bitrate, a speed and a quantizer to start from
//! that are fixed when it is made. So each key frame starts a fresh codec, which gets the preset that
//! is wanted then, the bitrate that pays back what those before it have spent too much or too little,
//! and the [quantizer](start) that the pictures before have come to. Where that comes too late,
//! pictures are [left out](left_out). What the codec says of the stream is completed in
//! [`sequence_set`] and [`picture_set`], and its byte stream becomes samples in [`nal`], with
//! [slices](slice) that do not depend on where their codec has started.

mod bits;
mod config_record;
mod left_out;
mod level;
mod nal;
mod picture;
mod picture_set;
mod sequence_set;
mod settings;
mod slice;
mod start;

use std::collections::VecDeque;

use media_recorder_types::{
    Codec, ColorInfo, MediaTrack, Packet, VideoCodec, VideoFrame, VideoTrack,
};
use rusty_h264::Encoder;

use crate::rate::{Account, ChangeMeter};
use crate::video::{Intake, VideoEncoder, check_size};
use crate::{EncodeError, Preset, VideoConfig};
use nal::AccessUnit;
use picture::Pictures;
use sequence_set::Description;
use slice::Slice;
use start::StartQuantizer;

pub(crate) struct H264Encoder {
    config: VideoConfig,
    /// `None` until the first frame.
    codec: Option<Encoder>,
    /// What `codec` was made for.
    preset: Preset,
    /// What the codec will be made for at the next key frame.
    wanted: Preset,
    account: Account,
    start: StartQuantizer,
    change: ChangeMeter,
    /// How many pictures the codec has made since its key frame, which counts.
    coded: u32,
    /// Whether the last of them is about as coarse as the codec makes any.
    is_coarse: bool,
    /// Whether the last picture was left out.
    has_left_out: bool,
    pictures: Pictures,
    intake: Intake,
    packets: VecDeque<Packet>,
    track: Option<MediaTrack>,
    /// The codec's own parameter sets, that of pictures completed, which all later ones must equal.
    parameter_sets: [Vec<u8>; 2],
}

impl H264Encoder {
    pub(crate) fn new(config: VideoConfig) -> Result<Self, EncodeError> {
        check_size(VideoCodec::H264, config.size, 1)?;
        let preset = config.first_preset();
        Ok(Self {
            codec: None,
            preset,
            wanted: preset,
            account: Account::new(config.bits_per_second, config.rate),
            start: StartQuantizer::new(config.size, config.rate, config.bits_per_second),
            change: ChangeMeter::default(),
            coded: 0,
            is_coarse: false,
            has_left_out: false,
            pictures: Pictures::default(),
            intake: Intake::new(config.size, config.rate),
            packets: VecDeque::new(),
            track: None,
            parameter_sets: Default::default(),
            config,
        })
    }

    /// The first parameter sets describe the track. Containers have room for them only, so that
    /// others would make what follows undecodable.
    fn check_parameter_sets(
        &mut self,
        unit: &AccessUnit<'_>,
        color: ColorInfo,
    ) -> Result<(), EncodeError> {
        let (Some(sequence_set), Some(picture_set)) = (unit.sequence_set, unit.picture_set) else {
            return match self.track {
                Some(_) => Ok(()),
                None => Err(failed("a key frame without parameter sets")),
            };
        };
        let picture_set =
            picture_set::complete(picture_set).ok_or_else(|| failed("unknown parameter sets"))?;
        if self.track.is_some() {
            if self.parameter_sets == [sequence_set, &picture_set] {
                return Ok(());
            }
            return Err(failed("the parameter sets changed"));
        }
        self.track = Some(self.describe(sequence_set, &picture_set, color)?);
        self.parameter_sets = [sequence_set.to_vec(), picture_set];
        Ok(())
    }

    fn describe(
        &self,
        sequence_set: &[u8],
        picture_set: &[u8],
        color: ColorInfo,
    ) -> Result<MediaTrack, EncodeError> {
        let VideoConfig {
            track, size, rate, ..
        } = self.config;
        let bits_per_second = self.config.bits_per_second;
        let references = settings::references(&self.config);
        let description = Description {
            level: level::level(size, rate, bits_per_second, references),
            color,
            references,
        };
        let record = sequence_set::complete(sequence_set, description)
            .and_then(|complete| {
                let picture_sets = [picture_set, &left_out::picture_set()];
                config_record::config_record(&complete, picture_sets)
            })
            .ok_or_else(|| failed("unknown parameter sets"))?;
        let video = VideoTrack {
            codec: VideoCodec::H264,
            size: picture::coded_size(size),
            rate,
            color,
        };
        Ok(MediaTrack::video(track, video, record))
    }
}

impl VideoEncoder for H264Encoder {
    fn encode(&mut self, frame: &VideoFrame, key: bool) -> Result<(), EncodeError> {
        let color = self.intake.check(frame)?;
        let planes = self.pictures.planes(frame, color.info())?;
        self.account.flow_in(frame.time);
        self.change.look(planes.y, planes.stride_y, planes.width);
        let leaves_out = !(key || self.has_left_out)
            && self.is_coarse
            && self.change.is_mostly_new()
            && self.account.is_overspent(left_out::OWED);
        let (sample, key) = if leaves_out {
            (left_out::copy(self.config.size, self.coded), false)
        } else {
            // The first frame of a codec is its key frame.
            let codec = match &mut self.codec {
                Some(codec) if !key => codec,
                slot => {
                    let mut settings = settings::codec_config(&self.config, self.wanted);
                    settings::share_out(&mut settings, &self.account);
                    settings.qp = self.start.next(&self.account).clamp(0, 51) as u8;
                    self.preset = self.wanted;
                    self.coded = 0;
                    slot.insert(Encoder::new(settings).map_err(failed)?)
                }
            };
            let stream = codec.encode_planes(&planes).map_err(failed)?;
            let unit = nal::access_unit(&stream).ok_or_else(|| failed("nothing of a picture"))?;
            let mut sample = Vec::new();
            let mut is_key = false;
            for nal in &unit.slices {
                let slice = Slice::read(nal, codec.config());
                let slice = slice.ok_or_else(|| failed("an unknown slice"))?;
                slice
                    .append_starting_from(picture_set::START, &mut sample)
                    .ok_or_else(|| failed("too long a slice"))?;
                self.is_coarse = slice.is_nearly_coarsest();
                self.start.learn(&slice, nal.len() as f64 * 8.0);
                is_key = slice.is_key();
            }
            self.coded = self.coded.wrapping_add(1);
            self.check_parameter_sets(&unit, color.info())?;
            (sample, is_key)
        };
        self.has_left_out = leaves_out;
        self.account.spend(sample.len() as f64 * 8.0);
        self.intake.accept(frame, color);
        if let Some((time, duration)) = self.intake.next_time() {
            let packet = Packet::new(self.config.track, sample.into(), time, duration);
            self.packets.push_back(packet.with_key(key));
        }
        Ok(())
    }

    fn set_preset(&mut self, preset: Preset) {
        self.wanted = preset;
        if self.codec.is_none() {
            self.preset = preset;
        }
    }

    fn preset(&self) -> Preset {
        self.preset
    }

    fn finish(&mut self) -> Result<(), EncodeError> {
        // Nothing waits in the codec: a packet comes out as its frame goes in.
        self.intake.finish();
        Ok(())
    }

    fn next_packet(&mut self) -> Option<Packet> {
        self.packets.pop_front()
    }

    fn track(&self) -> Option<&MediaTrack> {
        self.track.as_ref()
    }
}

fn failed(message: impl ToString) -> EncodeError {
    EncodeError::Codec {
        codec: Codec::Video(VideoCodec::H264),
        message: message.to_string(),
    }
}
