//! What is encoded before it comes.

use std::sync::Arc;

use media_recorder_types::{MediaTrack, Packet, TrackKind};

use crate::sync::{Mutex, lock};

/// A packet, and what describes it.
#[derive(Clone, Debug)]
pub(crate) struct EncodedFrame {
    /// The same allocation for as long as nothing of it changes.
    pub(crate) format: Arc<MediaTrack>,
    pub(crate) packet: Packet,
}

/// How a source of packets describes them at present.
#[derive(Debug)]
pub(crate) struct EncodedSettings {
    kind: TrackKind,
    label: String,
    present: Mutex<Arc<MediaTrack>>,
}

impl EncodedSettings {
    pub(crate) fn new(format: Arc<MediaTrack>) -> Self {
        Self {
            kind: format.kind(),
            label: format.name.clone(),
            present: Mutex::new(format),
        }
    }

    /// Audio or video: that never changes.
    pub(crate) fn kind(&self) -> TrackKind {
        self.kind
    }

    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    pub(crate) fn present(&self) -> Arc<MediaTrack> {
        Arc::clone(&lock(&self.present))
    }

    pub(crate) fn set(&self, format: &Arc<MediaTrack>) {
        *lock(&self.present) = Arc::clone(format);
    }
}
