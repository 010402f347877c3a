//! The order that the events of one recording have, naively.

use media_recorder_state::{Fault, Signal};
use media_recorder_types::MediaTime;

/// What was fired so far.
#[derive(Default)]
pub struct Events {
    started: bool,
    paused: bool,
    fault: Option<Fault>,
    pub stopped: bool,
    timecode: Option<MediaTime>,
    last_was_data: bool,
}

impl Events {
    pub fn signal(&mut self, signal: Signal) {
        assert!(!self.stopped, "{signal:?} after stop");
        let running = self.started && self.fault.is_none();
        match signal {
            Signal::Start => assert!(!self.started && self.fault.is_none()),
            Signal::Pause => assert!(running && !self.paused),
            Signal::Resume => assert!(running && self.paused),
            Signal::Error(Fault::NotSupported) => assert!(self.fault.is_none()),
            Signal::Error(_) => assert!(running),
            Signal::Stop => {
                let without_data = self.fault == Some(Fault::NotSupported);
                assert!(self.started || without_data);
                assert!(self.last_was_data != without_data);
            }
        }
        self.started |= signal == Signal::Start;
        self.paused = signal == Signal::Pause || (self.paused && signal != Signal::Resume);
        self.stopped = signal == Signal::Stop;
        if let Signal::Error(fault) = signal {
            self.fault = Some(fault);
        }
        self.last_was_data = false;
    }

    pub fn data(&mut self, timecode: MediaTime) {
        assert!(self.started && !self.stopped && self.fault != Some(Fault::NotSupported));
        match self.timecode {
            None => assert_eq!(timecode, MediaTime::ZERO),
            Some(last) => assert!(timecode >= last),
        }
        self.timecode = Some(timecode);
        self.last_was_data = true;
    }
}
