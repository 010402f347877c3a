//! What headless Chromium is asked to do with the recordings: to play them, to seek in them, to
//! take them in parts.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value, json};

use super::chromium;
use super::http::Resource;
use super::record::{FrameRate, Recording, Slices, Source};
use super::report::Report;
use super::verdict;

/// Where is seeked to.
const PLACES: [f64; 3] = [0.25, 0.5, 0.9];

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
    pub(super) frames: usize,
    /// The end of the last frame, in seconds.
    pub(super) end: f64,
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
            end: recording.duration,
            is_pattern: matches!(recording.source, Source::Pattern { .. }),
        }
    }

    /// Where is seeked to, in seconds: the middle of frames, so that there is no doubt which
    /// one is meant.
    pub(super) fn times(&self) -> Vec<f64> {
        let frame = |place: f64| (place * self.frames as f64) as usize;
        let middle = |n: usize| self.rate.time_of(2 * n + 1) / 2.0;
        PLACES.iter().map(|&place| middle(frame(place))).collect()
    }
}

/// All recordings in the browser, and the parts of the one in slices.
pub(super) fn check(
    report: &mut Report,
    directory: &Path,
    recordings: &[Recording],
    slices: Option<&Slices>,
) {
    let mut site = Site::new(directory);
    let mut jobs = Vec::new();
    let mut orders = Vec::new();
    let sliced = slices
        .into_iter()
        .flat_map(|slices| [&slices.joined, &slices.patched]);
    let recordings = recordings.iter().chain(sliced);
    for recording in recordings.filter(|recording| recording.is_webm()) {
        let tasks: &[Task] = match recording.source {
            _ if recording.live => &[Task::Play],
            Source::Paused { .. } => &[Task::Seek, Task::Play],
            _ => &[Task::Seek],
        };
        for &task in tasks {
            let job = Job::new(recording.name.to_owned(), task, recording);
            let kind = if task == Task::Play { "play" } else { "seek" };
            let url = site.file(&recording.path);
            orders.push(json!({"kind": kind, "url": url, "times": job.times()}));
            jobs.push(job);
        }
    }
    if let Some(Slices { parts, joined, .. }) = slices {
        let subject = format!("{} slices", parts.len());
        let job = Job::new(subject, Task::Append, joined);
        let parts: Vec<_> = parts.iter().map(|part| site.file(part)).collect();
        orders.push(json!({
            "kind": "append",
            "parts": parts,
            "type": joined.mime_type,
            "times": job.times(),
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
        let file = Resource::Media("video/webm", path.to_owned());
        self.resources.insert(url.clone(), file);
        url
    }
}
