//! What every container writer does.

use bytes::Bytes;
use media_recorder_types::{MediaTrack, Packet};

use crate::MuxError;

/// A piece of a writer's output, in the order in which it is to be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MuxOutput {
    /// Bytes that follow everything appended so far.
    Append(Bytes),
    /// Bytes that replace as many earlier ones. Ignoring all patches leaves a valid file that
    /// merely does not know its own length.
    Patch {
        /// Where they go, in bytes from the start of the file.
        offset: u64,
        /// What goes there. Never reaches beyond what was appended before.
        bytes: Bytes,
    },
}

/// A container writer: packets in, bytes out.
///
/// The order of calls is `start`, then any number of `write` and `flush`, then `finish`;
/// `poll_output` may be called at any time. Packets come in the order in which they are to be
/// stored, across all tracks: an [`Interleaver`](crate::Interleaver) puts them into it.
///
/// Every call either succeeds or has no effect.
pub trait Muxer: Send {
    /// Writes the header. The order of `tracks` is the order in the file.
    ///
    /// # Errors
    ///
    /// [`MuxError::AlreadyStarted`] or [`MuxError::Finished`]; or what is wrong with the tracks:
    /// [`NoTracks`](MuxError::NoTracks), [`TooManyTracks`](MuxError::TooManyTracks),
    /// [`DuplicateTrack`](MuxError::DuplicateTrack),
    /// [`UnsupportedCodec`](MuxError::UnsupportedCodec),
    /// [`PictureSize`](MuxError::PictureSize), [`SampleRate`](MuxError::SampleRate),
    /// [`Channels`](MuxError::Channels), [`CodecDelay`](MuxError::CodecDelay),
    /// [`CodecPrivate`](MuxError::CodecPrivate).
    fn start(&mut self, tracks: &[MediaTrack]) -> Result<(), MuxError>;

    /// Stores a packet.
    ///
    /// # Errors
    ///
    /// [`MuxError::NotStarted`] or [`MuxError::Finished`]; or what is wrong with the packet:
    /// [`UnknownTrack`](MuxError::UnknownTrack), [`EmptyPacket`](MuxError::EmptyPacket),
    /// [`PacketTooLarge`](MuxError::PacketTooLarge),
    /// [`NegativeDuration`](MuxError::NegativeDuration),
    /// [`DiscardPadding`](MuxError::DiscardPadding),
    /// [`TimeOutOfRange`](MuxError::TimeOutOfRange),
    /// [`TimeNotIncreasing`](MuxError::TimeNotIncreasing),
    /// [`OutOfOrder`](MuxError::OutOfOrder), [`SampleTooLong`](MuxError::SampleTooLong),
    /// [`IndexFull`](MuxError::IndexFull), [`FirstFrameNotKey`](MuxError::FirstFrameNotKey),
    /// [`Payload`](MuxError::Payload), [`KeyFlag`](MuxError::KeyFlag).
    fn write(&mut self, packet: Packet) -> Result<(), MuxError>;

    /// Makes everything written so far available as output that a reader can use.
    ///
    /// # Errors
    ///
    /// [`MuxError::NotStarted`] or [`MuxError::Finished`].
    fn flush(&mut self) -> Result<(), MuxError>;

    /// Writes what is left, the index, and the patches that make the file seekable.
    ///
    /// # Errors
    ///
    /// [`MuxError::NotStarted`] or [`MuxError::Finished`].
    fn finish(&mut self) -> Result<(), MuxError>;

    /// The next piece of output; `None` until there is more.
    fn poll_output(&mut self) -> Option<MuxOutput>;
}
