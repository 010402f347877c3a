//! From capture times to recording times.

use alloc::vec::Vec;

use media_recorder_types::MediaTime;

/// A stretch of capture time that is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins, in capture time.
    pub from: MediaTime,
    /// Where it ends, in capture time.
    pub to: MediaTime,
    /// Where it begins, in recording time.
    pub time: MediaTime,
}

/// Takes pauses out: **recording time is the capture time since the start, less the pauses before
/// it**, the same for every track, so that a pause leaves no gap and no track drifts against
/// another.
///
/// What was captured before the start, during a pause or after the stop is not recorded. The
/// memory is 24 bytes a pause.
///
/// ```
/// use media_recorder_state::Timeline;
/// use media_recorder_types::MediaTime;
/// let ms = MediaTime::from_millis;
/// let mut timeline = Timeline::new(ms(100));
/// timeline.pause(ms(1100));
/// timeline.resume(ms(5100));
/// assert_eq!(timeline.map(ms(600)), Some(ms(500)));
/// assert_eq!(timeline.map(ms(3000)), None);
/// assert_eq!(timeline.map(ms(5200)), Some(ms(1100)));
/// ```
#[derive(Clone, Debug)]
pub struct Timeline {
    /// Recorded stretches, in order; the last one may be open (ends at `MediaTime::MAX`).
    spans: Vec<Span>,
    paused: bool,
}

impl Timeline {
    /// Recording begins at capture time `start`.
    pub fn new(start: MediaTime) -> Self {
        Self {
            spans: alloc::vec![Span {
                from: start,
                to: MediaTime::MAX,
                time: MediaTime::ZERO
            }],
            paused: false,
        }
    }

    /// Recording is interrupted at capture time `at`; one before the last change counts as that.
    pub fn pause(&mut self, at: MediaTime) {
        if !self.paused {
            self.close(at);
            self.paused = true;
        }
    }

    /// Recording goes on at capture time `at`; nothing happens unless it is paused.
    pub fn resume(&mut self, at: MediaTime) {
        let Some(last) = self.spans.last().filter(|_| self.paused) else {
            return;
        };
        let from = at.max(last.to);
        let time = last.time.saturating_add(last.to.saturating_sub(last.from));
        self.spans.push(Span {
            from,
            to: MediaTime::MAX,
            time,
        });
        self.paused = false;
    }

    /// Takes the capture time from `from` up to `to`, in which the machine slept, out as a pause
    /// is, whether or not recording is paused or was paused or resumed in between. A change before
    /// `to` counts as `to` from now on.
    ///
    /// **It comes before anything captured after `from` is [mapped](Self::map)**: what is captured
    /// after `to` goes on where recording was at `from`, so that times never go back. Where `to`
    /// is not after `from`, nothing happens.
    ///
    /// ```
    /// use media_recorder_state::Timeline;
    /// use media_recorder_types::MediaTime;
    /// let secs = MediaTime::from_secs;
    /// let mut timeline = Timeline::new(secs(0));
    /// timeline.skip(secs(2), secs(3600));
    /// assert_eq!(timeline.map(secs(1)), Some(secs(1)));
    /// assert_eq!(timeline.map(secs(1800)), None);
    /// assert_eq!(timeline.map(secs(3601)), Some(secs(3)));
    /// ```
    pub fn skip(&mut self, from: MediaTime, to: MediaTime) {
        if from >= to {
            return;
        }
        let mut time = MediaTime::ZERO;
        let mut kept = Vec::with_capacity(self.spans.len() + 1);
        let mut keep = |from: MediaTime, to: MediaTime| {
            kept.push(Span { from, to, time });
            time = time.saturating_add(to.saturating_sub(from));
        };
        let mut changed = MediaTime::MIN;
        for span in &self.spans {
            if span.from < from {
                keep(span.from, span.to.min(from));
            }
            if span.to > to {
                keep(span.from.max(to), span.to);
            }
            changed = span.to;
        }
        // The last change is at `to`, if there is none after it: what follows builds on that.
        if changed <= to {
            keep(to, to);
        }
        self.spans = kept;
    }

    /// Recording ends at capture time `at`, for good. The recording time of that is returned.
    pub fn stop(&mut self, at: MediaTime) -> MediaTime {
        self.pause(at);
        match self.spans.last() {
            Some(last) => last.time.saturating_add(last.to.saturating_sub(last.from)),
            None => MediaTime::ZERO,
        }
    }

    /// The recording time of what was captured at `capture`; `None` if it is not recorded.
    pub fn map(&self, capture: MediaTime) -> Option<MediaTime> {
        let index = self.spans.partition_point(|span| span.to <= capture);
        let span = self.spans.get(index).filter(|span| span.from <= capture)?;
        span.time.checked_add(capture.checked_sub(span.from)?)
    }

    /// The recorded parts of the capture time from `from` up to `to`, in order: what to keep of
    /// a run of sound.
    pub fn spans(&self, from: MediaTime, to: MediaTime) -> impl Iterator<Item = Span> + '_ {
        let index = self.spans.partition_point(|span| span.to <= from);
        self.spans[index..]
            .iter()
            .take_while(move |span| span.from < to)
            .filter_map(move |span| {
                let part = Span {
                    from: span.from.max(from),
                    to: span.to.min(to),
                    time: span
                        .time
                        .saturating_add(span.from.max(from).saturating_sub(span.from)),
                };
                (part.from < part.to).then_some(part)
            })
    }

    fn close(&mut self, at: MediaTime) {
        if let Some(last) = self.spans.last_mut() {
            last.to = at.max(last.from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ms(n: i64) -> MediaTime {
        MediaTime::from_millis(n)
    }

    #[test]
    fn fifty_pauses_add_up_exactly() {
        let mut timeline = Timeline::new(ms(7));
        let mut now = 7;
        for n in 0..50 {
            now += 1000 + n;
            timeline.pause(ms(now));
            now += 333 + 7 * n;
            timeline.resume(ms(now));
        }
        let recorded: i64 = (0..50).map(|n| 1000 + n).sum();
        assert_eq!(timeline.map(ms(now)), Some(ms(recorded)));
        assert_eq!(timeline.stop(ms(now + 10)), ms(recorded + 10));
        assert_eq!(timeline.map(ms(now + 10)), None);
    }

    #[test]
    fn sound_is_cut_where_a_pause_cuts_it() {
        let mut timeline = Timeline::new(ms(0));
        timeline.pause(ms(15));
        timeline.resume(ms(18));
        let parts: Vec<_> = timeline.spans(ms(10), ms(20)).collect();
        assert_eq!(
            parts,
            [
                Span {
                    from: ms(10),
                    to: ms(15),
                    time: ms(10)
                },
                Span {
                    from: ms(18),
                    to: ms(20),
                    time: ms(15)
                },
            ]
        );
        assert_eq!(timeline.spans(ms(15), ms(18)).count(), 0);
        assert_eq!(timeline.spans(ms(-10), ms(0)).count(), 0);
    }

    #[test]
    fn calls_out_of_order_do_no_harm() {
        let mut timeline = Timeline::new(ms(100));
        timeline.resume(ms(150));
        timeline.pause(ms(50));
        timeline.pause(ms(70));
        assert_eq!(timeline.map(ms(100)), None);
        timeline.resume(ms(60));
        assert_eq!(timeline.map(ms(100)), Some(ms(0)));
        assert_eq!(timeline.map(ms(130)), Some(ms(30)));
        assert_eq!(timeline.stop(MediaTime::MIN), ms(0));
    }

    #[test]
    fn a_sleep_is_taken_out_while_recording() {
        let mut timeline = Timeline::new(ms(100));
        timeline.skip(ms(600), ms(9_000));
        assert_eq!(timeline.map(ms(599)), Some(ms(499)));
        assert_eq!(timeline.map(ms(600)), None);
        assert_eq!(timeline.map(ms(8_999)), None);
        assert_eq!(timeline.map(ms(9_000)), Some(ms(500)));
        assert_eq!(timeline.stop(ms(9_100)), ms(600));
    }

    #[test]
    fn a_sleep_during_a_pause_changes_nothing() {
        let mut timeline = Timeline::new(ms(0));
        timeline.pause(ms(500));
        timeline.skip(ms(600), ms(9_000));
        assert_eq!(timeline.map(ms(9_000)), None);
        timeline.resume(ms(10_000));
        assert_eq!(timeline.map(ms(10_000)), Some(ms(500)));
    }

    #[test]
    fn a_change_of_state_within_a_sleep_counts_at_its_end() {
        let mut paused = Timeline::new(ms(0));
        paused.pause(ms(8_990));
        paused.skip(ms(500), ms(9_000));
        paused.resume(ms(8_995));
        assert_eq!(paused.map(ms(8_995)), None);
        assert_eq!(paused.map(ms(9_000)), Some(ms(500)));

        let mut resumed = Timeline::new(ms(0));
        resumed.pause(ms(400));
        resumed.resume(ms(8_990));
        resumed.skip(ms(500), ms(9_000));
        resumed.pause(ms(8_995));
        assert_eq!(resumed.stop(ms(9_500)), ms(400));
    }

    #[test]
    fn a_sleep_without_length_or_without_end_does_no_harm() {
        let mut timeline = Timeline::new(ms(0));
        timeline.skip(ms(600), ms(600));
        timeline.skip(ms(600), ms(500));
        assert_eq!(timeline.map(ms(600)), Some(ms(600)));
        timeline.skip(ms(700), MediaTime::MAX);
        assert_eq!(timeline.map(ms(800)), None);
        assert_eq!(timeline.stop(ms(900)), ms(700));
        timeline.skip(MediaTime::MIN, MediaTime::MAX);
        timeline.resume(ms(1_000));
        assert_eq!(timeline.stop(MediaTime::MAX), ms(0));
    }

    /// What happens to a timeline, in milliseconds.
    #[derive(Clone, Debug)]
    enum Step {
        Run(usize),
        Pause,
        Resume,
        /// Time passes, and from so long before it until its end the machine slept.
        Sleep(usize, usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0_usize..100).prop_map(Step::Run),
            Just(Step::Pause),
            Just(Step::Resume),
            (0_usize..200, prop_oneof![3 => Just(0), 1 => 0_usize..150])
                .prop_map(|(length, before)| Step::Sleep(length, before)),
        ]
    }

    proptest! {
        /// The map counts the recorded milliseconds and so never goes back; the spans agree.
        #[test]
        fn recording_time_is_monotonic(steps in prop::collection::vec(step(), 0..30)) {
            let at = |n: usize| ms(n as i64);
            let mut timeline = Timeline::new(at(0));
            let mut paused = false;
            let mut recorded: Vec<bool> = Vec::new();
            for step in steps {
                let now = recorded.len();
                match step {
                    Step::Run(length) => recorded.resize(now + length, !paused),
                    Step::Pause => {
                        timeline.pause(at(now));
                        paused = true;
                    }
                    Step::Resume => {
                        timeline.resume(at(now));
                        paused = false;
                    }
                    Step::Sleep(length, before) => {
                        let from = now.saturating_sub(before);
                        timeline.skip(at(from), at(now + length));
                        recorded.resize(now + length, false);
                        recorded[from..].fill(false);
                    }
                }
            }
            let total = recorded.iter().filter(|recorded| **recorded).count();
            prop_assert_eq!(timeline.stop(at(recorded.len())), at(total));
            let mut time = 0;
            for (n, recorded) in recorded.iter().enumerate() {
                prop_assert_eq!(timeline.map(at(n)), recorded.then(|| at(time)));
                time += usize::from(*recorded);
            }
            prop_assert_eq!(timeline.map(at(recorded.len())), None);
            let spans = timeline.spans(MediaTime::MIN, MediaTime::MAX);
            let spanned: i64 = spans.map(|span| (span.to.saturating_sub(span.from)).as_millis()).sum();
            prop_assert_eq!(ms(spanned), at(total));
        }
    }
}
