//! How much work a live source leaves time for.

use alloc::vec::Vec;

use media_recorder_types::MediaTime;

/// The load is looked at over so much time: long against a picture, also where several are worked
/// on at once and end together.
const WINDOW: MediaTime = MediaTime::from_secs(1);
/// A rung down gets so much time to show what it brings, and so does the beginning.
const SETTLE: MediaTime = MediaTime::from_millis(800);
/// A rung up must be expected to stay below this share of the time, in thousandths.
const ENOUGH: u32 = 800;
/// For so long there must be room before a rung up is tried, at first.
const SHORTEST_HOLD: MediaTime = MediaTime::from_secs(4);
/// A rung up was right if it was not left for so long.
const TRIAL: MediaTime = MediaTime::from_secs(60);
/// And after many tries that failed.
const LONGEST_HOLD: MediaTime = MediaTime::from_secs(256);

/// Moves along a ladder of settings, so that an encoder keeps up with a live source on a machine
/// that has other things to do, too.
///
/// The rungs are numbered from 0, the most work, and each has a cost. **It goes down when so many
/// pictures wait that soon one would be lost, and up only after there was room for a while, each
/// time that failed for twice as long**: a load between two rungs makes it change ever more seldom.
/// How much of the time the work takes is no reason by itself: a machine may be fully used, and
/// keep up. The time enters as an argument.
///
/// ```
/// use media_recorder_state::LoadController;
/// use media_recorder_types::MediaTime;
/// let ms = MediaTime::from_millis;
/// let mut controller = LoadController::new([100, 50], 0);
/// // Each picture takes 40 ms where 33 ms are left for it, and they begin to wait.
/// let step = (0..40).find_map(|n| controller.observe(ms(40 * n), ms(40), (n as usize / 4, 10)));
/// assert!(step.is_some() && controller.rung() == 1);
/// ```
#[derive(Clone, Debug)]
pub struct LoadController {
    costs: Vec<u32>,
    rung: usize,
    window: Option<Window>,
    /// When it went down last, or began.
    stepped: Option<MediaTime>,
    /// How long the queue was when it was found too long, or last found not to grow since.
    crowd: Option<Crowd>,
    /// Since when there has been room for the rung above.
    room_since: Option<MediaTime>,
    /// For how long there must be.
    hold: MediaTime,
    /// When it went up last, until it is known whether that was right.
    tried: Option<MediaTime>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    begun: MediaTime,
    busy: MediaTime,
}

#[derive(Clone, Copy, Debug)]
struct Crowd {
    seen: MediaTime,
    waiting: usize,
}

/// Why a rung was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoadReason {
    /// Down: half of the places were taken by frames that waited for the encoder, ever more, or
    /// three quarters.
    Waiting,
    /// Up: there was time to spare.
    Spare,
}

impl LoadController {
    /// A ladder of rungs with these costs, in any unit, from the highest to the lowest; it begins
    /// on `rung`, or on the last one if there is no such rung.
    pub fn new(costs: impl IntoIterator<Item = u32>, rung: usize) -> Self {
        let costs: Vec<u32> = costs.into_iter().collect();
        Self {
            rung: rung.min(costs.len().saturating_sub(1)),
            costs,
            window: None,
            stepped: None,
            crowd: None,
            room_since: None,
            hold: SHORTEST_HOLD,
            tried: None,
        }
    }

    /// The rung to work on, from 0, the most work.
    pub fn rung(&self) -> usize {
        self.rung
    }

    /// A frame was encoded, which took `busy` and ended at `now`; of the queue before the encoder,
    /// so many places of how many are taken. Says why, if the rung changes.
    pub fn observe(
        &mut self,
        now: MediaTime,
        busy: MediaTime,
        (waiting, places): (usize, usize),
    ) -> Option<LoadReason> {
        let begun = now.saturating_sub(busy);
        // The first picture, a key frame, takes longest: it says nothing about those to come.
        self.stepped.get_or_insert(begun);
        let load = self.load(now, busy);
        self.judge_last_try(now);
        if waiting * 2 >= places {
            self.room_since = None;
            let down = self.step_down(now, waiting, places);
            return down.then_some(LoadReason::Waiting);
        }
        self.crowd = None;
        let up = load.is_some_and(|load| self.step_up_if_roomy(now, load));
        up.then_some(LoadReason::Spare)
    }

    /// The share of the time that work took, in thousandths, once per window.
    fn load(&mut self, now: MediaTime, busy: MediaTime) -> Option<u32> {
        let window = self.window.get_or_insert(Window {
            begun: now.saturating_sub(busy),
            busy: MediaTime::ZERO,
        });
        window.busy = window.busy.saturating_add(busy);
        let passed = now.saturating_sub(window.begun);
        if passed < WINDOW {
            return None;
        }
        let load = thousandths(window.busy, passed);
        self.window = Some(Window {
            begun: now,
            busy: MediaTime::ZERO,
        });
        Some(load)
    }

    /// A rung up that has been held for long, also against the time that was waited for it, was
    /// right: the next one needs less patience.
    fn judge_last_try(&mut self, now: MediaTime) {
        if let Some(tried) = self.tried
            && now.saturating_sub(tried) > self.hold.max(TRIAL)
        {
            self.tried = None;
            self.hold = MediaTime::from_nanos(self.hold.as_nanos() / 2).max(SHORTEST_HOLD);
        }
    }

    /// Goes down, unless the present rung needs time yet to show what it brings, or it is yet to be
    /// seen whether what waits becomes more, which it does not for long after a key frame, nor
    /// where several groups of pictures are worked on and just keep up. When three quarters of the
    /// places are taken there is no time left for that.
    fn step_down(&mut self, now: MediaTime, waiting: usize, places: usize) -> bool {
        let full = waiting * 4 >= places * 3;
        let last = self.rung + 1 >= self.costs.len();
        // What comes after a rung up is the answer to it: there is nothing to wait for.
        if last
            || self.tried.is_none()
                && !(self.has_settled(now) && (full || self.grows(now, waiting, places)))
        {
            return false;
        }
        if self.tried.take().is_some() {
            self.hold = self.hold.saturating_add(self.hold).min(LONGEST_HOLD);
        }
        self.rung += 1;
        self.stepped = Some(now);
        self.crowd = None;
        true
    }

    fn has_settled(&self, now: MediaTime) -> bool {
        let since = |stepped| now.saturating_sub(stepped);
        self.stepped.is_none_or(|stepped| since(stepped) >= SETTLE)
    }

    /// Whether a queue that is too long has become longer by more than a tenth of the places in the time that
    /// it was given.
    fn grows(&mut self, now: MediaTime, waiting: usize, places: usize) -> bool {
        let crowd = Crowd { seen: now, waiting };
        let before = *self.crowd.get_or_insert(crowd);
        if now.saturating_sub(before.seen) < SETTLE {
            return false;
        }
        self.crowd = Some(crowd);
        waiting.saturating_sub(before.waiting) * 10 > places
    }

    fn step_up_if_roomy(&mut self, now: MediaTime, load: u32) -> bool {
        let Some(above) = self.rung.checked_sub(1) else {
            return false;
        };
        let (cost, dearer) = (self.costs[self.rung].max(1), self.costs[above]);
        let expected = u64::from(load) * u64::from(dearer) / u64::from(cost);
        if expected >= u64::from(ENOUGH) {
            self.room_since = None;
            return false;
        }
        let since = *self.room_since.get_or_insert(now);
        if now.saturating_sub(since) < self.hold {
            return false;
        }
        self.room_since = None;
        self.rung = above;
        self.tried = Some(now);
        true
    }
}

/// `part` of `whole` in thousandths; `whole` is above zero.
fn thousandths(part: MediaTime, whole: MediaTime) -> u32 {
    let share = i128::from(part.as_nanos()) * 1000 / i128::from(whole.as_nanos().max(1));
    u32::try_from(share).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
