//! Any text as a MIME type and as an entry of its `codecs` parameter: what is understood is
//! written so that it is understood again, and equal texts mean the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media_recorder_fuzz::tracks::CODECS;
use media_recorder_state::{Capabilities, TrackNeed, is_type_supported, plan};
use media_recorder_types::{Codec, CodecString, Container, MimeType, TrackKind, VideoCodec};

fn check_mime_type(text: &str, mime: &MimeType) {
    let shown = mime.to_string();
    assert_eq!(shown.parse().as_ref(), Ok(mime), "{shown}");
    assert_eq!(format!(" \t{text}\r\n").parse().as_ref(), Ok(mime));

    let upper: MimeType = text
        .to_ascii_uppercase()
        .parse()
        .expect("case is no matter");
    assert_eq!(
        (upper.kind(), upper.subtype()),
        (mime.kind(), mime.subtype())
    );
    assert_eq!(upper.codecs().len(), mime.codecs().len());

    let list = mime
        .parameter("codecs")
        .map_or(0, |list| list.split(',').count());
    assert_eq!(mime.codecs().len(), list);
    if let (Some(kind), Some(container)) = (mime.track_kind(), mime.container()) {
        let codecs = mime.codecs();
        let recording = MimeType::recording(kind, container, &codecs);
        let again: MimeType = recording.to_string().parse().expect("it is one");
        assert_eq!(again, recording);
        assert_eq!(again.codecs(), codecs);
        assert_eq!(again.container(), Some(container));
        assert_eq!(again.kind(), mime.kind());
    }
}

/// `text` may say more than `canonical`, after a dot.
fn continues(text: &str, canonical: &CodecString) -> bool {
    let (text, canonical) = (
        text.to_ascii_lowercase(),
        canonical.as_str().to_ascii_lowercase(),
    );
    let rest = text.strip_prefix(&canonical);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn check_codec(text: &str) {
    let entry = CodecString::new(text);
    assert_eq!(entry.as_str(), text);
    let identifier = CodecString::new(&entry.identifier());
    assert!(continues(text, &identifier));
    assert_eq!(identifier.codec(), entry.codec());
    let upper = CodecString::new(&text.to_ascii_uppercase());
    assert_eq!(upper.codec(), entry.codec());
    if let Some(codec) = entry.codec() {
        assert_eq!(CodecString::from(codec).codec(), Some(codec));
    }
    if let Some(av1) = entry.av1() {
        assert_eq!(entry.codec(), Some(Codec::Video(VideoCodec::Av1)));
        assert_eq!(CodecString::from(av1).av1(), Some(av1));
        assert!(continues(text, &CodecString::from(av1)));
    }
    if let Some(vp9) = entry.vp9() {
        assert_eq!(entry.codec(), Some(Codec::Video(VideoCodec::Vp9)));
        assert_eq!(CodecString::from(vp9).vp9(), Some(vp9));
        assert!(continues(text, &CodecString::from(vp9)));
    }
}

/// What is said to be supported can be recorded, and what comes of it is supported.
fn check_support(text: &str) {
    let capabilities = Capabilities {
        containers: vec![Container::WebM, Container::Matroska, Container::Mp4],
        codecs: CODECS.to_vec(),
        passed: Vec::new(),
    };
    if !is_type_supported(text, &capabilities, false) {
        return;
    }
    assert!(is_type_supported(text, &capabilities, true));
    let kind = text
        .parse()
        .ok()
        .and_then(|mime: MimeType| mime.track_kind());
    let tracks = match kind {
        Some(TrackKind::Audio) => &[TrackNeed::Encode(TrackKind::Audio)][..],
        _ => &[
            TrackNeed::Encode(TrackKind::Video),
            TrackNeed::Encode(TrackKind::Audio),
        ],
    };
    let planned = plan(text, tracks, &capabilities).expect("it is supported");
    assert!(is_type_supported(&planned.mime_type, &capabilities, true));
    assert_eq!(plan(&planned.mime_type, tracks, &capabilities), Ok(planned));
}

fuzz_target!(|text: &str| {
    check_codec(text);
    check_support(text);
    match text.parse::<MimeType>() {
        Ok(mime) => {
            check_mime_type(text, &mime);
            for entry in mime.codecs() {
                check_codec(entry.as_str());
            }
        }
        Err(error) => assert_eq!(error.text, text),
    }
});
