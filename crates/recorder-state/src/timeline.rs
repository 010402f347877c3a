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

    proptest! {
        /// The map never goes back, and agrees with the spans.
        #[test]
        fn recording_time_is_monotonic(steps in prop::collection::vec((0_i64..100, 0_i64..100), 0..20)) {
            let mut timeline = Timeline::new(ms(0));
            let mut now = 0;
            let mut recorded = 0;
            for (run, pause) in steps {
                now += run;
                recorded += run;
                timeline.pause(ms(now));
                now += pause;
                timeline.resume(ms(now));
            }
            timeline.stop(ms(now + 5));
            let mapped: Vec<_> = (-5..now + 20).filter_map(|t| timeline.map(ms(t))).collect();
            prop_assert!(mapped.is_sorted());
            prop_assert_eq!(mapped.len() as i64, recorded + 5);
            let total: i64 = timeline
                .spans(MediaTime::MIN, MediaTime::MAX)
                .map(|span| span.to.as_millis() - span.from.as_millis())
                .sum();
            prop_assert_eq!(total, recorded + 5);
        }
    }
}
