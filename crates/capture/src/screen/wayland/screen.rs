//! A Wayland compositor's monitor as a device.

use std::time::{Duration, Instant};

use media_recorder_types::{ColorInfo, FrameSize, Rate};
use wayrs_client::protocol::WlShm;
use wayrs_protocols::wlr_screencopy_unstable_v1::{ZwlrScreencopyFrameV1, ZwlrScreencopyManagerV1};

use super::super::Surface;
use super::super::pace::Pace;
use super::super::rect::Rect;
use super::copy::{Copy, Stage, on_frame};
use super::display::{Display, lacks};
use super::outputs::{self, Output};
use super::pixels::Pixels;
use crate::{Captured, CapturedPicture, DeviceCounts, DeviceError, VideoDevice, VideoFormat};

/// A copy fails where a monitor changes its mode. One that fails as often has gone.
const MAX_FAILURES: u32 = 5;

pub(in super::super) struct WaylandScreen {
    display: Display,
    manager: ZwlrScreencopyManagerV1,
    shm: WlShm,
    output: Output,
    /// A part of the monitor in the compositor's coordinates; `None`: all of it.
    part: Option<Rect>,
    cursor: bool,
    format: VideoFormat,
    pace: Pace,
    /// The copy that is under way.
    copying: Option<ZwlrScreencopyFrameV1>,
    /// Whether its buffer was given.
    is_given: bool,
    pixels: Option<Pixels>,
    /// Whether the next copy is to come at once, not when something has changed.
    at_once: bool,
    failures: u32,
}

impl WaylandScreen {
    pub(in super::super) fn open(
        surface: &Surface,
        rate: Rate,
        cursor: bool,
    ) -> Result<Self, DeviceError> {
        let mut display = Display::open()?;
        let connection = &mut display.connection;
        let manager = connection
            .bind_singleton(3)
            .map_err(|_| lacks("zwlr_screencopy_manager_v1 3"))?;
        let shm = connection.bind_singleton(1).map_err(|_| lacks("wl_shm"))?;
        let outputs = outputs::find(&mut display)?;
        let not_found = || DeviceError::NotFound {
            device: surface.to_string(),
        };
        let (output, part) = match surface {
            Surface::Screen(name) => {
                let mut outputs = outputs.into_iter();
                let output = outputs.find(|output| output.name == *name);
                (output.ok_or_else(not_found)?, None)
            }
            &Surface::Region {
                x,
                y,
                width,
                height,
            } => {
                let region = Rect::new(x, y, width, height);
                let (output, part) = around(outputs, region).ok_or_else(not_found)?;
                (output, Some(part))
            }
            Surface::Window(_) => return Err(lacks("windows")),
        };
        let mut screen = Self {
            format: VideoFormat {
                size: output.size,
                rate: Some(rate),
                color: ColorInfo::SRGB,
                label: output.name.clone(),
            },
            display,
            manager,
            shm,
            output,
            part,
            cursor,
            pace: Pace::new(rate),
            copying: None,
            is_given: false,
            pixels: None,
            at_once: true,
            failures: 0,
        };
        // A scaled monitor's pictures have a size that only the compositor knows.
        screen.ask();
        screen.display.round_trip()?;
        if let Some(layout) = screen.display.told.copy.layout {
            screen.format.size = FrameSize::new(layout.width, layout.height);
        }
        Ok(screen)
    }

    /// Asks for a copy.
    fn ask(&mut self) {
        self.display.told.copy = Copy::default();
        self.is_given = false;
        let (connection, output) = (&mut self.display.connection, self.output.proxy);
        let cursor = self.cursor.into();
        // The part lies in the monitor, the sides of which are not negative.
        let side = |side| i32::try_from(side).unwrap_or(i32::MAX);
        self.copying = Some(match self.part {
            None => (self.manager).capture_output_with_cb(connection, cursor, output, on_frame),
            Some(part) => self.manager.capture_output_region_with_cb(
                connection,
                cursor,
                output,
                part.x,
                part.y,
                side(part.width),
                side(part.height),
                on_frame,
            ),
        });
    }

    /// Gives the copy the buffer that it needs.
    fn give(&mut self, copying: ZwlrScreencopyFrameV1) -> Result<(), DeviceError> {
        let connection = &mut self.display.connection;
        let layout = self.display.told.copy.layout;
        let layout = layout.ok_or_else(|| lacks("pixels in memory"))?;
        let pixels = match self.pixels.take() {
            Some(pixels) if pixels.layout == layout => pixels,
            old => {
                if let Some(old) = old {
                    old.buffer.destroy(connection);
                }
                self.at_once = true;
                Pixels::new(connection, self.shm, layout)?
            }
        };
        if self.at_once {
            copying.copy(connection, pixels.buffer);
        } else {
            copying.copy_with_damage(connection, pixels.buffer);
        }
        self.pixels = Some(pixels);
        self.is_given = true;
        Ok(())
    }

    /// Does what is next; the picture, if it is there.
    fn step(&mut self, now: Instant) -> Result<Option<Captured<CapturedPicture>>, DeviceError> {
        let Some(copying) = self.copying else {
            if self.pace.due().is_none_or(|due| due <= now) {
                self.ask();
            }
            return Ok(None);
        };
        match self.display.told.copy.stage {
            Stage::Described if !self.is_given => self.give(copying)?,
            Stage::Asked | Stage::Described => {}
            Stage::Failed => {
                self.end(copying);
                self.at_once = true;
                self.failures += 1;
                if self.failures > MAX_FAILURES {
                    return Err(self.lost());
                }
            }
            Stage::Ready => {
                self.end(copying);
                self.at_once = false;
                self.failures = 0;
                if let Some(pixels) = &mut self.pixels {
                    let frame = pixels.frame(self.display.told.copy.is_upside_down)?;
                    self.pace.took(now);
                    let data = CapturedPicture::Raw(frame);
                    return Ok(Some(Captured { data, at: now }));
                }
            }
        }
        Ok(None)
    }

    fn end(&mut self, copying: ZwlrScreencopyFrameV1) {
        copying.destroy(&mut self.display.connection);
        self.copying = None;
    }

    fn is_there(&self) -> bool {
        let mut globals = self.display.connection.globals().iter();
        globals.any(|global| global.name == self.output.global)
    }

    fn lost(&self) -> DeviceError {
        DeviceError::Lost {
            device: self.output.name.clone(),
        }
    }
}

/// The monitor that all of a region lies on, and where on it.
fn around(outputs: Vec<Output>, region: Rect) -> Option<(Output, Rect)> {
    let mut outputs = outputs.into_iter();
    let output = outputs.find(|output| output.place.contains(region))?;
    let part = region.seen_from(output.place.x, output.place.y);
    Some((output, part))
}

impl VideoDevice for WaylandScreen {
    fn format(&self) -> &VideoFormat {
        &self.format
    }

    fn read(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<Captured<CapturedPicture>>, DeviceError> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            let now = Instant::now();
            if !self.is_there() {
                return Err(self.lost());
            }
            if let Some(picture) = self.step(now)? {
                return Ok(Some(picture));
            }
            let mut until = deadline;
            if self.copying.is_none() {
                until = self.pace.due().into_iter().chain(deadline).min();
            }
            let wait = until.map_or(Duration::MAX, |until| until.saturating_duration_since(now));
            self.display.wait(wait)?;
            let is_over = deadline.is_some_and(|deadline| deadline <= now);
            let is_ready = self.copying.is_some() && self.display.told.copy.stage == Stage::Ready;
            if is_over && !is_ready {
                return Ok(None);
            }
        }
    }

    fn counts(&self) -> DeviceCounts {
        DeviceCounts::default()
    }
}
