//! How good the pictures are, and how many bits they took.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::clip::Clip;
use super::text_of;
use crate::process;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quality {
    /// Of the luma, in dB, over all pictures.
    pub(super) psnr: f64,
    /// Of the luma, from 0 to 1.
    pub(super) ssim: f64,
    /// What was really spent.
    pub(super) bits_per_second: f64,
}

/// Compares what was encoded with the clip, picture by picture.
pub(super) fn measure(encoded: &Path, clip: &Clip) -> Result<Quality> {
    // By number and not by time, which containers round: both in the same unit.
    const FILTER: &str = "[0:v]settb=1/1000,setpts=N,split[a][b];\
                          [1:v]settb=1/1000,setpts=N,split[c][d];\
                          [a][c]psnr[p];[b][d]ssim[s]";
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-hide_banner", "-nostdin", "-v", "info", "-i"]);
    ffmpeg.arg(encoded).arg("-i").arg(&clip.path);
    ffmpeg.args(["-lavfi", FILTER, "-map", "[p]", "-map", "[s]"]);
    let output = process::output(ffmpeg.args(["-f", "null", "-"]))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let psnr = number_after(&said, "PSNR y:");
    let ssim = number_after(&said, "SSIM Y:");
    let (Some(psnr), Some(ssim)) = (psnr, ssim) else {
        anyhow::bail!("ffmpeg measured nothing: {said}");
    };
    let (packets, bytes) = packets(encoded)?;
    ensure!(
        packets == clip.frames,
        "{packets} of {} pictures are there",
        clip.frames
    );
    let seconds = f64::from(clip.frames) / clip.rate;
    Ok(Quality {
        psnr,
        ssim,
        bits_per_second: bytes as f64 * 8.0 / seconds,
    })
}

/// The number that follows `label` where it stands last.
fn number_after(text: &str, label: &str) -> Option<f64> {
    let (_, after) = text.rsplit_once(label)?;
    after.split([' ', '\n']).next()?.parse().ok()
}

/// How many packets a file has, and how many bytes are in them.
fn packets(file: &Path) -> Result<(u32, u64)> {
    let mut probe = Command::new("ffprobe");
    probe.args(["-v", "error", "-select_streams", "v", "-of", "csv=p=0"]);
    probe.args(["-show_entries", "packet=size"]).arg(file);
    let text = text_of(&mut probe)?;
    let mut bytes = 0;
    let mut count = 0;
    for line in text.lines().filter(|line| !line.is_empty()) {
        let size = line.trim_end_matches(',').parse::<u64>();
        bytes += size.with_context(|| format!("ffprobe says {line:?}"))?;
        count += 1;
    }
    Ok((count, bytes))
}

#[cfg(test)]
mod tests {
    use super::number_after;

    #[test]
    fn numbers_are_found_by_their_labels() {
        let text = "x PSNR y:38.1 u:40\n SSIM Y:0.987 (18.9)\n PSNR y:39.5 u:41";
        assert_eq!(number_after(text, "PSNR y:"), Some(39.5));
        assert_eq!(number_after(text, "SSIM Y:"), Some(0.987));
        assert_eq!(number_after(text, "VMAF:"), None);
    }
}
