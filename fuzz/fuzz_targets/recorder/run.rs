//! One recording: a timeline and an encoder for each track, and the coordinator's messages.

use std::collections::VecDeque;

use media_recorder_state::{
    Action, Fault, KeyFrameInterval, KeyFramePolicy, Session, SleepDetector, Slicer, Task, Timeline,
};
use media_recorder_types::MediaTime;

use crate::events::Events;

/// A run of capture time that waits for an encoder; a picture is a moment.
#[derive(Clone, Copy)]
pub struct Media {
    pub from: MediaTime,
    pub to: Option<MediaTime>,
    /// Not from the future: what time's order is promised for.
    pub honest: bool,
}

/// What a coordinator is told.
#[derive(Clone, Copy)]
pub enum Message {
    Task(Task),
    Packet(MediaTime),
    TrackEnded { broken: bool },
    Failed,
}

/// What a recording was started with.
#[derive(Clone, Copy)]
pub struct Recipe {
    pub timeslice: Option<MediaTime>,
    pub key_frames: KeyFrameInterval,
    pub tracks: usize,
}

struct Track {
    timeline: Timeline,
    queue: VecDeque<Media>,
    keys: KeyFramePolicy,
    last_encoded: Option<MediaTime>,
    /// The latest honest capture time that was recorded, and its recording time.
    latest: Option<(MediaTime, MediaTime)>,
    ended: bool,
}

pub struct Run {
    pub session: Session,
    pub events: Events,
    messages: VecDeque<Message>,
    tracks: Vec<Track>,
    detector: SleepDetector,
    timeslice: Option<MediaTime>,
    slicer: Slicer,
    /// The first thing gathered since the last delivery.
    gathered: Option<MediaTime>,
    /// Frames are taken in.
    open: bool,
    /// Tracks whose source has not ended.
    live: usize,
}

impl Track {
    fn encode(&mut self, media: Media, messages: &mut VecDeque<Message>) {
        let Some(to) = media.to else {
            let Some(time) = self.timeline.map(media.from) else {
                return;
            };
            self.note(media, time);
            if self.last_encoded.is_none_or(|last| time > last) {
                let key = self.keys.next(time);
                assert!(
                    key || self.last_encoded.is_some(),
                    "the first is a key frame"
                );
                self.last_encoded = Some(time);
                messages.push_back(Message::Packet(time));
            }
            return;
        };
        let mut reached = media.from;
        for span in self.timeline.spans(media.from, to).collect::<Vec<_>>() {
            assert!(reached <= span.from && span.from < span.to && span.to <= to);
            reached = span.to;
            let time = self.timeline.map(span.from);
            assert!(time.is_none_or(|time| time == span.time));
            let from = span.from;
            self.note(Media { from, ..media }, span.time);
            messages.push_back(Message::Packet(span.time));
        }
    }

    /// Recording time never goes back from one capture time to a later one.
    fn note(&mut self, media: Media, time: MediaTime) {
        assert!(time >= MediaTime::ZERO);
        if !media.honest {
            return;
        }
        match self.latest {
            Some((capture, last)) if media.from < capture => assert!(time <= last),
            latest => {
                assert!(latest.is_none_or(|(_, last)| time >= last));
                self.latest = Some((media.from, time));
            }
        }
    }
}

impl Run {
    /// Started at capture time `now`.
    pub fn new(session: Session, recipe: Recipe, now: MediaTime) -> Self {
        let track = |_| Track {
            timeline: Timeline::new(now),
            queue: VecDeque::new(),
            keys: KeyFramePolicy::new(recipe.key_frames),
            last_encoded: None,
            latest: None,
            ended: false,
        };
        Self {
            session,
            events: Events::default(),
            messages: VecDeque::new(),
            tracks: (0..recipe.tracks).map(track).collect(),
            detector: SleepDetector::new(now),
            timeslice: recipe.timeslice,
            slicer: Slicer::new(recipe.timeslice),
            gathered: None,
            open: true,
            live: recipe.tracks,
        }
    }

    pub fn tick(&mut self, now: MediaTime) {
        if let Some((from, to)) = self.detector.tick(now) {
            for track in &mut self.tracks {
                track.timeline.skip(from, to);
            }
        }
    }

    pub fn pause(&mut self, at: MediaTime) {
        for track in &mut self.tracks {
            track.timeline.pause(at);
        }
    }

    pub fn resume(&mut self, at: MediaTime) {
        for track in &mut self.tracks {
            track.timeline.resume(at);
        }
    }

    /// Takes no more frames.
    pub fn stop(&mut self, at: MediaTime) {
        self.open = false;
        for track in &mut self.tracks {
            let duration = track.timeline.stop(at);
            assert!(track.latest.is_none_or(|(_, last)| last <= duration));
        }
    }

    pub fn send(&mut self, message: Message) {
        self.messages.push_back(message);
    }

    pub fn push(&mut self, track: u8, media: Media) {
        let track = usize::from(track) % self.tracks.len();
        let track = &mut self.tracks[track];
        if self.open && !track.ended {
            track.queue.push_back(media);
        }
    }

    pub fn end_track(&mut self, track: u8, broken: bool) {
        let track = usize::from(track) % self.tracks.len();
        if !std::mem::replace(&mut self.tracks[track].ended, true) {
            self.send(Message::TrackEnded { broken });
        }
    }

    /// An encoder takes its next frame.
    pub fn encode(&mut self, track: u8) {
        let track = usize::from(track) % self.tracks.len();
        let track = &mut self.tracks[track];
        if let Some(media) = track.queue.pop_front() {
            track.encode(media, &mut self.messages);
        }
    }

    /// The next message is taken in, or given back if it is a task.
    pub fn next_task(&mut self) -> Option<Task> {
        let message = self.messages.pop_front()?;
        if let Message::Task(task) = message {
            return Some(task);
        }
        self.take_in(message);
        None
    }

    fn take_in(&mut self, message: Message) {
        let failed = Message::Task(Task::fail(self.session, Fault::Unknown));
        match message {
            Message::Task(_) => {}
            Message::Packet(time) => self.gather(time),
            Message::TrackEnded { broken } => {
                self.live -= 1;
                if broken {
                    self.send(failed);
                } else if self.live == 0 {
                    self.send(Message::Task(Task::tracks_ended(self.session)));
                }
            }
            Message::Failed => self.send(failed),
        }
    }

    fn gather(&mut self, time: MediaTime) {
        let full = self.slicer.gather(time);
        let first = *self.gathered.get_or_insert(time);
        let least = self.timeslice.map(|slice| slice.max(Slicer::MINIMUM));
        let gathered = time.saturating_sub(first);
        assert_eq!(full, least.is_some_and(|least| gathered >= least));
        if full {
            self.deliver();
            assert!(!self.slicer.gather(time), "an empty slice is not full");
            self.gathered = Some(time);
        }
    }

    fn deliver(&mut self) {
        self.gathered = None;
        let timecode = self.slicer.deliver();
        self.events.data(timecode);
    }

    pub fn act(&mut self, action: Action, now: MediaTime) {
        match action {
            Action::Fire(signal) => self.events.signal(signal),
            Action::Deliver => self.deliver(),
            Action::End => {
                for message in self.drain(now) {
                    self.take_in(message);
                }
            }
            Action::Abandon => drop(self.drain(now)),
        }
    }

    /// Takes no more frames, and waits for the encoders to be done with what they have.
    fn drain(&mut self, now: MediaTime) -> Vec<Message> {
        self.stop(now);
        for track in &mut self.tracks {
            while let Some(media) = track.queue.pop_front() {
                track.encode(media, &mut self.messages);
            }
        }
        self.messages.drain(..).collect()
    }

    /// Tasks that nobody has to perform any more.
    pub fn leftovers(self) -> impl Iterator<Item = Task> {
        self.messages
            .into_iter()
            .filter_map(|message| match message {
                Message::Task(task) => Some(task),
                _ => None,
            })
    }
}
