//! The packets of one track, decoded one at a time by `symphonia`.

use std::panic::{self, AssertUnwindSafe};

use media_recorder_types::MediaTime;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_AC3, CODEC_ID_OPUS};
use symphonia::core::codecs::audio::{AudioCodecId, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::well_known::{FORMAT_ID_MKV, FORMAT_ID_WAVE};
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::TimeBase;

use crate::CaptureError;

const SUPPORTED: &str =
    "WAV, FLAC, MP3, Ogg, Matroska and MP4 with PCM, ADPCM, FLAC, ALAC, MP3, AAC-LC or Vorbis";
/// How the reason begins that `symphonia` gives where no format's signature was found; its error
/// has no kind for that.
const NO_FORMAT_FITS: &str = "core (probe)";
/// The most that one lost packet counts for, whatever a broken file claims.
pub(super) const LONGEST_LOSS: MediaTime = MediaTime::SECOND;

/// Reads a file packet by packet.
pub(super) struct Packets {
    demuxer: Box<dyn FormatReader>,
    track: Track,
    /// The interleaved samples of the latest packet.
    pub(super) samples: Vec<f32>,
}

/// The track that is read, of a file that may have others.
struct Track {
    id: u32,
    decoder: Box<dyn AudioDecoder>,
    time_base: Option<TimeBase>,
    /// Whether the end of the input is how the sound ends: in WAV and Matroska that were written
    /// to a pipe, and do not say how long they are.
    is_open_ended: bool,
}

/// What became of a packet.
pub(super) enum Decoded {
    /// Its sound is in [`Packets::samples`].
    Sound { rate: u32, channels: usize },
    /// It could not be decoded for this reason; it would have lasted that long.
    Lost { duration: MediaTime, reason: String },
}

impl Packets {
    /// Finds out the format of `source` and the track to read.
    pub(super) fn open(source: Box<dyn MediaSource>) -> Result<Self, CaptureError> {
        contain_panics(MediaTime::ZERO, || Self::open_source(source))
    }

    /// Decodes the next packet; `None` at the end. `after` is how much sound came before, for
    /// errors. After an error it must not be called again.
    pub(super) fn next(&mut self, after: MediaTime) -> Result<Option<Decoded>, CaptureError> {
        contain_panics(after, || self.next_packet(after))
    }

    fn open_source(source: Box<dyn MediaSource>) -> Result<Self, CaptureError> {
        let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
        let demuxer = symphonia::default::get_probe()
            .probe(
                &Hint::new(),
                stream,
                FormatOptions::default(),
                MetadataOptions::default(),
            )
            .map_err(|error| match error {
                Error::Unsupported(reason) if reason.starts_with(NO_FORMAT_FITS) => {
                    CaptureError::UnknownFormat
                }
                // A format's reader did not find what it needs, such as an MP4's index.
                Error::Unsupported(reason) => CaptureError::Malformed {
                    what: reason.to_owned(),
                    after: MediaTime::ZERO,
                },
                error => capture_error(error, MediaTime::ZERO),
            })?;
        Ok(Self {
            track: Track::choose(&*demuxer)?,
            demuxer,
            samples: Vec::new(),
        })
    }

    fn next_packet(&mut self, after: MediaTime) -> Result<Option<Decoded>, CaptureError> {
        loop {
            match self.demuxer.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track.id => {
                    return self.decode(&packet, after).map(Some);
                }
                Ok(Some(_)) => {}
                Ok(None) => return Ok(None),
                // Another stream follows, as in chained Ogg.
                Err(Error::ResetRequired) => self.track = Track::choose(&*self.demuxer)?,
                Err(error) => {
                    return match capture_error(error, after) {
                        CaptureError::Truncated { .. } if self.track.is_open_ended => Ok(None),
                        error => Err(error),
                    };
                }
            }
        }
    }

    fn decode(&mut self, packet: &Packet, after: MediaTime) -> Result<Decoded, CaptureError> {
        match self.track.decoder.decode(packet) {
            Ok(buffer) => {
                buffer.copy_to_vec_interleaved(&mut self.samples);
                let spec = buffer.spec();
                Ok(Decoded::Sound {
                    rate: spec.rate(),
                    channels: spec.channels().count(),
                })
            }
            // These concern this packet only: damage, or a feature that it alone makes use of.
            Err(error @ (Error::DecodeError(_) | Error::IoError(_) | Error::Unsupported(_))) => {
                Ok(Decoded::Lost {
                    duration: self.track.duration(packet),
                    reason: error.to_string(),
                })
            }
            Err(error) => Err(capture_error(error, after)),
        }
    }
}

impl Track {
    fn choose(demuxer: &dyn FormatReader) -> Result<Self, CaptureError> {
        let track = demuxer
            .default_track(TrackType::Audio)
            .or_else(|| demuxer.first_track(TrackType::Audio))
            .ok_or(CaptureError::NoAudio)?;
        let Some(CodecParameters::Audio(parameters)) = &track.codec_params else {
            return Err(CaptureError::NoAudio);
        };
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())
            .map_err(|error| match error {
                Error::Unsupported(reason) => CaptureError::Unsupported {
                    what: format!("{} ({reason})", codec_name(parameters.codec)),
                    supported: SUPPORTED,
                },
                error => capture_error(error, MediaTime::ZERO),
            })?;
        Ok(Self {
            id: track.id,
            decoder,
            time_base: track.time_base,
            is_open_ended: matches!(demuxer.format_info().format, FORMAT_ID_WAVE | FORMAT_ID_MKV)
                && track.num_frames.is_none()
                && track.duration.is_none(),
        })
    }

    /// How long the sound of `packet` lasts, by its container.
    fn duration(&self, packet: &Packet) -> MediaTime {
        let time = self
            .time_base
            .and_then(|base| base.calc_duration(packet.dur));
        let nanos = time.map_or(0, |time| time.as_nanos());
        i64::try_from(nanos).map_or(LONGEST_LOSS, |nanos| {
            MediaTime::from_nanos(nanos).clamp(MediaTime::ZERO, LONGEST_LOSS)
        })
    }
}

/// Turns a panic into an error: on damaged files `symphonia` 0.6 runs into a few of its own
/// assertions, and a file must not take the program down. Whatever the panic left half done is
/// not used again, because an error ends the file.
fn contain_panics<T>(
    after: MediaTime,
    work: impl FnOnce() -> Result<T, CaptureError>,
) -> Result<T, CaptureError> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(CaptureError::Malformed {
            what: "the decoder failed on it".to_owned(),
            after,
        })
    })
}

fn codec_name(codec: AudioCodecId) -> String {
    match codec {
        CODEC_ID_OPUS => "Opus".to_owned(),
        CODEC_ID_AAC => "this kind of AAC".to_owned(),
        CODEC_ID_AC3 => "AC-3".to_owned(),
        other => format!("the audio codec {other}"),
    }
}

fn capture_error(error: Error, after: MediaTime) -> CaptureError {
    match error {
        Error::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            CaptureError::Truncated { after }
        }
        Error::IoError(error) => CaptureError::Read(error),
        Error::Unsupported(what) => CaptureError::Unsupported {
            what: what.to_owned(),
            supported: SUPPORTED,
        },
        error => CaptureError::Malformed {
            what: error.to_string(),
            after,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_decoder_is_an_error() {
        let error = contain_panics::<()>(MediaTime::SECOND, || panic!("as symphonia would"));
        assert!(matches!(
            error,
            Err(CaptureError::Malformed {
                after: MediaTime::SECOND,
                ..
            })
        ));
    }
}
