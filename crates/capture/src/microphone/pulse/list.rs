//! What the sound server has.

use std::ffi::{CStr, CString};

use pulseaudio::protocol::{Command, Props, ServerInfo, SinkInfo, SourceInfo};

use super::connection::{Connection, WireError};
use crate::{DeviceError, DeviceInfo, DeviceKind};

const SERVER: &str = "the sound server";

pub(in crate::microphone) fn microphones() -> Result<Vec<DeviceInfo>, DeviceError> {
    let mut connection = Connection::open()?;
    let (server, sources) = ask(&mut connection, &Command::GetSourceInfoList)?;
    Ok(list_sources(sources, server.default_source_name.as_deref()))
}

pub(in crate::microphone) fn outputs() -> Result<Vec<DeviceInfo>, DeviceError> {
    let mut connection = Connection::open()?;
    let (server, sinks) = ask(&mut connection, &Command::GetSinkInfoList)?;
    Ok(list_sinks(sinks, server.default_sink_name.as_deref()))
}

/// The source of that id, or the first that is listed.
pub(super) fn source(
    connection: &mut Connection,
    id: Option<&str>,
) -> Result<SourceInfo, DeviceError> {
    let (server, mut sources) = ask::<SourceInfo>(connection, &Command::GetSourceInfoList)?;
    sort_sources(&mut sources, server.default_source_name.as_deref());
    let mut sources = sources.into_iter();
    let found = match id {
        Some(id) => sources.find(|source| source.name.to_bytes() == id.as_bytes()),
        None => sources.next(),
    };
    found.ok_or_else(|| DeviceError::NotFound {
        device: id.unwrap_or("the default microphone").to_owned(),
    })
}

/// Who the server is and what it has, as it is at one time.
fn ask<T>(
    connection: &mut Connection,
    command: &Command,
) -> Result<(ServerInfo, Vec<T>), DeviceError>
where
    Vec<T>: pulseaudio::protocol::CommandReply,
{
    let mut answers = || -> Result<_, WireError> {
        Ok((
            connection.ask(&Command::GetServerInfo)?,
            connection.ask(command)?,
        ))
    };
    answers().map_err(|error| error.of(SERVER))
}

/// The default first, where the server names one of them; monitors of outputs last.
fn sort_sources(sources: &mut [SourceInfo], default: Option<&CStr>) {
    sources.sort_by_key(|source| {
        let is_default = Some(&*source.name) == default;
        (!is_default, source.monitor_of_sink_index.is_some())
    });
}

fn list_sources(mut sources: Vec<SourceInfo>, default: Option<&CStr>) -> Vec<DeviceInfo> {
    sort_sources(&mut sources, default);
    let infos = sources.iter().map(|source| DeviceInfo {
        kind: DeviceKind::AudioInput,
        id: text(&source.name),
        label: source_label(source),
        group: group(&source.props),
    });
    infos.collect()
}

fn list_sinks(mut sinks: Vec<SinkInfo>, default: Option<&CStr>) -> Vec<DeviceInfo> {
    sinks.sort_by_key(|sink| Some(&*sink.name) != default);
    let infos = sinks.iter().map(|sink| DeviceInfo {
        kind: DeviceKind::AudioOutput,
        id: text(&sink.name),
        label: text(sink.description.as_ref().unwrap_or(&sink.name)),
        group: group(&sink.props),
    });
    infos.collect()
}

/// A name for people. Servers name monitors as we do, but for those whose owners named them.
pub(super) fn source_label(source: &SourceInfo) -> String {
    const MONITOR: &str = "Monitor of ";
    let label = text(source.description.as_ref().unwrap_or(&source.name));
    match source.monitor_of_sink_index {
        Some(_) if !label.starts_with(MONITOR) => format!("{MONITOR}{label}"),
        _ => label,
    }
}

/// What is the same for all parts of one piece of hardware: its place among the system's devices,
/// without the part.
fn group(properties: &Props) -> String {
    // PulseAudio's name of it, and PipeWire's.
    let path = [c"sysfs.path", c"device.sysfs.path"]
        .into_iter()
        .find_map(|name| properties.get_bytes(name))
        .map(property);
    let path = path.as_deref().unwrap_or_default();
    let hardware = path
        .split_once("/sound/")
        .map_or("", |(hardware, _)| hardware);
    // An interface of a USB device, such as `1-2:1.0` of `1-2`.
    match hardware.rsplit_once('/') {
        Some((device, part)) if is_interface(part, device) => device,
        _ => hardware,
    }
    .to_owned()
}

fn is_interface(part: &str, device: &str) -> bool {
    let device = device.rsplit('/').next();
    part.split_once(':')
        .is_some_and(|(of, _)| Some(of) == device)
}

fn text(name: &CString) -> String {
    name.to_string_lossy().into_owned()
}

/// Texts among the properties end with a zero.
fn property(bytes: &[u8]) -> String {
    let text = bytes.strip_suffix(&[0]).unwrap_or(bytes);
    String::from_utf8_lossy(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str, monitor_of: Option<u32>, description: Option<&str>) -> SourceInfo {
        SourceInfo {
            name: CString::new(name).unwrap(),
            description: description.map(|text| CString::new(text).unwrap()),
            monitor_of_sink_index: monitor_of,
            ..SourceInfo::default()
        }
    }

    fn ids(list: &[DeviceInfo]) -> Vec<&str> {
        list.iter().map(|info| &*info.id).collect()
    }

    #[test]
    fn the_default_comes_first_and_monitors_last() {
        let sources = [
            source("out.monitor", Some(1), Some("Monitor of Out")),
            source("line", None, Some("Line In")),
            source("mic", None, Some("Mic")),
        ];
        let list = list_sources(sources.to_vec(), Some(c"mic"));
        assert_eq!(ids(&list), ["mic", "line", "out.monitor"]);
        let list = list_sources(sources.to_vec(), Some(c"out.monitor"));
        assert_eq!(ids(&list), ["out.monitor", "line", "mic"]);
        let list = list_sources(sources.to_vec(), None);
        assert_eq!(ids(&list), ["line", "mic", "out.monitor"]);
    }

    #[test]
    fn the_default_output_comes_first() {
        let sink = |name: &str| SinkInfo {
            name: CString::new(name).unwrap(),
            ..SinkInfo::default()
        };
        let list = list_sinks(vec![sink("a"), sink("b")], Some(c"b"));
        assert_eq!(ids(&list), ["b", "a"]);
        assert!(list.iter().all(|info| info.kind == DeviceKind::AudioOutput));
    }

    #[test]
    fn what_an_output_plays_is_labelled_so() {
        let label =
            |monitor_of, description| source_label(&source("name", monitor_of, description));
        assert_eq!(label(None, Some("Mic")), "Mic");
        assert_eq!(label(None, None), "name");
        assert_eq!(label(Some(0), Some("Monitor of Out")), "Monitor of Out");
        assert_eq!(label(Some(0), Some("Music")), "Monitor of Music");
    }

    #[test]
    fn parts_of_one_piece_of_hardware_are_one_group() {
        let group_at = |path: &str| {
            let mut properties = Props::new();
            let path = CString::new(path).unwrap();
            properties.set_bytes(
                CString::new("sysfs.path").unwrap(),
                path.as_bytes_with_nul(),
            );
            group(&properties)
        };
        let usb = "/devices/pci0000:00/0000:00:14.0/usb1/1-2";
        assert_eq!(group_at(&format!("{usb}/1-2:1.0/sound/card1")), usb);
        assert_eq!(group_at(&format!("{usb}/1-2:1.3/sound/card2")), usb);
        let pci = "/devices/pci0000:00/0000:00:1f.3";
        assert_eq!(group_at(&format!("{pci}/sound/card0")), pci);
        assert_eq!(group(&Props::new()), "");
    }
}
