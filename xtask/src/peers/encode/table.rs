//! The comparison as text.

use std::fmt::Write as _;

use super::clip::Clip;
use super::encoders::Encoder;
use super::measure::Cost;
use super::quality::Quality;
use crate::peers::median::median;

/// The encoder that the others are compared with: what browsers use to record live.
const REFERENCE: &str = "libvpx vp8";

/// One encoder at one bitrate.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) is_ours: bool,
    /// What was asked for.
    pub(super) bits_per_second: u32,
    pub(super) quality: Quality,
    pub(super) costs: Vec<Cost>,
}

impl Row {
    pub(super) fn new(encoder: &Encoder, bits_per_second: u32, quality: Quality) -> Self {
        Self {
            name: encoder.name.clone(),
            is_ours: encoder.is_ours,
            bits_per_second,
            quality,
            costs: Vec::new(),
        }
    }

    /// Seconds of CPU time, the median of all runs.
    pub(super) fn cpu(&self) -> f64 {
        median(self.costs.iter().map(|cost| cost.cpu).collect())
    }

    fn wall(&self) -> f64 {
        median(self.costs.iter().map(|cost| cost.wall).collect())
    }
}

/// A table in Markdown, the cheapest first, bitrate by bitrate.
pub(super) fn table(clip: &Clip, rows: &[Row]) -> String {
    let frames = f64::from(clip.frames);
    let mut text = format!(
        "\n{}: {}x{}, {} frames, {:.2} a second\n",
        clip.name, clip.width, clip.height, clip.frames, clip.rate
    );
    let mut bitrates: Vec<u32> = rows.iter().map(|row| row.bits_per_second).collect();
    bitrates.sort_unstable();
    bitrates.dedup();
    for bitrate in bitrates {
        let mut rows: Vec<&Row> = rows
            .iter()
            .filter(|row| row.bits_per_second == bitrate)
            .collect();
        rows.sort_by(|a, b| a.cpu().total_cmp(&b.cpu()));
        let reference = rows.iter().find(|row| row.name == REFERENCE);
        let reference = reference.map(|row| (row.cpu(), row.quality));
        let _ = writeln!(
            text,
            "\n| {} kb/s | CPU ms a frame | of {REFERENCE} | fps | kb/s | PSNR dB | against it | SSIM |\n\
             |---|---|---|---|---|---|---|---|",
            bitrate / 1000
        );
        for row in rows {
            let cpu = row.cpu();
            let (ratio, gain) = match reference {
                Some((of, quality)) => (
                    format!("{:.2}", cpu / of),
                    format!("{:+.2}", row.quality.psnr - quality.psnr),
                ),
                None => ("".into(), "".into()),
            };
            let _ = writeln!(
                text,
                "| {} | {:.1} | {ratio} | {:.0} | {:.0} | {:.2} | {gain} | {:.4} |",
                row.name,
                cpu / frames * 1000.0,
                frames / row.wall(),
                row.quality.bits_per_second / 1000.0,
                row.quality.psnr,
                row.quality.ssim,
            );
        }
    }
    text
}
