//! Source files of which nothing has a meaning outside a browser.

use super::registry::{SourceFile, no_meaning};

pub(crate) const FILES: &[SourceFile] = &[
    DESTROY_SCRIPT_EXECUTION,
    DETACHED_CONTEXT,
    CANVAS_LEGACY,
    IDL_OF_RECORD,
    IDL_OF_FROM_ELEMENT,
    CANVAS_READ,
    CAPTURE_MUTED,
    CAPTURE_VOLUME,
    CROSS_ORIGIN,
    HISTORICAL,
    RESTART_AFTER_ENDED,
    SRC_RESET,
    MEDIA_FRAGMENTS,
];

const CONTEXT: &str = "no script execution context can go away while a program holds a recorder";

const DESTROY_SCRIPT_EXECUTION: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-destroy-script-execution.html",
    subtests: &[
        no_meaning(
            "MediaRecorder will throw when start() is called and the script execution context is going away",
            CONTEXT,
        ),
        no_meaning(
            "MediaRecorder will not fire the stop event when stop() is called and the script execution context is going away",
            CONTEXT,
        ),
        no_meaning(
            "MediaRecorder will not fire the stop event when all tracks are ended and the script execution context is going away",
            CONTEXT,
        ),
        no_meaning(
            "MediaRecorder will not crash on accessing audioBitrateMode when the script execution context is going away",
            CONTEXT,
        ),
    ],
};

const DETACHED_CONTEXT: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-detached-context.html",
    subtests: &[no_meaning(
        "MediaRecorder creation with detached context",
        "a program has no contexts that can be detached",
    )],
};

const CANVAS_LEGACY: SourceFile = SourceFile {
    path: "mediacapture-record/legacy/MediaRecorder-canvas-media-source-legacy.https.html",
    subtests: &[no_meaning(
        "MediaRecorder returns frames containing video content",
        "the same as without `legacy`, by an interface that the specification has dropped",
    )],
};

const IDL: &str = "no IDL describes a Rust API, whose members the compiler checks";

/// The harness makes the subtests of these two files out of the specifications' IDL, dozens for
/// each interface.
const IDL_OF_RECORD: SourceFile = SourceFile {
    path: "mediacapture-record/idlharness.window.js",
    subtests: &[
        no_meaning("idl_test setup", IDL),
        no_meaning("idl_test validation", IDL),
        no_meaning("MediaRecorder interface: (each member)", IDL),
        no_meaning("BlobEvent interface: (each member)", IDL),
    ],
};

const IDL_OF_FROM_ELEMENT: SourceFile = SourceFile {
    path: "mediacapture-fromelement/idlharness.window.js",
    subtests: &[
        no_meaning("idl_test setup", IDL),
        no_meaning("idl_test validation", IDL),
        no_meaning("HTMLMediaElement interface: (each member)", IDL),
        no_meaning("HTMLCanvasElement interface: (each member)", IDL),
        no_meaning(
            "CanvasCaptureMediaStreamTrack interface: (each member)",
            IDL,
        ),
    ],
};

const CANVAS_READ: SourceFile = SourceFile {
    path: "mediacapture-fromelement/HTMLCanvasElement-getImageData-noframe.html",
    subtests: &[no_meaning(
        "CanvasRenderingContext2D.getImageData() does not lead to a frame being captured",
        "a canvas shows what is on it to those who paint, and that is a painting",
    )],
};

const NO_LOUDSPEAKER: &str =
    "a file is captured without being played aloud, so that nothing can be muted";

const CAPTURE_MUTED: SourceFile = SourceFile {
    path: "mediacapture-fromelement/capture-muted.html",
    subtests: &[
        no_meaning("video-only.", NO_LOUDSPEAKER),
        no_meaning("audio-only", NO_LOUDSPEAKER),
        no_meaning("video+audio", NO_LOUDSPEAKER),
    ],
};

const CAPTURE_VOLUME: SourceFile = SourceFile {
    path: "mediacapture-fromelement/capture-audio-unaffected-volume.html",
    subtests: &[
        no_meaning(
            "captureStream captured audio is independent of source element volume/muted state : src-audio-only-file",
            NO_LOUDSPEAKER,
        ),
        no_meaning(
            "captureStream captured audio is independent of source element volume/muted state : src-audio-only-stream",
            NO_LOUDSPEAKER,
        ),
        no_meaning(
            "captureStream captured audio is independent of source element volume/muted state : src-video-and-audio-file",
            NO_LOUDSPEAKER,
        ),
        no_meaning(
            "captureStream captured audio is independent of source element volume/muted state : src-video-and-audio-stream",
            NO_LOUDSPEAKER,
        ),
    ],
};

const CROSS_ORIGIN: SourceFile = SourceFile {
    path: "mediacapture-fromelement/cross-origin.html",
    subtests: &[no_meaning(
        "Capturing stream from cross-origin video",
        "a program may record whatever it may read: files have no origin",
    )],
};

const HISTORICAL: SourceFile = SourceFile {
    path: "mediacapture-fromelement/historical.html",
    subtests: &[no_meaning(
        "the deprecated MediaStream `onactive` event handler property is not available",
        "there are no event handler properties",
    )],
};

const PLAYS_ONCE: &str =
    "a `MediaFile` becomes one stream and plays once; opened anew it is another";

const RESTART_AFTER_ENDED: SourceFile = SourceFile {
    path: "mediacapture-fromelement/restart-after-ended.html",
    subtests: &[
        no_meaning(
            "video-only: captureStream() tracks end and are re-added after restart",
            PLAYS_ONCE,
        ),
        no_meaning(
            "audio-only: captureStream() tracks end and are re-added after restart",
            PLAYS_ONCE,
        ),
        no_meaning(
            "video+audio: captureStream() tracks end and are re-added after restart",
            PLAYS_ONCE,
        ),
    ],
};

const SRC_RESET: SourceFile = SourceFile {
    path: "mediacapture-fromelement/src-reset.html",
    subtests: &[
        no_meaning("src-video-only", PLAYS_ONCE),
        no_meaning("src-audio-only", PLAYS_ONCE),
        no_meaning("src-reset", PLAYS_ONCE),
        no_meaning("srcObj-audio-video", PLAYS_ONCE),
        no_meaning("srcObj-video-only", PLAYS_ONCE),
        no_meaning("src-audio-video", PLAYS_ONCE),
        no_meaning("srcObj-audio-only", PLAYS_ONCE),
    ],
};

const MEDIA_FRAGMENTS: SourceFile = SourceFile {
    path: "mediacapture-fromelement/testRecordingMediaFragmentsWithMediaSourceAndMediaRecorder.html",
    subtests: &[no_meaning(
        "Test recording media fragments using MediaSource and MediaRecorder",
        "it fetches files from the network and plays them with Media Source Extensions",
    )],
};
