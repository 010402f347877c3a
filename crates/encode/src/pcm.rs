//! Uncompressed sound, in packets of 20 ms.

use std::collections::VecDeque;

use bytes::Bytes;
use media_recorder_types::{
    AudioCodec, AudioFrame, AudioTrack, MediaTime, MediaTrack, Packet, PcmFormat,
};

use crate::audio::{AudioEncoder, AudioStats, Chunks, Timekeeper};
use crate::{AudioConfig, EncodeError};

/// Packets per second.
const PACKET_RATE: u32 = 50;

/// Stores samples as they are: rate and channels of the input, rounded to the format.
pub(crate) struct PcmEncoder {
    format: PcmFormat,
    config: AudioConfig,
    stream: Option<Stream>,
    packets: VecDeque<Packet>,
    finished: bool,
}

struct Stream {
    timekeeper: Timekeeper,
    rate: u32,
    channels: usize,
    chunks: Chunks,
    /// Samples per channel that are in packets.
    packed: i64,
    track: MediaTrack,
}

impl PcmEncoder {
    pub(crate) fn new(format: PcmFormat, config: AudioConfig) -> Self {
        Self {
            format,
            config,
            stream: None,
            packets: VecDeque::new(),
            finished: false,
        }
    }

    fn stream_starting_with(&self, frame: &AudioFrame) -> Result<Stream, EncodeError> {
        let track = AudioTrack {
            codec: AudioCodec::Pcm(self.format),
            sample_rate: frame.rate(),
            channels: frame.channels(),
            codec_delay: MediaTime::ZERO,
            seek_pre_roll: MediaTime::ZERO,
        };
        let channels = usize::from(frame.channels());
        // Where 20 ms are no whole number of samples, packets are a little shorter.
        let samples = (frame.rate() / PACKET_RATE).max(1) as usize;
        Ok(Stream {
            timekeeper: Timekeeper::starting_with(frame)?,
            rate: frame.rate(),
            channels,
            chunks: Chunks::new(samples * channels),
            packed: 0,
            track: MediaTrack::audio(self.config.track, track, Bytes::new()),
        })
    }
}

impl AudioEncoder for PcmEncoder {
    fn encode(&mut self, frame: &AudioFrame) -> Result<(), EncodeError> {
        if self.finished {
            return Err(EncodeError::Finished);
        }
        if frame.is_empty() {
            return Ok(());
        }
        if self.stream.is_none() {
            self.stream = Some(self.stream_starting_with(frame)?);
        }
        let Some(stream) = &mut self.stream else {
            return Ok(());
        };
        stream.timekeeper.push(frame, stream.chunks.tail())?;
        stream.pack_chunks(self.format, &mut self.packets)
    }

    fn finish(&mut self) -> Result<(), EncodeError> {
        self.finished = true;
        let Some(stream) = &mut self.stream else {
            return Ok(());
        };
        stream.timekeeper.finish(stream.chunks.tail());
        stream.pack_chunks(self.format, &mut self.packets)?;
        let rest = stream.chunks.rest();
        if !rest.is_empty() {
            let data = pack(self.format, rest);
            let samples = rest.len() / stream.channels;
            self.packets.push_back(stream.packet(data, samples)?);
        }
        Ok(())
    }

    fn next_packet(&mut self) -> Option<Packet> {
        self.packets.pop_front()
    }

    fn track(&self) -> Option<&MediaTrack> {
        self.stream.as_ref().map(|stream| &stream.track)
    }

    fn stats(&self) -> AudioStats {
        let stream = self.stream.as_ref();
        stream.map_or_else(AudioStats::default, |stream| stream.timekeeper.stats())
    }
}

impl Stream {
    fn pack_chunks(
        &mut self,
        format: PcmFormat,
        packets: &mut VecDeque<Packet>,
    ) -> Result<(), EncodeError> {
        while let Some(chunk) = self.chunks.next() {
            let data = pack(format, chunk);
            let samples = chunk.len() / self.channels;
            packets.push_back(self.packet(data, samples)?);
        }
        Ok(())
    }

    fn packet(&mut self, data: Bytes, samples: usize) -> Result<Packet, EncodeError> {
        let start = MediaTime::from_ticks(self.packed, self.rate)?;
        self.packed += samples as i64;
        let end = MediaTime::from_ticks(self.packed, self.rate)?;
        let time = self.timekeeper.start().saturating_add(start);
        let duration = end.saturating_sub(start);
        Ok(Packet::new(self.track.id, data, time, duration).with_key(true))
    }
}

/// Little-endian samples. Integers have full scale at ±1 and clip there; what is no number is
/// silence.
fn pack(format: PcmFormat, samples: &[f32]) -> Bytes {
    let bytes_per_sample = format.bits() as usize / 8;
    let mut data = Vec::with_capacity(samples.len() * bytes_per_sample);
    for &sample in samples {
        match format {
            PcmFormat::S16 => {
                let value = (sample * 32_768.0).round() as i16;
                data.extend_from_slice(&value.to_le_bytes());
            }
            PcmFormat::S24 => {
                let value = (sample * 8_388_608.0).round() as i32;
                let value = value.clamp(-8_388_608, 8_388_607);
                data.extend_from_slice(&value.to_le_bytes()[..3]);
            }
            PcmFormat::F32 => data.extend_from_slice(&sample.to_le_bytes()),
        }
    }
    data.into()
}
