use super::*;
use alloc::vec;
use proptest::prelude::*;

/// Three presets, then half of the pictures, then a third of them.
const COSTS: [u32; 5] = [160, 125, 100, 50, 33];
const PERIOD: i64 = 33_333;
const PLACES: usize = 10;

/// An encoder as it would be, with a queue before it, on a machine whose speed changes. Times in
/// microseconds.
struct Simulation {
    controller: LoadController,
    now: i64,
    /// When the pictures that wait came.
    queue: Vec<i64>,
    captured: i64,
    dropped: usize,
    /// When the rung changed, and to what.
    changes: Vec<(i64, usize)>,
}

impl Simulation {
    fn new(rung: usize) -> Self {
        Self {
            controller: LoadController::new(COSTS, rung),
            now: 0,
            queue: Vec::new(),
            captured: 0,
            dropped: 0,
            changes: Vec::new(),
        }
    }

    /// Runs up to `end`; a picture of the third rung takes `work(now)`.
    fn run(&mut self, end: i64, mut work: impl FnMut(i64) -> i64) {
        while self.now < end {
            self.capture();
            let Some(_) = self.queue.first() else {
                self.now = self.captured;
                continue;
            };
            self.queue.remove(0);
            let rung = self.controller.rung();
            // A picture that is left out costs nothing, on average as the costs say.
            let busy = work(self.now) * i64::from(COSTS[rung]) / 100;
            self.now += busy;
            self.capture();
            let depth = (self.queue.len(), PLACES);
            let step = self
                .controller
                .observe(micros(self.now), micros(busy), depth);
            assert_eq!(step.is_some(), rung != self.controller.rung());
            if step.is_some() {
                assert_eq!(
                    step == Some(LoadReason::Spare),
                    self.controller.rung() < rung
                );
                self.changes.push((self.now, self.controller.rung()));
            }
        }
    }

    fn capture(&mut self) {
        while self.captured <= self.now {
            if self.queue.len() < PLACES {
                self.queue.push(self.captured);
            } else {
                self.dropped += 1;
            }
            self.captured += PERIOD;
        }
    }
}

const SECOND: i64 = 1_000_000;

fn micros(micros: i64) -> MediaTime {
    MediaTime::from_nanos(micros * 1000)
}

#[test]
fn a_machine_with_time_to_spare_is_used() {
    let mut simulation = Simulation::new(2);
    simulation.run(60 * SECOND, |_| 12_000);
    assert_eq!(simulation.controller.rung(), 0);
    assert_eq!((simulation.dropped, simulation.changes.len()), (0, 2));
}

#[test]
fn a_load_that_comes_and_goes_is_followed() {
    let mut simulation = Simulation::new(0);
    simulation.run(10 * SECOND, |_| 12_000);
    assert_eq!(simulation.changes, []);
    // Another process takes two thirds of the machine.
    simulation.run(40 * SECOND, |_| 45_000);
    assert_eq!(simulation.controller.rung(), 3);
    let (first, _) = simulation.changes[0];
    assert!(first < 11 * SECOND, "{:?}", simulation.changes);
    let settled = simulation.changes.len();
    assert!(simulation.dropped < 60, "{}", simulation.dropped);
    let dropped = simulation.dropped;
    simulation.run(70 * SECOND, |_| 45_000);
    assert_eq!(
        simulation.changes.len(),
        settled,
        "{:?}",
        simulation.changes
    );
    assert_eq!(simulation.dropped, dropped);
    // It is gone.
    simulation.run(130 * SECOND, |_| 12_000);
    assert_eq!(simulation.controller.rung(), 0);
    assert_eq!(simulation.dropped, dropped);
}

#[test]
fn a_load_between_two_rungs_makes_changes_ever_more_seldom() {
    let mut simulation = Simulation::new(2);
    // The rung above is dearer than its cost says, so that there always seems to be room for it.
    let mut state = 1_u32;
    let hour = 3600 * SECOND;
    while simulation.now < hour {
        let rung = simulation.controller.rung();
        let work = if rung < 2 { 40_000 } else { 15_000 };
        simulation.run(simulation.now + 1, |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            work + i64::from(state >> 20)
        });
    }
    // Tries after 4 s, 8 s and so on up to 256 s, and then at that distance.
    let tries = 7 + 3600 / 256;
    assert!(
        simulation.changes.len() <= 2 * tries,
        "{:?}",
        simulation.changes
    );
    let last: Vec<i64> = simulation.changes.iter().map(|(time, _)| *time).collect();
    let gaps: Vec<i64> = last.chunks_exact(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| *gap < 2 * SECOND), "{gaps:?}");
}

#[test]
fn a_hiccup_costs_one_rung_at_most() {
    let mut simulation = Simulation::new(0);
    let mut stalled = false;
    simulation.run(20 * SECOND, |now| {
        if now > 5 * SECOND && !core::mem::replace(&mut stalled, true) {
            300_000
        } else {
            12_000
        }
    });
    assert!(simulation.changes.len() <= 2, "{:?}", simulation.changes);
    assert_eq!(simulation.controller.rung(), 0);
}

#[test]
fn a_first_picture_that_takes_long_costs_nothing() {
    let mut simulation = Simulation::new(2);
    simulation.run(3 * SECOND, |now| if now < 1000 { 400_000 } else { 12_000 });
    assert_eq!(simulation.changes, []);
}

/// Several threads of an encoder need nearly all of the time, and what waits goes up and down with
/// the groups that they work on.
#[test]
fn a_machine_that_is_fully_used_and_keeps_up_is_left_alone() {
    let mut controller = LoadController::new(COSTS, 2);
    for n in 0..3000 {
        let now = micros(PERIOD * n);
        let busy = if n % 2 == 0 { 0 } else { 2 * PERIOD * 85 / 100 };
        let step = controller.observe(now, micros(busy), (n as usize % 30, 74));
        assert_eq!(step, None, "picture {n}");
    }
}

/// A key frame each two seconds takes six times as long as the others, which leave little time.
/// As many as several groups of pictures have under way when they just keep up.
#[test]
fn a_queue_that_stays_as_long_as_it_is_costs_nothing() {
    let mut controller = LoadController::new(COSTS, 0);
    let mut observe =
        |n: i64, waiting| controller.observe(micros(n * PERIOD), micros(PERIOD), (waiting, PLACES));
    for n in 0..300 {
        assert_eq!(observe(n, 6 + n as usize % 2), None);
    }
    let step = (300..360).find_map(|n| observe(n, 8));
    assert_eq!(step, Some(LoadReason::Waiting));
}

#[test]
fn a_key_frame_is_no_reason() {
    let mut simulation = Simulation::new(2);
    let mut picture = 0;
    simulation.run(60 * SECOND, |_| {
        picture += 1;
        if picture % 60 == 1 { 170_000 } else { 28_000 }
    });
    assert_eq!((simulation.dropped, simulation.changes.len()), (0, 0));
}

#[test]
fn what_becomes_less_by_itself_needs_no_further_step() {
    let mut controller = LoadController::new(COSTS, 0);
    let mut rungs = vec![];
    for n in 0..400_i64 {
        let now = micros(PERIOD * n);
        // It grows until something is done about it, and then shrinks slowly.
        let waiting = if rungs.iter().any(|&rung| rung > 0) {
            40 - n / 20
        } else {
            n
        };
        controller.observe(now, micros(PERIOD), (waiting as usize, 74));
        rungs.push(controller.rung());
    }
    assert_eq!(rungs.last(), Some(&1));
}

#[test]
fn a_source_that_stands_still_is_no_load() {
    let mut controller = LoadController::new(COSTS, 2);
    let secs = MediaTime::from_secs;
    let ms = MediaTime::from_millis;
    for n in 0..20 {
        controller.observe(secs(n), ms(30), (0, PLACES));
    }
    assert_eq!(controller.rung(), 0);
}

#[test]
fn a_ladder_may_have_no_rungs() {
    let mut controller = LoadController::new([], 3);
    for n in 0..100 {
        let now = MediaTime::from_millis(100 * n);
        assert_eq!(controller.observe(now, now, (10, 10)), None);
    }
    assert_eq!(controller.rung(), 0);
}

proptest! {
    /// However the load goes, changes are bounded: a rung up takes four seconds of room at least,
    /// and there are as many down as up, but for the height of the ladder.
    #[test]
    fn no_load_makes_it_oscillate(
        loads in prop::collection::vec((1_i64..20, 1_000_i64..150_000), 1..40),
        rung in 0..COSTS.len(),
    ) {
        let mut simulation = Simulation::new(rung);
        let mut end = 0;
        for (secs, work) in loads {
            end += secs * SECOND;
            simulation.run(end, |_| work);
        }
        let mut before = rung;
        let (mut ups, mut downs) = (vec![], vec![]);
        for &(time, rung) in &simulation.changes {
            prop_assert!(rung.abs_diff(before) == 1);
            if rung < before { &mut ups } else { &mut downs }.push(time);
            before = rung;
        }
        prop_assert!(ups.windows(2).all(|pair| pair[1] - pair[0] >= 4 * SECOND));
        prop_assert!(ups.len() as i64 <= end / (4 * SECOND));
        prop_assert!(downs.len() < ups.len() + COSTS.len());
    }

    /// Under a load that stays, with its noise, it comes to rest.
    #[test]
    fn under_a_steady_load_it_comes_to_rest(
        work in 1_000_i64..150_000,
        noise in prop::collection::vec(80_i64..120, 64),
        rung in 0..COSTS.len(),
    ) {
        let mut simulation = Simulation::new(rung);
        let mut noise = noise.iter().cycle();
        simulation.run(600 * SECOND, |_| work * noise.next().expect("it is endless") / 100);
        // The way from one end of the ladder to the other, and tries that failed after 4, 8, ... s.
        let most = 2 * (COSTS.len() - 1) + 2 * 8;
        prop_assert!(simulation.changes.len() <= most, "{:?}", simulation.changes);
    }
}
