//! Opus (RFC 6716) by `opus-rs`.

mod head;
mod mix;
mod resample;

use std::collections::VecDeque;

use bytes::Bytes;
use media_recorder_types::{
    AudioCodec, AudioFrame, AudioTrack, Codec, MediaTime, MediaTrack, Packet,
};
use opus_rs::{Application, OpusEncoder};

use crate::audio::{AudioEncoder, AudioStats, Chunks, Timekeeper};
use crate::{AudioConfig, EncodeError};
use mix::Mixer;
use resample::Resampler;

const RATE: u32 = 48_000;
/// Samples per channel and packet: 20 ms.
const PACKET_SAMPLES: usize = 960;
/// Samples that the decoder puts out before the first one that went in. `opus-rs` does not
/// report it; a test measures it by cross-correlation.
const PRE_SKIP: u16 = 312;
/// What RFC 7845 §4.6 asks to decode ahead of a point to seek to.
const SEEK_PRE_ROLL: MediaTime = MediaTime::from_millis(80);
/// The largest packet of one frame (RFC 6716 §3.2.1).
const LARGEST_PACKET: usize = 1275;

/// Sound is mixed to at most two channels, resampled to 48 kHz, and encoded in packets of 20 ms.
pub(crate) struct OpusAudioEncoder {
    config: AudioConfig,
    stream: Option<Stream>,
    packets: VecDeque<Packet>,
    finished: bool,
}

/// What there is once the first frame has said what the sound is like.
struct Stream {
    timekeeper: Timekeeper,
    /// Sound at its time, as it came.
    timed: Vec<f32>,
    mixer: Mixer,
    mixed: Vec<f32>,
    resampler: Resampler,
    chunks: Chunks,
    codec: OpusEncoder,
    scratch: [u8; LARGEST_PACKET],
    /// Packets made so far.
    made: i64,
    track: MediaTrack,
}

impl OpusAudioEncoder {
    pub(crate) fn new(config: AudioConfig) -> Self {
        Self {
            config,
            stream: None,
            packets: VecDeque::new(),
            finished: false,
        }
    }
}

impl AudioEncoder for OpusAudioEncoder {
    fn encode(&mut self, frame: &AudioFrame) -> Result<(), EncodeError> {
        if self.finished {
            return Err(EncodeError::Finished);
        }
        if frame.is_empty() {
            return Ok(());
        }
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => none.insert(Stream::starting_with(frame, &self.config)?),
        };
        stream.timekeeper.push(frame, &mut stream.timed)?;
        stream.resample_timed();
        stream.encode_chunks(&mut self.packets)
    }

    fn finish(&mut self) -> Result<(), EncodeError> {
        if self.finished {
            return Ok(());
        }
        self.finished = true;
        match &mut self.stream {
            Some(stream) => stream.finish(&mut self.packets),
            None => Ok(()),
        }
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
    fn starting_with(frame: &AudioFrame, config: &AudioConfig) -> Result<Self, EncodeError> {
        let mixer = Mixer::new(frame.channels());
        let channels = mixer.output_channels();
        let resampler = Resampler::new(frame.rate(), channels)?;
        let mut codec =
            OpusEncoder::new(RATE as i32, channels, Application::Audio).map_err(failed)?;
        let most = 256_000 * channels as u32;
        codec.bitrate_bps = config.bits_per_second.clamp(500, most) as i32;
        codec.use_cbr = config.constant_bitrate;
        let track = AudioTrack {
            codec: AudioCodec::Opus,
            sample_rate: frame.rate(),
            channels: channels as u16,
            codec_delay: MediaTime::from_ticks(PRE_SKIP.into(), RATE)?,
            seek_pre_roll: SEEK_PRE_ROLL,
        };
        let head = head::opus_head(channels as u8, PRE_SKIP, frame.rate());
        Ok(Self {
            timekeeper: Timekeeper::starting_with(frame)?,
            timed: Vec::new(),
            mixer,
            mixed: Vec::new(),
            resampler,
            chunks: Chunks::new(PACKET_SAMPLES * channels),
            codec,
            scratch: [0; LARGEST_PACKET],
            made: 0,
            track: MediaTrack::audio(config.track, track, head),
        })
    }

    fn resample_timed(&mut self) {
        self.mixed.clear();
        self.mixer.mix(&self.timed, &mut self.mixed);
        self.timed.clear();
        self.resampler.push(&self.mixed, self.chunks.tail());
    }

    fn encode_chunks(&mut self, packets: &mut VecDeque<Packet>) -> Result<(), EncodeError> {
        while let Some(chunk) = self.chunks.next() {
            let len = self
                .codec
                .encode(chunk, PACKET_SAMPLES, &mut self.scratch)
                .map_err(failed)?;
            let data = Bytes::copy_from_slice(&self.scratch[..len]);
            // Counted, not added up: the time of each packet is exact.
            let first_sample = self.made * PACKET_SAMPLES as i64 - i64::from(PRE_SKIP);
            let since_start = MediaTime::from_ticks(first_sample, RATE)?;
            let time = self.timekeeper.start().saturating_add(since_start);
            let duration = MediaTime::from_ticks(PACKET_SAMPLES as i64, RATE)?;
            packets.push_back(Packet::new(self.track.id, data, time, duration).with_key(true));
            self.made += 1;
        }
        Ok(())
    }

    /// Pushes silence until the decoder has given out the last sample, and marks what of the last
    /// packet is not sound.
    fn finish(&mut self, packets: &mut VecDeque<Packet>) -> Result<(), EncodeError> {
        self.timekeeper.finish(&mut self.timed);
        self.resample_timed();
        self.resampler.finish(self.chunks.tail());
        let channels = self.mixer.output_channels();
        let left = self.chunks.waiting() / channels + usize::from(PRE_SKIP);
        let padding = left.next_multiple_of(PACKET_SAMPLES) - left;
        let silence = (usize::from(PRE_SKIP) + padding) * channels;
        let tail = self.chunks.tail();
        tail.resize(tail.len() + silence, 0.0);
        self.encode_chunks(packets)?;
        if let Some(last) = packets.back_mut() {
            last.discard_padding = MediaTime::from_ticks(padding as i64, RATE)?;
        }
        Ok(())
    }
}

fn failed(message: &'static str) -> EncodeError {
    EncodeError::Codec {
        codec: Codec::Audio(AudioCodec::Opus),
        message: message.to_owned(),
    }
}
