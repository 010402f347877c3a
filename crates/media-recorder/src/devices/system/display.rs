//! Screens and windows.

use media_recorder_capture::{DeviceError, Screen, Surface, VideoDevice, screens};
use media_recorder_types::{FrameSize, Rate};

use super::{DisplayInfo, DisplaySurface};

pub(super) fn list() -> Result<Vec<DisplayInfo>, DeviceError> {
    let screens = screens()?.into_iter();
    Ok(screens
        .map(|screen| DisplayInfo {
            surface: match screen.surface {
                Surface::Screen(id) => DisplaySurface::Monitor(id),
                Surface::Window(id) => DisplaySurface::Window(id),
                Surface::Region {
                    x,
                    y,
                    width,
                    height,
                } => DisplaySurface::Region {
                    x,
                    y,
                    size: FrameSize::new(width, height),
                },
            },
            label: screen.label,
            size: screen.size,
        })
        .collect())
}

pub(super) fn open(
    surface: &DisplaySurface,
    rate: Rate,
    cursor: bool,
) -> Result<Box<dyn VideoDevice>, DeviceError> {
    let surface = match surface {
        DisplaySurface::Monitor(id) => Surface::Screen(id.clone()),
        DisplaySurface::Window(id) => Surface::Window(id.clone()),
        DisplaySurface::Region { x, y, size } => Surface::Region {
            x: *x,
            y: *y,
            width: size.width,
            height: size.height,
        },
    };
    Ok(Box::new(Screen::open(&surface, rate, cursor)?))
}
