//! The packets of one track, decoded one at a time by `symphonia`.

use media_recorder_types::MediaTime;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AC3, CODEC_ID_EAC3, CODEC_ID_OPUS};
use symphonia::core::codecs::audio::{AudioCodecId, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::TimeBase;

use crate::CaptureError;

const SUPPORTED: &str =
    "WAV, FLAC, MP3, Ogg, Matroska and MP4 with PCM, ADPCM, FLAC, ALAC, MP3, AAC-LC or Vorbis";
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
}

/// What became of a packet.
pub(super) enum Decoded {
    /// Its sound is in [`Packets::samples`].
    Sound { rate: u32, channels: usize },
    /// It could not be decoded; it would have lasted that long.
    Lost(MediaTime),
}

impl Packets {
    /// Finds out the format of `source` and the track to read.
    pub(super) fn open(source: Box<dyn MediaSource>) -> Result<Self, CaptureError> {
        let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
        let demuxer = symphonia::default::get_probe()
            .probe(
                &Hint::new(),
                stream,
                FormatOptions::default(),
                MetadataOptions::default(),
            )
            .map_err(|error| match error {
                // What the probe says where no format fits.
                Error::Unsupported(_) | Error::SeekError(_) => CaptureError::UnknownFormat,
                error => capture_error(error, MediaTime::ZERO),
            })?;
        Ok(Self {
            track: Track::choose(&*demuxer)?,
            demuxer,
            samples: Vec::new(),
        })
    }

    /// The rate and channels that the file states, if it does.
    pub(super) fn stated_format(&self) -> Option<(u32, usize)> {
        let parameters = self.track.decoder.codec_params();
        Some((
            parameters.sample_rate?,
            parameters.channels.as_ref()?.count(),
        ))
    }

    /// Decodes the next packet; `None` at the end. `after` is how much sound came before, for
    /// errors.
    pub(super) fn next(&mut self, after: MediaTime) -> Result<Option<Decoded>, CaptureError> {
        loop {
            match self.demuxer.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track.id => {
                    return self.decode(&packet, after).map(Some);
                }
                Ok(Some(_)) => {}
                Ok(None) => return Ok(None),
                // Another stream follows, as in chained Ogg.
                Err(Error::ResetRequired) => self.track = Track::choose(&*self.demuxer)?,
                Err(error) => return Err(capture_error(error, after)),
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
            // The trait's contract: these two concern this packet only.
            Err(Error::DecodeError(_) | Error::IoError(_)) => {
                Ok(Decoded::Lost(self.track.duration(packet)))
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
                Error::Unsupported(_) => CaptureError::Unsupported {
                    what: codec_name(parameters.codec),
                    supported: SUPPORTED,
                },
                error => capture_error(error, MediaTime::ZERO),
            })?;
        Ok(Self {
            id: track.id,
            decoder,
            time_base: track.time_base,
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

fn codec_name(codec: AudioCodecId) -> String {
    match codec {
        CODEC_ID_OPUS => "reading Opus".to_owned(),
        CODEC_ID_AC3 | CODEC_ID_EAC3 => "reading AC-3".to_owned(),
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
