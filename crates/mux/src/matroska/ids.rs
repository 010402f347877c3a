//! The elements in use, as the public schemas describe them (RFC 9559 §5, RFC 8794 §11.2).
//! Made by `cargo xtask codegen` from
//!
//! - `ebml.xml` of <https://github.com/ietf-wg-cellar/ebml-specification>,
//!   commit 1894b2c9e85b05703eab90932cb1093b961ee94b
//!
//! - `ebml_matroska.xml` of <https://github.com/ietf-wg-cellar/matroska-specification>,
//!   commit 6d707bbb531446f1422c4bfdbb660e1bcec43824

use super::element::{Binary, Element, Float, Int, Master, Text, Uint};

/// `\EBML`
pub(crate) const EBML: Element<Master> = Element::new(0x1A45_DFA3, 1);

/// `\EBML\EBMLVersion`
pub(crate) const EBML_VERSION: Element<Uint> = Element::new(0x4286, 1);

/// `\EBML\EBMLReadVersion`
pub(crate) const EBML_READ_VERSION: Element<Uint> = Element::new(0x42F7, 1);

/// `\EBML\EBMLMaxIDLength`
pub(crate) const EBML_MAX_ID_LENGTH: Element<Uint> = Element::new(0x42F2, 1);

/// `\EBML\EBMLMaxSizeLength`
pub(crate) const EBML_MAX_SIZE_LENGTH: Element<Uint> = Element::new(0x42F3, 1);

/// `\EBML\DocType`
pub(crate) const DOC_TYPE: Element<Text> = Element::new(0x4282, 1);

/// `\EBML\DocTypeVersion`
pub(crate) const DOC_TYPE_VERSION: Element<Uint> = Element::new(0x4287, 1);

/// `\EBML\DocTypeReadVersion`
pub(crate) const DOC_TYPE_READ_VERSION: Element<Uint> = Element::new(0x4285, 1);

/// `\(-\)Void`
pub(crate) const VOID: Element<Binary> = Element::new(0xEC, 1);

/// `\Segment`
pub(crate) const SEGMENT: Element<Master> = Element::new(0x1853_8067, 1);

/// `\Segment\SeekHead`
pub(crate) const SEEK_HEAD: Element<Master> = Element::new(0x114D_9B74, 1);

/// `\Segment\SeekHead\Seek`
pub(crate) const SEEK: Element<Master> = Element::new(0x4DBB, 1);

/// `\Segment\SeekHead\Seek\SeekID`
pub(crate) const SEEK_ID: Element<Binary> = Element::new(0x53AB, 1);

/// `\Segment\SeekHead\Seek\SeekPosition`
pub(crate) const SEEK_POSITION: Element<Uint> = Element::new(0x53AC, 1);

/// `\Segment\Info`
pub(crate) const INFO: Element<Master> = Element::new(0x1549_A966, 1);

/// `\Segment\Info\TimestampScale`
pub(crate) const TIMESTAMP_SCALE: Element<Uint> = Element::new(0x2A_D7B1, 1);

/// `\Segment\Info\Duration`
pub(crate) const DURATION: Element<Float> = Element::new(0x4489, 1);

/// `\Segment\Info\MuxingApp`
pub(crate) const MUXING_APP: Element<Text> = Element::new(0x4D80, 1);

/// `\Segment\Info\WritingApp`
pub(crate) const WRITING_APP: Element<Text> = Element::new(0x5741, 1);

/// `\Segment\Tracks`
pub(crate) const TRACKS: Element<Master> = Element::new(0x1654_AE6B, 1);

/// `\Segment\Tracks\TrackEntry`
pub(crate) const TRACK_ENTRY: Element<Master> = Element::new(0xAE, 1);

/// `\Segment\Tracks\TrackEntry\TrackNumber`
pub(crate) const TRACK_NUMBER: Element<Uint> = Element::new(0xD7, 1);

/// `\Segment\Tracks\TrackEntry\TrackUID`
pub(crate) const TRACK_UID: Element<Uint> = Element::new(0x73C5, 1);

/// `\Segment\Tracks\TrackEntry\TrackType`
pub(crate) const TRACK_TYPE: Element<Uint> = Element::new(0x83, 1);

/// `\Segment\Tracks\TrackEntry\FlagLacing`
pub(crate) const FLAG_LACING: Element<Uint> = Element::new(0x9C, 1);

/// `\Segment\Tracks\TrackEntry\DefaultDuration`
pub(crate) const DEFAULT_DURATION: Element<Uint> = Element::new(0x23_E383, 1);

/// `\Segment\Tracks\TrackEntry\Name`
pub(crate) const NAME: Element<Text> = Element::new(0x536E, 1);

/// `\Segment\Tracks\TrackEntry\Language`
pub(crate) const LANGUAGE: Element<Text> = Element::new(0x22_B59C, 1);

/// `\Segment\Tracks\TrackEntry\CodecID`
pub(crate) const CODEC_ID: Element<Text> = Element::new(0x86, 1);

/// `\Segment\Tracks\TrackEntry\CodecPrivate`
pub(crate) const CODEC_PRIVATE: Element<Binary> = Element::new(0x63A2, 1);

/// `\Segment\Tracks\TrackEntry\CodecDelay`
pub(crate) const CODEC_DELAY: Element<Uint> = Element::new(0x56AA, 4);

/// `\Segment\Tracks\TrackEntry\SeekPreRoll`
pub(crate) const SEEK_PRE_ROLL: Element<Uint> = Element::new(0x56BB, 4);

/// `\Segment\Tracks\TrackEntry\Video`
pub(crate) const VIDEO: Element<Master> = Element::new(0xE0, 1);

/// `\Segment\Tracks\TrackEntry\Video\PixelWidth`
pub(crate) const PIXEL_WIDTH: Element<Uint> = Element::new(0xB0, 1);

/// `\Segment\Tracks\TrackEntry\Video\PixelHeight`
pub(crate) const PIXEL_HEIGHT: Element<Uint> = Element::new(0xBA, 1);

/// `\Segment\Tracks\TrackEntry\Video\Colour`
pub(crate) const COLOUR: Element<Master> = Element::new(0x55B0, 4);

/// `\Segment\Tracks\TrackEntry\Video\Colour\MatrixCoefficients`
pub(crate) const MATRIX_COEFFICIENTS: Element<Uint> = Element::new(0x55B1, 4);

/// `\Segment\Tracks\TrackEntry\Video\Colour\Range`
pub(crate) const RANGE: Element<Uint> = Element::new(0x55B9, 4);

/// `\Segment\Tracks\TrackEntry\Video\Colour\TransferCharacteristics`
pub(crate) const TRANSFER_CHARACTERISTICS: Element<Uint> = Element::new(0x55BA, 4);

/// `\Segment\Tracks\TrackEntry\Video\Colour\Primaries`
pub(crate) const PRIMARIES: Element<Uint> = Element::new(0x55BB, 4);

/// `\Segment\Tracks\TrackEntry\Video\Projection`
pub(crate) const PROJECTION: Element<Master> = Element::new(0x7670, 4);

/// `\Segment\Tracks\TrackEntry\Video\Projection\ProjectionPoseRoll`
pub(crate) const PROJECTION_POSE_ROLL: Element<Float> = Element::new(0x7675, 4);

/// `\Segment\Tracks\TrackEntry\Audio`
pub(crate) const AUDIO: Element<Master> = Element::new(0xE1, 1);

/// `\Segment\Tracks\TrackEntry\Audio\SamplingFrequency`
pub(crate) const SAMPLING_FREQUENCY: Element<Float> = Element::new(0xB5, 1);

/// `\Segment\Tracks\TrackEntry\Audio\Channels`
pub(crate) const CHANNELS: Element<Uint> = Element::new(0x9F, 1);

/// `\Segment\Tracks\TrackEntry\Audio\BitDepth`
pub(crate) const BIT_DEPTH: Element<Uint> = Element::new(0x6264, 1);

/// `\Segment\Tags`
pub(crate) const TAGS: Element<Master> = Element::new(0x1254_C367, 1);

/// `\Segment\Tags\Tag`
pub(crate) const TAG: Element<Master> = Element::new(0x7373, 1);

/// `\Segment\Tags\Tag\Targets`
pub(crate) const TARGETS: Element<Master> = Element::new(0x63C0, 1);

/// `\Segment\Tags\Tag\+SimpleTag`
pub(crate) const SIMPLE_TAG: Element<Master> = Element::new(0x67C8, 1);

/// `\Segment\Tags\Tag\+SimpleTag\TagName`
pub(crate) const TAG_NAME: Element<Text> = Element::new(0x45A3, 1);

/// `\Segment\Tags\Tag\+SimpleTag\TagString`
pub(crate) const TAG_STRING: Element<Text> = Element::new(0x4487, 1);

/// `\Segment\Cluster`
pub(crate) const CLUSTER: Element<Master> = Element::new(0x1F43_B675, 1);

/// `\Segment\Cluster\Timestamp`
pub(crate) const TIMESTAMP: Element<Uint> = Element::new(0xE7, 1);

/// `\Segment\Cluster\SimpleBlock`
pub(crate) const SIMPLE_BLOCK: Element<Binary> = Element::new(0xA3, 2);

/// `\Segment\Cluster\BlockGroup`
pub(crate) const BLOCK_GROUP: Element<Master> = Element::new(0xA0, 1);

/// `\Segment\Cluster\BlockGroup\Block`
pub(crate) const BLOCK: Element<Binary> = Element::new(0xA1, 1);

/// `\Segment\Cluster\BlockGroup\DiscardPadding`
pub(crate) const DISCARD_PADDING: Element<Int> = Element::new(0x75A2, 4);

/// `\Segment\Cues`
pub(crate) const CUES: Element<Master> = Element::new(0x1C53_BB6B, 1);

/// `\Segment\Cues\CuePoint`
pub(crate) const CUE_POINT: Element<Master> = Element::new(0xBB, 1);

/// `\Segment\Cues\CuePoint\CueTime`
pub(crate) const CUE_TIME: Element<Uint> = Element::new(0xB3, 1);

/// `\Segment\Cues\CuePoint\CueTrackPositions`
pub(crate) const CUE_TRACK_POSITIONS: Element<Master> = Element::new(0xB7, 1);

/// `\Segment\Cues\CuePoint\CueTrackPositions\CueTrack`
pub(crate) const CUE_TRACK: Element<Uint> = Element::new(0xF7, 1);

/// `\Segment\Cues\CuePoint\CueTrackPositions\CueClusterPosition`
pub(crate) const CUE_CLUSTER_POSITION: Element<Uint> = Element::new(0xF1, 1);

/// `\Segment\Cues\CuePoint\CueTrackPositions\CueRelativePosition`
pub(crate) const CUE_RELATIVE_POSITION: Element<Uint> = Element::new(0xF0, 4);
