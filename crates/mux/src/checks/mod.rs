//! What every container asks of tracks and packets. What only one of them asks is with its
//! writer.

mod packets;
mod sound_length;
mod tracks;

pub(crate) use packets::{Accepted, PacketChecks};
pub(crate) use tracks::check_tracks;
