//! Devices that come and go.

use std::time::{Duration, Instant};

use pulseaudio::protocol::{
    Command, SubscriptionEvent, SubscriptionEventFacility, SubscriptionEventType, SubscriptionMask,
};

use super::connection::{Connection, Message};
use crate::DeviceError;

const SERVER: &str = "the sound server";

/// A connection on which the server tells of changes.
#[derive(Debug)]
pub(in crate::microphone) struct Changes {
    connection: Connection,
}

impl Changes {
    pub(in crate::microphone) fn subscribe() -> Result<Self, DeviceError> {
        let mut connection = Connection::open()?;
        // The server itself changes with its defaults.
        let mask = SubscriptionMask::SOURCE | SubscriptionMask::SINK | SubscriptionMask::SERVER;
        let subscribed = connection.order(&Command::Subscribe(mask));
        subscribed.map_err(|error| error.of(SERVER))?;
        Ok(Self { connection })
    }

    pub(in crate::microphone) fn wait(&mut self, timeout: Duration) -> Result<bool, DeviceError> {
        let start = Instant::now();
        let deadline = start.checked_add(timeout);
        // What comes with the first change is taken with it.
        let mut has_changed = false;
        loop {
            let until = if has_changed { Some(start) } else { deadline };
            let message = self.connection.receive(until);
            match message.map_err(|error| error.of(SERVER))? {
                None => return Ok(has_changed),
                Some(Message::Event(event)) => {
                    if let Command::SubscribeEvent(event) = *event {
                        has_changed |= changes_lists(event);
                    }
                }
                Some(_) => {}
            }
        }
    }
}

/// Volumes and states of devices change all the time.
fn changes_lists(event: SubscriptionEvent) -> bool {
    event.event_facility == SubscriptionEventFacility::Server
        || event.event_type != SubscriptionEventType::Changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_volume_is_no_other_list_of_devices() {
        use SubscriptionEventFacility::{Server, Sink, Source};
        use SubscriptionEventType::{Changed, New, Removed};
        let changes = |event_facility, event_type| {
            changes_lists(SubscriptionEvent {
                event_facility,
                event_type,
                index: Some(1),
            })
        };
        assert!(changes(Source, New) && changes(Sink, Removed) && changes(Server, Changed));
        assert!(!changes(Source, Changed) && !changes(Sink, Changed));
    }
}
