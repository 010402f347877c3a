//! Opening what is to be recorded.

use std::path::Path;

use media_recorder::{
    ConstrainChoice, ConstraintSet, Constraints, DeviceKind, DisplayOptions, MediaDevices,
    MediaFile, MediaStream, MediaStreamTrack, TestPattern, TrackKind,
};

use crate::args::{RecordArgs, Source, Sources};
use crate::error::CliError;

/// The tracks of all sources in one stream, the picture first.
///
/// # Errors
///
/// [`CliError::Input`] for a file that cannot be opened, [`CliError::NoSuchTrack`] for one that
/// has nothing of the kind it was named for, [`CliError::NoSuchDevice`] for a device that is not
/// listed, [`CliError::Recorder`] for one that cannot be had and for a test picture of an impossible
/// size.
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
    tracks.extend(captured(args, sources)?);
    if let Source::Screen(name) = &sources.video {
        tracks.extend(display(name, args)?);
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

/// The tracks of the camera and the microphone that were asked for.
fn captured(args: &RecordArgs, sources: &Sources) -> Result<Vec<MediaStreamTrack>, CliError> {
    let devices = MediaDevices::new();
    let mut constraints = Constraints::new();
    if let Source::Device(name) = &sources.video {
        let mut camera = named(&devices, DeviceKind::VideoInput, "camera", name)?;
        if let Some(size) = args.size {
            camera = camera.width(size.width).height(size.height);
        }
        if let Some(rate) = args.frame_rate {
            camera = camera.frame_rate(rate.as_f64());
        }
        constraints = constraints.video(camera);
    }
    if let Source::Device(name) = &sources.audio {
        let microphone = named(&devices, DeviceKind::AudioInput, "microphone", name)?;
        constraints = constraints.audio(microphone);
    }
    if constraints == Constraints::new() {
        return Ok(Vec::new());
    }
    Ok(devices.get_user_media(&constraints)?.tracks())
}

/// Asks for the device of this id, or else with this in its name.
fn named(
    devices: &MediaDevices,
    kind: DeviceKind,
    what: &'static str,
    name: &str,
) -> Result<ConstraintSet, CliError> {
    let any = ConstraintSet::new();
    if name.is_empty() {
        return Ok(any);
    }
    let list = devices.enumerate_devices()?;
    let of_kind = list.into_iter().filter(|device| device.kind == kind);
    let known: Vec<_> = of_kind
        .map(|device| (device.device_id, device.label))
        .collect();
    if known.is_empty() {
        // Why there are none is known to the one who opens them.
        return Ok(any);
    }
    let id = find(known, name).ok_or_else(|| CliError::NoSuchDevice {
        what,
        name: name.to_owned(),
    })?;
    Ok(any.device_id(ConstrainChoice::exact(id)))
}

/// The track of the screen or window that was asked for.
fn display(name: &str, args: &RecordArgs) -> Result<Vec<MediaStreamTrack>, CliError> {
    let devices = MediaDevices::new();
    let mut options = DisplayOptions::new();
    if let Some(rate) = args.frame_rate {
        options = options.frame_rate(rate);
    }
    if !name.is_empty() {
        let displays = devices.displays()?.into_iter();
        let known = displays.map(|display| {
            let names = (display.surface.to_string(), display.label);
            (names, display.surface)
        });
        let (names, surfaces): (Vec<_>, Vec<_>) = known.unzip();
        let id = find(names, name);
        let mut surfaces = surfaces.into_iter();
        let surface = surfaces.find(|surface| Some(surface.to_string()) == id);
        options = options.surface(surface.ok_or_else(|| CliError::NoSuchDevice {
            what: "screen or window",
            name: name.to_owned(),
        })?);
    }
    Ok(devices.get_display_media(&options)?.tracks())
}

/// Of ids and labels, the id that is `name`, else the first whose label has it in it.
fn find(known: Vec<(String, String)>, name: &str) -> Option<String> {
    let by_id = known.iter().position(|(id, _)| id == name);
    let part = name.to_lowercase();
    let by_label = || {
        known
            .iter()
            .position(|(_, label)| label.to_lowercase().contains(&part))
    };
    let at = by_id.or_else(by_label)?;
    known.into_iter().nth(at).map(|(id, _)| id)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_found_by_its_id_or_a_part_of_its_name() {
        let known = || {
            [("a", "HD Webcam b"), ("b", "Other Webcam")]
                .map(|(id, label)| (id.to_owned(), label.to_owned()))
                .to_vec()
        };
        for (name, id) in [
            ("b", Some("b")),
            ("hd webcam", Some("a")),
            ("webcam", Some("a")),
            ("nothing", None),
        ] {
            assert_eq!(find(known(), name).as_deref(), id, "{name}");
        }
    }
}
