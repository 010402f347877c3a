//! Where a recording goes over to a new file.

use media_recorder_types::MediaTime;

use crate::sync::{Mutex, lock};

/// One instant for all tracks of a recording at which the present file ends and the next begins.
/// It lies after everything that any track has encoded, so that **nothing is lost and nothing is
/// in both**. All times are recording times.
#[derive(Debug)]
pub(super) struct Renewal {
    state: Mutex<RenewalState>,
}

#[derive(Debug)]
struct RenewalState {
    /// Where the present file ends, once that is asked for.
    boundary: Option<MediaTime>,
    tracks: Vec<Progress>,
}

#[derive(Clone, Copy, Debug)]
struct Progress {
    /// Up to here it was encoded.
    reached: MediaTime,
    /// It has gone over.
    passed: bool,
    /// It has nothing more to encode.
    finished: bool,
}

/// Where a piece of a track belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Belongs {
    /// Into the file that the track is in.
    Here,
    /// Into the next file: the track has to go over first.
    Next(MediaTime),
    /// Into both: up to this time here, from there on into the next.
    Both(MediaTime),
}

impl Renewal {
    pub(super) fn new(tracks: usize) -> Self {
        let progress = Progress {
            reached: MediaTime::MIN,
            passed: false,
            finished: false,
        };
        Self {
            state: Mutex::new(RenewalState {
                boundary: None,
                tracks: vec![progress; tracks],
            }),
        }
    }

    /// Asks for a new file from `time` on, or as soon after it as can be. While one is being gone
    /// over to, nothing happens.
    pub(super) fn request(&self, time: MediaTime) {
        let mut state = lock(&self.state);
        if state.boundary.is_none() {
            let reached = state.tracks.iter().map(|track| track.reached);
            state.boundary = Some(reached.fold(time, MediaTime::max));
        }
    }

    /// Where the piece of a track from `from` to `to` belongs. If it is here, it counts as encoded.
    pub(super) fn place(&self, index: usize, from: MediaTime, to: MediaTime) -> Belongs {
        let mut state = lock(&self.state);
        let boundary = state.boundary;
        let Some(track) = state.tracks.get_mut(index) else {
            return Belongs::Here;
        };
        match boundary.filter(|_| !track.passed) {
            Some(boundary) if from >= boundary => Belongs::Next(boundary),
            Some(boundary) if to > boundary => Belongs::Both(boundary),
            _ => {
                track.reached = track.reached.max(to);
                Belongs::Here
            }
        }
    }

    /// Whether the track may go over to the next file: not while it is there and others are not.
    pub(super) fn may_pass(&self, index: usize) -> bool {
        let state = lock(&self.state);
        state.tracks.get(index).is_some_and(|track| !track.passed)
    }

    /// The track has gone over.
    pub(super) fn pass(&self, index: usize) {
        self.change(index, |track| track.passed = true);
    }

    /// The track has nothing more to encode.
    pub(super) fn finish(&self, index: usize) {
        self.change(index, |track| track.finished = true);
    }

    /// When the last track has gone over, the next request may come.
    fn change(&self, index: usize, change: impl FnOnce(&mut Progress)) {
        let mut state = lock(&self.state);
        if let Some(track) = state.tracks.get_mut(index) {
            change(track);
        }
        if state
            .tracks
            .iter()
            .all(|track| track.passed || track.finished)
        {
            state.boundary = None;
            state
                .tracks
                .iter_mut()
                .for_each(|track| track.passed = false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Belongs::{Both, Here, Next};

    fn ms(n: i64) -> MediaTime {
        MediaTime::from_millis(n)
    }

    #[test]
    fn the_boundary_lies_after_all_that_is_encoded() {
        let renewal = Renewal::new(2);
        assert_eq!(renewal.place(0, ms(0), ms(1)), Here);
        assert_eq!(renewal.place(1, ms(0), ms(100)), Here);
        renewal.request(ms(40));
        // Sound was encoded up to 100 ms: until there pictures stay here, too.
        assert_eq!(renewal.place(0, ms(40), ms(41)), Here);
        assert_eq!(renewal.place(0, ms(120), ms(121)), Next(ms(100)));
        assert!(renewal.may_pass(0));
        renewal.pass(0);
        assert!(!renewal.may_pass(0));
        assert_eq!(renewal.place(0, ms(120), ms(121)), Here);
        // One at a time.
        renewal.request(ms(130));
        assert_eq!(renewal.place(0, ms(140), ms(141)), Here);
        assert_eq!(renewal.place(1, ms(90), ms(110)), Both(ms(100)));
        renewal.pass(1);
        assert_eq!(renewal.place(1, ms(100), ms(200)), Here);
        renewal.request(ms(150));
        assert_eq!(renewal.place(0, ms(160), ms(161)), Here);
        assert_eq!(renewal.place(0, ms(200), ms(201)), Next(ms(200)));
    }

    #[test]
    fn a_track_that_is_done_is_not_waited_for() {
        let renewal = Renewal::new(2);
        renewal.finish(1);
        for n in 0..3 {
            renewal.request(ms(100 * n));
            let time = ms(100 * n);
            assert_eq!(
                renewal.place(0, time, time.saturating_add(ms(1))),
                Next(time)
            );
            renewal.pass(0);
            assert_eq!(renewal.place(0, time, time.saturating_add(ms(1))), Here);
        }
    }
}
