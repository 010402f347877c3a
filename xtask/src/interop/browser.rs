//! What headless Chromium is asked to do with the recordings: to play them, to seek in them, to
//! take them in parts.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value, json};

use super::record::{FrameRate, Recording, Source};
use super::report::Report;
use super::slices::Slices;
use super::verdict;
use crate::chromium::{self, Resource};

/// Where is seeked to: forth and back.
const PLACES: [f64; 3] = [0.25, 0.9, 0.5];

/// Something that the page does with a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Seeks in the file.
    Seek,
    /// Plays the file to its end.
    Play,
    /// Appends the parts of the recording to a `SourceBuffer`, then seeks.
    Append,
}

/// What the page does, and what it has to see.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) subject: String,
    pub(super) task: Task,
    pub(super) rate: FrameRate,
    /// None if there is no picture.
    pub(super) frames: usize,
    /// The end of the recording, in seconds.
    pub(super) end: f64,
    /// How much longer it may be said to be, in seconds.
    pub(super) slack: f64,
    /// The frames show their number, and none is left out.
    pub(super) is_pattern: bool,
}

impl Job {
    fn new(subject: String, task: Task, recording: &Recording) -> Self {
        Self {
            subject,
            task,
            rate: recording.rate,
            frames: recording.frames,
            end: if recording.is_broken() {
                // The last frame may be there in part.
                recording.duration - recording.rate.time_of(1)
            } else {
                recording.duration
            },
            slack: recording.end_slack(),
            is_pattern: matches!(recording.source, Source::Pattern { .. } | Source::Killed),
        }
    }

    /// Where is seeked to, in seconds: the middle of frames, so that there is no doubt which
    /// one is meant.
    pub(super) fn times(&self) -> Vec<f64> {
        if self.frames == 0 {
            return PLACES.iter().map(|place| place * self.end).collect();
        }
        let frame = |place: f64| (place * self.frames as f64) as usize;
        let middle = |n: usize| self.rate.time_of(2 * n + 1) / 2.0;
        PLACES.iter().map(|&place| middle(frame(place))).collect()
    }
}

/// All recordings in the browser, and the parts of those in slices: self-contained ones from the
/// last to the first.
pub(super) fn check(
    report: &mut Report,
    directory: &Path,
    recordings: &[Recording],
    slices: &[Slices],
) {
    let Some(report) = report.by("chromium") else {
        return;
    };
    let mut site = Site::new(directory);
    let mut jobs = Vec::new();
    let mut orders = Vec::new();
    let sliced = slices
        .iter()
        .flat_map(|slices| [&slices.joined, &slices.patched]);
    let recordings = recordings.iter().chain(sliced);
    // Half a sample is an error for Chromium where an MP4 announces a whole one.
    for recording in recordings.filter(|recording| !(recording.is_broken() && recording.is_mp4())) {
        let tasks: &[Task] = match recording.source {
            _ if recording.live => &[Task::Play],
            Source::Paused { .. } => &[Task::Seek, Task::Play],
            _ => &[Task::Seek],
        };
        for &task in tasks {
            let job = Job::new(recording.name.to_owned(), task, recording);
            let kind = if task == Task::Play { "play" } else { "seek" };
            let url = site.file(&recording.path);
            let times = job.times();
            let picture = recording.has_picture();
            orders.push(json!({"kind": kind, "url": url, "times": times, "picture": picture}));
            jobs.push(job);
        }
    }
    // A complete MP4 is none of what Media Source Extensions take; its chunks are.
    for slices in slices
        .iter()
        .filter(|slices| !slices.source_type.is_empty())
    {
        let subject = format!("parts of {}", slices.joined.name);
        let job = Job::new(subject, Task::Append, &slices.joined);
        let mut parts: Vec<_> = slices.parts.iter().map(|part| site.file(part)).collect();
        if let Some(chunks) = parts.get_mut(1..).filter(|_| slices.self_contained) {
            chunks.reverse();
        }
        orders.push(json!({
            "kind": "append",
            "parts": parts,
            "type": slices.source_type,
            "times": job.times(),
            "picture": slices.joined.has_picture(),
        }));
        jobs.push(job);
    }
    site.page(
        "/jobs.json",
        "application/json",
        Value::from(orders).to_string(),
    );
    let Some(results) = report.attempt("chromium", "result", || chromium::visit(site.resources))
    else {
        return;
    };
    for (index, job) in jobs.iter().enumerate() {
        verdict::judge(report, job, &results[index]);
    }
}

/// What is served.
struct Site<'a> {
    directory: &'a Path,
    resources: HashMap<String, Resource>,
}

impl<'a> Site<'a> {
    fn new(directory: &'a Path) -> Self {
        let mut site = Self {
            directory,
            resources: HashMap::new(),
        };
        site.page("/", "text/html", include_str!("page.html").to_owned());
        let script = include_str!("page.js").to_owned();
        site.page("/page.js", "text/javascript", script);
        site
    }

    fn page(&mut self, path: &str, kind: &'static str, text: String) {
        let page = Resource::Page(kind, text);
        self.resources.insert(path.to_owned(), page);
    }

    /// Where a file of the directory is served.
    fn file(&mut self, path: &Path) -> String {
        let relative = path.strip_prefix(self.directory).unwrap_or(path);
        let url = format!("/media/{}", relative.display());
        let extension = path.extension().unwrap_or_default();
        let media_type = match extension.to_string_lossy().as_ref() {
            "mp4" | "m4a" => "video/mp4",
            "mkv" | "mka" => "video/x-matroska",
            _ => "video/webm",
        };
        let file = Resource::Media(media_type, path.to_owned());
        self.resources.insert(url.clone(), file);
        url
    }
}
