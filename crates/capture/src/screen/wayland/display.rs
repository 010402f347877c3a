//! The connection to a Wayland compositor.

use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use wayrs_client::{Connection, IoMode};

use super::copy::Copy;
use super::outputs::Output;
use crate::DeviceError;

/// What the compositor has told.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) outputs: Vec<Output>,
    pub(super) copy: Copy,
}

pub(super) struct Display {
    pub(super) connection: Connection<Told>,
    pub(super) told: Told,
    poll: Poll,
    events: Events,
}

impl Display {
    /// The one that `WAYLAND_DISPLAY` names.
    pub(super) fn open() -> Result<Self, DeviceError> {
        let refused = |error: &dyn std::fmt::Display| DeviceError::NoService {
            service: "display",
            reason: format!("{}: {error}", name()),
        };
        let connection = Connection::connect().map_err(|error| refused(&error))?;
        let poll = Poll::new().map_err(failed)?;
        let descriptor = connection.as_raw_fd();
        poll.registry()
            .register(&mut SourceFd(&descriptor), Token(0), Interest::READABLE)
            .map_err(failed)?;
        let mut display = Self {
            connection,
            told: Told::default(),
            poll,
            events: Events::with_capacity(1),
        };
        display.round_trip()?;
        Ok(display)
    }

    /// Waits until the compositor has answered everything so far.
    pub(super) fn round_trip(&mut self) -> Result<(), DeviceError> {
        self.connection.blocking_roundtrip().map_err(failed)?;
        self.connection.dispatch_events(&mut self.told);
        Ok(())
    }

    /// Sends what waits to be sent, then notes what the compositor tells within `timeout`.
    pub(super) fn wait(&mut self, timeout: Duration) -> Result<(), DeviceError> {
        self.connection.flush(IoMode::Blocking).map_err(failed)?;
        // The poll wakes for what comes from now on only.
        if self.receive()? {
            return Ok(());
        }
        match self.poll.poll(&mut self.events, Some(timeout)) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(failed(error)),
            _ => self.receive().map(drop),
        }
    }

    /// Notes all that the compositor has told; whether that is anything.
    fn receive(&mut self) -> Result<bool, DeviceError> {
        let received = match self.connection.recv_events(IoMode::NonBlocking) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => false,
            result => result.map(|()| true).map_err(failed)?,
        };
        self.connection.dispatch_events(&mut self.told);
        Ok(received)
    }
}

/// `Wayland display wayland-0`.
fn name() -> String {
    let display = std::env::var("WAYLAND_DISPLAY").unwrap_or_default();
    format!("Wayland display {display}")
}

/// What an error of the connection means.
pub(super) fn failed(source: io::Error) -> DeviceError {
    match source.kind() {
        io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::UnexpectedEof => DeviceError::Lost { device: name() },
        _ => DeviceError::Failed {
            device: name(),
            source,
        },
    }
}

pub(super) fn lacks(what: &str) -> DeviceError {
    DeviceError::Unsupported {
        device: name(),
        what: what.to_owned(),
    }
}
