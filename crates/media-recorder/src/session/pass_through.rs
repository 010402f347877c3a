//! Packets that are encoded already, on their way through.

use std::sync::Arc;

use media_recorder_state::{KeyFrameInterval, KeyFramePolicy};
use media_recorder_types::{FrameSize, MediaTime, MediaTrack, Packet, TrackId, TrackMedia};

use crate::error::{ErrorKind, RecorderError};
use crate::options::SizeChange;
use crate::stream::EncodedFrame;

/// Takes the place of an encoder for one track in one file. **What it gives begins with a key
/// frame, has one after every hole, and is of one configuration.**
pub(crate) struct PassThrough {
    id: TrackId,
    change: SizeChange,
    keys: KeyFramePolicy,
    /// As the source describes the packets that came last.
    format: Option<Arc<MediaTrack>>,
    /// As the file describes them.
    track: Option<MediaTrack>,
    /// Nothing can be decoded before the next key frame.
    waits_for_key: bool,
    ready: Option<Packet>,
}

/// What a packet's description is to the present file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It is that of the file, or one that the file does not mind.
    None,
    /// It cannot be in this file.
    NewFile,
}

impl PassThrough {
    pub(super) fn new(id: TrackId, interval: KeyFrameInterval, change: SizeChange) -> Self {
        Self {
            id,
            change,
            keys: KeyFramePolicy::new(interval),
            format: None,
            track: None,
            waits_for_key: true,
            ready: None,
        }
    }

    /// What follows cannot be decoded without a key frame.
    pub(super) fn wait_for_key(&mut self) {
        self.waits_for_key = true;
    }

    pub(super) fn waits_for_key(&self) -> bool {
        self.waits_for_key
    }

    /// Whether the source should make a key frame of the picture at `time`.
    pub(super) fn wants_key(&self, time: MediaTime) -> bool {
        self.waits_for_key || self.keys.is_due(time)
    }

    /// Whether a packet of this description can follow in the file.
    ///
    /// # Errors
    ///
    /// `InvalidModification` if it cannot, and the recording is to end then.
    pub(super) fn change_to(&self, format: &Arc<MediaTrack>) -> Result<Change, RecorderError> {
        let Some(present) = &self.format else {
            return Ok(Change::None);
        };
        if Arc::ptr_eq(present, format) {
            return Ok(Change::None);
        }
        let configuration = |track: &MediaTrack| (track.codec(), track.codec_private.clone());
        let reconfigured = configuration(present) != configuration(format)
            || !is_same_sound(&present.media, &format.media);
        let resized = size_of(present) != size_of(format);
        match self.change {
            SizeChange::Error if reconfigured || resized => {
                let message = format!("the source of {} packets has changed", present.codec());
                Err(RecorderError::new(ErrorKind::InvalidModification, message))
            }
            SizeChange::NewFile if resized => Ok(Change::NewFile),
            _ if reconfigured => Ok(Change::NewFile),
            _ => Ok(Change::None),
        }
    }

    /// Takes the next packet, with its recording time.
    pub(super) fn take(&mut self, frame: EncodedFrame, time: MediaTime) {
        let EncodedFrame { format, mut packet } = frame;
        self.track.get_or_insert_with(|| MediaTrack {
            id: self.id,
            ..MediaTrack::clone(&format)
        });
        self.format = Some(format);
        self.waits_for_key &= !packet.key;
        self.keys.note(time, packet.key);
        packet.track = self.id;
        packet.time = time;
        self.ready = Some(packet);
    }

    pub(super) fn next_packet(&mut self) -> Option<Packet> {
        self.ready.take()
    }

    pub(super) fn track(&self) -> Option<&MediaTrack> {
        self.track.as_ref()
    }
}

fn size_of(track: &MediaTrack) -> Option<FrameSize> {
    match &track.media {
        TrackMedia::Video(video) => Some(video.size),
        TrackMedia::Audio(_) => None,
    }
}

/// Pictures may change what else is said of them; sound is of one description.
fn is_same_sound(present: &TrackMedia, next: &TrackMedia) -> bool {
    match (present, next) {
        (TrackMedia::Audio(present), TrackMedia::Audio(next)) => present == next,
        _ => true,
    }
}
