//! Quality over CPU time, as a picture.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use super::clip::Clip;
use super::table::Row;

/// Draws all encoders of a clip: a line for each, a dot for each bitrate.
pub(super) fn plot(file: &Path, clip: &Clip, rows: &[Row]) -> Result<()> {
    draw(file, clip, rows).map_err(|error| anyhow!("cannot plot {}: {error}", file.display()))
}

fn draw(file: &Path, clip: &Clip, rows: &[Row]) -> Result<(), Box<dyn std::error::Error>> {
    let frames = f64::from(clip.frames);
    let point = |row: &Row| (row.cpu() / frames * 1000.0, row.quality.psnr);
    let points: Vec<(f64, f64)> = rows.iter().map(point).collect();
    let (Some(x), Some(y)) = (
        range(points.iter().map(|point| point.0)),
        range(points.iter().map(|point| point.1)),
    ) else {
        return Ok(());
    };
    let area = SVGBackend::new(file, (1000, 640)).into_drawing_area();
    area.fill(&WHITE)?;
    let title = format!("{}, {}x{}", clip.name, clip.width, clip.height);
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(52)
        .build_cartesian_2d(
            ((x.0 * 0.8)..(x.1 * 2.2)).log_scale(),
            (y.0 - 0.5)..(y.1 + 0.5),
        )?;
    chart
        .configure_mesh()
        .x_desc("CPU milliseconds a frame")
        .y_desc("PSNR of the luma, dB")
        .draw()?;
    let mut names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    names.dedup();
    names.sort_unstable();
    names.dedup();
    for (index, name) in names.iter().enumerate() {
        let color = Palette99::pick(index).to_rgba();
        let own: Vec<&Row> = rows.iter().filter(|row| row.name == *name).collect();
        let style = color.stroke_width(if own.iter().any(|row| row.is_ours) {
            3
        } else {
            1
        });
        let line: Vec<(f64, f64)> = own.iter().map(|row| point(row)).collect();
        chart
            .draw_series(LineSeries::new(line.iter().copied(), style))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], style));
        let dots = line.iter().map(|&at| Circle::new(at, 3, color.filled()));
        chart.draw_series(dots)?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.9))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}

/// From the least to the greatest; `None` of none.
fn range(numbers: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    numbers.fold(None, |range, number| {
        let (least, most) = range.unwrap_or((number, number));
        Some((least.min(number), most.max(number)))
    })
}
