//! AV1 by rav1e.

mod bits;
mod config_record;
mod frames;
mod level;
mod obu;
mod packet;
mod sequence_header;
mod settings;

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use media_recorder_types::{
    Codec, ColorInfo, MediaTrack, Packet, VideoCodec, VideoFrame, VideoTrack,
};
use rav1e::prelude::{Context, EncoderStatus, Frame, FrameParameters, FrameTypeOverride};

use crate::video::{Intake, StreamColor, VideoEncoder, check_size};
use crate::{EncodeError, Preset, VideoConfig};
use frames::FramePool;
use obu::ObuError;
use sequence_header::SequenceHeader;

pub use packet::Av1Packet;

/// rav1e's smallest side, in pixels.
const SMALLEST_SIDE: u32 = 16;

pub(crate) struct Av1Encoder {
    config: VideoConfig,
    /// Fixed by the first frame.
    preset: Preset,
    /// Made with the first frame, whose colour goes into the header.
    context: Option<Context<u8>>,
    frames: FramePool,
    intake: Intake,
    packets: VecDeque<Packet>,
    track: Option<MediaTrack>,
    /// The payload of the first sequence header, which all later ones must equal.
    sequence_header: Bytes,
}

impl Av1Encoder {
    pub(crate) fn new(config: VideoConfig) -> Result<Self, EncodeError> {
        check_size(VideoCodec::Av1, config.size, SMALLEST_SIDE)?;
        // Whatever else rav1e refuses is said here, not with the first frame.
        let trial = settings::rav1e_config(&config, config.first_preset(), ColorInfo::UNSPECIFIED);
        trial.validate().map_err(failed)?;
        Ok(Self {
            preset: config.first_preset(),
            context: None,
            frames: FramePool::default(),
            intake: Intake::new(config.size, config.rate),
            packets: VecDeque::new(),
            track: None,
            sequence_header: Bytes::new(),
            config,
        })
    }

    /// Takes every packet that rav1e has ready.
    fn drain(&mut self) -> Result<(), EncodeError> {
        while let Some(data) = self.receive()? {
            self.deliver(data)?;
        }
        Ok(())
    }

    fn receive(&mut self) -> Result<Option<Bytes>, EncodeError> {
        let Some(context) = &mut self.context else {
            return Ok(None);
        };
        loop {
            match context.receive_packet() {
                Ok(packet) => return Ok(Some(packet.data.into())),
                Err(EncoderStatus::Encoded) => {}
                Err(EncoderStatus::NeedMoreData | EncoderStatus::LimitReached) => return Ok(None),
                Err(status) => return Err(failed(status)),
            }
        }
    }

    fn deliver(&mut self, data: Bytes) -> Result<(), EncodeError> {
        let unit = obu::temporal_unit(&data).map_err(failed)?;
        if let Some(payload) = unit.sequence_header {
            self.check_sequence_header(payload)?;
        }
        let Some((time, duration)) = self.intake.next_time() else {
            return Err(failed("more packets than frames"));
        };
        let packet = Packet::new(self.config.track, unit.data, time, duration);
        self.packets.push_back(packet.with_key(unit.key));
        Ok(())
    }

    /// The first one describes the track. Containers have room for one only, so that another one
    /// would make what follows undecodable.
    fn check_sequence_header(&mut self, payload: Bytes) -> Result<(), EncodeError> {
        if self.track.is_some() {
            if payload == self.sequence_header {
                return Ok(());
            }
            return Err(failed("the sequence header changed"));
        }
        let header = SequenceHeader::parse(&payload).ok_or(ObuError::SequenceHeader);
        let header = header.map_err(failed)?;
        let size = self.config.size;
        if (header.width, header.height) != (size.width, size.height) {
            return Err(failed("the sequence header has another size"));
        }
        let video = VideoTrack {
            codec: VideoCodec::Av1,
            size,
            rate: self.config.rate,
            color: self
                .intake
                .color()
                .map_or(ColorInfo::UNSPECIFIED, StreamColor::info),
        };
        let record = config_record::config_record(&header, &payload);
        self.track = Some(MediaTrack::video(self.config.track, video, record));
        self.sequence_header = payload;
        Ok(())
    }
}

impl VideoEncoder for Av1Encoder {
    fn encode(&mut self, frame: &VideoFrame, key: bool) -> Result<(), EncodeError> {
        let color = self.intake.check(frame)?;
        let context = match &mut self.context {
            Some(context) => context,
            none => {
                let config = settings::rav1e_config(&self.config, self.preset, color.info());
                none.insert(config.new_context().map_err(failed)?)
            }
        };
        let picture = self.frames.fill(context, frame, color.info())?;
        let parameters = key.then(|| FrameParameters {
            frame_type_override: FrameTypeOverride::Key,
            ..FrameParameters::default()
        });
        context.send_frame((picture, parameters)).map_err(failed)?;
        self.intake.accept(frame, color);
        self.drain()
    }

    fn set_preset(&mut self, preset: Preset) {
        if self.context.is_none() {
            self.preset = preset;
        }
    }

    fn preset(&self) -> Preset {
        self.preset
    }

    fn finish(&mut self) -> Result<(), EncodeError> {
        if !self.intake.finish() {
            return Ok(());
        }
        if let Some(context) = &mut self.context {
            let end: Option<Arc<Frame<u8>>> = None;
            context.send_frame(end).map_err(failed)?;
        }
        self.drain()?;
        if self.intake.waiting() > 0 {
            return Err(failed("frames without a packet"));
        }
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
        codec: Codec::Video(VideoCodec::Av1),
        message: message.to_string(),
    }
}
