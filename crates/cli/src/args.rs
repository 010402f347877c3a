//! What can be asked of the command.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Parser, Subcommand};
use media_recorder::{
    Container, DegradationPreference, FrameSize, MediaRecorder, MimeType, Preset, Rate, TrackKind,
};

use crate::error::CliError;
use crate::values;

/// Records to WebM, Matroska and MP4, in pure Rust.
#[derive(Debug, Parser)]
#[command(name = "media-recorder", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Record devices, a test pattern or files.
    ///
    /// A recording ends with its sources, after --duration, or with Ctrl-C or SIGTERM, which
    /// leave a complete file. A test pattern has no end of its own, and a device ends only if it is
    /// unplugged. A second Ctrl-C ends at once.
    Record(Box<RecordArgs>),
    /// List cameras with their modes, microphones, outputs, screens and windows.
    Devices(DevicesArgs),
    /// Show what is in a WebM or Matroska file.
    Info(InfoArgs),
    /// Make a finished file of a WebM, Matroska or MP4 file that broke off or is damaged.
    ///
    /// Every packet that is whole is kept as it is; the file gets its duration and an index to
    /// seek by. A file that is whole is left alone. An MP4 must be one in fragments, as recordings
    /// are until they end. Do not repair what is still being recorded.
    Repair(RepairArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct RecordArgs {
    /// The file to write, replaced if it exists; `-` for standard output.
    ///
    /// Its ending chooses the container: .webm, .mkv and .mka for Matroska, .mp4 and .m4a for MP4.
    /// Only a file gets an index to seek by; standard output is written once and front to back.
    #[arg(value_name = "OUT")]
    pub(crate) output: PathBuf,

    /// The picture: `test` for a test pattern, a Y4M file (`./test` if that is its name), or
    /// `none`.
    ///
    /// Default: `test`, but `none` if --audio names a file.
    #[arg(long, value_name = "test|FILE|none", value_parser = source_parser())]
    video: Option<Source>,

    /// The sound: `test` for beeps, a file (WAV, FLAC, MP3, Ogg, MP4, Matroska), or `none`.
    ///
    /// Default: `test`, but `none` if --video names a file.
    #[arg(long, value_name = "test|FILE|none", value_parser = source_parser())]
    audio: Option<Source>,

    /// The picture of a camera: its id or a part of its name, as `media-recorder devices` lists
    /// them. Without ID the first one. The sound is left out unless it is asked for.
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "")]
    #[arg(conflicts_with_all = ["video", "screen"])]
    camera: Option<String>,

    /// The sound of a microphone, named as a camera is.
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "")]
    #[arg(conflicts_with = "audio")]
    microphone: Option<String>,

    /// The picture of a screen or window, named as a camera is. Without ID the primary screen.
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "")]
    #[arg(conflicts_with = "video")]
    screen: Option<String>,

    /// The size of the test pattern in pixels, by default 640x360; of a camera, as near to it as can
    /// be had.
    #[arg(long, value_name = "WxH")]
    pub(crate) size: Option<FrameSize>,

    /// Frames per second of the test pattern or a screen, such as 25, 29.97 or 30000/1001, by
    /// default 30; of a camera, as near to it as can be had.
    #[arg(long, value_name = "N")]
    pub(crate) frame_rate: Option<Rate>,

    /// How much to record: 10s, 1500ms, 1m30s, 10 (seconds) or 00:01:30.5.
    ///
    /// Exact, sound to the sample, pictures to the last one that begins before it, but for devices,
    /// which are stopped by then.
    #[arg(long, value_name = "T", value_parser = values::positive_duration)]
    pub(crate) duration: Option<Duration>,

    /// Container and codecs, such as 'video/webm;codecs=av01,opus'. Overrides the ending of OUT.
    #[arg(long, value_name = "TYPE")]
    mime_type: Option<String>,

    /// Target for the picture: 2500000, 800k, 2.5M. Default: 2.5M.
    #[arg(long, value_name = "N", value_parser = values::bits_per_second)]
    pub(crate) video_bits_per_second: Option<u32>,

    /// Target for the sound: 96000, 128k. Default: 128k.
    #[arg(long, value_name = "N", value_parser = values::bits_per_second)]
    pub(crate) audio_bits_per_second: Option<u32>,

    /// How much work goes into each picture: archive, quality, balanced, fast or live.
    ///
    /// Default: quality with --as-fast-as-possible. In real time, what the machine has the time
    /// for: less while it is busy with other things.
    #[arg(long, value_name = "PRESET")]
    pub(crate) preset: Option<Preset>,

    /// What a live picture gives up where no preset is fast enough: maintain-resolution gives up
    /// the frame rate, maintain-framerate the size (of VP8 and VP9), balanced a part of both,
    /// maintain-framerate-and-resolution nothing: frames are dropped.
    ///
    /// Default: maintain-resolution
    #[arg(long, value_name = "PREFERENCE", value_parser = values::degradation_preference)]
    pub(crate) degradation_preference: Option<DegradationPreference>,

    /// How much media to gather before it is written out; 10ms at least. What is not yet written
    /// is lost if the process is killed.
    #[arg(long, value_name = "T", default_value = "1s", value_parser = values::duration)]
    pub(crate) timeslice: Duration,

    /// Take the sources as fast as they are encoded, not in real time. No frame is dropped.
    #[arg(long)]
    pub(crate) as_fast_as_possible: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct DevicesArgs {
    /// Print JSON, for programs.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct InfoArgs {
    /// The file to read.
    pub(crate) file: PathBuf,

    /// Print JSON, for programs.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RepairArgs {
    /// The file to repair, where it is unless OUT is given.
    pub(crate) file: PathBuf,

    /// Write the repaired file here, and leave FILE as it is. An existing file is not replaced.
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
}

/// Where a track comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Test,
    File(PathBuf),
    /// A camera or, of sound, a microphone; empty for the first one.
    Device(String),
    /// A screen or window; empty for the primary screen.
    Screen(String),
    None,
}

impl Source {
    fn is_live(&self) -> bool {
        matches!(self, Self::Device(_) | Self::Screen(_))
    }
}

impl From<OsString> for Source {
    fn from(text: OsString) -> Self {
        match text.to_str() {
            Some("test") => Self::Test,
            Some("none") => Self::None,
            _ => Self::File(text.into()),
        }
    }
}

fn source_parser() -> impl TypedValueParser<Value = Source> {
    OsStringValueParser::new().map(Source::from)
}

/// The source of each kind of track; at least one of them is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sources {
    pub(crate) video: Source,
    pub(crate) audio: Source,
}

impl Sources {
    /// The files among them.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        [&self.video, &self.audio]
            .into_iter()
            .filter_map(|source| match source {
                Source::File(path) => Some(path.as_path()),
                _ => None,
            })
    }

    /// Whether one of them is a device, which does not know how much is to be recorded.
    pub(crate) fn are_live(&self) -> bool {
        self.video.is_live() || self.audio.is_live()
    }
}

impl RecordArgs {
    /// What to record, with the defaults filled in.
    ///
    /// # Errors
    ///
    /// [`CliError::Usage`] if that is nothing, or if there is an option for a picture that this is
    /// not.
    pub(crate) fn sources(&self) -> Result<Sources, CliError> {
        // Nobody who gives a file or a device wants an endless pattern beside it.
        let default = |other: &Option<Source>| match other {
            None | Some(Source::Test | Source::None) => Source::Test,
            Some(_) => Source::None,
        };
        let camera = self.camera.clone().map(Source::Device);
        let screen = self.screen.clone().map(Source::Screen);
        let microphone = self.microphone.clone().map(Source::Device);
        let video = self.video.clone().or(camera).or(screen);
        let audio = self.audio.clone().or(microphone);
        let (video, audio) = (
            video.clone().unwrap_or_else(|| default(&audio)),
            audio.unwrap_or_else(|| default(&video)),
        );
        let sources = Sources { video, audio };
        if sources.video == Source::None && sources.audio == Source::None {
            let message = "there is nothing to record: both --video and --audio are none";
            return Err(CliError::Usage(message.to_owned()));
        }
        let has_size = matches!(sources.video, Source::Test | Source::Device(_));
        if self.size.is_some() && !has_size {
            let message = "--size is for --video test and --camera only";
            return Err(CliError::Usage(message.to_owned()));
        }
        if self.frame_rate.is_some() && !has_size && !sources.video.is_live() {
            let message = "--frame-rate is for --video test, --camera and --screen only";
            return Err(CliError::Usage(message.to_owned()));
        }
        if self.as_fast_as_possible && sources.are_live() {
            let message = "--as-fast-as-possible: a device takes its time";
            return Err(CliError::Usage(message.to_owned()));
        }
        Ok(sources)
    }

    /// Whether to write to standard output.
    pub(crate) fn to_stdout(&self) -> bool {
        self.output.as_os_str() == "-"
    }

    /// The type to record: as asked for, else by the ending of the output's name.
    ///
    /// # Errors
    ///
    /// [`CliError::Usage`] if the ending says nothing, [`CliError::Unsupported`] if it names a
    /// container that cannot be recorded.
    pub(crate) fn mime_type(&self, sources: &Sources) -> Result<String, CliError> {
        if let Some(mime_type) = &self.mime_type {
            return Ok(mime_type.clone());
        }
        if self.to_stdout() {
            return Ok(String::new());
        }
        let ending = self
            .output
            .extension()
            .map(|ending| ending.to_string_lossy());
        let ending = ending.unwrap_or_default().to_lowercase();
        let container = Container::from_extension(&ending).ok_or_else(|| {
            let message = format!(
                "the ending of {} names no container: use .webm, .mkv, .mka, .mp4 or .m4a, or --mime-type",
                self.output.display()
            );
            CliError::Usage(message)
        })?;
        // RFC 9559 §12 has `.mka` for what holds sound only, and so is `.m4a` used.
        let is_audio = ending == "mka" || ending == "m4a";
        let kind = if sources.video == Source::None || is_audio {
            TrackKind::Audio
        } else {
            TrackKind::Video
        };
        let mime_type = MimeType::recording(kind, container, &[]).to_string();
        if !MediaRecorder::is_type_supported(&mime_type) {
            return Err(CliError::Unsupported(format!(".{ending}")));
        }
        Ok(mime_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn record(arguments: &[&str]) -> RecordArgs {
        let all = ["media-recorder", "record"].iter().chain(arguments);
        match Args::try_parse_from(all).unwrap().command {
            Command::Record(args) => *args,
            _ => unreachable!("it was asked to record"),
        }
    }

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn preferences_have_names() {
        let args = record(&["out.webm", "--degradation-preference", "balanced"]);
        let balanced = DegradationPreference::Balanced;
        assert_eq!(args.degradation_preference, Some(balanced));
        assert!(values::degradation_preference("resolution").is_err());
    }

    #[test]
    fn presets_have_names() {
        let args = record(&["out.webm", "--preset", "balanced"]);
        assert_eq!(args.preset, Some(Preset::Balanced));
        let unknown = ["media-recorder", "record", "out.webm", "--preset", "best"];
        let message = Args::try_parse_from(unknown).unwrap_err().to_string();
        assert!(message.contains("archive"), "{message}");
    }

    #[test]
    fn a_source_that_is_not_named_is_the_pattern_unless_there_is_a_file() {
        let file = || Source::File("x".into());
        let device = |id: &str| Source::Device(id.to_owned());
        for (arguments, video, audio) in [
            (&[][..], Source::Test, Source::Test),
            (&["--video", "x"], file(), Source::None),
            (&["--audio", "x"], Source::None, file()),
            (&["--video", "none"], Source::None, Source::Test),
            (&["--audio", "none"], Source::Test, Source::None),
            (&["--video", "x", "--audio", "test"], file(), Source::Test),
            (&["--video", "x", "--audio", "x"], file(), file()),
            (&["--camera"], device(""), Source::None),
            (&["--camera", "c920"], device("c920"), Source::None),
            (&["--microphone"], Source::None, device("")),
            (&["--camera", "--microphone", "m"], device(""), device("m")),
            (&["--screen"], Source::Screen(String::new()), Source::None),
            (&["--camera", "--audio", "test"], device(""), Source::Test),
            (&["--camera", "--audio", "none"], device(""), Source::None),
            (
                &["--video", "./test", "--audio", "none"],
                Source::File("./test".into()),
                Source::None,
            ),
        ] {
            let args = record(&[&["out.webm"], arguments].concat());
            assert_eq!(
                args.sources().unwrap(),
                Sources { video, audio },
                "{arguments:?}"
            );
        }
    }

    #[test]
    fn options_that_would_do_nothing_are_refused() {
        for arguments in [
            &["--video", "none", "--audio", "none"][..],
            &["--video", "x", "--size", "64x48"],
            &["--video", "none", "--frame-rate", "25"],
            &["--audio", "x", "--size", "64x48"],
            &["--screen", "--size", "64x48"],
            &["--microphone", "--frame-rate", "25"],
            &["--camera", "--as-fast-as-possible"],
        ] {
            let args = record(&[&["out.webm"], arguments].concat());
            assert!(
                matches!(args.sources(), Err(CliError::Usage(_))),
                "{arguments:?}"
            );
        }
    }

    #[test]
    fn a_kind_has_one_source() {
        for arguments in [
            &["--camera", "--video", "test"][..],
            &["--camera", "--screen"],
            &["--screen", "--video", "x"],
            &["--microphone", "--audio", "x"],
        ] {
            let all = [&["media-recorder", "record", "out.webm"], arguments].concat();
            assert!(Args::try_parse_from(all).is_err(), "{arguments:?}");
        }
    }

    #[test]
    fn the_type_comes_from_the_ending_unless_it_is_given() {
        for (arguments, expected) in [
            (&["a/b.webm"][..], "video/webm"),
            (&["b.WebM", "--video", "none"], "audio/webm"),
            (&["b.mkv"], "video/x-matroska"),
            (&["b.mka"], "audio/x-matroska"),
            (&["b.mp4"], "video/mp4"),
            (&["b.m4a"], "audio/mp4"),
            (&["-"], ""),
            (
                &["b.mp4", "--mime-type", "video/webm;codecs=vp9"],
                "video/webm;codecs=vp9",
            ),
            (&["-", "--mime-type", "audio/webm"], "audio/webm"),
        ] {
            let args = record(arguments);
            let sources = args.sources().unwrap();
            assert_eq!(args.mime_type(&sources).unwrap(), expected, "{arguments:?}");
        }
        for (output, names) in [("b", ".mkv"), ("b.avi", ".webm"), (".webm", ".mka")] {
            let args = record(&[output]);
            let error = args.mime_type(&args.sources().unwrap()).unwrap_err();
            assert!(error.to_string().contains(names), "{output}: {error}");
        }
    }
}
