//! Tracks of packets that are encoded already.

mod h264;
mod jpeg;
mod reader;
mod vpx;

use std::sync::Arc;

use media_recorder_types::{MediaTrack, Packet};

use super::generator::Generator;
use crate::error::{ErrorKind, RecorderError};
use crate::stream::{EncodedSettings, Media, MediaStreamTrack, Timing, TrackSettings};
use crate::sync::{Mutex, lock};
pub(super) use reader::PacketReader;

/// A track of packets that are encoded already: a camera's Motion JPEG or H.264, what comes from a
/// network. **They are recorded as they are**, and the recording has their codec.
///
/// A type that names another codec is refused by [`start`](crate::MediaRecorder::start), since
/// nothing is encoded again. Without a type the container is the first that has a place for the
/// codec: WebM for VP8, VP9, AV1 and Opus, Matroska for H.264 and Motion JPEG, too, and MP4 where
/// it is asked for. What a recorder is to record that names a codec for which there is no encoder,
/// such as `video/mp4;codecs=avc1`, must have this track in its stream when it is
/// [made](crate::MediaRecorder::new).
///
/// # Packets
///
/// - One packet is one picture, or one packet of sound. Its `data` reach the blobs untouched; its
///   `track` and, of a picture, its `key` and `duration` are not looked at, but `duration` says how
///   long a packet of sound lasts.
/// - Pictures come in the order in which they are shown (no B-frames), as cameras and whoever
///   encodes live deliver them.
/// - **H.264** without a `codec_private` has start codes (Annex B) and brings its parameter sets
///   with or before its key frames. It is stored with lengths in their place, which takes a copy.
///   With an `avcC` as `codec_private`, it has lengths and is not copied.
/// - **AV1** may have temporal delimiters; they are cut off without a copy. Sequence headers come
///   with key frames. It needs the feature `av1`.
/// - **Opus** needs its `OpusHead` as `codec_private`.
///
/// # What a recorder does with them
///
/// A recording begins with a key frame, and goes on with one after a pause, after a time in which
/// the track was muted or disabled, and where packets were lost because nobody took them in time;
/// what comes before it is left out and
/// [counted](crate::TrackStatistics::dropped). Key frames cannot be made here, so the source is
/// [asked](Self::wants_key_frame) for them; it is also asked as often as
/// [`RecorderOptions`](crate::RecorderOptions) wants them. A muted or disabled track records
/// nothing, and its last picture is shown meanwhile. Where nothing is written, nothing is repeated.
///
/// Where a key frame begins with another configuration, or after [`set_format`](Self::set_format),
/// the file ends and a new one begins as with [`SizeChange::NewFile`](crate::SizeChange::NewFile),
/// or the recording ends with [`SizeChange::Error`](crate::SizeChange::Error). Pictures of another
/// size in VP8, VP9 and Motion JPEG, which need no other configuration, stay in the file with
/// [`SizeChange::Fit`](crate::SizeChange::Fit): the player fits them.
///
/// By default the track is **live**: times are capture instants on the clock of
/// [`capture_time`](crate::capture_time), and writing never waits.
///
/// ```
/// use media_recorder::{
///     Bytes, ColorInfo, EncodedTrackGenerator, FrameSize, MediaRecorder, MediaStream, MediaTime,
///     MediaTrack, Packet, RecorderOptions, TrackId, VideoCodec, VideoTrack,
/// };
/// let camera = VideoTrack {
///     codec: VideoCodec::Mjpeg,
///     size: FrameSize::new(16, 8),
///     rate: None,
///     color: ColorInfo::UNSPECIFIED,
/// };
/// let description = MediaTrack::video(TrackId::FIRST, camera, Bytes::new());
/// let camera = EncodedTrackGenerator::new(description)?.with_back_pressure();
/// let stream = MediaStream::new([camera.track().clone()]);
/// let (recorder, mut events) = MediaRecorder::new(&stream, RecorderOptions::new())?;
/// recorder.start()?;
/// events.next();
/// assert_eq!(recorder.mime_type(), "video/x-matroska;codecs=mjpeg");
/// let picture = Bytes::from_static(&[
///     0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 16, 1, 1, 0x11, 0, // and so on
/// ]);
/// for n in 0..25 {
///     let (time, period) = (MediaTime::from_millis(40 * n), MediaTime::from_millis(40));
///     camera.write(Packet::new(TrackId::FIRST, picture.clone(), time, period))?;
/// }
/// recorder.stop()?;
/// assert!(events.count() > 0);
/// # Ok::<(), media_recorder::RecorderError>(())
/// ```
#[derive(Debug)]
pub struct EncodedTrackGenerator {
    reader: Mutex<PacketReader>,
    present: Arc<EncodedSettings>,
    generator: Generator,
}

impl EncodedTrackGenerator {
    /// A live track of packets that `format` describes. Its `name` is the track's label; its `id`
    /// is not looked at.
    ///
    /// The codec's configuration may be empty where packets bring it, and the size is replaced by
    /// what key frames say.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] for a size, a rate, a number of channels or a configuration that cannot
    /// be.
    pub fn new(format: MediaTrack) -> Result<Self, RecorderError> {
        let reader = PacketReader::new(format)?;
        let present = Arc::new(EncodedSettings::new(Arc::clone(reader.format())));
        let settings = TrackSettings::Encoded(Arc::clone(&present));
        Ok(Self {
            reader: Mutex::new(reader),
            present,
            generator: Generator::new(settings, Timing::Live),
        })
    }

    /// As [`VideoTrackGenerator::with_back_pressure`](crate::VideoTrackGenerator::with_back_pressure).
    #[must_use]
    pub fn with_back_pressure(mut self) -> Self {
        let settings = TrackSettings::Encoded(Arc::clone(&self.present));
        self.generator = Generator::new(settings, Timing::Offline);
        self
    }

    /// The track.
    pub fn track(&self) -> &MediaStreamTrack {
        &self.generator.track
    }

    /// Hands a packet to the recorders of the track; where there is none, it is dropped.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] if its data are not what the track's codec makes;
    /// [`ErrorKind::NotSupported`] if this build cannot read the codec;
    /// [`ErrorKind::InvalidState`] once the track has ended.
    pub fn write(&self, packet: Packet) -> Result<(), RecorderError> {
        // Held to the end: packets stay in order.
        let mut reader = lock(&self.reader);
        let next = packet.time.saturating_add(packet.duration);
        let Some(frame) = reader.read(packet)? else {
            return Ok(());
        };
        self.present.set(&frame.format);
        if frame.packet.key {
            // A recorder that wants another one says so after it has seen this.
            self.generator.feed.want_key_frame(false);
        }
        self.generator.write(Media::Encoded(frame), next)
    }

    /// What is written from now on is of this description: the source has changed its codec, or its
    /// configuration outside of its packets. Recorders go over to it with its first key frame.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new), and [`ErrorKind::Type`] if pictures become sound or the other
    /// way. The track goes on as it was then.
    pub fn set_format(&self, format: MediaTrack) -> Result<(), RecorderError> {
        if format.kind() != self.track().kind() {
            let message = format!("{} in a track of {}", format.kind(), self.track().kind());
            return Err(RecorderError::new(ErrorKind::Type, message));
        }
        let mut reader = lock(&self.reader);
        *reader = PacketReader::new(format)?;
        self.present.set(reader.format());
        self.generator.feed.want_key_frame(true);
        Ok(())
    }

    /// Whether a recorder waits for a key frame, or would like one: a source that can make one
    /// when it is asked should do so. True until one is written.
    pub fn wants_key_frame(&self) -> bool {
        self.generator.feed.wants_key_frame()
    }

    /// See [`set_muted`](Self::set_muted).
    pub fn muted(&self) -> bool {
        self.generator.feed.is_muted()
    }

    /// Says that the source delivers nothing for now: the track is `muted`, and what is written is
    /// not recorded.
    pub fn set_muted(&self, muted: bool) {
        self.generator.feed.set_muted(muted);
    }

    /// Ends the track, as when the generator is dropped.
    pub fn close(&self) {
        self.generator.feed.close(None);
    }
}
