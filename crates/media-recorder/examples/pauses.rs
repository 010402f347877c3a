//! Records the test pattern as it happens to the file that is given, and pauses twice.
//!
//! `pause` and `resume` act at the instant at which they are called. What a live source shows in
//! between is left out of every track alike: the recording is as long as what was not paused, and
//! after a pause the beep still comes with the flash.

use std::error::Error;
use std::thread::sleep;
use std::time::{Duration, Instant};

use media_recorder::{MediaRecorder, RecorderOptions, TestPattern};

/// Recorded, and then left out: no whole number of frames, so that a pause cuts through one.
const ROUNDS: [(Duration, Duration); 2] = [
    (Duration::from_millis(2350), Duration::from_millis(770)),
    (Duration::from_millis(2600), Duration::from_millis(1410)),
];
/// Recorded after the last pause.
const REST: Duration = Duration::from_millis(2685);

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: pauses FILE")?;
    let stream = TestPattern::new().size(320, 180).capture_stream()?;
    let options = RecorderOptions::new().mime_type("video/webm;codecs=vp9,opus");
    let (recorder, events) = MediaRecorder::new(&stream, options)?;
    let saved = events.save_to(path)?;

    // A stopwatch of our own, to compare the recording with.
    let mut recorded = Duration::ZERO;
    recorder.start()?;
    let mut running = Instant::now();
    for (length, pause) in ROUNDS {
        sleep(length);
        recorded += running.elapsed();
        recorder.pause()?;
        println!("{:.3} s recorded", recorded.as_secs_f64());
        sleep(pause);
        running = Instant::now();
        recorder.resume()?;
    }
    sleep(REST);
    recorded += running.elapsed();
    recorder.stop()?;
    println!("{:.3} s recorded", recorded.as_secs_f64());

    println!("{}", saved.join()?);
    Ok(())
}
