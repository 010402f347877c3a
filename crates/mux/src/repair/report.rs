//! What a repair found, for programs and for people.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use media_recorder_types::MediaTime;

/// What a repair found, kept and lost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RepairReport {
    /// The file was complete, with its index and its duration: there was nothing to do.
    pub was_whole: bool,
    /// How long the repaired file is: the end of its last packet to end. Of a file that was whole,
    /// what its header says.
    pub duration: MediaTime,
    /// Packets in the repaired file.
    pub packets: u64,
    /// Places in the index that was made: one for each key frame of video; where there is no
    /// video, two per second of sound, and in an MP4 every packet. Zero if the file was whole.
    pub index_entries: u64,
    /// Bytes of the recording that could not be kept, at the end and in damaged stretches.
    /// Indexes do not count: they are made anew.
    pub bytes_lost: u64,
    /// Packets that an MP4 lists and that are not there. A WebM or Matroska file does not say
    /// which packets it should have: there it is zero.
    pub packets_lost: u64,
    /// The stretches in the middle of the file that could not be read, in bytes from its start;
    /// what broke off at the end is not among them.
    pub damaged: Vec<Range<u64>>,
}

/// For people, on one line: what is there, and what is lost.
impl fmt::Display for RepairReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            duration, packets, ..
        } = self;
        if self.was_whole {
            return write!(f, "is whole: {duration}, {packets} packets");
        }
        write!(f, "repaired: {duration}, {packets} packets kept; ")?;
        match self.bytes_lost {
            0 => f.write_str("nothing lost")?,
            1 => f.write_str("1 byte lost")?,
            bytes => write!(f, "{bytes} bytes lost")?,
        }
        match self.packets_lost {
            0 => {}
            1 => f.write_str(" with 1 packet")?,
            packets => write!(f, " with {packets} packets")?,
        }
        match &*self.damaged {
            [] => Ok(()),
            [range] => write!(f, ", with damage at {}..{}", range.start, range.end),
            [first, .., last] => write!(
                f,
                ", with damage in {} places from {} to {}",
                self.damaged.len(),
                first.start,
                last.end
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn it_says_what_was_lost() {
        let mut report = RepairReport {
            was_whole: true,
            duration: MediaTime::from_millis(1500),
            packets: 12,
            index_entries: 0,
            bytes_lost: 0,
            packets_lost: 0,
            damaged: Vec::new(),
        };
        assert_eq!(report.to_string(), "is whole: 00:00:01.500, 12 packets");
        report.was_whole = false;
        let kept = "repaired: 00:00:01.500, 12 packets kept; ";
        assert_eq!(report.to_string(), [kept, "nothing lost"].concat());
        report.bytes_lost = 1;
        assert_eq!(report.to_string(), [kept, "1 byte lost"].concat());
        report.bytes_lost = 40;
        report.packets_lost = 2;
        let packets = "40 bytes lost with 2 packets";
        assert_eq!(report.to_string(), [kept, packets].concat());
        report.packets_lost = 0;
        report.damaged.push(100..120);
        let damage = "40 bytes lost, with damage at 100..120";
        assert_eq!(report.to_string(), [kept, damage].concat());
        report.damaged.push(200..220);
        let damage = "40 bytes lost, with damage in 2 places from 100 to 220";
        assert_eq!(report.to_string(), [kept, damage].concat());
    }
}
