//! Video4Linux by the crate `v4l`: in place of `v4l2` where the feature of that name is on.
//!
//! The crate panics on what it does not expect of a driver, such as a name that is not UTF-8 or
//! a colour space that is newer than it. That is contained, and an error.

mod buffers;
mod node;

use std::io;
use std::panic::{self, AssertUnwindSafe};

pub(super) use buffers::MappedBuffers;
pub(super) use node::Node;

/// Makes an error of a panic of the crate. It keeps no state in its calls that could be left half
/// done.
fn contained<T>(call: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    panic::catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| {
        Err(io::Error::other(
            "the driver says what the crate v4l does not know",
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        let panics = contained::<()>(|| panic!("as the crate does"));
        assert_eq!(panics.unwrap_err().kind(), io::ErrorKind::Other);
        assert_eq!(contained(|| Ok(7)).unwrap(), 7);
    }
}
