//! AV1 by rav1e.

mod bits;
mod config_record;
mod frames;
mod level;
mod obu;
mod sequence_header;
mod settings;

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use media_recorder_types::{
    Codec, ColorInfo, MediaTrack, Packet, VideoCodec, VideoFrame, VideoTrack,
};
use rav1e::prelude::{Context, EncoderStatus, Frame, FrameParameters, FrameTypeOverride};

use crate::video::{PictureTimes, StreamColor, VideoEncoder, check_size};
use crate::{EncodeError, VideoConfig};
use frames::FramePool;
use obu::ObuError;
use sequence_header::SequenceHeader;

/// rav1e's smallest side, in pixels.
const SMALLEST_SIDE: u32 = 16;

pub(crate) struct Av1Encoder {
    config: VideoConfig,
    /// Made with the first frame, whose colour goes into the header.
    stream: Option<Stream>,
    frames: FramePool,
    times: PictureTimes,
    packets: VecDeque<Packet>,
    track: Option<MediaTrack>,
    /// The payload of the first sequence header, which all later ones must equal.
    sequence_header: Bytes,
    finished: bool,
}

struct Stream {
    context: Context<u8>,
    color: StreamColor,
}

impl Av1Encoder {
    pub(crate) fn new(config: VideoConfig) -> Result<Self, EncodeError> {
        check_size(VideoCodec::Av1, config.size, SMALLEST_SIDE)?;
        // Whatever else rav1e refuses is said here, not with the first frame.
        let trial = settings::rav1e_config(&config, ColorInfo::UNSPECIFIED);
        trial.validate().map_err(failed)?;
        Ok(Self {
            stream: None,
            frames: FramePool::default(),
            times: PictureTimes::new(config.rate),
            packets: VecDeque::new(),
            track: None,
            sequence_header: Bytes::new(),
            finished: false,
            config,
        })
    }

    fn starting_with(&self, frame: &VideoFrame) -> Result<Stream, EncodeError> {
        let color = StreamColor::of_first(frame);
        let config = settings::rav1e_config(&self.config, color.info());
        let context = config.new_context().map_err(failed)?;
        Ok(Stream { context, color })
    }

    /// Takes every packet that rav1e has ready.
    fn drain(&mut self) -> Result<(), EncodeError> {
        loop {
            let Some(stream) = &mut self.stream else {
                return Ok(());
            };
            match stream.context.receive_packet() {
                Ok(packet) => {
                    let color = stream.color.info();
                    self.deliver(packet.data.into(), color)?;
                }
                Err(EncoderStatus::Encoded) => {}
                Err(EncoderStatus::NeedMoreData | EncoderStatus::LimitReached) => return Ok(()),
                Err(status) => return Err(failed(status)),
            }
        }
    }

    fn deliver(&mut self, data: Bytes, color: ColorInfo) -> Result<(), EncodeError> {
        let unit = obu::temporal_unit(&data).map_err(failed)?;
        if let Some(payload) = unit.sequence_header {
            self.check_sequence_header(payload, color)?;
        }
        let (time, duration) = self
            .times
            .pop()
            .ok_or_else(|| failed("more packets than frames"))?;
        let packet = Packet::new(self.config.track, unit.data, time, duration);
        self.packets.push_back(packet.with_key(unit.key));
        Ok(())
    }

    /// The first one describes the track. Containers have room for one only, so that another one
    /// would make what follows undecodable.
    fn check_sequence_header(
        &mut self,
        payload: Bytes,
        color: ColorInfo,
    ) -> Result<(), EncodeError> {
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
            color,
        };
        let record = config_record::config_record(&header, &payload);
        self.track = Some(MediaTrack::video(self.config.track, video, record));
        self.sequence_header = payload;
        Ok(())
    }
}

impl VideoEncoder for Av1Encoder {
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
        if let Some(stream) = &self.stream {
            stream.color.check(frame)?;
        }
        let stream = match self.stream.take() {
            Some(stream) => stream,
            None => self.starting_with(frame)?,
        };
        let stream = self.stream.insert(stream);
        let picture = self
            .frames
            .fill(&stream.context, frame, stream.color.info())?;
        let parameters = key.then(|| FrameParameters {
            frame_type_override: FrameTypeOverride::Key,
            ..FrameParameters::default()
        });
        stream
            .context
            .send_frame((picture, parameters))
            .map_err(failed)?;
        self.times.push(frame.time);
        self.drain()
    }

    fn finish(&mut self) -> Result<(), EncodeError> {
        if self.finished {
            return Ok(());
        }
        self.finished = true;
        if let Some(stream) = &mut self.stream {
            let end: Option<Arc<Frame<u8>>> = None;
            stream.context.send_frame(end).map_err(failed)?;
        }
        self.drain()?;
        if self.times.waiting() > 0 {
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
