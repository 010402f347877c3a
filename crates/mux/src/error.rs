//! What a writer refuses, and why.

use media_recorder_types::{Codec, FrameSize, MediaTime, TrackId};

/// Why a call to a [`Muxer`](crate::Muxer) had no effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MuxError {
    /// The header has not been written yet.
    #[error("the writer has not been started")]
    NotStarted,
    /// The header has been written: tracks can no longer be added.
    #[error("the writer has been started already")]
    AlreadyStarted,
    /// The file is complete.
    #[error("the writer has finished its file")]
    Finished,
    /// A file needs a track.
    #[error("there are no tracks to write")]
    NoTracks,
    /// There are more tracks than the container numbers.
    #[error("{tracks} tracks: at most {limit} fit")]
    TooManyTracks {
        /// Tracks given.
        tracks: usize,
        /// The most that are possible.
        limit: usize,
    },
    /// Two tracks have one id.
    #[error("track {track} is there twice")]
    DuplicateTrack {
        /// The id.
        track: TrackId,
    },
    /// The container does not carry this codec.
    #[error("track {track}: {container} does not carry {codec}")]
    UnsupportedCodec {
        /// The track.
        track: TrackId,
        /// Its codec.
        codec: Codec,
        /// The container's name.
        container: &'static str,
    },
    /// A side of the picture is zero or more than the codec allows.
    #[error("track {track}: a picture of {size}: sides are 1 to {limit} pixels")]
    PictureSize {
        /// The track.
        track: TrackId,
        /// Its size.
        size: FrameSize,
        /// The longest side, in pixels.
        limit: u32,
    },
    /// Zero samples per second.
    #[error("track {track}: a sample rate of zero")]
    SampleRate {
        /// The track.
        track: TrackId,
    },
    /// No channel, or more than can be told apart.
    #[error("track {track}: {channels} channels: there are 1 to {limit}")]
    Channels {
        /// The track.
        track: TrackId,
        /// Its channels.
        channels: u16,
        /// The most that are possible.
        limit: u16,
    },
    /// The decoder's delay or pre-roll is negative, or the delay is a second or more.
    #[error("track {track}: a codec delay of {delay} and a seek pre-roll of {pre_roll}")]
    CodecDelay {
        /// The track.
        track: TrackId,
        /// The delay.
        delay: MediaTime,
        /// The pre-roll.
        pre_roll: MediaTime,
    },
    /// The codec's configuration is missing or wrong.
    #[error("track {track}: the codec configuration of {codec}")]
    CodecPrivate {
        /// The track.
        track: TrackId,
        /// Its codec.
        codec: Codec,
        /// What is wrong.
        #[source]
        reason: CodecPrivateError,
    },
    /// The packet belongs to no track of this file.
    #[error("there is no track {track}")]
    UnknownTrack {
        /// The packet's track.
        track: TrackId,
    },
    /// The packet has no data.
    #[error("track {track}: the packet at {time} is empty")]
    EmptyPacket {
        /// The track.
        track: TrackId,
        /// The packet's time.
        time: MediaTime,
    },
    /// The packet is larger than readers accept.
    #[error("track {track}: a packet of {size} bytes: at most {limit} are possible")]
    PacketTooLarge {
        /// The track.
        track: TrackId,
        /// Bytes in the packet.
        size: usize,
        /// The most that are possible.
        limit: usize,
    },
    /// The packet ends before it begins.
    #[error("track {track}: a packet with a duration of {duration}")]
    NegativeDuration {
        /// The track.
        track: TrackId,
        /// The packet's duration.
        duration: MediaTime,
    },
    /// The padding is negative, more than the packet lasts, or on a picture.
    #[error("track {track}: {padding} of padding in a packet that lasts {duration}")]
    DiscardPadding {
        /// The track.
        track: TrackId,
        /// The padding.
        padding: MediaTime,
        /// The packet's duration.
        duration: MediaTime,
    },
    /// The time is before the start of the file (the codec's delay counted), or more than the
    /// container can say.
    #[error("track {track}: {time} is outside the range of times")]
    TimeOutOfRange {
        /// The track.
        track: TrackId,
        /// The packet's time.
        time: MediaTime,
    },
    /// Times within a track only grow.
    #[error("track {track}: {time} does not come after {previous}")]
    TimeNotIncreasing {
        /// The track.
        track: TrackId,
        /// The packet's time.
        time: MediaTime,
        /// The time of the track's packet before it.
        previous: MediaTime,
    },
    /// A packet of another track, which belongs after this one, has been written already.
    #[error("track {track}: {time} comes too late: the file has reached {reached}")]
    OutOfOrder {
        /// The track.
        track: TrackId,
        /// The packet's time, as stored: with the codec's delay added.
        time: MediaTime,
        /// The stored time of the latest packet.
        reached: MediaTime,
    },
    /// A packet, or the one before it until this one, lasts longer than a sample can.
    #[error("track {track}: at {time}, a packet lasts {lasts}: at most {limit} is possible")]
    SampleTooLong {
        /// The track.
        track: TrackId,
        /// The time of the packet that was refused.
        time: MediaTime,
        /// How long it or the one before it lasts.
        lasts: MediaTime,
        /// The longest that is possible.
        limit: MediaTime,
    },
    /// The index of the file would be larger than readers accept.
    #[error("the file has {packets} packets: its index has no place for more")]
    IndexFull {
        /// Packets in the file.
        packets: u64,
    },
    /// Decoding cannot start with this picture, and it is the track's first.
    #[error("track {track}: the first picture, at {time}, is no key frame")]
    FirstFrameNotKey {
        /// The track.
        track: TrackId,
        /// The packet's time.
        time: MediaTime,
    },
    /// The packet's data are not what the codec prescribes.
    #[error("track {track}: the packet at {time}")]
    Payload {
        /// The track.
        track: TrackId,
        /// The packet's time.
        time: MediaTime,
        /// What is wrong.
        #[source]
        reason: PayloadError,
    },
    /// The packet's data say otherwise about being a key frame.
    #[error("track {track}: the packet at {time} is said to be a key frame: {declared}")]
    KeyFlag {
        /// The track.
        track: TrackId,
        /// The packet's time.
        time: MediaTime,
        /// What [`Packet::key`](media_recorder_types::Packet::key) says.
        declared: bool,
    },
}

/// What is wrong with a codec's configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecPrivateError {
    /// The codec needs one.
    #[error("it is missing")]
    Missing,
    /// It is not of the form that the codec prescribes.
    #[error("it is malformed: {what}")]
    Malformed {
        /// The rule that is broken.
        what: &'static str,
    },
    /// It says something else than the track's description.
    #[error("{field} is {stored} in it and {described} in the track's description")]
    Disagrees {
        /// What they disagree on.
        field: &'static str,
        /// The value in the configuration.
        stored: u64,
        /// The value in the description.
        described: u64,
    },
}

/// What is wrong with a packet's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// It is not of the form that the codec prescribes.
    #[error("it is malformed: {what}")]
    Malformed {
        /// The rule that is broken.
        what: &'static str,
    },
    /// It holds a part that has no place in a container.
    #[error("it holds an AV1 unit of type {obu_type}, which has no place in a block")]
    ForbiddenUnit {
        /// The `obu_type` (AV1 spec §6.2.2).
        obu_type: u8,
    },
    /// It holds more or less sound than the packet says.
    #[error("it holds {coded} of sound and is said to last {declared}")]
    Duration {
        /// How long the sound in it is.
        coded: MediaTime,
        /// What [`Packet::duration`](media_recorder_types::Packet::duration) says.
        declared: MediaTime,
    },
    /// It brings a configuration that differs from the track's.
    #[error("its codec configuration differs from the track's")]
    ConfigurationChanged,
}
