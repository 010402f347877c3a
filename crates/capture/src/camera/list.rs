//! Which cameras there are.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use media_recorder_types::Rate;

use super::answers::{Capability, Sizes};
use super::error::device_error;
use super::formats::format_of;
use super::kernel::Node;
use super::modes::{rate_of, rates_of, sizes_of};
use crate::{CameraInfo, CameraMode, DeviceError, DeviceInfo, DeviceKind};

pub(super) fn cameras() -> Result<Vec<CameraInfo>, DeviceError> {
    Ok(found()?.iter().map(Found::info).collect())
}

/// A camera's device node.
pub(super) struct Found {
    pub(super) node: Node,
    pub(super) id: String,
    pub(super) label: String,
    path: PathBuf,
}

impl Found {
    fn info(&self) -> CameraInfo {
        CameraInfo {
            device: DeviceInfo {
                kind: DeviceKind::VideoInput,
                id: self.id.clone(),
                label: self.label.clone(),
                group: group(&self.path),
            },
            modes: modes(&self.node),
        }
    }
}

/// The camera with this id, or behind this path of a node, such as `/dev/video0`.
pub(super) fn find(id: &str) -> Result<Found, DeviceError> {
    let found = found()?.into_iter();
    let mut found = found.filter(|found| found.id == id || found.path == Path::new(id));
    found.next().ok_or_else(|| DeviceError::NotFound {
        device: id.to_owned(),
    })
}

fn found() -> Result<Vec<Found>, DeviceError> {
    let mut all: Vec<Found> = Vec::new();
    let mut refused = None;
    for path in nodes() {
        let (node, capability) = match open(&path) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                refused = Some(device_error(&path.to_string_lossy(), error));
                continue;
            }
            // Unplugged meanwhile, or no video device of this kind.
            Err(_) => continue,
        };
        if !capability.captures {
            continue;
        }
        let place = place(&capability);
        let same = all.iter().filter(|other| {
            let other = other
                .id
                .rsplit_once('#')
                .map_or(&*other.id, |(place, _)| place);
            other == place
        });
        let id = match same.count() {
            0 => place,
            number => format!("{place}#{number}"),
        };
        all.push(Found {
            node,
            id,
            label: capability.card,
            path,
        });
    }
    match refused {
        Some(error) if all.is_empty() => Err(error),
        _ => Ok(all),
    }
}

fn open(path: &Path) -> io::Result<(Node, Capability)> {
    let node = Node::open(path)?;
    let capability = node.capability()?;
    Ok((node, capability))
}

/// Where it is plugged in, or else what it is; `#` is ours.
fn place(capability: &Capability) -> String {
    let place = if capability.bus_info.is_empty() {
        format!("{}:{}", capability.driver, capability.card)
    } else {
        capability.bus_info.clone()
    };
    place.replace('#', "_")
}

/// The video devices' nodes by their numbers.
fn nodes() -> Vec<PathBuf> {
    let Ok(directory) = fs::read_dir("/dev") else {
        return Vec::new();
    };
    let names = directory.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut numbers: Vec<u32> = names.filter_map(|name| node_number(&name)).collect();
    numbers.sort_unstable();
    numbers
        .iter()
        .map(|number| PathBuf::from(format!("/dev/video{number}")))
        .collect()
}

fn node_number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix("video")?;
    // `parse` would take a sign too.
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

/// The hardware's path in sysfs: the whole USB device rather than the one function of it that
/// is the camera.
fn group(node: &Path) -> String {
    let name = node.file_name().unwrap_or_default();
    let link = Path::new("/sys/class/video4linux")
        .join(name)
        .join("device");
    let Ok(device) = fs::canonicalize(link) else {
        return String::new();
    };
    let whole = device
        .ancestors()
        .find(|ancestor| ancestor.join("idVendor").exists());
    let path = whole.unwrap_or(&device);
    let path = path.strip_prefix("/sys").unwrap_or(path);
    format!("/{}", path.display())
}

/// What it can do. A device that fails while it is asked has no modes.
fn modes(node: &Node) -> Vec<CameraMode> {
    let mut modes = Vec::new();
    for code in node.formats().unwrap_or_default() {
        let Some(format) = format_of(code) else {
            continue;
        };
        let mut sizes = sizes_of(&node.sizes(code).unwrap_or_default());
        if sizes.is_empty() {
            // It follows a signal, such as a television's, and has the one size of that.
            let current = node.format().ok();
            let current = current.map(|format| Sizes::Discrete(format.width, format.height));
            sizes = sizes_of(current.as_slice());
        }
        for size in sizes {
            let listed = node.intervals(code, (size.width, size.height));
            let mut rates = rates_of(&listed.unwrap_or_default());
            if rates.is_empty() {
                rates.push(current_rate(node));
            }
            for rate in rates {
                let mode = CameraMode { format, size, rate };
                if !modes.contains(&mode) {
                    modes.push(mode);
                }
            }
        }
    }
    modes
}

/// The rate that it is set to, or what most devices have if it does not say.
fn current_rate(node: &Node) -> Rate {
    const USUAL: Rate = Rate::new(30, 1).expect("neither is zero");
    let interval = node.interval().ok().flatten();
    interval.and_then(rate_of).unwrap_or(USUAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_known_by_their_names() {
        assert_eq!(node_number("video0"), Some(0));
        assert_eq!(node_number("video12"), Some(12));
        for other in ["video", "video+1", "video-cam", "videos1", "vbi0"] {
            assert_eq!(node_number(other), None, "{other}");
        }
    }

    #[test]
    fn a_camera_is_known_by_its_place() {
        let capability = |bus_info: &str| Capability {
            card: "HD Webcam".to_owned(),
            driver: "uvcvideo".to_owned(),
            bus_info: bus_info.to_owned(),
            captures: true,
        };
        assert_eq!(
            place(&capability("usb-0000:00:14.0-3")),
            "usb-0000:00:14.0-3"
        );
        assert_eq!(place(&capability("")), "uvcvideo:HD Webcam");
        assert_eq!(place(&capability("odd#1")), "odd_1");
    }
}
