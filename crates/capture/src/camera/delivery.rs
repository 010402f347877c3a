//! Pictures from a system that calls back with them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::clock::SystemClock;
use super::intake::{Content, Delivery, Intake};
use super::layout::RawLayout;
use crate::device::Handover;
use crate::{
    CameraFormat, CameraMode, Captured, CapturedPicture, DeviceCounts, DeviceError, VideoFormat,
};

/// How many pictures wait for a reader who is late: as many as drivers on Linux have.
const PLACES: usize = 4;

/// Where the system puts its pictures.
pub(super) struct Sink {
    handover: Handover<Captured<CapturedPicture>>,
    intake: Mutex<Intake>,
    dropped: AtomicU64,
}

impl Sink {
    /// For a camera in one of its modes, whose planes follow each other without padding.
    pub(super) fn new(mode: &CameraMode, format: &VideoFormat) -> Result<Arc<Self>, DeviceError> {
        let content = match mode.format {
            CameraFormat::Encoded(codec) => Content::Encoded(codec),
            CameraFormat::Raw(pixels) => {
                let layout = RawLayout::new(pixels, mode.size, 0, u32::MAX);
                Content::Raw(layout.ok_or_else(|| DeviceError::Unsupported {
                    device: format.label.clone(),
                    what: format!("{pixels:?} at {}", mode.size),
                })?)
            }
        };
        let intake = Intake::new(content, format.clone(), SystemClock::now());
        Ok(Arc::new(Self {
            handover: Handover::new(&format.label, PLACES),
            intake: Mutex::new(intake),
            dropped: AtomicU64::new(0),
        }))
    }

    /// Takes a picture of so many bytes, captured then by the system's clock; `copy` fills memory
    /// with its beginning, or returns false.
    pub(super) fn deliver(
        &self,
        timestamp: Option<Duration>,
        len: usize,
        copy: impl FnOnce(&mut [u8]) -> bool,
    ) {
        let delivery = Delivery {
            index: 0,
            len,
            // These systems do not count.
            sequence: 0,
            is_flagged: false,
            timestamp,
        };
        let mut intake = self.intake.lock().unwrap_or_else(PoisonError::into_inner);
        let picture = intake.take(&delivery, Instant::now(), copy);
        if let Some(picture) = picture
            && self.handover.offer(picture).is_err()
        {
            self.lose();
        }
    }

    /// Counts a picture that is lost.
    pub(super) fn lose(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// The camera delivers no more.
    pub(super) fn end(&self, reason: DeviceError) {
        self.handover.end(reason);
    }

    /// As of [`VideoDevice::read`](crate::VideoDevice::read).
    pub(super) fn read(
        &self,
        timeout: Duration,
    ) -> Result<Option<Captured<CapturedPicture>>, DeviceError> {
        self.handover.take(Instant::now().checked_add(timeout))
    }

    pub(super) fn counts(&self) -> DeviceCounts {
        let intake = self.intake.lock().unwrap_or_else(PoisonError::into_inner);
        let mut counts = intake.counts();
        counts.lost += self.dropped.load(Ordering::Relaxed);
        counts
    }
}
