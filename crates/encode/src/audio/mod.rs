//! What all audio encoders share: the sound's clock, and chunks.

mod chunks;
mod clock;
mod drift;
mod held;
mod stretch;

use media_recorder_types::{AudioCodec, AudioFrame, Codec, MediaTime, MediaTrack, Packet};

pub(crate) use chunks::Chunks;
pub(crate) use clock::Timekeeper;
pub use clock::{ALIGNMENT_TOLERANCE, LONGEST_BURST, LONGEST_GAP};

use crate::{AudioConfig, EncodeError, UnsupportedReason};

/// What had to be done to the sound to keep it at its times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AudioStats {
    /// How often silence was put into a gap.
    pub gaps: u64,
    /// The silence put in, in all.
    pub silence: MediaTime,
    /// How often sound overlapped what was there already.
    pub overlaps: u64,
    /// The sound that was cut because of that, in all.
    pub cut: MediaTime,
    /// Frames whose time was more than [`ALIGNMENT_TOLERANCE`] off, but not for long: they were
    /// delivered or stamped unevenly, and nothing was filled in or cut for them.
    pub jitter: u64,
    /// How fast the source's clock runs against the frames' times, in parts per million:
    /// 200 if it gives 1.0002 times as many samples as its rate says. 0 as long as no drift was
    /// seen; while it is not 0, the sound is resampled.
    pub clock_ppm: i32,
    /// How much later than the count of samples the frames' times are at present, smoothed over
    /// some seconds: how far the sound is from where it belongs.
    pub offset: MediaTime,
}

/// Sound in, packets out.
///
/// The samples are counted: packets follow each other without gap or overlap from the first
/// sound on, whatever jitter the frames' times have. A clock that drifts against them is measured
/// and corrected by resampling, so slowly that it is not heard; until it drifts, no sample is
/// touched. Only where the frames' times are more than [`ALIGNMENT_TOLERANCE`] off the count and
/// stay so, silence is filled in or sound is cut; to find that out, up to [`LONGEST_BURST`] of
/// sound is held back.
pub trait AudioEncoder: Send {
    /// Takes the next run of sound. The first one decides rate and channels.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Finished`], [`AudioFormat`](EncodeError::AudioFormat),
    /// [`SampleRate`](EncodeError::SampleRate), [`Gap`](EncodeError::Gap),
    /// [`Time`](EncodeError::Time) for a frame that cannot be taken,
    /// [`Codec`](EncodeError::Codec) if the codec fails.
    fn encode(&mut self, frame: &AudioFrame) -> Result<(), EncodeError>;

    /// Encodes what is left, to the last sample. Further calls do nothing.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Codec`] if the codec fails.
    fn finish(&mut self) -> Result<(), EncodeError>;

    /// The next packet that is ready.
    fn next_packet(&mut self) -> Option<Packet>;

    /// The description for the container's header: there as soon as sound was taken.
    fn track(&self) -> Option<&MediaTrack>;

    /// What was filled in, cut and measured so far.
    fn stats(&self) -> AudioStats;
}

/// The audio codecs of this build, best for recording first.
pub fn audio_codecs() -> &'static [AudioCodec] {
    use media_recorder_types::PcmFormat;
    &[
        #[cfg(feature = "opus")]
        AudioCodec::Opus,
        AudioCodec::Pcm(PcmFormat::F32),
        AudioCodec::Pcm(PcmFormat::S24),
        AudioCodec::Pcm(PcmFormat::S16),
    ]
}

/// An encoder for `codec`.
///
/// # Errors
///
/// [`EncodeError::Unsupported`] if this build cannot encode it.
pub fn audio_encoder(
    codec: AudioCodec,
    config: AudioConfig,
) -> Result<Box<dyn AudioEncoder>, EncodeError> {
    match codec {
        #[cfg(feature = "opus")]
        AudioCodec::Opus => Ok(Box::new(crate::opus::OpusAudioEncoder::new(config))),
        AudioCodec::Pcm(format) => Ok(Box::new(crate::pcm::PcmEncoder::new(format, config))),
        _ => Err(EncodeError::Unsupported {
            codec: Codec::Audio(codec),
            reason: UnsupportedReason::NotBuilt,
        }),
    }
}
