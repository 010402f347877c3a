//! What becomes of one filled buffer: a picture, or a count.

use std::time::{Duration, Instant};

use bytes::Bytes;
use media_recorder_types::{BufferPool, MediaTime, VideoCodec, VideoFrame};

use super::clock::SystemClock;
use super::layout::RawLayout;
use crate::{Captured, CapturedPicture, DeviceCounts, VideoFormat};

/// Pictures that may be waiting for an encoder before a new one has to be allocated.
const POOLED_FRAMES: usize = 8;
/// Start of image (ITU-T T.81 §B.1.1.3), without which a packet is no JPEG picture: it is how
/// cameras begin after a break, and what they leave when a transfer breaks off.
const JPEG_START: [u8; 2] = [0xff, 0xd8];

/// What the system says of a buffer that it hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    /// Which buffer.
    pub(super) index: u32,
    /// How much of it is filled, in bytes.
    pub(super) len: usize,
    /// The number of the picture, counting also those that got no buffer.
    pub(super) sequence: u32,
    /// The driver knows that the picture is damaged.
    pub(super) is_flagged: bool,
    /// When it was captured, on the system's clock; `None` if that is not known.
    pub(super) timestamp: Option<Duration>,
}

/// How a filled buffer is to be read.
pub(super) enum Content {
    /// As pixels.
    Raw(RawLayout),
    /// As one packet.
    Encoded(VideoCodec),
}

/// Turns filled buffers into pictures.
pub(super) struct Intake {
    content: Content,
    format: VideoFormat,
    pool: BufferPool,
    clock: SystemClock,
    counts: DeviceCounts,
    next_sequence: Option<u32>,
}

impl Intake {
    /// Of a device that was set to this.
    pub(super) fn new(content: Content, format: VideoFormat, clock: SystemClock) -> Self {
        let pooled = match &content {
            Content::Raw(layout) => layout.len(),
            // Packets differ in length, and are held for long where they are passed through.
            Content::Encoded(_) => 0,
        };
        Self {
            content,
            format,
            pool: BufferPool::new(pooled, POOLED_FRAMES),
            clock,
            counts: DeviceCounts::default(),
            next_sequence: None,
        }
    }

    pub(super) fn counts(&self) -> DeviceCounts {
        self.counts
    }

    /// The picture of a buffer; `None` if it is damaged. `copy` fills memory with the buffer's
    /// beginning, or returns false.
    pub(super) fn take(
        &mut self,
        delivery: &Delivery,
        now: Instant,
        copy: impl FnOnce(&mut [u8]) -> bool,
    ) -> Option<Captured<CapturedPicture>> {
        self.follow(delivery.sequence);
        let picture = (!delivery.is_flagged)
            .then(|| self.picture(delivery.len, copy))
            .flatten();
        let Some(data) = picture else {
            self.counts.damaged += 1;
            return None;
        };
        let at = delivery
            .timestamp
            .and_then(|timestamp| self.clock.instant(timestamp))
            // What has not happened yet was not captured: another clock than it says.
            .filter(|&at| at <= now)
            .unwrap_or(now);
        Some(Captured { data, at })
    }

    /// Counts the pictures that the driver counted and got no buffer for. Numbers that stand
    /// still or go back are those of a driver that does not count.
    fn follow(&mut self, sequence: u32) {
        if let Some(expected) = self.next_sequence {
            let gap = sequence.wrapping_sub(expected);
            if gap <= u32::MAX / 2 {
                self.counts.lost += u64::from(gap);
            }
        }
        self.next_sequence = Some(sequence.wrapping_add(1));
    }

    fn picture(
        &mut self,
        len: usize,
        copy: impl FnOnce(&mut [u8]) -> bool,
    ) -> Option<CapturedPicture> {
        match &self.content {
            Content::Raw(layout) => {
                if len < layout.len() {
                    return None;
                }
                let mut is_copied = false;
                let data = self.pool.fill(|target| is_copied = copy(target));
                if !is_copied {
                    return None;
                }
                let planes = layout.planes(&data);
                let (format, size) = (layout.format(), self.format.size);
                let frame = VideoFrame::new(format, size, planes, MediaTime::ZERO).ok()?;
                Some(CapturedPicture::Raw(frame.with_color(self.format.color)))
            }
            Content::Encoded(codec) => {
                let mut packet = vec![0; len];
                let is_whole = len > 0
                    && copy(&mut packet)
                    && (*codec != VideoCodec::Mjpeg || packet.starts_with(&JPEG_START));
                is_whole.then(|| CapturedPicture::Encoded(Bytes::from(packet)))
            }
        }
    }
}
