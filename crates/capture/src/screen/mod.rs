//! Screens, windows and regions of them as sources of pictures: X11 and Wayland.
//!
//! **What does not change costs nothing:** the display server says what has changed, and only
//! then a picture is taken. Only where the cursor shall be in the pictures of an X11 screen,
//! which says nothing of its movements, it is asked for at the rate of the pictures.
//!
//! | | screens, regions | windows |
//! |---|---|---|
//! | X11 with MIT-SHM 1.2, DAMAGE, XFIXES, RANDR 1.5, Composite | yes | yes |
//! | Wayland with `zwlr_screencopy_manager_v1` version 3 (sway and others on wlroots) | yes | no |
//!
//! Where `WAYLAND_DISPLAY` is set, it is Wayland, else X11 by `DISPLAY`. Wayland's compositors
//! that offer screens through a desktop portal only (GNOME, KDE) are not supported.

mod cursor;
mod pace;
mod rect;
mod shared;
mod wayland;
mod x11;

use std::time::Duration;

use media_recorder_types::{FrameSize, Rate};

use crate::{Captured, CapturedPicture, DeviceCounts, DeviceError, VideoDevice, VideoFormat};

/// Buffers of pictures that are kept for the next ones.
const POOLED: usize = 8;

/// What of a display is captured.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Surface {
    /// A monitor by its name, such as `HDMI-1`.
    Screen(String),
    /// A window by its number, as `xwininfo` shows it: `0x1a00007`, or in decimal. Also what
    /// others cover of it, but not the frame that a window manager draws around it.
    Window(String),
    /// A part of the display, which all monitors share.
    Region {
        /// From the display's left edge, in pixels.
        x: i32,
        /// From its upper edge, in pixels.
        y: i32,
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
}

/// A monitor or a window that can be captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreenInfo {
    /// [`Surface::Screen`] or [`Surface::Window`]: opens it.
    pub surface: Surface,
    /// A name for people: the monitor's, the window's title.
    pub label: String,
    /// Its upper left corner on the display, in pixels.
    pub position: (i32, i32),
    /// Its size, in pixels.
    pub size: FrameSize,
}

/// Monitors, the primary one first, then windows.
///
/// # Errors
///
/// [`DeviceError::NoService`] where there is no display, [`DeviceError::NotAllowed`] where it
/// does not let us in, [`DeviceError::Unsupported`] where it cannot be captured.
pub fn screens() -> Result<Vec<ScreenInfo>, DeviceError> {
    if is_wayland() {
        wayland::screens()
    } else {
        x11::screens()
    }
}

/// A part of a display that is being captured.
///
/// Pictures are [`PixelFormat::Bgra`](media_recorder_types::PixelFormat::Bgra), opaque; on
/// Wayland [`Rgba`](media_recorder_types::PixelFormat::Rgba) where the compositor has them so.
/// The first comes at once, then one for each change, but at most as many as the rate allows.
/// Their size changes with that of the window or monitor.
///
/// ```no_run
/// use std::time::Duration;
/// use media_recorder_capture::{Screen, VideoDevice, screens};
/// use media_recorder_types::Rate;
///
/// let rate = Rate::new(30, 1).expect("a rate");
/// if let Some(first) = screens()?.first() {
///     let mut screen = Screen::open(&first.surface, rate, true)?;
///     let picture = screen.read(Duration::from_secs(1))?;
/// }
/// # Ok::<(), media_recorder_capture::DeviceError>(())
/// ```
pub struct Screen {
    device: Box<dyn VideoDevice>,
}

impl Screen {
    /// Starts to capture `surface`, at most `rate` pictures a second, with the cursor in them if
    /// `cursor` says so.
    ///
    /// # Errors
    ///
    /// Those of [`screens`], [`DeviceError::NotFound`] where there is no such screen, window or
    /// region, and [`DeviceError::Unsupported`] for pixels other than 24 or 32 bits of red,
    /// green and blue, and for a display on another machine.
    pub fn open(surface: &Surface, rate: Rate, cursor: bool) -> Result<Self, DeviceError> {
        let device: Box<dyn VideoDevice> = if is_wayland() {
            Box::new(wayland::WaylandScreen::open(surface, rate, cursor)?)
        } else {
            Box::new(x11::X11Screen::open(surface, rate, cursor)?)
        };
        Ok(Self { device })
    }
}

/// [`DeviceError::Lost`] once the window is closed, the monitor unplugged, or the display gone.
impl VideoDevice for Screen {
    fn format(&self) -> &VideoFormat {
        self.device.format()
    }

    fn read(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<Captured<CapturedPicture>>, DeviceError> {
        self.device.read(timeout)
    }

    fn counts(&self) -> DeviceCounts {
        self.device.counts()
    }
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen")
            .field("format", self.device.format())
            .finish_non_exhaustive()
    }
}

fn is_wayland() -> bool {
    std::env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty())
}

impl std::fmt::Display for Surface {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Screen(name) => write!(f, "screen {name}"),
            Self::Window(id) => write!(f, "window {id}"),
            Self::Region {
                x,
                y,
                width,
                height,
            } => write!(f, "region {width}x{height} at {x},{y}"),
        }
    }
}
