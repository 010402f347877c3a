//! `media-recorder info`.

mod measure;
mod report;

use std::fs::File;
use std::io::{self, BufReader};

use matroska_demuxer::{DemuxError, Frame, MatroskaFile, TrackType};

use self::measure::Measure;
use self::report::{Media, Report, Track};
use crate::args::InfoArgs;
use crate::error::CliError;
use crate::output::print;

/// Prints what is in a file. The whole file is read, so that what is printed was counted and is
/// not what its header claims.
///
/// # Errors
///
/// [`CliError::Read`] or [`CliError::NotMatroska`] for the file, [`CliError::Write`] for standard
/// output. A recording that broke off before it got its index is reported as far as it can be read.
pub(crate) fn info(args: &InfoArgs) -> Result<(), CliError> {
    let read = |source| CliError::Read {
        path: args.file.clone(),
        source,
    };
    let file = File::open(&args.file).map_err(read)?;
    let metadata = file.metadata().map_err(read)?;
    if metadata.is_dir() {
        return Err(read(io::ErrorKind::IsADirectory.into()));
    }
    let report = examine(file, metadata.len()).map_err(|source| match source {
        DemuxError::IoError(source) if source.kind() != io::ErrorKind::UnexpectedEof => {
            read(source)
        }
        error => CliError::NotMatroska {
            path: args.file.clone(),
            reason: reason(&error),
        },
    })?;
    let text = if args.json {
        format!("{:#}\n", report.to_json())
    } else {
        report.to_string()
    };
    print(&text)
}

fn examine(file: File, bytes: u64) -> Result<Report, DemuxError> {
    let mut matroska = MatroskaFile::open(BufReader::new(file))?;
    let scale = matroska.info().timestamp_scale();
    let mut measures: Vec<Measure> = matroska
        .tracks()
        .iter()
        .map(|track| Measure::new(scale, track.codec_delay().unwrap_or(0)))
        .collect();

    let mut frame = Frame::default();
    let damage = loop {
        match matroska.next_frame(&mut frame) {
            Ok(true) => {}
            Ok(false) => break None,
            Err(error) => break Some(reason(&error)),
        }
        let index = matroska
            .tracks()
            .iter()
            .position(|track| track.track_number().get() == frame.track);
        if let Some(index) = index {
            measures[index].add(&frame);
        }
    };

    let info = matroska.info();
    let claimed = info
        .duration()
        .map(|ticks| ticks * scale.get() as f64 / 1e9);
    let measured = measures.iter().filter_map(Measure::end).max();
    let tracks = matroska.tracks().iter().zip(measures);
    Ok(Report {
        container: match matroska.ebml_header().doc_type().trim_end_matches('\0') {
            "webm" => "WebM",
            _ => "Matroska",
        },
        written_by: info.writing_app().to_owned(),
        bytes,
        header_seconds: claimed,
        measured_seconds: measured.map_or(0.0, |nanos| nanos as f64 / 1e9),
        tracks: tracks
            .map(|(track, measure)| Track {
                number: track.track_number().get(),
                codec: codec_name(track.codec_id()).to_owned(),
                media: match (track.track_type(), track.video(), track.audio()) {
                    (TrackType::Video, Some(video), _) => Media::Video {
                        width: video.pixel_width().get(),
                        height: video.pixel_height().get(),
                    },
                    (TrackType::Audio, _, Some(audio)) => Media::Audio {
                        sample_rate: audio.sampling_frequency(),
                        channels: audio.channels().get(),
                    },
                    _ => Media::Other,
                },
                measure,
            })
            .collect(),
        damage,
    })
}

/// The error for people: the reader shows an I/O error as what caused it, mostly `None`.
fn reason(error: &DemuxError) -> String {
    match error {
        DemuxError::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            "it ends too early".to_owned()
        }
        DemuxError::IoError(error) => error.to_string(),
        error => error.to_string(),
    }
}

/// `VP9` for `V_VP9`: the prefix only says the kind (RFC 9559 §26.1).
fn codec_name(id: &str) -> &str {
    id.get(2..)
        .filter(|_| id.get(1..2) == Some("_"))
        .unwrap_or(id)
}
