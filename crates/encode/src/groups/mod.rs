//! Closed groups of pictures, encoded side by side.
//!
//! For codecs that use one thread. Each group begins with a key frame and refers to nothing
//! outside of it, so that several can be encoded at once. A [`Plan`] cuts the stream and gives
//! each group to one of several [`Lane`]s, each an ordinary encoder; a [`TaskQueue`] says which
//! lane's turn it is and bounds what waits; the [`Output`] puts the packets back in order.
//!
//! **The same frames give the same stream, whatever the machine is busy with**: which lane gets
//! a group and what the lane knows then follow from the frames alone.
//!
//! The threads are a pool of the encoder's own: its tasks are long, and in rayon's global pool
//! they would hold up the colour conversion, and whatever else the program does there.

mod grouping;
mod lane;
mod output;
mod plan;
mod queue;
mod schedule;
#[cfg(test)]
mod simulation;
#[cfg(all(test, feature = "vp9"))]
mod tests;

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use media_recorder_types::{
    BufferPool, Codec, FrameSize, MediaTime, MediaTrack, Packet, PixelFormat, TrackId, VideoCodec,
    VideoFrame,
};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::convert::{I420Mut, to_i420};
use crate::sync::{Mutex, lock};
use crate::video::{Intake, StreamColor, VideoEncoder, check_size};
use crate::{EncodeError, Parallelism, Preset, VideoConfig};
use grouping::Grouping;
use lane::{Lane, Work};
use output::Output;
use plan::{Place, Plan};
use queue::TaskQueue;

/// How far a lane's clock goes on from frame to frame at most. No rate control saves up more.
const LONGEST_STEP: MediaTime = MediaTime::from_secs(10);

/// An encoder for frames one by one, or for groups of them, as `config` has it. `make` makes one
/// for frames one by one.
pub(crate) fn encoder(
    codec: VideoCodec,
    config: VideoConfig,
    make: impl Fn(VideoConfig) -> Result<Box<dyn VideoEncoder>, EncodeError>,
) -> Result<Box<dyn VideoEncoder>, EncodeError> {
    match Grouping::of(codec, &config) {
        Some(grouping) => {
            let alone = config
                .clone()
                .with_threads(Some(NonZeroUsize::MIN))
                .with_parallelism(Parallelism::Within);
            let lane = || make(alone.clone());
            Ok(Box::new(GroupEncoder::new(codec, &config, grouping, lane)?))
        }
        None => make(config),
    }
}

/// Encodes groups side by side, by encoders of one codec.
pub(crate) struct GroupEncoder {
    track_id: TrackId,
    shared: Arc<Shared>,
    pool: ThreadPool,
    grouping: Grouping,
    plan: Plan,
    intake: Intake,
    /// The time of the last frame.
    last: Option<MediaTime>,
    /// For frames that are not I420 already.
    buffers: BufferPool,
    /// The newest frames, which no lane has got yet.
    held: VecDeque<Held>,
    track: Option<MediaTrack>,
    /// No frame follows.
    closed: bool,
    /// Whether the caller knows of the failure of a lane.
    told: bool,
    preset: Preset,
    /// Whether the next frame begins a group, whoever asks for it or not.
    fresh: bool,
    changes_size: bool,
}

/// A frame that is to be given to a lane.
struct Held {
    picture: VideoFrame,
    /// A key frame was asked for.
    key: bool,
    elapsed: MediaTime,
    preset: Preset,
}

struct Shared {
    queue: TaskQueue<Work>,
    /// A lane is locked by the worker that runs its task, and there is one at a time.
    lanes: Vec<Mutex<Lane>>,
    output: Mutex<Output>,
    /// Nanoseconds that the workers were at work.
    busy: AtomicU64,
}

impl GroupEncoder {
    /// `make` makes the encoder of a lane.
    pub(crate) fn new(
        codec: VideoCodec,
        config: &VideoConfig,
        grouping: Grouping,
        make: impl Fn() -> Result<Box<dyn VideoEncoder>, EncodeError>,
    ) -> Result<Self, EncodeError> {
        let lane = || Ok(Mutex::new(Lane::new(codec, make()?)));
        let lanes: Result<Vec<_>, EncodeError> = (0..grouping.lanes).map(|_| lane()).collect();
        let pool = ThreadPoolBuilder::new()
            .num_threads(grouping.workers)
            .thread_name(|n| format!("encode group {n}"))
            .build();
        let pool = pool.map_err(|error| EncodeError::Codec {
            codec: Codec::Video(codec),
            message: error.to_string(),
        })?;
        Ok(Self {
            track_id: config.track,
            shared: Arc::new(Shared {
                queue: TaskQueue::new(grouping.lanes, grouping.limits()),
                lanes: lanes?,
                output: Mutex::new(Output::new(codec)),
                busy: AtomicU64::new(0),
            }),
            pool,
            grouping,
            plan: Plan::new(grouping.lanes, grouping.longest).with_first(grouping.first),
            intake: Intake::new(config.size, config.rate),
            last: None,
            buffers: BufferPool::new(PixelFormat::I420.packed_len(config.size), grouping.pictures),
            held: VecDeque::new(),
            track: None,
            closed: false,
            told: false,
            preset: config.first_preset(),
            fresh: false,
            changes_size: codec == VideoCodec::Vp9,
        })
    }

    /// Gives a frame to its lane, as soon as there is room.
    fn give(&mut self, frame: Held) {
        let (lane, work) = self.placed(frame);
        let wants_worker = self.shared.queue.push(lane, work);
        self.start_worker(wants_worker);
    }

    /// Gives a lane one of its last tasks.
    fn give_last(&self, lane: usize, work: Work) {
        let wants_worker = self.shared.queue.push_last(lane, work);
        self.start_worker(wants_worker);
    }

    fn start_worker(&self, wanted: bool) {
        if wanted {
            let shared = Arc::clone(&self.shared);
            self.pool.spawn(move || shared.work());
        }
    }

    fn placed(&mut self, frame: Held) -> (usize, Work) {
        let Place { lane, key } = self.plan.place(frame.key);
        let work = Work::Frame {
            picture: frame.picture,
            key,
            elapsed: frame.elapsed,
            preset: frame.preset,
        };
        (lane, work)
    }

    /// Takes over the description of the stream, once there is one.
    fn note_track(&mut self) {
        if self.track.is_none() {
            self.track = lock(&self.shared.output).track().cloned();
        }
    }

    fn failure(&self) -> Option<EncodeError> {
        lock(&self.shared.output).failure().cloned()
    }

    /// The frame in I420, to wait for its turn: RGB would take more than twice the memory.
    fn compact(
        &mut self,
        frame: &VideoFrame,
        color: StreamColor,
    ) -> Result<VideoFrame, EncodeError> {
        let (size, color) = (frame.size(), color.info());
        if frame.format() == PixelFormat::I420 {
            return Ok(frame.clone().with_color(color));
        }
        let mut converted = Ok(());
        let data = self.buffers.fill(|data| {
            let out = packed_planes(size, data).expect("the buffer has the length of a picture");
            converted = to_i420(frame, color, out);
        });
        converted?;
        let picture = VideoFrame::packed(PixelFormat::I420, size, data, frame.time)
            .expect("the buffer has the length of a picture");
        Ok(picture.with_color(color))
    }
}

/// The planes of a picture in one buffer, without padding.
fn packed_planes(size: FrameSize, data: &mut [u8]) -> Option<I420Mut<'_>> {
    let luma = PixelFormat::I420.plane_layout(size, 0)?;
    let chroma = PixelFormat::I420.plane_layout(size, 1)?;
    let (y, rest) = data.split_at_mut_checked(luma.bytes())?;
    let (u, v) = rest.split_at_mut_checked(chroma.bytes())?;
    let strides = [luma.row_bytes, chroma.row_bytes, chroma.row_bytes];
    I420Mut::new(size, [y, u, v], strides)
}

impl Shared {
    /// What a worker does, until there is nothing more to do.
    fn work(&self) {
        while let Some(task) = self.queue.take() {
            let mut lane = lock(&self.lanes[task.lane]);
            let begun = Instant::now();
            let result = lane.run(task.number, task.work);
            let nanos = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.busy.fetch_add(nanos, Ordering::Relaxed);
            lock(&self.output).add(result, lane.track());
            drop(lane);
            self.queue.done(task.lane);
        }
    }
}

impl VideoEncoder for GroupEncoder {
    fn encode(&mut self, frame: &VideoFrame, key: bool) -> Result<(), EncodeError> {
        let color = self.intake.check(frame)?;
        if let Some(failure) = self.failure() {
            self.told = true;
            return Err(failure);
        }
        let picture = self.compact(frame, color)?;
        let last = self.last.replace(frame.time).unwrap_or(frame.time);
        let elapsed = frame.time.saturating_sub(last).min(LONGEST_STEP);
        self.intake.accept(frame, color);
        self.held.push_back(Held {
            picture,
            key: std::mem::take(&mut self.fresh) || key,
            elapsed,
            preset: self.preset,
        });
        if self.held.len() > self.grouping.held
            && let Some(frame) = self.held.pop_front()
        {
            self.give(frame);
        }
        self.note_track();
        Ok(())
    }

    /// The frames that come from now on have it.
    fn set_preset(&mut self, preset: Preset) {
        self.preset = preset;
    }

    fn preset(&self) -> Preset {
        self.preset
    }

    fn set_size(&mut self, size: FrameSize) -> bool {
        if !self.changes_size || check_size(VideoCodec::Vp9, size, 1).is_err() {
            return false;
        }
        if size != self.intake.size() {
            self.intake.set_size(size);
            self.fresh = true;
            let length = PixelFormat::I420.packed_len(size);
            self.buffers = BufferPool::new(length, self.grouping.pictures);
        }
        true
    }

    fn begin_finish(&mut self) {
        if !self.intake.finish() {
            return;
        }
        self.plan.end(self.held.len() as u64, self.grouping.workers);
        while let Some(frame) = self.held.pop_front() {
            let (lane, work) = self.placed(frame);
            self.give_last(lane, work);
        }
        (0..self.grouping.lanes).for_each(|lane| self.give_last(lane, Work::Finish));
        self.closed = true;
    }

    fn wait_for_frame(&mut self) {
        self.shared.queue.wait_for_one();
    }

    /// After a failure, the packets of the frames before it are still to be had, and the failure
    /// is told once: here if not by [`encode`](VideoEncoder::encode).
    fn finish(&mut self) -> Result<(), EncodeError> {
        self.begin_finish();
        self.shared.queue.wait_until_done();
        self.note_track();
        match self.failure() {
            Some(failure) if !self.told => {
                self.told = true;
                Err(failure)
            }
            _ => Ok(()),
        }
    }

    fn next_packet(&mut self) -> Option<Packet> {
        // The next frame must have come, for the packet lasts until then whether it is early or
        // late itself.
        if self.intake.waiting() < 2 && !self.closed {
            return None;
        }
        let (data, key) = lock(&self.shared.output).next()?;
        self.note_track();
        let (time, duration) = self.intake.next_time()?;
        Some(Packet::new(self.track_id, data, time, duration).with_key(key))
    }

    fn track(&self) -> Option<&MediaTrack> {
        self.track.as_ref()
    }

    fn latency(&self) -> usize {
        self.grouping.latency()
    }

    /// While one lane gets its group, the others work off what is left of theirs. That is less than
    /// a group for as long as they keep up; with a whole one, the oldest frame soon is as far behind
    /// as may be.
    fn backlog(&self) -> (usize, usize) {
        let waiting = self.shared.queue.tasks() + self.held.len();
        (waiting, self.grouping.longest)
    }

    fn workers(&self) -> usize {
        self.grouping.workers
    }

    fn busy(&self) -> Option<Duration> {
        Some(Duration::from_nanos(
            self.shared.busy.load(Ordering::Relaxed),
        ))
    }
}

/// What waits is dropped; the workers end with the frames that they are at.
impl Drop for GroupEncoder {
    fn drop(&mut self) {
        self.shared.queue.abandon();
    }
}
