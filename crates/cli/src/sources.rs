//! Opening what is to be recorded.

use std::path::Path;

use media_recorder::{MediaFile, MediaStream, MediaStreamTrack, TestPattern, TrackKind};

use crate::args::{RecordArgs, Source, Sources};
use crate::error::CliError;

/// The tracks of all sources in one stream, the picture first.
///
/// # Errors
///
/// [`CliError::Input`] for a file that cannot be opened, [`CliError::NoSuchTrack`] for one that
/// has nothing of the kind it was named for, [`CliError::Recorder`] for a test picture of an
/// impossible size.
pub(crate) fn open(args: &RecordArgs, sources: &Sources) -> Result<MediaStream, CliError> {
    let mut tracks = pattern(args, sources)?;
    let files = [
        (TrackKind::Video, &sources.video),
        (TrackKind::Audio, &sources.audio),
    ];
    for (kind, source) in files {
        if let Source::File(path) = source {
            tracks.push(file(path, kind, args)?);
        }
    }
    tracks.sort_by_key(|track| std::cmp::Reverse(track.kind()));
    Ok(MediaStream::new(tracks))
}

/// The tracks for which the test pattern was asked.
fn pattern(args: &RecordArgs, sources: &Sources) -> Result<Vec<MediaStreamTrack>, CliError> {
    let video = sources.video == Source::Test;
    let audio = sources.audio == Source::Test;
    if !video && !audio {
        return Ok(Vec::new());
    }
    let mut pattern = TestPattern::new().video(video).audio(audio);
    if let Some(size) = args.size {
        pattern = pattern.size(size.width, size.height);
    }
    if let Some(rate) = args.frame_rate {
        pattern = pattern.frame_rate(rate);
    }
    if let Some(duration) = args.duration {
        pattern = pattern.duration(duration);
    }
    if args.as_fast_as_possible {
        pattern = pattern.as_fast_as_possible();
    }
    Ok(pattern.capture_stream()?.tracks())
}

/// The first track of `kind` in a file.
fn file(path: &Path, kind: TrackKind, args: &RecordArgs) -> Result<MediaStreamTrack, CliError> {
    let input = |source| CliError::Input {
        path: path.to_owned(),
        kind,
        source,
    };
    let mut file = MediaFile::open(path).map_err(input)?;
    if let Some(duration) = args.duration {
        file = file.duration(duration);
    }
    if args.as_fast_as_possible {
        file = file.as_fast_as_possible();
    }
    let stream = file.capture_stream().map_err(input)?;
    stream
        .tracks()
        .into_iter()
        .find(|track| track.kind() == kind)
        .ok_or_else(|| CliError::NoSuchTrack {
            path: path.to_owned(),
            kind,
        })
}
