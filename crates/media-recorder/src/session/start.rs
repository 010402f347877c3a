//! Setting a recording up.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use media_recorder_encode::{Mode, Parallelism, Preset};
use media_recorder_mux::Muxer;
#[cfg(feature = "webm")]
use media_recorder_mux::{MatroskaOptions, MatroskaWriter};
#[cfg(feature = "mp4")]
use media_recorder_mux::{Mp4Mode, Mp4Options, Mp4Writer};
use media_recorder_state::{Bitrates, KeyFrameInterval, Plan, Slicer, Task};
use media_recorder_types::{Codec, Container, MediaTime, MediaTrack, TrackKind, VideoCodec};

use super::assembler::{Assembler, track_id};
use super::controller::{LiveController, changes_preset, live_presets};
use super::coordinator::Coordinator;
use super::counters::{SessionCounters, TrackCounters};
use super::credit::{Credit, Limits};
use super::encoders::{EncoderRecipe, TrackEncoder};
use super::files::Files;
use super::input::{TrackInput, start_of};
use super::renewal::Renewal;
use super::sleep::SleepWatch;
use super::worker::Worker;
use super::{Message, RecordedTrack, Session};
use crate::calibration::{first_preset, known};
use crate::error::{ErrorKind, RecorderError};
use crate::options::{DegradationPreference, SizeChange};
use crate::recorder::Shared;
use crate::statistics::Pace;
use crate::stream::{MediaStreamTrack, Timing, TrackSettings, WhilePaused};
use crate::support::live_pictures;
use crate::threads::spawn;

/// What may wait of a track for the packets of another: ten seconds of sound while all encoders
/// are at work, and else half an hour of it, or a minute and more of samples.
const CREDIT: Limits = Limits {
    packets: 512,
    bytes: 32 << 20,
};

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
    pub(crate) self_contained_chunks: bool,
    /// That was asked for.
    pub(crate) preset: Option<Preset>,
    pub(crate) degradation: DegradationPreference,
    pub(crate) parallelism: Parallelism,
}

/// Everything that can be refused has been accepted; nothing runs yet.
pub(crate) struct Prepared {
    recipe: Recipe,
    encoders: Vec<(EncoderRecipe, TrackEncoder)>,
    muxer: MakeMuxer,
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
    for recipe in (0..recipe.tracks.len()).filter_map(|index| encoder_recipe(&recipe, index)) {
        let encoder = recipe.make().map_err(|error| {
            RecorderError::new(ErrorKind::NotSupported, error.to_string()).caused_by(error)
        })?;
        encoders.push((recipe, encoder));
    }
    let muxer = muxer_of(recipe.plan.container)?;
    for track in &recipe.tracks {
        check_encoded(track, muxer)?;
    }
    Ok(Prepared {
        recipe,
        encoders,
        muxer,
    })
}

/// Makes the writer of a file, or of one in chunks that play by themselves.
type MakeMuxer = fn(bool) -> Box<dyn Muxer>;

/// What makes the writers for a container.
fn muxer_of(container: Container) -> Result<MakeMuxer, RecorderError> {
    match container {
        #[cfg(feature = "webm")]
        Container::WebM => Ok(|_| Box::new(MatroskaWriter::new(MatroskaOptions::webm()))),
        #[cfg(feature = "webm")]
        Container::Matroska => Ok(|_| Box::new(MatroskaWriter::new(MatroskaOptions::matroska()))),
        #[cfg(feature = "mp4")]
        Container::Mp4 => Ok(|in_chunks| Box::new(Mp4Writer::new(mp4_options(in_chunks)))),
        other => {
            let message = format!("{other:?} cannot be written");
            Err(RecorderError::new(ErrorKind::NotSupported, message))
        }
    }
}

#[cfg(feature = "mp4")]
fn mp4_options(in_chunks: bool) -> Mp4Options {
    if in_chunks {
        // A fragment ends with its chunk, unless that is long.
        let longest = MediaTime::from_secs(10);
        Mp4Options::new()
            .mode(Mp4Mode::Fragmented)
            .fragment_duration(longest)
            .max_fragment_duration(longest)
    } else {
        Mp4Options::new()
    }
}

/// How a track of the recording is encoded.
fn encoder_recipe(recipe: &Recipe, index: usize) -> Option<EncoderRecipe> {
    let track = recipe.tracks.get(index)?;
    let of_this_kind = recipe
        .tracks
        .iter()
        .filter(|other| other.kind() == track.kind() && !is_encoded(other));
    let bits = match track.kind() {
        TrackKind::Video => recipe.bitrates.video,
        TrackKind::Audio => recipe.bitrates.audio,
    };
    let codec = *recipe.plan.codecs.get(index)?;
    Some(EncoderRecipe {
        codec,
        id: track_id(index)?,
        settings: track.format(),
        bits_per_second: bits / u32::try_from(of_this_kind.count().max(1)).ok()?,
        constant_bitrate: recipe.constant_bitrate,
        key_frames: recipe.key_frames,
        size_change: recipe.size_change,
        mode: match track.feed().timing {
            Timing::Live => Mode::RealTime,
            Timing::Offline => Mode::Offline,
        },
        preset: recipe.preset.or_else(|| begin_with(recipe, track, codec)),
        parallelism: recipe.parallelism,
        // A program that paints may stop to think, and what it painted is to come out.
        hold_back: track.feed().while_paused == WhilePaused::Waits,
    })
}

/// The preset with which live pictures begin; the machine's load changes it.
fn begin_with(recipe: &Recipe, track: &MediaStreamTrack, codec: Codec) -> Option<Preset> {
    let Codec::Video(codec) = codec else {
        return None;
    };
    let of_track = live_pictures(std::slice::from_ref(track));
    if of_track.is_empty() {
        return None;
    }
    // They share the machine.
    let loads = live_pictures(&recipe.tracks)
        .iter()
        .map(|pictures| pictures.load(codec, &known))
        .sum();
    let for_good = !changes_preset(codec);
    Some(first_preset(loads, &live_presets(codec), for_good))
}

/// What adapts a live picture to the machine, and shows the preset of every picture. `wanted` is
/// what the caller asks for.
fn controller_of(
    recipe: &EncoderRecipe,
    wanted: &Recipe,
    input: &TrackInput,
) -> Option<LiveController> {
    let (Codec::Video(codec), TrackSettings::Video(_)) = (recipe.codec, &recipe.settings) else {
        return None;
    };
    let preset = recipe.preset.unwrap_or(Preset::of(recipe.mode));
    let controller = input
        .is_live()
        .then(|| LiveController::new(codec, preset, wanted.preset.is_some(), wanted.degradation));
    let pace = controller.as_ref().map(LiveController::pace);
    input
        .counters
        .set_pace(pace.unwrap_or_else(|| Pace::new(preset)));
    controller
}

fn is_encoded(track: &MediaStreamTrack) -> bool {
    matches!(track.format(), TrackSettings::Encoded(_))
}

/// Refuses a track that is encoded already if the container's writer does. One that is not
/// described in full before its first packet is left to that.
fn check_encoded(track: &MediaStreamTrack, muxer: MakeMuxer) -> Result<(), RecorderError> {
    let TrackSettings::Encoded(settings) = track.format() else {
        return Ok(());
    };
    let description = settings.present();
    let waits = matches!(
        description.codec(),
        Codec::Video(VideoCodec::H264 | VideoCodec::Av1)
    );
    if waits && description.codec_private.is_empty() {
        return Ok(());
    }
    let description = MediaTrack::clone(&description);
    muxer(false).start(&[description]).map_err(|error| {
        RecorderError::new(ErrorKind::NotSupported, error.to_string()).caused_by(error)
    })
}

impl Prepared {
    /// The extended type.
    pub(crate) fn mime_type(&self) -> &str {
        &self.recipe.plan.mime_type
    }

    /// Starts the threads, and queues `begin` as the first task. The session takes no frame before
    /// it is attached.
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
        let renewal = Arc::new(Renewal::new(count));
        let mut tracks = Vec::with_capacity(count);
        let credit = Arc::new(Credit::new(count, CREDIT));
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
            let recorded = RecordedTrack {
                track: track.clone(),
                input: Arc::clone(&input),
            };
            tracks.push(recorded);
            let (encoder_recipe, encoder) = encoder;
            let worker = Worker {
                controller: controller_of(&encoder_recipe, &recipe, &input),
                index,
                input,
                recipe: encoder_recipe,
                encoder,
                renewal: Arc::clone(&renewal),
                credit: Arc::clone(&credit),
                messages: sender.clone(),
                last: None,
                described: false,
                busy: Duration::ZERO,
                without_packet: 0,
            };
            if let Err(error) = spawn(&format!("encoder-{index}"), move || worker.run()) {
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
        let make = {
            let timeslice = recipe.timeslice;
            let in_chunks = recipe.self_contained_chunks;
            move || {
                let slicer = Slicer::new(timeslice);
                let muxer = muxer(in_chunks);
                let assembler = Assembler::new(muxer, count, live, slicer, Arc::clone(&mime_type));
                assembler.with_self_contained_chunks(in_chunks)
            }
        };
        let counters = Arc::new(SessionCounters::new(counters));
        let coordinator = Coordinator {
            shared: Arc::clone(shared),
            session: begin.session(),
            tracks: tracks.clone(),
            credit,
            counters: Arc::clone(&counters),
            files: Files::new(count, Box::new(make)),
            timeslice: recipe.timeslice,
            plan: recipe.plan,
            messages: receiver,
            to_self: sender.clone(),
            live_tracks: count,
            unfinished: count,
            next_tick: now,
            sleep: Arc::clone(&sleep),
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
