//! Bitrates: what a stream may spend, and for a codec that leaves it to us, how.

#[cfg_attr(
    not(feature = "vp9"),
    allow(dead_code, reason = "without it, a part is used by tests only")
)]
mod account;
#[cfg(any(feature = "h264", feature = "vp9"))]
#[cfg_attr(
    not(feature = "vp9"),
    allow(dead_code, reason = "without it, a part is used by tests only")
)]
mod change;
#[cfg(feature = "vp9")]
mod control;
#[cfg(feature = "vp9")]
mod scale;

#[cfg(feature = "h264")]
pub(crate) use {account::Account, change::ChangeMeter};
#[cfg(feature = "vp9")]
pub(crate) use {control::RateControl, scale::QuantizerScale};
