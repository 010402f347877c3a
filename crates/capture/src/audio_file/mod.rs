//! Sound from files, by `symphonia`.

mod packets;

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

use media_recorder_types::{AudioFrame, MediaTime, Samples};
use symphonia::core::io::{MediaSource, ReadOnlySource};

use self::packets::{Decoded, LONGEST_LOSS, Packets};
use crate::{AudioFormat, AudioSource, CaptureError};

/// Reads the sound of a file: WAV, FLAC, MP3, Ogg, MP4 or Matroska.
///
/// - It takes the default audio track, or the first where none is marked so.
/// - Times count samples from zero; what the file's own clock says does not matter.
/// - A packet that cannot be decoded becomes as much silence, one second at most, so that all
///   after it stays in its place; [`concealed_packets`](Self::concealed_packets) counts them.
/// - A file that breaks off delivers what is there, and then [`CaptureError::Truncated`] where
///   its container shows that more should come. MP3 does not, and MP4 or finalised Matroska that
///   broke off cannot be read at all.
/// - An encoder's delay and padding are left out of Ogg, MP3 and FLAC. AAC keeps them (its first
///   1024 samples, mostly), for `symphonia` does not read MP4's edit lists.
///
/// It holds one packet, however long the file.
pub struct AudioFile {
    packets: Packets,
    format: AudioFormat,
    /// What was decoded in order to learn the format.
    first: Option<AudioFrame>,
    /// Samples per channel decoded.
    position: u64,
    concealed: u64,
    ended: bool,
}

impl AudioFile {
    /// Finds out what `reader` holds, from its start, and decodes the first packet. `reader`
    /// need not be buffered.
    ///
    /// # Errors
    ///
    /// - [`CaptureError::UnknownFormat`] if it is no media file,
    /// - [`CaptureError::NoAudio`] if it holds no sound,
    /// - [`CaptureError::Unsupported`] for a codec that cannot be decoded,
    /// - [`CaptureError::Malformed`] or [`CaptureError::Truncated`] if it is damaged so early
    ///   that no sound can be had,
    /// - [`CaptureError::Read`] if reading fails.
    pub fn new<R>(reader: R) -> Result<Self, CaptureError>
    where
        R: Read + Seek + Send + Sync + 'static,
    {
        let source = Seekable::new(reader).map_err(CaptureError::Read)?;
        Self::open(Box::new(source))
    }

    /// As [`new`](Self::new), of a pipe or another input that cannot be rewound. Some files, such
    /// as MP4 with the index at the end, cannot be read so.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn from_stream<R>(reader: R) -> Result<Self, CaptureError>
    where
        R: Read + Send + Sync + 'static,
    {
        Self::open(Box::new(ReadOnlySource::new(reader)))
    }

    fn open(source: Box<dyn MediaSource>) -> Result<Self, CaptureError> {
        let mut packets = Packets::open(source)?;
        let mut concealed = 0;
        let mut lost = MediaTime::ZERO;
        let mut why_lost = String::new();
        let (rate, channels) = loop {
            match packets.next(MediaTime::ZERO)? {
                Some(Decoded::Sound { rate, channels }) if !packets.samples.is_empty() => {
                    break (rate, channels);
                }
                Some(Decoded::Sound { .. }) => {}
                Some(Decoded::Lost { duration, reason }) => {
                    why_lost = reason;
                    concealed += 1;
                    lost = lost.saturating_add(duration).min(LONGEST_LOSS);
                }
                None if concealed > 0 => {
                    return Err(CaptureError::Malformed {
                        what: format!("none of {concealed} packets can be decoded: {why_lost}"),
                        after: MediaTime::ZERO,
                    });
                }
                None => return Err(CaptureError::NoAudio),
            }
        };
        let channels = u16::try_from(channels).unwrap_or(u16::MAX);
        // The limits of rate and channels are checked before anything is computed from them.
        AudioFrame::new(rate, channels, Vec::new(), MediaTime::ZERO)?;
        let mut samples = vec![0.0; samples_of(lost, rate, channels)];
        samples.extend_from_slice(&packets.samples);
        let first = AudioFrame::new(rate, channels, samples, MediaTime::ZERO)?;
        Ok(Self {
            packets,
            format: AudioFormat {
                rate,
                channels,
                label: "audio file".to_owned(),
            },
            position: first.len() as u64,
            first: Some(first),
            concealed,
            ended: false,
        })
    }

    /// Sets the label of its [`AudioFormat`]; `audio file` by default.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.format.label = label.into();
        self
    }

    /// Packets so far that could not be decoded, and became silence.
    pub fn concealed_packets(&self) -> u64 {
        self.concealed
    }

    fn expect_format(&self, rate: u32, channels: usize) -> Result<(), CaptureError> {
        let expected = (self.format.rate, self.format.channels);
        let found = (rate, u16::try_from(channels).unwrap_or(u16::MAX));
        if found == expected {
            Ok(())
        } else {
            Err(CaptureError::FormatChanged { expected, found })
        }
    }

    fn next_frame(&mut self) -> Result<Option<AudioFrame>, CaptureError> {
        let AudioFormat { rate, channels, .. } = self.format;
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let position = i64::try_from(self.position).map_err(|_| CaptureError::TimeOutOfRange)?;
        let time =
            MediaTime::from_ticks(position, rate).map_err(|_| CaptureError::TimeOutOfRange)?;
        loop {
            let samples = match self.packets.next(time)? {
                None => return Ok(None),
                Some(Decoded::Sound {
                    rate: found_rate,
                    channels: found_channels,
                }) => {
                    self.expect_format(found_rate, found_channels)?;
                    Samples::from(&self.packets.samples[..])
                }
                Some(Decoded::Lost { duration, .. }) => {
                    self.concealed += 1;
                    Samples::from(vec![0.0; samples_of(duration, rate, channels)])
                }
            };
            if !samples.is_empty() {
                let frame = AudioFrame::new(rate, channels, samples, time)?;
                self.position += frame.len() as u64;
                return Ok(Some(frame));
            }
        }
    }
}

impl AudioSource for AudioFile {
    fn format(&self) -> &AudioFormat {
        &self.format
    }

    fn read(&mut self) -> Result<Option<AudioFrame>, CaptureError> {
        if self.ended {
            return Ok(None);
        }
        let frame = self.next_frame();
        self.ended = !matches!(frame, Ok(Some(_)));
        frame
    }
}

impl fmt::Debug for AudioFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AudioFile")
            .field("format", &self.format)
            .field("position", &self.position)
            .field("concealed", &self.concealed)
            .finish_non_exhaustive()
    }
}

/// Samples, of all channels together, in a time that is not negative.
fn samples_of(time: MediaTime, rate: u32, channels: u16) -> usize {
    let frames = time.to_ticks(rate).and_then(|n| usize::try_from(n).ok());
    frames.unwrap_or(0) * usize::from(channels)
}

/// A reader whose length is known.
struct Seekable<R> {
    inner: R,
    len: u64,
}

impl<R: Seek> Seekable<R> {
    fn new(mut inner: R) -> io::Result<Self> {
        let len = inner.seek(SeekFrom::End(0))?;
        inner.rewind()?;
        Ok(Self { inner, len })
    }
}

impl<R: Read> Read for Seekable<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<R: Seek> Seek for Seekable<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}

impl<R: Read + Seek + Send + Sync> MediaSource for Seekable<R> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.len)
    }
}

#[cfg(test)]
mod tests;
