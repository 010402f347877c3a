//! What is looked at of an ordinary file, to say what it is: it may have any size.

use bytes::Buf;

use super::read::{self, Kind};

/// What its `moov` says.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// Ticks per second.
    pub(super) timescale: u32,
    /// In ticks.
    pub(super) duration: u64,
    pub(super) samples: u64,
}

impl Outline {
    /// Takes what it needs of a box; `None` if that is not there. `data` are its first octets.
    pub(super) fn add(&mut self, kind: &Kind, mut data: &[u8]) -> Option<()> {
        match kind {
            // ISO/IEC 14496-12 §8.2.2
            b"mvhd" => {
                let (version, _) = read::version_and_flags(&mut data)?;
                read::long(&mut data, version)?;
                read::long(&mut data, version)?;
                self.timescale = data.try_get_u32().ok()?;
                self.duration = read::long(&mut data, version)?;
            }
            // §8.7.3: behind the version, the flags and a size.
            b"stsz" | b"stz2" => {
                read::skip(&mut data, 8)?;
                self.samples += u64::from(data.try_get_u32().ok()?);
            }
            _ => {}
        }
        Some(())
    }
}
