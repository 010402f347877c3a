//! How an encoder keeps several cores busy.

use std::num::NonZeroUsize;

/// What is encoded side by side.
///
/// AV1 codes the tiles of a frame side by side, which costs no latency; it does so whatever is
/// asked for. The codecs of VP9 and H.264 use one core, and only groups of pictures use more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Parallelism {
    /// Groups where one core is not enough: always if the source waits
    /// ([`Mode::Offline`](crate::Mode::Offline)), else for frames so large, and so many, that
    /// one core may not keep up. As many as there are
    /// [`threads`](crate::VideoConfig::threads), or as pictures find room in about 100 MB per
    /// group.
    #[default]
    Auto,
    /// One frame after the other; side by side only what the codec itself does within a frame.
    /// No latency, and key frames only where they are asked for.
    Within,
    /// So many groups of pictures at once, each beginning with a key frame. Where key frames are
    /// asked for less often than a group may be long, the encoder makes some of its own. See
    /// [`latency`](crate::VideoEncoder::latency) for what that costs.
    Groups(NonZeroUsize),
}
