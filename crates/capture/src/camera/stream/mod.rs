//! From a device's buffers to pictures: what is waited for, what is counted, what ends it.

use std::io;
use std::time::{Duration, Instant};

pub(super) use super::intake::Delivery;
use super::intake::Intake;
use crate::{Captured, CapturedPicture, DeviceCounts};

/// How many buffers a device gets, unless it needs more: one is being filled, one is next, one is
/// read, and the others are for a reader that is late, by a sixth of a second at 30 pictures a
/// second.
pub(super) const BUFFERS: u32 = 8;

/// Whether there is something to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    /// A buffer, or an error that says why not.
    Ready,
    /// Nothing came in time.
    TimedOut,
    /// The device, or its queue of buffers, is no more.
    #[cfg_attr(
        all(feature = "v4l", not(test)),
        expect(dead_code, reason = "the crate v4l says so when a buffer is taken")
    )]
    Gone,
}

/// A queue of buffers that a device fills.
pub(super) trait Buffers: Send {
    /// Waits for a buffer, without end if there is no `timeout`.
    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<Readiness>;

    /// Takes the oldest filled buffer, if there is one.
    fn dequeue(&mut self) -> io::Result<Option<Delivery>>;

    /// Copies the beginning of a taken buffer; false if it is not as long as `target`.
    fn copy(&self, index: u32, target: &mut [u8]) -> bool;

    /// Gives a taken buffer back.
    fn requeue(&mut self, index: u32) -> io::Result<()>;

    /// Whether an error says that the device is gone.
    fn is_loss(error: &io::Error) -> bool;
}

/// Why there are no more pictures.
#[derive(Debug)]
pub(super) enum End {
    /// The device is gone.
    Lost,
    /// It fails.
    Failed(io::Error),
}

/// A stream of pictures.
pub(super) struct Stream<B> {
    buffers: B,
    intake: Intake,
    /// What ended it while a picture could still be delivered.
    end: Option<End>,
    has_ended: bool,
}

impl<B: Buffers> Stream<B> {
    /// Of a device that was started.
    pub(super) fn new(buffers: B, intake: Intake) -> Self {
        Self {
            buffers,
            intake,
            end: None,
            has_ended: false,
        }
    }

    /// What was lost and what was damaged.
    pub(super) fn counts(&self) -> DeviceCounts {
        self.intake.counts()
    }

    /// The next whole picture; `None` if there is none within `timeout`. After an error there
    /// is none to come.
    pub(super) fn read(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<Captured<CapturedPicture>>, End> {
        if self.has_ended {
            return Err(End::Lost);
        }
        let result = match self.end.take() {
            Some(end) => Err(end),
            None => self.next_picture(timeout),
        };
        self.has_ended = result.is_err();
        result
    }

    fn next_picture(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<Captured<CapturedPicture>>, End> {
        // A time that no clock will show is for ever.
        let deadline = Instant::now().checked_add(timeout);
        loop {
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            let ready = match self.buffers.wait(left) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Readiness::TimedOut,
                ready => ready.map_err(end::<B>)?,
            };
            let delivery = match ready {
                Readiness::Gone => return Err(End::Lost),
                Readiness::TimedOut => None,
                Readiness::Ready => self.buffers.dequeue().map_err(end::<B>)?,
            };
            if let Some(delivery) = delivery {
                let picture = self.take(delivery)?;
                if picture.is_some() {
                    return Ok(picture);
                }
            }
            if deadline.is_some_and(|at| Instant::now() >= at) {
                return Ok(None);
            }
        }
    }

    fn take(&mut self, delivery: Delivery) -> Result<Option<Captured<CapturedPicture>>, End> {
        let buffers = &self.buffers;
        let picture = self.intake.take(&delivery, Instant::now(), |target| {
            buffers.copy(delivery.index, target)
        });
        match (self.buffers.requeue(delivery.index), &picture) {
            (Ok(()), _) => {}
            // The picture is whole; the end comes after it.
            (Err(error), Some(_)) => self.end = Some(end::<B>(error)),
            (Err(error), None) => return Err(end::<B>(error)),
        }
        Ok(picture)
    }
}

fn end<B: Buffers>(error: io::Error) -> End {
    if B::is_loss(&error) {
        End::Lost
    } else {
        End::Failed(error)
    }
}

#[cfg(test)]
mod tests;
