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
/// The order of calls is `start`, then any number of `write`, `cut_before` and `flush`, then
/// `finish`; `poll_output` may be called at any time. Packets come in the order in which they
/// are to be stored, across all tracks: an [`Interleaver`](crate::Interleaver) puts them into
/// it.
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

    /// Ends a chunk before `next`, the packet that is written next, if another one can begin
    /// there: one that plays by itself.
    ///
    /// The output of [`start`](Self::start) is the initialisation segment. The first chunk
    /// begins with the first packet, each further one after a call that returned true: all
    /// output up to there belongs to the chunks before. A player that has the initialisation
    /// segment can be given chunks in any order (Media Source Extensions).
    /// [`flush`](Self::flush) in between puts out the first part of a chunk.
    ///
    /// A chunk can begin with a key frame of the first video track, and where there is no video
    /// track with any packet. Pictures of further video tracks play from their own next key
    /// frame on. `next` is checked as [`write`](Self::write) does it, and not stored. False
    /// means that it cannot begin a chunk, or begins the first one, and nothing has ended; a
    /// writer that knows no chunks always says so.
    ///
    /// # Errors
    ///
    /// Those of [`write`](Self::write), and nothing has ended.
    ///
    /// ```
    /// # #[cfg(feature = "webm")] {
    /// # use bytes::Bytes;
    /// # use media_recorder_mux::{MatroskaOptions, MatroskaWriter, MuxError, MuxOutput, Muxer};
    /// # use media_recorder_types::{
    /// #     ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, TrackId, VideoCodec, VideoTrack,
    /// # };
    /// fn fetch(writer: &mut dyn Muxer) -> Vec<u8> {
    ///     let mut bytes = Vec::new();
    ///     while let Some(MuxOutput::Append(part)) = writer.poll_output() {
    ///         bytes.extend_from_slice(&part);
    ///     }
    ///     bytes
    /// }
    ///
    /// # let (id, size) = (TrackId::FIRST, FrameSize::new(64, 64));
    /// # let (codec, rate, color) = (VideoCodec::Vp8, None, ColorInfo::UNSPECIFIED);
    /// # let video = VideoTrack { codec, size, rate, color };
    /// # let tracks = [MediaTrack::video(id, video, Bytes::new())];
    /// # let packets = (0..30).map(|n| {
    /// #     let (key, data): (_, &[u8]) = if n % 10 == 0 { (true, &[0x10]) } else { (false, &[0x11]) };
    /// #     let (time, duration) = (MediaTime::from_millis(n * 40), MediaTime::from_millis(40));
    /// #     Packet::new(id, Bytes::from_static(data), time, duration).with_key(key)
    /// # });
    /// let mut writer = MatroskaWriter::new(MatroskaOptions::webm());
    /// writer.start(&tracks)?;
    /// let initialisation = fetch(&mut writer);
    /// let mut chunks = Vec::new();
    /// for packet in packets {
    ///     if writer.cut_before(&packet)? {
    ///         chunks.push(fetch(&mut writer));
    ///     }
    ///     writer.write(packet)?;
    /// }
    /// writer.finish()?;
    /// chunks.push(fetch(&mut writer));
    /// # assert_eq!(chunks.len(), 3);
    /// # assert!(chunks.iter().all(|chunk| chunk[..4] == [0x1F, 0x43, 0xB6, 0x75]));
    /// # assert!(!initialisation.is_empty());
    /// # }
    /// # Ok::<(), media_recorder_mux::MuxError>(())
    /// ```
    fn cut_before(&mut self, next: &Packet) -> Result<bool, MuxError> {
        let _ = next;
        Ok(false)
    }

    /// Makes everything written so far available as output that a reader can use. A writer that
    /// puts out its file as a whole has nothing to give before the end.
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
