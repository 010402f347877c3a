//! Which pixels of an X display are captured, also after something has moved.

use x11rb::connection::Connection;
use x11rb::errors::{ReplyError, ReplyOrIdError};
use x11rb::protocol::composite::{self, Redirect};
use x11rb::protocol::randr;
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt, Drawable, EventMask, Pixmap, Window,
};

use super::super::Surface;
use super::super::rect::Rect;
use super::display::Display;
use super::list;
use crate::DeviceError;

/// Where the pixels come from.
#[derive(Debug)]
pub(super) struct Target {
    /// The window whose changes count: the root window, or the one that is captured.
    pub(super) window: Window,
    /// What is captured of it.
    pub(super) part: Rect,
    pub(super) label: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Monitor {
        name: String,
    },
    Region,
    Window {
        /// What the server keeps of the window, also where others cover it; `None` until it is
        /// shown.
        pixmap: Option<Pixmap>,
        /// The width of the border, which is in the pixmap and not captured.
        border: u16,
    },
}

impl Target {
    pub(super) fn find(display: &Display, surface: &Surface) -> Result<Self, DeviceError> {
        let not_found = || DeviceError::NotFound {
            device: surface.to_string(),
        };
        let root = display.root();
        let mut target = Self {
            window: root,
            part: Rect::new(0, 0, 0, 0),
            label: surface.to_string(),
            kind: Kind::Region,
        };
        let (depth, visual) = match surface {
            Surface::Screen(name) => {
                target.kind = Kind::Monitor { name: name.clone() };
                target.label.clone_from(name);
                display.root_pixels()
            }
            &Surface::Region {
                x,
                y,
                width,
                height,
            } => {
                target.part = Rect::new(x, y, width, height);
                display.root_pixels()
            }
            Surface::Window(id) => {
                target.window = window_number(id).ok_or_else(not_found)?;
                target.kind = Kind::Window {
                    pixmap: None,
                    border: 0,
                };
                match target.redirect(display) {
                    Err(ReplyError::X11Error(_)) => return Err(not_found()),
                    pixels => pixels.map_err(|error| display.failed(error))?,
                }
            }
        };
        display.check_pixels(depth, visual)?;
        target
            .watch(display)
            .map_err(|error| display.failed(error))?;
        match target.follow(display) {
            Err(DeviceError::Lost { .. }) => Err(not_found()),
            result => result.map(|_| target),
        }
    }

    /// Has the server keep all of the window's pixels; its depth and visual.
    fn redirect(&mut self, display: &Display) -> Result<(u8, u32), ReplyError> {
        let connection = &display.connection;
        let depth = connection.get_geometry(self.window)?.reply()?.depth;
        let attributes = connection.get_window_attributes(self.window)?.reply()?;
        self.label = list::title(display, self.window)?;
        composite::redirect_window(connection, self.window, Redirect::AUTOMATIC)?.check()?;
        Ok((depth, attributes.visual))
    }

    /// Has the server tell when it moves, changes its size, or goes away.
    fn watch(&self, display: &Display) -> Result<(), ReplyError> {
        let connection = &display.connection;
        let events = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
        connection
            .change_window_attributes(self.window, &events)?
            .check()?;
        let monitors = randr::NotifyMask::SCREEN_CHANGE | randr::NotifyMask::CRTC_CHANGE;
        randr::select_input(connection, display.root(), monitors)?.check()
    }

    /// Looks where it is now; whether anything is different.
    pub(super) fn follow(&mut self, display: &Display) -> Result<bool, DeviceError> {
        let lost = |label: &str| DeviceError::Lost {
            device: label.to_owned(),
        };
        let root = || -> Result<_, ReplyError> {
            let root = display.connection.get_geometry(display.root())?.reply()?;
            Ok(Rect::new(0, 0, root.width.into(), root.height.into()))
        };
        let part = match &self.kind {
            Kind::Monitor { name } => {
                let monitors = list::monitors(display)?;
                let found = monitors.into_iter().find(|monitor| monitor.name == *name);
                found.ok_or_else(|| lost(&self.label))?.place
            }
            Kind::Region => {
                let root = root().map_err(|error| display.failed(error))?;
                if !root.contains(self.part) {
                    return Err(lost(&self.label));
                }
                self.part
            }
            Kind::Window { .. } => match self.follow_window(display) {
                Err(ReplyOrIdError::X11Error(_)) => return Err(lost(&self.label)),
                Err(ReplyOrIdError::ConnectionError(error)) => return Err(display.failed(error)),
                Err(ReplyOrIdError::IdsExhausted) => {
                    return Err(display.failed_with(std::io::Error::other("no identifiers left")));
                }
                Ok(part) => part,
            },
        };
        let is_other = part != self.part || matches!(self.kind, Kind::Window { .. });
        self.part = part;
        Ok(is_other)
    }

    /// Names the window's pixmap anew, since a window of another size has another one.
    fn follow_window(&mut self, display: &Display) -> Result<Rect, ReplyOrIdError> {
        let connection = &display.connection;
        let geometry = connection.get_geometry(self.window)?.reply()?;
        if let Kind::Window { pixmap, border } = &mut self.kind {
            if let Some(old) = pixmap.take() {
                connection.free_pixmap(old)?;
            }
            *border = geometry.border_width;
            let new = connection.generate_id()?;
            // Fails where the window is not shown, and so has no pixels.
            match composite::name_window_pixmap(connection, self.window, new)?.check() {
                Ok(()) => *pixmap = Some(new),
                Err(ReplyError::X11Error(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Rect::new(
            0,
            0,
            geometry.width.into(),
            geometry.height.into(),
        ))
    }

    /// The pixels, and where in them the picture begins; `None` while there are none.
    pub(super) fn drawable(&self) -> Option<(Drawable, i32, i32)> {
        match self.kind {
            Kind::Monitor { .. } | Kind::Region => Some((self.window, self.part.x, self.part.y)),
            Kind::Window { pixmap, border } => {
                pixmap.map(|pixmap| (pixmap, border.into(), border.into()))
            }
        }
    }
}

/// `0x1a00007` or a decimal number.
fn window_number(id: &str) -> Option<Window> {
    match id.strip_prefix("0x") {
        Some(hexadecimal) => Window::from_str_radix(hexadecimal, 16).ok(),
        None => id.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_have_numbers() {
        assert_eq!(window_number("0x1a00007"), Some(0x1a0_0007));
        assert_eq!(window_number("27"), Some(27));
        for bad in ["", "0x", "xyz", "-1", "0x1ffffffff"] {
            assert_eq!(window_number(bad), None, "{bad}");
        }
    }
}
