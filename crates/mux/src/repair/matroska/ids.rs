//! The element IDs that a repair looks for: those that the writer's table has as numbers to match
//! on, and those that only other programs write (RFC 9559 §5.1, RFC 8794 §11.3). The length marker
//! is part of an ID.

use crate::matroska::ids as schema;

/// An element ID, marker bits included.
pub(super) type Id = u32;

pub(super) const EBML: Id = schema::EBML.id;
pub(super) const DOC_TYPE: Id = schema::DOC_TYPE.id;
pub(super) const DOC_TYPE_VERSION: Id = schema::DOC_TYPE_VERSION.id;
pub(super) const VOID: Id = schema::VOID.id;
pub(super) const CRC_32: Id = 0xBF;

pub(super) const SEGMENT: Id = schema::SEGMENT.id;

pub(super) const SEEK_HEAD: Id = schema::SEEK_HEAD.id;
pub(super) const SEEK: Id = schema::SEEK.id;
pub(super) const SEEK_ID: Id = schema::SEEK_ID.id;
pub(super) const SEEK_POSITION: Id = schema::SEEK_POSITION.id;

pub(super) const INFO: Id = schema::INFO.id;
pub(super) const TIMESTAMP_SCALE: Id = schema::TIMESTAMP_SCALE.id;
pub(super) const DURATION: Id = schema::DURATION.id;

pub(super) const TRACKS: Id = schema::TRACKS.id;
pub(super) const TRACK_ENTRY: Id = schema::TRACK_ENTRY.id;
pub(super) const TRACK_NUMBER: Id = schema::TRACK_NUMBER.id;
pub(super) const TRACK_TYPE: Id = schema::TRACK_TYPE.id;
pub(super) const DEFAULT_DURATION: Id = schema::DEFAULT_DURATION.id;
pub(super) const CODEC_ID: Id = schema::CODEC_ID.id;
pub(super) const CODEC_DELAY: Id = schema::CODEC_DELAY.id;
pub(super) const AUDIO: Id = schema::AUDIO.id;
pub(super) const SAMPLING_FREQUENCY: Id = schema::SAMPLING_FREQUENCY.id;
pub(super) const CHANNELS: Id = schema::CHANNELS.id;
pub(super) const BIT_DEPTH: Id = schema::BIT_DEPTH.id;

pub(super) const CLUSTER: Id = schema::CLUSTER.id;
pub(super) const TIMESTAMP: Id = schema::TIMESTAMP.id;
pub(super) const SILENT_TRACKS: Id = 0x5854;
pub(super) const POSITION: Id = 0xA7;
pub(super) const PREV_SIZE: Id = 0xAB;
pub(super) const SIMPLE_BLOCK: Id = schema::SIMPLE_BLOCK.id;
pub(super) const ENCRYPTED_BLOCK: Id = 0xAF;
pub(super) const BLOCK_GROUP: Id = schema::BLOCK_GROUP.id;
pub(super) const BLOCK: Id = schema::BLOCK.id;
pub(super) const BLOCK_DURATION: Id = 0x9B;
pub(super) const REFERENCE_BLOCK: Id = 0xFB;
pub(super) const DISCARD_PADDING: Id = schema::DISCARD_PADDING.id;

pub(super) const CUES: Id = schema::CUES.id;
pub(super) const CUE_POINT: Id = schema::CUE_POINT.id;
pub(super) const CUE_TIME: Id = schema::CUE_TIME.id;
pub(super) const CUE_TRACK_POSITIONS: Id = schema::CUE_TRACK_POSITIONS.id;
pub(super) const CUE_TRACK: Id = schema::CUE_TRACK.id;
pub(super) const CUE_CLUSTER_POSITION: Id = schema::CUE_CLUSTER_POSITION.id;
pub(super) const CUE_RELATIVE_POSITION: Id = schema::CUE_RELATIVE_POSITION.id;

pub(super) const CHAPTERS: Id = 0x1043_A770;
pub(super) const TAGS: Id = schema::TAGS.id;
pub(super) const ATTACHMENTS: Id = 0x1941_A469;
