//! What the sound systems have.

use std::str::FromStr;

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{Device, DeviceId, Host, HostId};

use super::error::device_error;
use crate::{DeviceError, DeviceInfo, DeviceKind};

/// The host of that name.
const ALSA: &str = "ALSA";

/// ALSA's prefix of hardware whose formats it converts.
const CONVERTED: &str = "plughw:";

pub(in crate::microphone) fn microphones() -> Result<Vec<DeviceInfo>, DeviceError> {
    list(DeviceKind::AudioInput)
}

pub(in crate::microphone) fn outputs() -> Result<Vec<DeviceInfo>, DeviceError> {
    list(DeviceKind::AudioOutput)
}

/// The microphone of that id and its name; the first that is listed where there is no id. What is
/// not listed can be opened, too, such as `alsa:hw:CARD=Loopback,DEV=0`.
pub(super) fn find(id: Option<&str>) -> Result<(Device, String), DeviceError> {
    let not_found = || DeviceError::NotFound {
        device: id.unwrap_or("the default microphone").to_owned(),
    };
    let listed = found(DeviceKind::AudioInput)?.into_iter();
    let mut listed = listed.filter(|(info, _)| id.is_none_or(|id| info.id == id));
    if let Some((info, device)) = listed.next() {
        return Ok((device, info.label));
    }
    let unlisted = || {
        let id = DeviceId::from_str(id?).ok()?;
        let host = cpal::host_from_id(id.host()).ok()?;
        host.device_by_id(&id)
    };
    let device = unlisted().ok_or_else(not_found)?;
    let label = label(&device).ok_or_else(not_found)?;
    Ok((device, label))
}

fn list(kind: DeviceKind) -> Result<Vec<DeviceInfo>, DeviceError> {
    let found = found(kind)?.into_iter();
    Ok(found.map(|(info, _)| info).collect())
}

/// What all hosts have; an error only where none of them can be asked.
fn found(kind: DeviceKind) -> Result<Vec<(DeviceInfo, Device)>, DeviceError> {
    let mut all = Vec::new();
    let mut refused = None;
    let mut has_answer = false;
    for id in cpal::available_hosts() {
        match cpal::host_from_id(id).and_then(|host| of_host(&host, kind)) {
            Ok(found) => {
                has_answer = true;
                all.extend(found);
            }
            Err(error) => refused = Some(device_error(id.name(), error)),
        }
    }
    match refused {
        Some(error) if !has_answer => Err(error),
        _ => Ok(all),
    }
}

/// The devices of one host, its default first.
fn of_host(host: &Host, kind: DeviceKind) -> Result<Vec<(DeviceInfo, Device)>, cpal::Error> {
    let (devices, default): (Vec<_>, _) = match kind {
        DeviceKind::AudioOutput => (
            host.output_devices()?.collect(),
            host.default_output_device(),
        ),
        _ => (host.input_devices()?.collect(), host.default_input_device()),
    };
    let default = default.and_then(|device| device.id().ok());
    let named = devices.into_iter().filter_map(|device| {
        let id = device.id().ok()?;
        Some((id, device))
    });
    let mut named: Vec<(DeviceId, Device)> = named.collect();
    if host.id().name() == ALSA {
        keep_hardware(&mut named, default.as_ref());
    } else if is_jack(host.id()) {
        // It lists its one input among the outputs as well, and the other way round.
        named.retain(|(id, _)| Some(id) == default.as_ref());
    }
    named.sort_by_key(|(id, _)| Some(id) != default.as_ref());
    let infos = named.into_iter().filter_map(|(id, device)| {
        let info = DeviceInfo {
            kind,
            id: lasting(&id),
            label: label(&device)?,
            group: String::new(),
        };
        Some((info, device))
    });
    Ok(infos.collect())
}

/// ALSA lists each card in a dozen ways, and names that lead nowhere. What is kept is its
/// default, and each device once, by the card's name where there is one: the numbers of cards
/// change.
fn keep_hardware(devices: &mut Vec<(DeviceId, Device)>, default: Option<&DeviceId>) {
    let is_hardware = |id: &DeviceId| id.id().starts_with(CONVERTED);
    let has_names = devices
        .iter()
        .any(|(id, _)| is_hardware(id) && !is_numbered(id.id()));
    if !devices.iter().any(|(id, _)| is_hardware(id)) {
        devices.clear();
    }
    devices.retain(|(id, _)| {
        Some(id) == default || is_hardware(id) && !(has_names && is_numbered(id.id()))
    });
}

/// Whether it names its card by number: `plughw:CARD=0,DEV=0`.
fn is_numbered(name: &str) -> bool {
    let card = name.split_once("CARD=").map_or("", |(_, card)| card);
    card.starts_with(|first: char| first.is_ascii_digit())
}

pub(super) fn is_alsa(device: &Device) -> bool {
    device.id().is_ok_and(|id| id.host().name() == ALSA)
}

fn is_jack(host: HostId) -> bool {
    host.name() == "JACK"
}

/// An id that is the same in every run. JACK's one device has that of the process in its name.
fn lasting(id: &DeviceId) -> String {
    if is_jack(id.host()) {
        "jack:default".to_owned()
    } else {
        id.to_string()
    }
}

fn label(device: &Device) -> Option<String> {
    Some(device.description().ok()?.name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_known_by_number_or_by_name() {
        assert!(is_numbered("plughw:CARD=0,DEV=0"));
        assert!(!is_numbered("plughw:CARD=Loopback,DEV=0"));
        assert!(!is_numbered("default"));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for id in ["", "alsa:no-such-device", "nothing"] {
            // A machine without any sound system says that instead.
            let found = find(Some(id)).map(|(_, label)| label);
            assert!(
                matches!(
                    found,
                    Err(DeviceError::NotFound { .. } | DeviceError::NoService { .. })
                ),
                "{found:?}"
            );
        }
    }
}
