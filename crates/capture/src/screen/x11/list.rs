//! What there is on an X display.

use media_recorder_types::FrameSize;
use x11rb::errors::ReplyError;
use x11rb::protocol::randr;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt, MapState, Window, WindowClass};

use super::super::rect::Rect;
use super::super::{ScreenInfo, Surface};
use super::display::Display;
use crate::DeviceError;

/// The longest title that is asked for, in units of four bytes.
const MAX_TITLE: u32 = 256;

/// A monitor.
pub(super) struct Monitor {
    pub(super) name: String,
    pub(super) place: Rect,
}

pub(in super::super) fn screens() -> Result<Vec<ScreenInfo>, DeviceError> {
    let display = Display::open()?;
    let mut screens: Vec<_> = monitors(&display)?
        .into_iter()
        .map(|monitor| ScreenInfo {
            surface: Surface::Screen(monitor.name.clone()),
            label: monitor.name,
            position: (monitor.place.x, monitor.place.y),
            size: monitor.place.size(),
        })
        .collect();
    for window in top_level(&display).map_err(|error| display.failed(error))? {
        match describe(&display, window) {
            Ok(info) => screens.extend(info),
            // It was closed meanwhile.
            Err(ReplyError::X11Error(_)) => {}
            Err(error) => return Err(display.failed(error)),
        }
    }
    Ok(screens)
}

/// The monitors, the primary one first.
pub(super) fn monitors(display: &Display) -> Result<Vec<Monitor>, DeviceError> {
    let find = || -> Result<_, ReplyError> {
        let connection = &display.connection;
        let mut found = randr::get_monitors(connection, display.root(), true)?
            .reply()?
            .monitors;
        found.sort_by_key(|monitor| !monitor.primary);
        let mut monitors = Vec::new();
        for monitor in found {
            let name = connection.get_atom_name(monitor.name)?.reply()?.name;
            monitors.push(Monitor {
                name: String::from_utf8_lossy(&name).into_owned(),
                place: Rect::new(
                    monitor.x.into(),
                    monitor.y.into(),
                    monitor.width.into(),
                    monitor.height.into(),
                ),
            });
        }
        Ok(monitors)
    };
    find().map_err(|error| display.failed(error))
}

/// The windows of programs: those that the window manager has a list of (Extended Window Manager
/// Hints, `_NET_CLIENT_LIST`), or without one all that lie on the root window.
fn top_level(display: &Display) -> Result<Vec<Window>, ReplyError> {
    let connection = &display.connection;
    let list = atom(display, "_NET_CLIENT_LIST")?;
    let managed = connection
        .get_property(false, display.root(), list, AtomEnum::WINDOW, 0, u32::MAX)?
        .reply()?;
    if let Some(windows) = managed.value32() {
        return Ok(windows.collect());
    }
    Ok(connection.query_tree(display.root())?.reply()?.children)
}

/// A window as the list has it; `None` if it is nothing to look at.
fn describe(display: &Display, window: Window) -> Result<Option<ScreenInfo>, ReplyError> {
    let connection = &display.connection;
    let attributes = connection.get_window_attributes(window)?.reply()?;
    let is_seen =
        attributes.map_state == MapState::VIEWABLE && attributes.class == WindowClass::INPUT_OUTPUT;
    if !is_seen || attributes.override_redirect {
        return Ok(None);
    }
    let geometry = connection.get_geometry(window)?.reply()?;
    let place = connection
        .translate_coordinates(window, display.root(), 0, 0)?
        .reply()?;
    Ok(Some(ScreenInfo {
        surface: Surface::Window(format!("{window:#x}")),
        label: title(display, window)?,
        position: (place.dst_x.into(), place.dst_y.into()),
        size: FrameSize::new(geometry.width.into(), geometry.height.into()),
    }))
}

/// The title of a window; its number where it has none.
pub(super) fn title(display: &Display, window: Window) -> Result<String, ReplyError> {
    let names = [
        (
            atom(display, "_NET_WM_NAME")?,
            atom(display, "UTF8_STRING")?,
        ),
        (AtomEnum::WM_NAME.into(), AtomEnum::ANY.into()),
    ];
    for (property, kind) in names {
        let found = display
            .connection
            .get_property(false, window, property, kind, 0, MAX_TITLE)?
            .reply()?;
        if !found.value.is_empty() {
            return Ok(String::from_utf8_lossy(&found.value).into_owned());
        }
    }
    Ok(format!("window {window:#x}"))
}

fn atom(display: &Display, name: &str) -> Result<u32, ReplyError> {
    let cookie = display.connection.intern_atom(false, name.as_bytes())?;
    Ok(cookie.reply()?.atom)
}
