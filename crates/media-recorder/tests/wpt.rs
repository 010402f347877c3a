//! What web-platform-tests ask of a recorder and of captured elements, subtest by subtest.
//!
//! Every subtest of `mediacapture-record` and `mediacapture-fromelement` is named in a table, one
//! per source file, with the Rust function that asserts the same, or with the reason why it has
//! no meaning outside a browser. Their names are quoted; the assertions are our own.
//!
//! Where a source file waits for real time, these tests use sources that have their own time.

#![allow(clippy::unwrap_used, reason = "a test fails where a helper does")]

mod common;

mod wpt {
    pub(crate) mod bitrate;
    pub(crate) mod blob_event_constructor;
    pub(crate) mod blob_timecode;
    pub(crate) mod browser_only;
    pub(crate) mod canvas_media_source;
    pub(crate) mod constructor;
    pub(crate) mod creation;
    pub(crate) mod disabled_tracks;
    pub(crate) mod error;
    pub(crate) mod events_and_exceptions;
    pub(crate) mod from_canvas;
    pub(crate) mod from_element;
    pub(crate) mod key_frame_distance;
    pub(crate) mod mime_type;
    pub(crate) mod pass_through;
    pub(crate) mod pause_resume;
    pub(crate) mod peer_connection;
    pub(crate) mod registry;
    pub(crate) mod request_data;
    pub(crate) mod sources;
    pub(crate) mod start;
    pub(crate) mod stop;
}

use std::collections::HashSet;

use wpt::registry::{SourceFile, TYPE};

/// Lists the source files of which something is asserted: in a table, and as a test each.
macro_rules! asserted_files {
    ($($test:ident: $file:path,)*) => {
        const ASSERTED_FILES: &[SourceFile] = &[$($file),*];

        $(
            #[test]
            fn $test() {
                $file.run();
            }
        )*
    };
}

asserted_files! {
    bitrate: wpt::bitrate::FILE,
    blob_event_constructor: wpt::blob_event_constructor::FILE,
    blob_timecode: wpt::blob_timecode::FILE,
    canvas_media_source: wpt::canvas_media_source::FILE,
    constructor: wpt::constructor::FILE,
    creation: wpt::creation::FILE,
    disabled_tracks: wpt::disabled_tracks::FILE,
    error: wpt::error::FILE,
    events_and_exceptions: wpt::events_and_exceptions::FILE,
    key_frame_distance: wpt::key_frame_distance::FILE,
    mime_type: wpt::mime_type::FILE,
    pass_through: wpt::pass_through::FILE,
    pause_resume: wpt::pause_resume::FILE,
    peer_connection: wpt::peer_connection::FILE,
    peer_connection_no_sink: wpt::peer_connection::NO_SINK,
    request_data: wpt::request_data::FILE,
    start: wpt::start::FILE,
    stop: wpt::stop::FILE,
    canvas_settings: wpt::from_canvas::FILE,
    element_capture: wpt::from_element::CAPTURE,
    element_creation: wpt::from_element::CREATION,
    element_ended: wpt::from_element::ENDED,
}

fn all_files() -> impl Iterator<Item = &'static SourceFile> {
    ASSERTED_FILES.iter().chain(wpt::browser_only::FILES)
}

#[test]
fn every_subtest_is_named_once() {
    let mut seen = HashSet::new();
    for file in all_files() {
        let names = file.names();
        assert!(!names.is_empty(), "{} has subtests", file.path);
        for name in names {
            let subtest = format!("{}: {name}", file.path);
            assert!(!name.contains(TYPE), "{subtest} names its type");
            assert!(seen.insert(subtest.clone()), "{subtest} is there twice");
        }
    }
}

#[test]
fn whatever_is_asserted_for_types_is_asserted_for_one() {
    for file in all_files() {
        assert_eq!(file.without_supported_type(), [""; 0], "{}", file.path);
    }
}

#[test]
fn whatever_is_not_asserted_has_a_reason() {
    for file in all_files() {
        for (name, reason) in file.reasons() {
            assert!(reason.contains(' '), "{}: {name}: {reason}", file.path);
        }
    }
}
