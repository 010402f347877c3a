//! AV1 that somebody else encoded.

use bytes::Bytes;
use media_recorder_types::FrameSize;

use super::config_record::config_record;
use super::obu::{ObuError, temporal_unit};
use super::sequence_header::SequenceHeader;
use crate::EncodeError;

/// What a temporal unit from anywhere is to a container.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Av1Packet {
    /// The units that belong into a container: without temporal delimiters, padding and the like.
    /// It is not copied where they lie in one piece.
    pub data: Bytes,
    /// Whether decoding can start here.
    pub key: bool,
    /// If it brings a sequence header: the largest picture, and the `av1C` (AV1 Codec ISO Media
    /// File Format Binding §2.3).
    pub configuration: Option<(FrameSize, Bytes)>,
}

impl Av1Packet {
    /// Reads a temporal unit (AV1 specification §7.5), with or without its delimiter.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Codec`] if it is none.
    pub fn read(packet: &Bytes) -> Result<Self, EncodeError> {
        let unit = temporal_unit(packet).map_err(super::failed)?;
        let configuration = match unit.sequence_header {
            None => None,
            Some(payload) => {
                let header = SequenceHeader::parse(&payload).ok_or(ObuError::SequenceHeader);
                let header = header.map_err(super::failed)?;
                let size = FrameSize::new(header.width, header.height);
                Some((size, config_record(&header, &payload)))
            }
        };
        Ok(Self {
            data: unit.data,
            key: unit.key,
            configuration,
        })
    }
}
