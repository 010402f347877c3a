//! `cargo xtask peers encode`: our encoders beside those of ffmpeg and of a browser, on the same
//! pictures, at the same bitrates, in the same run.
//!
//! What is compared is CPU time, because wall time on a busy machine says little. Every program
//! reads the same Y4M file and may use the same number of threads; the quality of what they made
//! is measured by ffmpeg, for all alike.

mod browser;
mod clip;
mod encoders;
mod measure;
mod plot;
mod quality;
mod table;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use clip::Clip;
use encoders::{Encoder, Job};
use table::Row;

use crate::process;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A clip to encode, in any format that ffmpeg reads; may be given several times. Without it,
    /// one is generated.
    #[arg(long, value_name = "FILE")]
    clip: Vec<PathBuf>,
    /// Scale the clips to this size first.
    #[arg(long, value_name = "WIDTHxHEIGHT")]
    size: Option<String>,
    /// Bits per second; may be given several times.
    #[arg(long, value_name = "BITS", default_values_t = [600_000, 1_000_000, 2_500_000])]
    bitrate: Vec<u32>,
    /// Only the encoders whose name contains this; may be given several times.
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,
    /// How often everything is done; medians count.
    #[arg(long, value_name = "COUNT", default_value_t = 3)]
    runs: usize,
    /// How many threads each encoder may use.
    #[arg(long, value_name = "COUNT", default_value_t = 2)]
    threads: usize,
    /// What a browser's own `MediaRecorder` costs, too.
    #[arg(long)]
    browser: bool,
    /// Where the plots go: an SVG for each clip.
    #[arg(long, value_name = "DIRECTORY")]
    plot: Option<PathBuf>,
    /// The features of our build besides its defaults, such as `h264,asm`.
    #[arg(long, value_name = "LIST", default_value = "h264")]
    features: String,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let ours = encoders::build_ours(&options.features)?;
    let encoders: Vec<Encoder> = encoders::all(&ours)?
        .into_iter()
        .filter(|encoder| is_wanted(&encoder.name, &options.only))
        .collect();
    for clip in clips(options, directory.path())? {
        let rows = compare(&clip, &encoders, options, directory.path())?;
        println!("{}", table::table(&clip, &rows));
        if options.browser {
            for &bits_per_second in &options.bitrate {
                println!("{}", browser::measure(&clip, bits_per_second)?);
            }
        }
        if let Some(plots) = &options.plot {
            std::fs::create_dir_all(plots)
                .with_context(|| format!("cannot create {}", plots.display()))?;
            let file = plots.join(format!("encode-{}.svg", clip.name));
            plot::plot(&file, &clip, &rows)?;
            println!("plotted: {}", file.display());
        }
    }
    Ok(())
}

fn is_wanted(name: &str, only: &[String]) -> bool {
    only.is_empty() || only.iter().any(|text| name.contains(text))
}

fn clips(options: &Options, directory: &Path) -> Result<Vec<Clip>> {
    let size = options.size.as_deref();
    if options.clip.is_empty() {
        return Ok(vec![Clip::generate(size, directory)?]);
    }
    let clips = options.clip.iter();
    clips
        .map(|file| Clip::convert(file, size, directory))
        .collect()
}

/// All encoders at all bitrates. The runs alternate, so that what disturbs the machine for a while
/// disturbs all of them.
fn compare(
    clip: &Clip,
    encoders: &[Encoder],
    options: &Options,
    directory: &Path,
) -> Result<Vec<Row>> {
    let mut rows: Vec<Row> = Vec::new();
    for run in 0..options.runs.max(1) {
        let mut at = 0;
        for encoder in encoders {
            for &bits_per_second in &options.bitrate {
                let job = Job {
                    clip,
                    bits_per_second,
                    threads: options.threads,
                    output: &directory.join(format!("out.{}", encoder.extension)),
                };
                let cost = measure::cost(&mut encoder.command(&job))
                    .with_context(|| format!("{} at {bits_per_second}", encoder.name))?;
                if run == 0 {
                    let quality = quality::measure(job.output, clip)?;
                    rows.push(Row::new(encoder, bits_per_second, quality));
                }
                rows[at].costs.push(cost);
                at += 1;
            }
        }
        eprintln!("{}: run {} of {}", clip.name, run + 1, options.runs);
    }
    Ok(rows)
}

/// Runs ffmpeg without its banner.
fn ffmpeg() -> std::process::Command {
    let mut command = std::process::Command::new("ffmpeg");
    command.args(["-hide_banner", "-nostdin", "-y", "-v", "error"]);
    command
}

/// What ffprobe or ffmpeg printed, as text.
fn text_of(command: &mut std::process::Command) -> Result<String> {
    Ok(String::from_utf8_lossy(&process::stdout(command)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::is_wanted;

    #[test]
    fn without_a_choice_all_are_wanted() {
        assert!(is_wanted("libvpx vp8", &[]));
        assert!(is_wanted("libvpx vp8", &["x264".into(), "vp8".into()]));
        assert!(!is_wanted("libvpx vp8", &["vp9".into()]));
    }
}
