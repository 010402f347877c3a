//! An X display as a device.

use std::time::{Duration, Instant};

use media_recorder_types::{ColorInfo, Rate, VideoFrame};
use x11rb::connection::Connection;
use x11rb::errors::{ReplyError, ReplyOrIdError};
use x11rb::protocol::Event;
use x11rb::protocol::damage::{self, Damage, ReportLevel};

use super::super::Surface;
use super::super::pace::Pace;
use super::super::rect::Rect;
use super::display::Display;
use super::picture::Picture;
use super::pointer::Pointer;
use super::target::Target;
use crate::{Captured, CapturedPicture, DeviceCounts, DeviceError, VideoDevice, VideoFormat};

#[derive(Debug)]
pub(in super::super) struct X11Screen {
    display: Display,
    format: VideoFormat,
    target: Target,
    picture: Picture,
    /// `None`: no cursor is wanted.
    pointer: Option<Pointer>,
    pace: Pace,
    damage: Damage,
    /// What has changed of the target's window since the latest picture.
    changed: Option<Rect>,
    /// The cursor is elsewhere, or looks otherwise.
    pointer_moved: bool,
    /// When the pointer was last looked for.
    looked: Option<Instant>,
}

impl X11Screen {
    pub(in super::super) fn open(
        surface: &Surface,
        rate: Rate,
        cursor: bool,
    ) -> Result<Self, DeviceError> {
        let display = Display::open()?;
        let target = Target::find(&display, surface)?;
        let picture = Picture::new(&display, target.part.size())?;
        let failed = |error: ReplyError| display.failed(error);
        let pointer = if cursor {
            Some(Pointer::watch(&display).map_err(failed)?)
        } else {
            None
        };
        let watch = || -> Result<Damage, ReplyOrIdError> {
            let damage = display.connection.generate_id()?;
            let level = ReportLevel::BOUNDING_BOX;
            damage::create(&display.connection, damage, target.window, level)?.check()?;
            Ok(damage)
        };
        let damage = watch().map_err(|error| match error {
            ReplyOrIdError::ConnectionError(error) => display.failed(error),
            // There is no window any more.
            _ => DeviceError::NotFound {
                device: surface.to_string(),
            },
        })?;
        Ok(Self {
            format: VideoFormat {
                size: target.part.size(),
                rate: Some(rate),
                color: ColorInfo::SRGB,
                label: target.label.clone(),
            },
            changed: Some(target.part),
            target,
            picture,
            pointer,
            pace: Pace::new(rate),
            damage,
            pointer_moved: false,
            looked: None,
            display,
        })
    }

    /// Notes all that the server has to say.
    fn take_events(&mut self) -> Result<(), DeviceError> {
        let mut moved = false;
        while let Some(event) = self.display.event()? {
            match event {
                Event::DamageNotify(event) => {
                    let area = event.area;
                    let (x, y) = (area.x.into(), area.y.into());
                    self.add_change(Rect::new(x, y, area.width.into(), area.height.into()));
                }
                Event::XfixesCursorNotify(_) => {
                    if let Some(pointer) = &mut self.pointer {
                        pointer.changed();
                    }
                    self.looked = None;
                }
                Event::DestroyNotify(event) if event.window == self.target.window => {
                    let device = self.target.label.clone();
                    return Err(DeviceError::Lost { device });
                }
                Event::ConfigureNotify(_)
                | Event::MapNotify(_)
                | Event::ReparentNotify(_)
                | Event::RandrNotify(_)
                | Event::RandrScreenChangeNotify(_) => moved = true,
                // Errors of requests without an answer too: what they mean shows elsewhere.
                _ => {}
            }
        }
        if moved {
            self.follow()?;
        }
        Ok(())
    }

    fn add_change(&mut self, area: Rect) {
        self.changed = Some(self.changed.map_or(area, |changed| changed.union(area)));
    }

    /// Goes where the target has gone to; whether anything is different.
    fn follow(&mut self) -> Result<bool, DeviceError> {
        let is_other = self.target.follow(&self.display)?;
        if is_other {
            let size = self.target.part.size();
            if size != self.picture.size() {
                let picture = Picture::new(&self.display, size)?;
                self.picture.detach(&self.display)?;
                self.picture = picture;
            }
            self.changed = Some(self.target.part);
        }
        Ok(is_other)
    }

    /// What the server refuses may be of a window that has just changed its size, or of a monitor
    /// that was unplugged: then it goes on, or the device is lost.
    fn survive(&mut self, error: ReplyError) -> Result<(), DeviceError> {
        if matches!(error, ReplyError::X11Error(_)) && self.follow()? {
            return Ok(());
        }
        Err(self.display.failed(error))
    }

    /// Takes a picture if there is something new in it; `None` if there is not.
    fn take(&mut self) -> Result<Option<(VideoFrame, Instant)>, DeviceError> {
        let Some(drawable) = self.target.drawable() else {
            return Ok(None);
        };
        let changed = self.changed.take();
        if changed.is_some() {
            // What changes from here on is told anew.
            damage::subtract(
                &self.display.connection,
                self.damage,
                x11rb::NONE,
                x11rb::NONE,
            )
            .map_err(|error| self.display.failed(error))?;
        }
        let part = self.target.part;
        let seen = changed.and_then(|changed| changed.intersection(part));
        if seen.is_none() && !self.pointer_moved {
            return Ok(None);
        }
        let at = Instant::now();
        if let Err(error) = self.refresh(drawable, seen) {
            self.survive(error)?;
            return Ok(None);
        }
        self.pointer_moved = false;
        let stride = self.picture.stride();
        let (pointer, target) = (&self.pointer, &self.target);
        let frame = self.picture.frame(&self.display, |pixels| {
            if let Some(pointer) = pointer {
                pointer.paint(pixels, target, stride);
            }
        })?;
        Ok(Some((frame, at)))
    }

    /// Gets the rows of `seen` and the cursor, both in one way to the server and back.
    fn refresh(&mut self, drawable: (u32, i32, i32), seen: Option<Rect>) -> Result<(), ReplyError> {
        let part = self.target.part;
        let mut cookie = None;
        if let Some(seen) = seen.map(|seen| seen.seen_from(part.x, part.y)) {
            // What is seen lies in the part, and so below its origin.
            let first = seen.y.unsigned_abs();
            let rows = first..first + seen.height;
            cookie = Some(self.picture.refresh(&self.display, drawable, rows)?);
        }
        if let Some(pointer) = &mut self.pointer {
            pointer.look(&self.display, &self.target)?;
            self.looked = Some(Instant::now());
        }
        cookie.map_or(Ok(()), |cookie| cookie.reply().map(drop))
    }

    /// When to look for the pointer next; `None` if there is no need to.
    fn next_look(&self, now: Instant) -> Option<Instant> {
        self.pointer.as_ref()?;
        match self.looked {
            None => Some(now),
            Some(looked) => looked.checked_add(self.pace.period()),
        }
    }

    fn look(&mut self) -> Result<(), DeviceError> {
        if let Some(pointer) = &mut self.pointer {
            match pointer.look(&self.display, &self.target) {
                Ok(moved) => self.pointer_moved |= moved,
                Err(error) => self.survive(error)?,
            }
            self.looked = Some(Instant::now());
        }
        Ok(())
    }

    fn has_news(&self) -> bool {
        (self.changed.is_some() || self.pointer_moved) && self.target.drawable().is_some()
    }
}

impl VideoDevice for X11Screen {
    fn format(&self) -> &VideoFormat {
        &self.format
    }

    fn read(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<Captured<CapturedPicture>>, DeviceError> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            self.take_events()?;
            let now = Instant::now();
            let mut wake = self.pace.due().filter(|&due| due > now);
            if wake.is_none() && self.has_news() {
                if let Some((frame, at)) = self.take()? {
                    self.pace.took(at);
                    let data = CapturedPicture::Raw(frame);
                    return Ok(Some(Captured { data, at }));
                }
                continue;
            }
            if !self.has_news() {
                wake = self.next_look(now);
                if wake.is_some_and(|look| look <= now) {
                    self.look()?;
                    // Events may have come with the answer.
                    continue;
                }
            }
            if deadline.is_some_and(|deadline| deadline <= now) {
                return Ok(None);
            }
            let until = wake.into_iter().chain(deadline).min();
            let wait = until.map_or(Duration::MAX, |until| until.saturating_duration_since(now));
            self.display.wait(wait)?;
        }
    }

    fn counts(&self) -> DeviceCounts {
        DeviceCounts::default()
    }
}
