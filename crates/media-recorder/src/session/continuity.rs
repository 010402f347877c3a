//! Keeps a live track going.

use media_recorder_capture::VideoFormat;
use media_recorder_types::{AudioFrame, MediaTime};

use crate::black::{black, silence, without_information};
use crate::stream::{Media, TrackSettings};

/// After so much time without anything from the source, what was there last is put in again.
/// Short against the patience of a player that waits for a track, long against a frame.
const STALL: MediaTime = MediaTime::SECOND;
/// How long a frame may take from the source to here: so far behind the present stays what is
/// put in, so that a frame on its way still has its place.
const DELAY: MediaTime = MediaTime::from_millis(250);
/// A stamp so far in the future is no capture instant.
const FUTURE: MediaTime = MediaTime::SECOND;
/// Sound that steps back so far does not overlap what was there: its clock was set.
const STEP_BACK: MediaTime = MediaTime::from_secs(10);
/// The longest run of silence that is put in at once.
const LONGEST_FILL: MediaTime = MediaTime::from_secs(10);

/// Pictures are at least so far apart, or Matroska, which counts milliseconds, gives two of them the
/// same time. A camera that was held up delivers the next one too early.
const APART: MediaTime = MediaTime::from_millis(1);

/// What a live track delivered last. **With it the track's times never go back, and the track
/// goes on while its source stands still**: a canvas that is not painted, a camera that hangs, a
/// muted microphone.
#[derive(Debug)]
pub(super) struct Continuity {
    settings: TrackSettings,
    /// The last frame, as the source gave it.
    last: Option<Media>,
    /// The last picture's time; where the last sound ends.
    reached: Option<MediaTime>,
    /// What was put in last was black or silence in place of the source's.
    silenced: bool,
}

/// A frame that has its place.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) media: Media,
    /// Its own time was impossible, and was replaced.
    pub(super) restamped: bool,
}

impl Continuity {
    pub(super) fn new(settings: TrackSettings) -> Self {
        Self {
            settings,
            last: None,
            reached: None,
            silenced: false,
        }
    }

    /// Takes a frame of the source at capture time `now`; `None` if there is no time left for it.
    pub(super) fn take(&mut self, media: Media, silenced: bool, now: MediaTime) -> Option<Placed> {
        let time = media.time();
        let possible = time <= now.saturating_add(FUTURE)
            && self.reached.is_none_or(|reached| match &media {
                Media::Video(_) | Media::Encoded(_) => time > reached,
                Media::Audio(_) => time > reached.saturating_sub(STEP_BACK),
            });
        let media = if possible {
            self.set_apart(media)
        } else {
            let time = self.substitute(&media, now)?;
            media.with_time(time)
        };
        self.reached = Some(match &media {
            Media::Video(_) | Media::Encoded(_) => media.time(),
            Media::Audio(frame) => end(frame).max(self.reached.unwrap_or(MediaTime::MIN)),
        });
        self.silenced = silenced;
        self.last = Some(media.clone());
        let media = if silenced {
            without_information(&media)?
        } else {
            media
        };
        Some(Placed {
            media,
            restamped: !possible,
        })
    }

    /// What has to be put in at capture time `now` because the source does not deliver, or because
    /// the track has turned black or silent, or back, without a frame of the source.
    pub(super) fn fill(&mut self, silenced: bool, now: MediaTime) -> Option<Media> {
        match self.settings.clone() {
            TrackSettings::Video(format) => self.fill_picture(silenced, now, &format),
            TrackSettings::Audio(format) => {
                let (rate, channels) = match &self.last {
                    Some(Media::Audio(frame)) => (frame.rate(), frame.channels()),
                    _ => (format.rate, format.channels),
                };
                self.fill_sound(silenced, now, rate, channels)
            }
            // Nothing can be made of its codec, and a packet again would not be the same picture.
            TrackSettings::Encoded(_) => None,
        }
    }

    fn fill_picture(
        &mut self,
        silenced: bool,
        now: MediaTime,
        format: &VideoFormat,
    ) -> Option<Media> {
        let changed = silenced != self.silenced;
        let time = match self.reached {
            None if silenced => now,
            // Nothing has come yet: the recording begins with the first picture.
            None => return None,
            Some(reached) if changed && now > reached => now,
            Some(reached) if waited(reached, now) => now.saturating_sub(DELAY),
            Some(_) => return None,
        };
        let picture = match (&self.last, silenced) {
            (Some(last), true) => without_information(last)?,
            (Some(last), false) => last.clone(),
            (None, true) => Media::Video(black(format.size, format.color, time)),
            (None, false) => return None,
        };
        self.silenced = silenced;
        self.reached = Some(time);
        Some(picture.with_time(time))
    }

    fn fill_sound(
        &mut self,
        silenced: bool,
        now: MediaTime,
        rate: u32,
        channels: u16,
    ) -> Option<Media> {
        let Some(reached) = self.reached else {
            // A microphone that is muted from the start.
            self.reached = silenced.then_some(now);
            return None;
        };
        if !waited(reached, now) {
            return None;
        }
        let to = now.saturating_sub(DELAY);
        let from = reached.max(to.saturating_sub(LONGEST_FILL));
        let len = to.saturating_sub(from).to_ticks(rate)?;
        let silence = silence(rate, channels, usize::try_from(len).ok()?, from)?;
        self.reached = Some(end(&silence));
        Some(Media::Audio(silence))
    }

    /// A picture that comes hardly later than the last one, as much later as it has to be.
    fn set_apart(&self, media: Media) -> Media {
        let reached = self.reached.unwrap_or(MediaTime::MIN);
        let earliest = reached.saturating_add(APART);
        if matches!(media, Media::Audio(_)) || media.time() >= earliest {
            return media;
        }
        media.with_time(earliest)
    }

    /// Another time for a frame whose own is impossible.
    fn substitute(&self, media: &Media, now: MediaTime) -> Option<MediaTime> {
        match media {
            Media::Video(_) | Media::Encoded(_) => self
                .reached
                .is_none_or(|reached| now > reached)
                .then_some(now),
            // Sound goes on where it was: its samples count the time.
            Media::Audio(frame) => Some(
                self.reached
                    .unwrap_or_else(|| now.saturating_sub(frame.duration().unwrap_or_default())),
            ),
        }
    }
}

fn waited(reached: MediaTime, now: MediaTime) -> bool {
    now.saturating_sub(reached) >= STALL.saturating_add(DELAY)
}

fn end(frame: &AudioFrame) -> MediaTime {
    frame
        .time
        .saturating_add(frame.duration().unwrap_or_default())
}

#[cfg(test)]
mod tests;
