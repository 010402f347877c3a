//! What the thread of a device of pictures is told between two of them.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use media_recorder_capture::{DeviceError, VideoDevice};
use media_recorder_types::ColorInfo;

use super::output::{Output, Pixels};
use crate::error::{ErrorKind, RecorderError};
use crate::stream::TrackSettings;

/// Opens a device in a certain way.
pub(crate) type Open = Box<dyn FnOnce() -> Result<Box<dyn VideoDevice>, DeviceError> + Send>;

/// To set a device otherwise.
pub(crate) struct Order {
    /// Opens it anew, and as it was if that fails; `None` if it stays open.
    reopen: Option<(Open, Open)>,
    output: Output,
    reply: SyncSender<Result<TrackSettings, RecorderError>>,
}

/// The way to a device's thread.
#[derive(Debug)]
pub(crate) struct Orders(Sender<Order>);

/// A way, and its end.
pub(crate) fn orders() -> (Orders, Receiver<Order>) {
    let (sender, receiver) = channel();
    (Orders(sender), receiver)
}

impl Orders {
    /// Waits until the device is set; what its tracks are told, or `None` if they have ended.
    ///
    /// # Errors
    ///
    /// Why it could not be.
    pub(crate) fn give(
        &self,
        reopen: Option<(Open, Open)>,
        output: Output,
    ) -> Result<Option<TrackSettings>, RecorderError> {
        let (reply, told) = sync_channel(1);
        let order = Order {
            reopen,
            output,
            reply,
        };
        // Where the thread has ended or does so now, there is nobody to tell.
        if self.0.send(order).is_err() {
            return Ok(None);
        }
        told.recv().ok().transpose()
    }
}

impl Order {
    /// Sets the device, or leaves it as it was, and says so. `recorded` pictures keep their colours.
    ///
    /// # Errors
    ///
    /// Why it is lost.
    pub(super) fn carry_out(
        self,
        device: Box<dyn VideoDevice>,
        pixels: Pixels,
        recorded: bool,
    ) -> Result<(Box<dyn VideoDevice>, Pixels), DeviceError> {
        let Self {
            reopen,
            output,
            reply,
        } = self;
        // Who asked waits.
        let told = |result| drop(reply.send(result));
        let Some((open, restore)) = reopen else {
            let (set, result) = match output.begin(&*device, Some(&pixels)) {
                Ok((pixels, settings)) => (pixels, Ok(settings)),
                Err(error) => (pixels, Err(error)),
            };
            told(result);
            return Ok((device, set));
        };
        let color = recorded.then(|| device.format().color);
        // There is one of it.
        drop(device);
        let opened = open().map_err(RecorderError::from).and_then(|device| {
            check_color(&*device, color)?;
            let (pixels, settings) = output.begin(&*device, Some(&pixels))?;
            Ok((device, pixels, settings))
        });
        match opened {
            Ok((device, pixels, settings)) => {
                told(Ok(settings));
                Ok((device, pixels))
            }
            Err(error) => {
                let restored = restore();
                told(Err(error));
                Ok((restored?, pixels))
            }
        }
    }
}

/// A file has one description of its colours.
fn check_color(device: &dyn VideoDevice, color: Option<ColorInfo>) -> Result<(), RecorderError> {
    let own = device.format();
    if color.is_none_or(|color| color == own.color) {
        return Ok(());
    }
    let message = format!("{} has other colours so, and is being recorded", own.label);
    Err(RecorderError::new(ErrorKind::NotReadable, message))
}
