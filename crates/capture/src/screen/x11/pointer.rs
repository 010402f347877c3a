//! Where the cursor of an X display is, and how it looks.

use x11rb::errors::ReplyError;
use x11rb::protocol::xfixes::{self, CursorNotifyMask};
use x11rb::protocol::xproto::ConnectionExt;

use super::super::cursor::CursorImage;
use super::super::rect::Rect;
use super::display::Display;
use super::target::Target;

/// The cursor as it is in the latest picture.
#[derive(Debug)]
pub(super) struct Pointer {
    image: Option<CursorImage>,
    /// The server says that it looks otherwise by now.
    is_other: bool,
    /// In the coordinates of the picture.
    position: (i32, i32),
}

impl Pointer {
    pub(super) fn watch(display: &Display) -> Result<Self, ReplyError> {
        let events = CursorNotifyMask::DISPLAY_CURSOR;
        xfixes::select_cursor_input(&display.connection, display.root(), events)?.check()?;
        Ok(Self {
            image: None,
            is_other: true,
            position: (0, 0),
        })
    }

    /// Another image is to be asked for.
    pub(super) fn changed(&mut self) {
        self.is_other = true;
    }

    /// Looks at it; whether the picture of `target` shows it otherwise than before.
    pub(super) fn look(&mut self, display: &Display, target: &Target) -> Result<bool, ReplyError> {
        let connection = &display.connection;
        let pointer = connection.query_pointer(target.window)?;
        let mut image = None;
        if self.is_other {
            image = Some(xfixes::get_cursor_image(connection)?);
        }
        let picture = Rect::of_size(target.part.size());
        let before = self.seen_in(picture);
        let pointer = pointer.reply()?;
        self.position = (
            i32::from(pointer.win_x).saturating_sub(target.part.x),
            i32::from(pointer.win_y).saturating_sub(target.part.y),
        );
        let is_other = image.is_some();
        if let Some(cookie) = image {
            self.is_other = false;
            self.image = match cookie.reply() {
                Ok(found) => {
                    let hot_spot = (found.xhot, found.yhot);
                    CursorImage::new(found.width, found.height, hot_spot, found.cursor_image)
                }
                // No cursor is shown at all.
                Err(ReplyError::X11Error(_)) => None,
                Err(error) => return Err(error),
            };
        }
        let now = self.seen_in(picture);
        Ok(before != now || is_other && now.is_some())
    }

    /// What of it is in the picture: where it is, uncut, if any of it is to be seen.
    fn seen_in(&self, picture: Rect) -> Option<Rect> {
        let place = self.image.as_ref()?.place(self.position);
        place.intersection(picture).map(|_| place)
    }

    pub(super) fn paint(&self, pixels: &mut [u8], target: &Target, stride: usize) {
        if let Some(image) = &self.image {
            let picture = Rect::of_size(target.part.size());
            image.paint(pixels, picture, stride, self.position);
        }
    }
}
