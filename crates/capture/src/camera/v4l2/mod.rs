//! Video4Linux, version 2, without its unsafety.

mod buffers;
mod node;
mod sys;

pub(super) use buffers::MappedBuffers;
pub(super) use node::Node;
