//! What is known of a file, for people and for programs.

use std::fmt;

use indicatif::DecimalBytes;
use media_recorder::MediaTime;
use serde_json::{Value, json};

use super::measure::Measure;

/// What is known of a file.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) container: &'static str,
    /// The program that wrote it.
    pub(super) written_by: String,
    pub(super) bytes: u64,
    /// The duration that the header gives; live recordings have none.
    pub(super) header_seconds: Option<f64>,
    /// When the last frame is over.
    pub(super) measured_seconds: f64,
    pub(super) tracks: Vec<Track>,
    /// Why the file could not be read to its end.
    pub(super) damage: Option<String>,
}

/// What is known of a track.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) number: u64,
    pub(super) codec: String,
    pub(super) media: Media,
    pub(super) measure: Measure,
}

/// What is known of a track because of its kind.
#[derive(Debug)]
pub(super) enum Media {
    Video { width: u64, height: u64 },
    Audio { sample_rate: f64, channels: u64 },
    Other,
}

impl Report {
    /// The duration by the header, else as measured, in seconds.
    fn seconds(&self) -> f64 {
        self.header_seconds.unwrap_or(self.measured_seconds)
    }

    /// The mean bit rate of so many bytes, if there was any time for them.
    fn bit_rate(&self, bytes: u64) -> Option<u64> {
        let seconds = self.seconds();
        (seconds > 0.0).then(|| (bytes as f64 * 8.0 / seconds).round() as u64)
    }

    /// Times in seconds, rates per second; `null` for what is not known.
    pub(super) fn to_json(&self) -> Value {
        let tracks: Vec<Value> = self
            .tracks
            .iter()
            .map(|track| self.track_json(track))
            .collect();
        json!({
            "container": self.container,
            "written_by": self.written_by,
            "bytes": self.bytes,
            "duration": self.seconds(),
            "duration_in_header": self.header_seconds.is_some(),
            "bits_per_second": self.bit_rate(self.bytes),
            "tracks": tracks,
            "damage": self.damage,
        })
    }

    fn track_json(&self, track: &Track) -> Value {
        let measure = &track.measure;
        let mut json = json!({
            "number": track.number,
            "kind": track.media.kind(),
            "codec": track.codec,
            "packets": measure.frames,
            "bits_per_second": self.bit_rate(measure.bytes),
        });
        match track.media {
            Media::Video { width, height } => {
                json["width"] = width.into();
                json["height"] = height.into();
                json["frames_per_second"] = measure.frame_rate().into();
                json["key_frames"] = measure.key_frames.into();
                json["mean_key_frame_interval"] = measure.key_interval().into();
            }
            Media::Audio {
                sample_rate,
                channels,
            } => {
                json["sample_rate"] = sample_rate.into();
                json["channels"] = channels.into();
            }
            Media::Other => {}
        }
        json
    }

    fn write_track(&self, f: &mut fmt::Formatter<'_>, track: &Track) -> fmt::Result {
        let measure = &track.measure;
        write!(
            f,
            "track {}    {} {}",
            track.number,
            track.media.kind(),
            track.codec
        )?;
        match track.media {
            Media::Video { width, height } => {
                write!(f, ", {width}x{height}")?;
                if let Some(rate) = measure.frame_rate() {
                    write!(f, ", {rate:.3} fps")?;
                }
                write!(f, ", {} frames", measure.frames)?;
            }
            Media::Audio {
                sample_rate,
                channels,
            } => write!(f, ", {sample_rate} Hz, {channels} channels")?,
            Media::Other => {}
        }
        if let Some(bits) = self.bit_rate(measure.bytes) {
            write!(f, ", {} kb/s", bits / 1000)?;
        }
        writeln!(f)?;
        if let Media::Video { .. } = track.media {
            write!(f, "           {} key frames", measure.key_frames)?;
            if let Some(interval) = measure.key_interval() {
                write!(f, ", every {interval:.3} s")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl Media {
    fn kind(&self) -> &'static str {
        match self {
            Self::Video { .. } => "video",
            Self::Audio { .. } => "audio",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "container  {}, by {}", self.container, self.written_by)?;
        // For showing: the clamp of `as` at the ends of the range is fine.
        let duration = MediaTime::from_nanos((self.seconds() * 1e9).round() as i64);
        write!(f, "duration   {duration}")?;
        if self.header_seconds.is_none() {
            write!(f, " (counted: the header does not say)")?;
        }
        writeln!(f)?;
        write!(f, "size       {}", DecimalBytes(self.bytes))?;
        if let Some(bits) = self.bit_rate(self.bytes) {
            write!(f, ", {} kb/s", bits / 1000)?;
        }
        writeln!(f)?;
        for track in &self.tracks {
            self.write_track(f, track)?;
        }
        if let Some(damage) = &self.damage {
            writeln!(
                f,
                "damaged    after {:.3} s: {damage}",
                self.measured_seconds
            )?;
        }
        Ok(())
    }
}
