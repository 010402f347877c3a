//! When a fragment ends.

use media_recorder_types::MediaTime;

use super::moof::MAX_SAMPLE_OCTETS;
use super::options::Mp4Options;

/// What the open fragment has come to.
#[derive(Debug)]
pub(super) struct OpenFragment {
    target: MediaTime,
    max_duration: MediaTime,
    max_octets: u64,
    /// When it begins; `None` while it is empty.
    begin: Option<MediaTime>,
    /// Octets, of its payloads and what is said of them.
    octets: u64,
}

impl OpenFragment {
    pub(super) fn new(options: &Mp4Options) -> Self {
        Self {
            target: options.fragment_duration,
            max_duration: options.max_fragment_duration,
            max_octets: options.max_fragment_bytes,
            begin: None,
            octets: 0,
        }
    }

    /// Whether a packet of `len` octets at `stored` goes into the next fragment; `opportune` if
    /// it is a good one to begin with.
    pub(super) fn ends_before(&self, stored: MediaTime, len: usize, opportune: bool) -> bool {
        let Some(begin) = self.begin else {
            return false;
        };
        let lasts = stored.saturating_sub(begin);
        (opportune && lasts >= self.target)
            || lasts >= self.max_duration
            || self.octets + octets_of(len) > self.max_octets
    }

    pub(super) fn add(&mut self, stored: MediaTime, len: usize) {
        self.begin.get_or_insert(stored);
        self.octets += octets_of(len);
    }

    /// Begins the next one; whether there was something in this.
    pub(super) fn close(&mut self) -> bool {
        self.octets = 0;
        self.begin.take().is_some()
    }
}

fn octets_of(len: usize) -> u64 {
    len as u64 + MAX_SAMPLE_OCTETS
}
