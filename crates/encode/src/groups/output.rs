//! What the lanes made, on its way back into order.

use std::collections::BTreeMap;

use bytes::Bytes;
use media_recorder_types::{Codec, MediaTrack, VideoCodec};

use super::lane::Coded;
use crate::EncodeError;

/// Takes packets in any order and gives them out in that of their frames.
#[derive(Debug)]
pub(super) struct Output {
    codec: VideoCodec,
    coded: BTreeMap<u64, (Bytes, bool)>,
    next: u64,
    track: Option<MediaTrack>,
    failure: Option<EncodeError>,
}

impl Output {
    pub(super) fn new(codec: VideoCodec) -> Self {
        Self {
            codec,
            coded: BTreeMap::new(),
            next: 0,
            track: None,
            failure: None,
        }
    }

    /// Takes what a lane made, and the description of it. All lanes must have the same one,
    /// since the container has room for one.
    pub(super) fn add(
        &mut self,
        result: Result<Vec<Coded>, EncodeError>,
        track: Option<&MediaTrack>,
    ) {
        let coded = match result {
            Ok(coded) => coded,
            Err(error) => return self.fail(error),
        };
        match (&self.track, track) {
            (Some(known), Some(track)) if known != track => {
                return self.fail(EncodeError::Codec {
                    codec: Codec::Video(self.codec),
                    message: "groups of pictures that differ in their headers".to_owned(),
                });
            }
            (None, Some(track)) => self.track = Some(track.clone()),
            _ => {}
        }
        for Coded { number, data, key } in coded {
            self.coded.insert(number, (data, key));
        }
    }

    fn fail(&mut self, error: EncodeError) {
        self.failure.get_or_insert(error);
    }

    /// Data of the next packet and whether it is a key frame; `None` while it is not there.
    pub(super) fn next(&mut self) -> Option<(Bytes, bool)> {
        let packet = self.coded.remove(&self.next)?;
        self.next += 1;
        Some(packet)
    }

    pub(super) fn track(&self) -> Option<&MediaTrack> {
        self.track.as_ref()
    }

    /// The first failure of a lane.
    pub(super) fn failure(&self) -> Option<&EncodeError> {
        self.failure.as_ref()
    }
}
