//! Predictions of macroblocks, from the frame itself and from earlier ones.

pub(crate) mod blocks;
pub(crate) mod inter;
pub(crate) mod intra;
