use std::time::Duration;

use media_recorder::{ConstrainChoice, ConstraintSet, Constraints, MediaDevices, MediaStream};

use crate::recording::{Recording, length, pass};
use crate::server::{NullSink, Player, RATE, signal};
use crate::signal::sine;

const OPUS: &str = "audio/webm;codecs=opus";

/// A microphone that hears one kilohertz.
fn open(sink: &NullSink) -> (Player, MediaStream) {
    let seconds = length().as_secs() as usize + 8;
    let player = sink.play(&sine(1000.0, RATE, seconds * RATE as usize));
    let wanted = ConstraintSet::new().device_id(ConstrainChoice::exact(sink.monitor()));
    let constraints = Constraints::new().audio(wanted);
    let stream = MediaDevices::new().get_user_media(&constraints).unwrap();
    // It takes the server a moment to play.
    let track = stream.audio_tracks().remove(0);
    let heard = || track.level().is_some_and(|level| level.peak > 0.4);
    while !heard() {
        pass(Duration::from_millis(10));
    }
    (player, stream)
}

mod lasts {
    use super::*;

    #[test]
    fn a_kilohertz_is_recorded() {
        let sink = NullSink::load("rig_recorded");
        let (_player, stream) = open(&sink);
        let recording = Recording::start(&stream, "tone.webm", OPUS);
        pass(length());
        let track = recording.stop().tracks[0];
        assert_eq!((track.dropped, track.late), (0, 0));
        assert_eq!((track.corrections.gaps, track.corrections.overlaps), (0, 0));
    }

    #[test]
    fn a_source_that_goes_ends_its_recording() {
        let sink = NullSink::load("rig_unloaded");
        let (_player, stream) = open(&sink);
        let recording = Recording::start(&stream, "unloaded.webm", OPUS);
        pass(Duration::from_secs(2));
        sink.unload();
        assert!(recording.end().duration.as_secs_f64() > 1.5);
    }
}

mod ends {
    use super::*;

    #[test]
    fn a_server_that_is_killed_ends_its_recordings() {
        let sink = NullSink::load("rig_server_killed");
        let (_player, stream) = open(&sink);
        let recording = Recording::start(&stream, "killed.webm", OPUS);
        pass(Duration::from_secs(2));
        signal("KILL");
        assert!(recording.end().duration.as_secs_f64() > 1.5);
    }
}
