//! The muxers: all are given the same packets, VP9 and Opus in turns, and take turns.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use super::ffmpeg::Ffmpeg;
use super::project::Project;
use super::table::{Row, Table};
use crate::process;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// How many times each muxer runs.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// How many small packets a file has.
    #[arg(long, default_value_t = 1_800_000)]
    small: u64,
    /// How many large packets a file has.
    #[arg(long, default_value_t = 20_000)]
    large: u64,
}

const SMALL_OCTETS: usize = 64;
const LARGE_OCTETS: usize = 65_536;

/// Those of the project, with what to say of them.
const MUXERS: [(&str, &str); 7] = [
    ("webm", "WebM, ours"),
    ("libwebm", "WebM, libwebm (the crate webm 2.2.1, C++)"),
    ("mp4-hybrid", "MP4 hybrid, ours"),
    ("mp4-fragmented", "MP4 fragmented, ours"),
    ("shiguredo_mp4", "MP4, shiguredo_mp4 2026.5.0"),
    (
        "shiguredo_mp4-in-groups",
        "MP4, shiguredo_mp4 2026.5.0, a second of each track in turns",
    ),
    ("muxide", "MP4, muxide 0.5.0"),
];

pub(super) fn run(options: &Options) -> Result<()> {
    let project = Project::build()?;
    let directory = directory(&project)?;
    let ffmpeg = Ffmpeg::find()?;
    if ffmpeg.is_none() {
        println!("without ffmpeg, which is not installed (Debian: apt-get install ffmpeg)");
    }
    let small = Work {
        name: format!("{} packets of {SMALL_OCTETS} B to nowhere", options.small),
        packets: options.small,
        octets: SMALL_OCTETS,
        keeps: false,
    };
    let large = Work {
        name: format!("{} packets of {LARGE_OCTETS} B to memory", options.large),
        packets: options.large,
        octets: LARGE_OCTETS,
        keeps: true,
    };
    for work in [small, large] {
        work.run(&project, ffmpeg.as_ref(), directory.path(), options.runs)?;
    }
    println!(
        "\nTimes are of the processor; each is the median of {} runs, in which the muxers take \
         turns.\nffmpeg's is that of `-c copy` from a prepared file, less that of the same into \
         its muxer `null`.",
        options.runs
    );
    Ok(())
}

/// On a disk in memory, where there is one.
fn directory(project: &Project) -> Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() {
        memory
    } else {
        project.directory()
    };
    tempfile::tempdir_in(parent).context("there is no place for the files")
}

/// Makes room for a file of this name: to empty the one before is none of a muxer's work.
pub(super) fn remove(file: &Path) -> Result<()> {
    if file.is_file() {
        fs::remove_file(file).with_context(|| format!("cannot remove {}", file.display()))?;
    }
    Ok(())
}

struct Work {
    name: String,
    packets: u64,
    octets: usize,
    /// Whether there is a file in the end.
    keeps: bool,
}

impl Work {
    fn run(
        &self,
        project: &Project,
        ffmpeg: Option<&Ffmpeg>,
        directory: &Path,
        runs: usize,
    ) -> Result<()> {
        let mut rows = vec![Row::new("plain vectored write, no muxer")];
        let muxers = MUXERS.iter().filter(|(muxer, _)| project.has(muxer));
        let muxers: Vec<_> = muxers.collect();
        rows.extend(muxers.iter().map(|(_, name)| Row::new(*name)));
        let of_ffmpeg = rows.len();
        let input = directory.join("input.webm");
        if let Some(ffmpeg) = ffmpeg {
            self.measure(project, "webm", &input)?;
            rows.extend(ffmpeg.formats().map(Row::new));
        }
        let output = if self.keeps {
            directory.join("output")
        } else {
            PathBuf::from("/dev/null")
        };
        for _ in 0..runs {
            rows[0].times.push(self.measure(project, "plain", &output)?);
            for ((muxer, _), row) in muxers.iter().zip(&mut rows[1..]) {
                row.times.push(self.measure(project, muxer, &output)?);
            }
            if let Some(ffmpeg) = ffmpeg {
                let times = ffmpeg.measure(&input, &output)?;
                for (time, row) in times.into_iter().zip(&mut rows[of_ffmpeg..]) {
                    row.times.push(time);
                }
            }
        }
        println!("\n{}\n", self.name);
        let table = Table {
            packets: self.packets,
            rows: &rows,
        };
        print!("{table}");
        Ok(())
    }

    /// One run of one muxer, in seconds.
    fn measure(&self, project: &Project, muxer: &str, file: &Path) -> Result<f64> {
        remove(file)?;
        let mut command = project.command();
        command.arg(muxer).arg(self.packets.to_string());
        command.arg(self.octets.to_string()).arg(file);
        let nanos = String::from_utf8(process::stdout(&mut command)?)?;
        let nanos: f64 = nanos.trim().parse().context("a muxer prints its time")?;
        Ok(nanos / 1e9)
    }
}
