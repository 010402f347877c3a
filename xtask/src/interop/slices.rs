//! Recordings that are made in slices, each of which is a file of its own.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::plans::{self, THIRTY};
use super::record::{Recorder, Recording, Source};
use crate::process;

/// A recording that was made in slices.
#[derive(Debug)]
pub(super) struct Slices {
    /// What Media Source Extensions call it; empty if they take none of it.
    pub(super) source_type: &'static str,
    /// In order.
    pub(super) parts: Vec<PathBuf>,
    /// After the first part, the others play in any order.
    pub(super) self_contained: bool,
    /// The parts one after the other.
    pub(super) joined: Recording,
    /// The same with the changes that make it seek.
    pub(super) patched: Recording,
}

/// Slices to be made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    mime_type: &'static str,
    source_type: &'static str,
    size: &'static str,
    seconds: usize,
    self_contained: bool,
    pub(super) joined: &'static str,
    patched: &'static str,
}

/// The names are given with each use.
const WEBM: Plan = Plan {
    mime_type: plans::VP9_OPUS,
    source_type: plans::VP9_OPUS,
    size: "320x180",
    seconds: plans::LONG,
    self_contained: false,
    joined: "",
    patched: "",
};
const MKV: Plan = Plan {
    mime_type: plans::MKV_VP9_OPUS,
    source_type: "",
    seconds: plans::SHORT,
    ..WEBM
};
const MP4: Plan = Plan {
    mime_type: plans::MP4_VP9_OPUS,
    // What completes an MP4 at the end is nothing for Media Source Extensions.
    source_type: "",
    ..WEBM
};

/// Every recording that is made in slices.
pub(super) const ALL: [Plan; 10] = [
    Plan {
        joined: "slices-joined.webm",
        patched: "slices-patched.webm",
        ..WEBM
    },
    Plan {
        mime_type: plans::VP8_OPUS,
        source_type: plans::VP8_OPUS,
        self_contained: true,
        joined: "vp8-chunks-joined.webm",
        patched: "vp8-chunks-patched.webm",
        ..WEBM
    },
    Plan {
        self_contained: true,
        joined: "chunks-joined.webm",
        patched: "chunks-patched.webm",
        ..WEBM
    },
    Plan {
        mime_type: plans::AV1_OPUS,
        source_type: "video/webm;codecs=\"av01.0.00M.08, opus\"",
        size: plans::SMALL,
        seconds: plans::SHORT,
        self_contained: true,
        joined: "av1-chunks-joined.webm",
        patched: "av1-chunks-patched.webm",
    },
    Plan {
        joined: "slices-joined.mkv",
        patched: "slices-patched.mkv",
        ..MKV
    },
    Plan {
        self_contained: true,
        joined: "chunks-joined.mkv",
        patched: "chunks-patched.mkv",
        ..MKV
    },
    Plan {
        joined: "slices-joined.mp4",
        patched: "slices-patched.mp4",
        ..MP4
    },
    Plan {
        source_type: "video/mp4;codecs=\"vp09.00.11.08, opus\"",
        self_contained: true,
        joined: "chunks-joined.mp4",
        patched: "chunks-patched.mp4",
        ..MP4
    },
    Plan {
        mime_type: plans::MP4_AV1_OPUS,
        source_type: "video/mp4;codecs=\"av01.0.00M.08, opus\"",
        size: plans::SMALL,
        seconds: plans::SHORT,
        self_contained: true,
        joined: "av1-chunks-joined.mp4",
        patched: "av1-chunks-patched.mp4",
    },
    Plan {
        mime_type: "audio/mp4;codecs=opus",
        source_type: "audio/mp4;codecs=opus",
        seconds: plans::SHORT,
        self_contained: true,
        joined: "sound-chunks-joined.m4a",
        patched: "sound-chunks-patched.m4a",
        ..MP4
    },
];

/// Records the test pattern in slices.
pub(super) fn record(recorder: &Recorder<'_>, plan: Plan) -> Result<Slices> {
    let directory = recorder.directory.join(format!("{}.parts", plan.joined));
    fs::create_dir_all(&directory)?;
    let mut command = recorder.example("slices");
    command.arg(&directory).arg(plan.seconds.to_string());
    command.args([plan.mime_type, plan.size]);
    command.arg(if plan.self_contained {
        "self-contained"
    } else {
        "any"
    });
    process::stdout(&mut command)?;

    let mut parts: Vec<PathBuf> = fs::read_dir(&directory)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_owned();
    parts.retain(|path| name(path).to_string_lossy().starts_with("part-"));
    // The numbers in the names have leading zeros.
    parts.sort();
    let joined = recorder.directory.join(plan.joined);
    let mut all = Vec::new();
    for part in &parts {
        all.extend(fs::read(part)?);
    }
    fs::write(&joined, all)?;
    let patched = recorder.directory.join(plan.patched);
    fs::rename(directory.join("patched"), &patched)?;
    let recording = |name, path, live| {
        let mut recording = Recording {
            name,
            path,
            source: Source::Pattern {
                seconds: plan.seconds,
            },
            mime_type: plan.mime_type,
            live,
            rate: THIRTY,
            frames: 0,
            duration: plan.seconds as f64,
            fragmented: false,
        };
        if recording.has_picture() {
            recording.frames = plan.seconds * THIRTY.numerator as usize;
        }
        recording.fragmented = recording.is_mp4() && (live || plan.self_contained);
        recording
    };
    Ok(Slices {
        source_type: plan.source_type,
        self_contained: plan.self_contained,
        parts,
        joined: recording(plan.joined, joined, true),
        patched: recording(plan.patched, patched, false),
    })
}
