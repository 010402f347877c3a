//! What the schema says of an element.

use core::marker::PhantomData;

/// An element whose data are of type `T`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<T> {
    /// Marker bits included: the octets of an ID are those of this number (RFC 8794 §5).
    pub(crate) id: u32,
    /// The first `DocTypeVersion` that has it (RFC 8794 §11.1.6.13).
    pub(crate) min_version: u8,
    data: PhantomData<T>,
}

impl<T> Element<T> {
    pub(crate) const fn new(id: u32, min_version: u8) -> Self {
        Self {
            id,
            min_version,
            data: PhantomData,
        }
    }
}

/// Other elements (RFC 8794 §7.7).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Master {}

/// An unsigned integer (RFC 8794 §7.2).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Uint {}

/// A signed integer (RFC 8794 §7.1).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Int {}

/// A float (RFC 8794 §7.3).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Float {}

/// ASCII or UTF-8 (RFC 8794 §7.4, §7.5).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Text {}

/// Any octets (RFC 8794 §7.8).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Binary {}
