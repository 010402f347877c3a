//! The connection to an X server.

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use x11rb::connection::{Connection, RequestConnection};
use x11rb::errors::{ConnectError, ConnectionError, ReplyError};
use x11rb::protocol::xproto::{ImageOrder, Screen, Visualid, Window};
use x11rb::protocol::{Event, composite, damage, randr, shm, xfixes};
use x11rb::rust_connection::RustConnection;

use crate::DeviceError;

/// A display with the extensions that capturing needs.
#[derive(Debug)]
pub(super) struct Display {
    pub(super) connection: RustConnection,
    screen: usize,
}

impl Display {
    /// The one that `DISPLAY` names.
    pub(super) fn open() -> Result<Self, DeviceError> {
        let (connection, screen) = RustConnection::connect(None).map_err(refused)?;
        let display = Self { connection, screen };
        display.negotiate()?;
        Ok(display)
    }

    /// Each extension answers requests only after it was told the version that is spoken.
    fn negotiate(&self) -> Result<(), DeviceError> {
        let connection = &self.connection;
        let extensions = [
            shm::X11_EXTENSION_NAME,
            damage::X11_EXTENSION_NAME,
            xfixes::X11_EXTENSION_NAME,
            randr::X11_EXTENSION_NAME,
            composite::X11_EXTENSION_NAME,
        ];
        for name in extensions {
            let found = connection.extension_information(name);
            if found.map_err(|error| self.failed(error))?.is_none() {
                return Err(self.lacks(name));
            }
        }
        let ask = || -> Result<_, ReplyError> {
            let shm = shm::query_version(connection)?.reply()?;
            let randr = randr::query_version(connection, 1, 5)?.reply()?;
            damage::query_version(connection, 1, 1)?.reply()?;
            xfixes::query_version(connection, 5, 0)?.reply()?;
            composite::query_version(connection, 0, 4)?.reply()?;
            Ok([
                (
                    "MIT-SHM",
                    2,
                    (shm.major_version.into(), shm.minor_version.into()),
                ),
                ("RANDR", 5, (randr.major_version, randr.minor_version)),
            ])
        };
        for (name, minor, version) in ask().map_err(|error| self.failed(error))? {
            if version < (1, minor) {
                return Err(self.lacks(&format!("{name} 1.{minor}")));
            }
        }
        Ok(())
    }

    fn screen(&self) -> &Screen {
        &self.connection.setup().roots[self.screen]
    }

    pub(super) fn root(&self) -> Window {
        self.screen().root
    }

    /// The depth and the visual of the root window.
    pub(super) fn root_pixels(&self) -> (u8, Visualid) {
        (self.screen().root_depth, self.screen().root_visual)
    }

    /// Refuses what is not blue, green, red and a byte of something else in this order.
    pub(super) fn check_pixels(&self, depth: u8, visual: Visualid) -> Result<(), DeviceError> {
        let setup = self.connection.setup();
        let bits = setup
            .pixmap_formats
            .iter()
            .find(|format| format.depth == depth)
            .map_or(0, |format| format.bits_per_pixel);
        let masks = self
            .screen()
            .allowed_depths
            .iter()
            .flat_map(|depth| &depth.visuals)
            .find(|found| found.visual_id == visual)
            .map(|found| (found.red_mask, found.green_mask, found.blue_mask));
        let is_bgrx = matches!(depth, 24 | 32)
            && bits == 32
            && masks == Some((0xFF_0000, 0xFF00, 0xFF))
            && setup.image_byte_order == ImageOrder::LSB_FIRST;
        if is_bgrx {
            Ok(())
        } else {
            Err(self.lacks(&format!(
                "BGRX pixels of 32 bits (its depth is {depth}, with {bits} bits a pixel)"
            )))
        }
    }

    /// The next event, if there is one.
    pub(super) fn event(&self) -> Result<Option<Event>, DeviceError> {
        let event = self.connection.poll_for_event();
        event.map_err(|error| self.failed(error))
    }

    /// Waits until there is something to read, or `timeout` is over. Sends what waits to be sent.
    pub(super) fn wait(&self, timeout: Duration) -> Result<(), DeviceError> {
        self.connection
            .flush()
            .map_err(|error| self.failed(error))?;
        let mut descriptors = [PollFd::new(self.connection.stream(), PollFlags::IN)];
        // Years are as good as for ever.
        let timeout = Timespec {
            tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: timeout.subsec_nanos().into(),
        };
        match rustix::event::poll(&mut descriptors, Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(self.failed_with(error.into())),
        }
    }

    /// What an error means that the connection or the server gave.
    pub(super) fn failed(&self, error: impl Into<ReplyError>) -> DeviceError {
        match error.into() {
            ReplyError::ConnectionError(ConnectionError::IoError(_)) => {
                DeviceError::Lost { device: name() }
            }
            ReplyError::ConnectionError(ConnectionError::UnsupportedExtension) => {
                self.lacks("an extension")
            }
            error => self.failed_with(io::Error::other(error)),
        }
    }

    pub(super) fn failed_with(&self, source: io::Error) -> DeviceError {
        DeviceError::Failed {
            device: name(),
            source,
        }
    }

    pub(super) fn lacks(&self, what: &str) -> DeviceError {
        DeviceError::Unsupported {
            device: name(),
            what: what.to_owned(),
        }
    }
}

/// `X11 display :0`.
fn name() -> String {
    let display = std::env::var("DISPLAY").unwrap_or_default();
    format!("X11 display {display}")
}

fn refused(error: ConnectError) -> DeviceError {
    match error {
        ConnectError::SetupFailed(_) | ConnectError::SetupAuthenticate(_) => {
            DeviceError::NotAllowed {
                device: name(),
                remedy: "run it as the user who is logged in there, or see xhost(1)".to_owned(),
            }
        }
        error => DeviceError::NoService {
            service: "display",
            reason: match std::env::var("DISPLAY") {
                Ok(display) => format!("DISPLAY={display}: {error}"),
                Err(_) => "neither WAYLAND_DISPLAY nor DISPLAY is set".to_owned(),
            },
        },
    }
}
