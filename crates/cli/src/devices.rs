//! `media-recorder devices`.

use std::fmt::Write as _;

use media_recorder::{
    CameraFormat, CameraMode, Codec, DeviceKind, DisplayInfo, DisplaySurface, MediaDeviceInfo,
    MediaDevices,
};
use serde_json::{Value, json};

use crate::args::DevicesArgs;
use crate::error::CliError;
use crate::output::print;
use crate::say;

/// Prints what there is to record, and what it can be set to.
///
/// # Errors
///
/// [`CliError::Recorder`] where devices cannot be listed, [`CliError::Write`] for standard output.
pub(crate) fn devices(args: &DevicesArgs) -> Result<(), CliError> {
    let media = MediaDevices::new();
    let devices = media.enumerate_devices()?;
    // A display that cannot be captured hides no camera.
    let displays = media.displays().unwrap_or_else(|error| {
        say(&format!("media-recorder: {error}"));
        Vec::new()
    });
    let text = if args.json {
        format!("{:#}\n", to_json(&devices, &displays))
    } else if devices.is_empty() && displays.is_empty() {
        "no devices\n".to_owned()
    } else {
        to_text(&devices, &displays)
    };
    print(&text)
}

/// The word of the command, and that of scripts.
fn names(kind: DeviceKind) -> (&'static str, &'static str) {
    match kind {
        DeviceKind::AudioInput => ("microphone", "audioinput"),
        DeviceKind::VideoInput => ("camera", "videoinput"),
        DeviceKind::AudioOutput => ("output", "audiooutput"),
    }
}

fn display_name(surface: &DisplaySurface) -> &'static str {
    match surface {
        DisplaySurface::Monitor(_) => "screen",
        DisplaySurface::Window(_) => "window",
        DisplaySurface::Region { .. } => "region",
    }
}

/// How a camera stores its pictures.
fn format_name(format: CameraFormat) -> String {
    match format {
        CameraFormat::Raw(format) => format!("{format:?}").to_lowercase(),
        CameraFormat::Encoded(codec) => Codec::Video(codec).to_string(),
    }
}

fn to_text(devices: &[MediaDeviceInfo], displays: &[DisplayInfo]) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    for device in devices {
        let (kind, _) = names(device.kind);
        let _ = writeln!(text, "{kind:<10}  {}  {}", device.device_id, device.label);
        for line in mode_lines(&device.modes) {
            let _ = writeln!(text, "            {line}");
        }
    }
    for display in displays {
        let kind = display_name(&display.surface);
        let (id, label, size) = (&display.surface, &display.label, display.size);
        let _ = writeln!(text, "{kind:<10}  {id}  {label}  {size}");
    }
    text
}

/// `1280x720 yuyv: 10, 30 a second`: the rates of a format and size on one line.
fn mode_lines(modes: &[CameraMode]) -> Vec<String> {
    let mut lines: Vec<(CameraMode, String)> = Vec::new();
    for mode in modes {
        let rate = format!("{:.4}", mode.rate.as_f64());
        let rate = rate.trim_end_matches('0').trim_end_matches('.').to_owned();
        match lines.last_mut() {
            Some((last, rates)) if (last.format, last.size) == (mode.format, mode.size) => {
                let _ = write!(rates, ", {rate}");
            }
            _ => lines.push((*mode, rate)),
        }
    }
    let lines = lines.into_iter();
    lines
        .map(|(mode, rates)| {
            let format = format_name(mode.format);
            format!("{} {format}: {rates} a second", mode.size)
        })
        .collect()
}

fn to_json(devices: &[MediaDeviceInfo], displays: &[DisplayInfo]) -> Value {
    let devices: Vec<Value> = devices.iter().map(device_json).collect();
    let displays: Vec<Value> = displays
        .iter()
        .map(|display| {
            json!({
                "kind": display_name(&display.surface),
                "id": display.surface.to_string(),
                "label": display.label,
                "width": display.size.width,
                "height": display.size.height,
            })
        })
        .collect();
    json!({ "devices": devices, "displays": displays })
}

fn device_json(device: &MediaDeviceInfo) -> Value {
    let mut json = json!({
        "kind": names(device.kind).1,
        "id": device.device_id,
        "label": device.label,
        "group": device.group_id,
    });
    if device.kind == DeviceKind::VideoInput {
        let modes = device.modes.iter().map(|mode| {
            json!({
                "format": format_name(mode.format),
                "width": mode.size.width,
                "height": mode.size.height,
                "frame_rate": mode.rate.as_f64(),
            })
        });
        json["modes"] = modes.collect();
    }
    json
}

#[cfg(test)]
mod tests {
    use media_recorder::{FrameSize, PixelFormat, Rate, VideoCodec};

    use super::*;

    #[test]
    fn the_rates_of_a_size_are_on_one_line() {
        let mode = |format, width, height, rate: (u32, u32)| CameraMode {
            format,
            size: FrameSize::new(width, height),
            rate: Rate::new(rate.0, rate.1).unwrap(),
        };
        let raw = CameraFormat::Raw(PixelFormat::Yuyv);
        let jpeg = CameraFormat::Encoded(VideoCodec::Mjpeg);
        let lines = mode_lines(&[
            mode(raw, 640, 480, (30, 1)),
            mode(raw, 640, 480, (15, 2)),
            mode(raw, 320, 240, (30_000, 1001)),
            mode(jpeg, 320, 240, (30, 1)),
        ]);
        assert_eq!(
            lines,
            [
                "640x480 yuyv: 30, 7.5 a second",
                "320x240 yuyv: 29.97 a second",
                "320x240 mjpeg: 30 a second",
            ]
        );
    }
}
