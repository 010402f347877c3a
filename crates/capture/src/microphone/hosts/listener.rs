//! What runs on the thread that captures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use cpal::{ErrorKind, FromSample, InputStreamTimestamp, Sample};

use super::error::device_error;
use crate::device::Handover;

/// How many deliveries wait for a reader who is late: about ten seconds of the usual length.
const PLACES: usize = 1024;

/// Sound as it was delivered.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heard {
    /// Interleaved.
    pub(super) samples: Vec<f32>,
    /// When the first of them was captured.
    pub(super) captured: Instant,
    /// When they were delivered.
    pub(super) delivered: Instant,
    /// How many samples of each channel were thrown away before, because nobody read.
    pub(super) dropped: u64,
    /// Whether the device lost some before.
    pub(super) is_after_loss: bool,
}

/// Takes sound and errors from `cpal`: a clone for each of its two callbacks.
#[derive(Clone)]
pub(super) struct Listener {
    device: Arc<str>,
    handover: Arc<Handover<Heard>>,
    channels: u16,
    dropped: u64,
    is_after_loss: Arc<AtomicBool>,
}

impl Listener {
    /// For a device of that name.
    pub(super) fn new(device: &str, channels: u16) -> Self {
        Self {
            device: device.into(),
            handover: Arc::new(Handover::new(device, PLACES)),
            channels: channels.max(1),
            dropped: 0,
            is_after_loss: Arc::default(),
        }
    }

    /// What it has heard, in order.
    pub(super) fn heard(&self) -> Arc<Handover<Heard>> {
        Arc::clone(&self.handover)
    }

    /// Takes sound that is delivered now.
    pub(super) fn hear<T: Sample>(&mut self, samples: &[T], timestamp: InputStreamTimestamp)
    where
        f32: FromSample<T>,
    {
        let delivered = Instant::now();
        // The two are of one clock, which need not be ours.
        let age = timestamp.callback.duration_since(timestamp.capture);
        let heard = Heard {
            samples: samples.iter().map(|&s| f32::from_sample(s)).collect(),
            captured: delivered.checked_sub(age).unwrap_or(delivered),
            delivered,
            dropped: self.dropped,
            is_after_loss: self.is_after_loss.swap(false, Ordering::Relaxed),
        };
        match self.handover.offer(heard) {
            Ok(()) => self.dropped = 0,
            Err(heard) => {
                self.dropped += (heard.samples.len() / usize::from(self.channels)) as u64;
                self.is_after_loss
                    .fetch_or(heard.is_after_loss, Ordering::Relaxed);
            }
        }
    }

    /// Takes an error: a loss of sound, a word on how well it runs, or the end.
    pub(super) fn fail(&self, error: cpal::Error) {
        match error.kind() {
            ErrorKind::Xrun => self.is_after_loss.store(true, Ordering::Relaxed),
            ErrorKind::RealtimeDenied => {}
            // Another device than the one that was asked for.
            ErrorKind::DeviceChanged => {
                let gone = ErrorKind::DeviceNotAvailable.into();
                self.handover.end(device_error(&self.device, gone));
            }
            _ => self.handover.end(device_error(&self.device, error)),
        }
    }
}
