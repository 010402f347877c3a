//! Setting a recording up.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use media_recorder_encode::{
    AudioConfig, EncodeError, UnsupportedReason, VideoConfig, audio_encoder, video_encoder,
};
use media_recorder_mux::Muxer;
#[cfg(feature = "webm")]
use media_recorder_mux::{MatroskaOptions, MatroskaWriter};
use media_recorder_state::{Bitrates, KeyFrameInterval, KeyFramePolicy, Plan, Slicer, Task};
use media_recorder_types::{Codec, Container, MediaTime, TrackKind};

use super::assembler::{Assembler, track_id};
use super::coordinator::Coordinator;
use super::counters::{SessionCounters, TrackCounters};
use super::credit::Credit;
use super::input::{TrackInput, start_of};
use super::sizes::SizePolicy;
use super::sleep::SleepWatch;
use super::worker::{TrackEncoder, Worker};
use super::{Message, RecordedTrack, Session};
use crate::error::{ErrorKind, RecorderError};
use crate::options::SizeChange;
use crate::recorder::Shared;
use crate::stream::{MediaStreamTrack, TrackSettings};
use crate::threads::spawn;

/// Packets of a track that may wait for those of another: ten seconds of sound.
const CREDIT: usize = 512;

/// What a track number of one byte can tell apart (RFC 9559 §10.1); each track has a thread.
const MOST_TRACKS: usize = 126;

/// What to record, and how.
pub(crate) struct Recipe {
    pub(crate) plan: Plan,
    pub(crate) tracks: Vec<MediaStreamTrack>,
    pub(crate) bitrates: Bitrates,
    pub(crate) key_frames: KeyFrameInterval,
    pub(crate) timeslice: Option<MediaTime>,
    pub(crate) constant_bitrate: bool,
    pub(crate) size_change: SizeChange,
}

/// Everything that can be refused has been accepted; nothing runs yet.
pub(crate) struct Prepared {
    recipe: Recipe,
    encoders: Vec<TrackEncoder>,
    muxer: Box<dyn Muxer>,
}

/// Makes the encoders and the container's writer.
///
/// # Errors
///
/// `NotSupported` where a codec cannot encode what a track delivers, or there are too many.
pub(crate) fn prepare(recipe: Recipe) -> Result<Prepared, RecorderError> {
    if recipe.tracks.len() > MOST_TRACKS {
        let message = format!(
            "{} tracks: at most {MOST_TRACKS} can be recorded together",
            recipe.tracks.len()
        );
        return Err(RecorderError::new(ErrorKind::NotSupported, message));
    }
    let mut encoders = Vec::with_capacity(recipe.tracks.len());
    for (index, (track, codec)) in recipe.tracks.iter().zip(&recipe.plan.codecs).enumerate() {
        encoders.push(encoder(&recipe, index, track, *codec).map_err(|error| {
            RecorderError::new(ErrorKind::NotSupported, error.to_string()).caused_by(error)
        })?);
    }
    let muxer = muxer(recipe.plan.container)?;
    Ok(Prepared {
        recipe,
        encoders,
        muxer,
    })
}

/// The writer for a container.
fn muxer(container: Container) -> Result<Box<dyn Muxer>, RecorderError> {
    match container {
        #[cfg(feature = "webm")]
        Container::WebM => Ok(Box::new(MatroskaWriter::new(MatroskaOptions::webm()))),
        #[cfg(feature = "webm")]
        Container::Matroska => Ok(Box::new(MatroskaWriter::new(MatroskaOptions::matroska()))),
        other => {
            let message = format!("{other:?} cannot be written");
            Err(RecorderError::new(ErrorKind::NotSupported, message))
        }
    }
}

fn encoder(
    recipe: &Recipe,
    index: usize,
    track: &MediaStreamTrack,
    codec: Codec,
) -> Result<TrackEncoder, EncodeError> {
    let id = track_id(index).expect("a stream has far fewer than 2^32 tracks");
    let share = |bits: u32, kind: TrackKind| {
        let tracks = recipe
            .tracks
            .iter()
            .filter(|track| track.kind() == kind)
            .count();
        bits / u32::try_from(tracks.max(1)).unwrap_or(u32::MAX)
    };
    match (codec, track.format()) {
        (Codec::Video(codec), TrackSettings::Video(format)) => {
            let config = VideoConfig::new(id, format.size)
                .with_rate(format.rate)
                .with_bits_per_second(share(recipe.bitrates.video, TrackKind::Video));
            let keys = KeyFramePolicy::new(recipe.key_frames);
            let sizes = SizePolicy::new(format.size, recipe.size_change);
            let encoder = video_encoder(codec, config)?;
            Ok(TrackEncoder::Video {
                encoder,
                keys,
                sizes,
            })
        }
        (Codec::Audio(codec), _) => {
            let config = AudioConfig::new(id)
                .with_bits_per_second(share(recipe.bitrates.audio, TrackKind::Audio))
                .with_constant_bitrate(recipe.constant_bitrate);
            Ok(TrackEncoder::Audio(audio_encoder(codec, config)?))
        }
        // The plan gives a track of one kind no codec of the other.
        (codec, _) => Err(EncodeError::Unsupported {
            codec,
            reason: UnsupportedReason::NotBuilt,
        }),
    }
}

impl Prepared {
    /// The extended type.
    pub(crate) fn mime_type(&self) -> &str {
        &self.recipe.plan.mime_type
    }

    /// Starts the threads, and queues `begin` as the first task. The session takes no frame before it is attached.
    ///
    /// # Errors
    ///
    /// `Unknown` where the operating system gives no thread.
    pub(crate) fn launch(
        self,
        shared: &Arc<Shared>,
        begin: Task,
        now: MediaTime,
        previous: Option<thread::JoinHandle<()>>,
    ) -> Result<Session, RecorderError> {
        let Self {
            recipe,
            encoders,
            muxer,
        } = self;
        let (sender, receiver) = channel();
        let count = recipe.tracks.len();
        let counters: Vec<_> = recipe
            .plan
            .codecs
            .iter()
            .map(|codec| Arc::new(TrackCounters::new(*codec)))
            .collect();
        // First of all, so that nothing that fails comes before it.
        let _ = sender.send(Message::Task(begin));
        let sleep = Arc::new(SleepWatch::new(now));
        let mut tracks = Vec::with_capacity(count);
        let mut credits = Vec::with_capacity(count);
        for (index, (track, encoder)) in recipe.tracks.iter().zip(encoders).enumerate() {
            let counters = Arc::clone(&counters[index]);
            let start = start_of(track, &recipe.tracks, now);
            let input = Arc::new(TrackInput::new(
                index,
                track,
                start,
                counters,
                sender.clone(),
                Arc::clone(&sleep),
            ));
            let credit = Arc::new(Credit::new(CREDIT));
            let recorded = RecordedTrack {
                track: track.clone(),
                input: Arc::clone(&input),
            };
            tracks.push(recorded);
            credits.push(Arc::clone(&credit));
            if let Err(error) = spawn_worker(index, input, encoder, credit, sender.clone()) {
                for track in &tracks {
                    track.input.stop(now);
                }
                return Err(error);
            }
        }
        sleep.watch(
            tracks
                .iter()
                .map(|track| Arc::downgrade(&track.input))
                .collect(),
        );
        let live = tracks.iter().any(|track| track.input.is_live());
        let mime_type: Arc<str> = recipe.plan.mime_type.as_str().into();
        let slicer = Slicer::new(recipe.timeslice);
        let counters = Arc::new(SessionCounters::new(counters));
        let coordinator = Coordinator {
            shared: Arc::clone(shared),
            session: begin.session(),
            tracks: tracks.clone(),
            credits,
            counters: Arc::clone(&counters),
            assembler: Assembler::new(muxer, count, live, slicer, Arc::clone(&mime_type)),
            timeslice: recipe.timeslice,
            mime_type,
            messages: receiver,
            to_self: sender.clone(),
            live_tracks: count,
            unfinished: count,
            next_tick: now,
            sleep: Arc::clone(&sleep),
            stopped: None,
            ending: false,
            error: None,
            has_failed: false,
            broken: false,
            full: false,
        };
        let thread = spawn("recorder", move || coordinator.run(previous)).inspect_err(|_| {
            for track in &tracks {
                track.input.stop(now);
            }
        })?;
        Ok(Session {
            messages: sender,
            counters,
            tracks,
            sleep,
            thread: Some(thread),
        })
    }
}

fn spawn_worker(
    index: usize,
    input: Arc<TrackInput>,
    encoder: TrackEncoder,
    credit: Arc<Credit>,
    messages: Sender<Message>,
) -> Result<(), RecorderError> {
    let name = format!("encoder-{index}");
    let worker = Worker {
        index,
        input,
        encoder,
        credit,
        messages,
        last: None,
        described: false,
    };
    spawn(&name, move || worker.run()).map(|_| ())
}
