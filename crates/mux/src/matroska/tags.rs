//! The `Tags` element (RFC 9559 §5.1.8).

use alloc::string::String;

use super::elements::Elements;
use super::ids;

/// `Tags` that describe the whole file, unless there are none.
pub(super) fn put_tags(buf: &mut Elements, tags: &[(String, String)]) {
    if tags.is_empty() {
        return;
    }
    buf.master(ids::TAGS, |buf| {
        buf.master(ids::TAG, |buf| {
            // Empty targets are the whole Segment (RFC 9559 §5.1.8.1.1).
            buf.master(ids::TARGETS, |_| {});
            for (name, value) in tags {
                buf.master(ids::SIMPLE_TAG, |buf| {
                    buf.text(ids::TAG_NAME, name);
                    buf.text(ids::TAG_STRING, value);
                });
            }
        });
    });
}
