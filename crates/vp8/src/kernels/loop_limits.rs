//! What the loop filter compares differences with.

/// The thresholds for one edge (RFC 6386 §15.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EdgeLimits {
    /// An edge that is steeper is left alone: it is one of the picture. At most 193, which is
    /// that of level 63; 255 would need more than eight bits to compare.
    pub(crate) edge: u8,
    /// So is one with a neighbour on its side that differs by more.
    pub(crate) interior: u8,
    /// Above it only the two samples at the edge change ("high edge variance").
    pub(crate) high_variance: u8,
}
