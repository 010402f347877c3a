//! `cargo xtask vp8`: what our VP8 encoder writes, two decoders of others show sample for sample
//! as the encoder says.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::process;
use crate::workspace::Workspace;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Every seventh of the combinations alone, and none of large pictures.
    #[arg(long)]
    short: bool,
    /// Y4M files to encode besides the generated ones.
    #[arg(long)]
    clip: Vec<PathBuf>,
}

/// ffmpeg's sources of pictures, sizes with odd sides among them, which need whole chroma to be cut.
const SOURCES: [&str; 6] = [
    "testsrc2=size=176x144:rate=25",
    "testsrc2=size=175x143:rate=30",
    "mandelbrot=size=320x184:rate=25",
    "color=gray:size=64x64:rate=25,noise=alls=100:allf=t,format=yuv444p,crop=33:17",
    "testsrc=size=17x1:rate=25",
    "color=red:size=16x16:rate=25,format=yuv444p,crop=1:1",
];
const FRAMES: &str = "30";
/// As large as cameras are, and as wide and as high as the format goes.
const LARGE_SOURCES: [&str; 3] = [
    "testsrc2=size=1920x1080:rate=30",
    "testsrc2=size=16384x16:rate=30,format=yuv444p,crop=16383:16",
    "testsrc2=size=16x16384:rate=30,format=yuv444p,crop=16:16383",
];
const LARGE_FRAMES: &str = "5";
const SPEEDS: [&str; 5] = ["fastest", "live", "balanced", "thorough", "slowest"];
const RATES: [[&str; 2]; 5] = [
    ["--quantizer", "0"],
    ["--quantizer", "50"],
    ["--quantizer", "127"],
    ["--bitrate", "60000"],
    ["--bitrate", "800000"],
];
const THREADS: [&str; 2] = ["1", "2"];
/// Every so many combinations, decoders use the simple filter.
const SIMPLE_FILTER: usize = 4;
/// Every so many, macroblocks have quantizers of their own.
const FINER_WHERE_FLAT: usize = 3;
/// ffmpeg's own decoder, and libvpx by it.
const DECODERS: [&str; 2] = ["vp8", "libvpx"];

pub(crate) fn run(options: &Options) -> Result<()> {
    let build = [
        "build",
        "--release",
        "--package",
        "media-recorder-vp8",
        "--example",
        "encode",
    ];
    process::run(&mut process::cargo(&build))?;
    let encoder = Workspace::load()?.target.join("release/examples/encode");
    let directory = tempfile::tempdir()?;
    let mut clips = options.clip.clone();
    let mut sources = SOURCES.map(|source| (source, FRAMES)).to_vec();
    if !options.short {
        sources.extend(LARGE_SOURCES.map(|source| (source, LARGE_FRAMES)));
    }
    for (index, (source, frames)) in sources.into_iter().enumerate() {
        let clip = directory.path().join(format!("{index}.y4m"));
        let mut ffmpeg = ffmpeg();
        ffmpeg.args(["-f", "lavfi", "-i", source, "-frames:v", frames]);
        process::run(ffmpeg.args(["-pix_fmt", "yuv420p"]).arg(&clip))?;
        clips.push(clip);
    }

    let (mut count, mut wrong) = (0, Vec::new());
    for (number, combination) in combinations(&clips).enumerate() {
        if options.short && number % 7 != 0 {
            continue;
        }
        count += 1;
        let (clip, mut arguments) = combination;
        if number % SIMPLE_FILTER == 1 {
            arguments.push("--simple-filter");
        }
        if number % FINER_WHERE_FLAT == 2 {
            arguments.push("--finer-where-flat");
        }
        if let Err(error) = check(&encoder, clip, &arguments, directory.path()) {
            println!("{} {arguments:?}: {error:#}", clip.display());
            wrong.push(error);
        }
    }
    if !wrong.is_empty() {
        bail!(
            "{} of {count} combinations are decoded otherwise",
            wrong.len()
        );
    }
    println!("{count} combinations are decoded by {DECODERS:?} as the encoder says");
    Ok(())
}

/// Each clip with each speed, rate and number of threads.
fn combinations(clips: &[PathBuf]) -> impl Iterator<Item = (&Path, Vec<&'static str>)> {
    clips.iter().flat_map(|clip| {
        SPEEDS.iter().flat_map(move |speed| {
            RATES.iter().flat_map(move |rate| {
                THREADS.iter().map(move |threads| {
                    let mut arguments = vec!["--speed", speed, "--threads", threads];
                    arguments.extend(rate);
                    // Key frames in between.
                    arguments.extend(["--key-interval", "13"]);
                    (clip.as_path(), arguments)
                })
            })
        })
    })
}

fn check(encoder: &Path, clip: &Path, arguments: &[&str], directory: &Path) -> Result<()> {
    let [encoded, shown] = ["encoded.ivf", "shown.y4m"].map(|name| directory.join(name));
    let mut encode = Command::new(encoder);
    encode.arg(clip).arg(&encoded).args(arguments);
    process::stdout(encode.arg("--reconstruction").arg(&shown))?;
    let shown = samples(&[], &shown)?;
    for decoder in DECODERS {
        let decoded = samples(&["-c:v", decoder], &encoded).context(decoder)?;
        if decoded != shown {
            bail!("{decoder} shows something else");
        }
    }
    Ok(())
}

/// All samples of a file's pictures, by as many threads as a decoder likes.
fn samples(options: &[&str], file: &Path) -> Result<Vec<u8>> {
    let mut ffmpeg = ffmpeg();
    ffmpeg.arg("-xerror").args(options);
    ffmpeg.arg("-i").arg(file);
    process::stdout(ffmpeg.args([
        "-fps_mode",
        "passthrough",
        "-pix_fmt",
        "yuv420p",
        "-f",
        "rawvideo",
        "-",
    ]))
}

fn ffmpeg() -> Command {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-y"]);
    ffmpeg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_hundreds_of_combinations_and_all_differ() {
        let clips: Vec<PathBuf> = SOURCES.iter().map(PathBuf::from).collect();
        let mut all: Vec<_> = combinations(&clips).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert!(count >= 200 && all.len() == count, "{count}, {}", all.len());
    }
}
