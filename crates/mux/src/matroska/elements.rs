//! Elements in a buffer, nested as they are in the file.

use alloc::vec::Vec;

use bytes::{BufMut, Bytes};

use super::ebml::{self, put_header};
use super::element::{Binary, Element, Float, Master, Text, Uint};

/// Elements one after the other, and the version of the format that they need.
#[derive(Debug)]
pub(crate) struct Elements {
    buf: Vec<u8>,
    version: u8,
}

impl Elements {
    /// Nothing yet, which any version has.
    pub(crate) fn new() -> Self {
        Self {
            buf: Vec::new(),
            version: 1,
        }
    }

    /// Octets so far.
    pub(crate) fn len(&self) -> usize {
        self.buf.len()
    }

    /// The first `DocTypeVersion` that has all of these elements.
    pub(crate) fn version(&self) -> u8 {
        self.version
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.buf
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        self.buf.into()
    }

    pub(crate) fn uint(&mut self, element: Element<Uint>, value: u64) {
        self.note(element.min_version);
        ebml::put_uint(&mut self.buf, element, value);
    }

    /// In eight octets.
    pub(crate) fn float(&mut self, element: Element<Float>, value: f64) {
        self.note(element.min_version);
        put_header(&mut self.buf, element, 8);
        self.buf.put_f64(value);
    }

    pub(crate) fn text(&mut self, element: Element<Text>, value: &str) {
        self.with_data(element, value.as_bytes());
    }

    pub(crate) fn binary(&mut self, element: Element<Binary>, value: &[u8]) {
        self.with_data(element, value);
    }

    /// A master element with what `children` writes; gives where its data begin.
    pub(crate) fn master(
        &mut self,
        element: Element<Master>,
        children: impl FnOnce(&mut Self),
    ) -> usize {
        let mut data = Self::new();
        children(&mut data);
        self.version = self.version.max(data.version);
        self.with_data(element, &data.buf);
        self.len() - data.len()
    }

    /// A `Void` of `len` octets in all, at least two.
    pub(crate) fn void(&mut self, len: usize) {
        ebml::put_void(&mut self.buf, len);
    }

    /// Elements of another file, as they are.
    pub(crate) fn copy(&mut self, elements: &[u8]) {
        self.buf.put_slice(elements);
    }

    fn with_data<T>(&mut self, element: Element<T>, data: &[u8]) {
        self.note(element.min_version);
        put_header(&mut self.buf, element, data.len() as u64);
        self.buf.put_slice(data);
    }

    fn note(&mut self, min_version: u8) {
        self.version = self.version.max(min_version);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matroska::ids;

    #[test]
    fn the_version_is_that_of_the_newest_element_at_any_depth() {
        let mut elements = Elements::new();
        elements.uint(ids::TIMESTAMP_SCALE, 1);
        elements.void(9);
        assert_eq!(elements.version(), 1);
        elements.master(ids::TRACKS, |tracks| {
            tracks.master(ids::TRACK_ENTRY, |entry| {
                entry.uint(ids::CODEC_DELAY, 1);
            });
        });
        elements.uint(ids::TIMESTAMP_SCALE, 1);
        assert_eq!(elements.version(), 4);
    }

    #[test]
    fn a_master_says_where_its_data_begin() {
        let mut elements = Elements::new();
        elements.void(9);
        let data = elements.master(ids::TRACKS, |tracks| tracks.text(ids::NAME, "name"));
        assert_eq!(
            &elements.as_slice()[9..data],
            [0x16, 0x54, 0xAE, 0x6B, 0x87]
        );
        assert_eq!(&elements.as_slice()[data..], b"\x53\x6E\x84name");
    }
}
