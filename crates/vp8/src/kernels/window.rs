//! A block with the samples around it.

/// A block of a picture and what is around it, for filters whose taps reach outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window<'a> {
    /// The plane.
    pub(crate) samples: &'a [u8],
    /// The index of the block's top left sample.
    pub(crate) origin: usize,
    /// From one row to the next, in samples.
    pub(crate) stride: usize,
}
