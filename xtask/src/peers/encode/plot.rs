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
    const SIZE: (u32, u32) = (1100, 660);
    const CHART_WIDTH: u32 = 900;

    let lines = lines(clip, rows);
    let points = || lines.iter().flat_map(|line| &line.points);
    let (Some(x), Some(y)) = (
        range(points().map(|point| point.0)),
        range(points().map(|point| point.1)),
    ) else {
        return Ok(());
    };
    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area.split_horizontally(CHART_WIDTH);
    let title = format!(
        "{}, {}x{}: a line for each encoder, a dot for each bitrate",
        clip.name, clip.width, clip.height
    );
    let mut chart = ChartBuilder::on(&left)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(52)
        .build_cartesian_2d(
            ((x.0 * 0.8)..(x.1 * 1.25)).log_scale(),
            (y.0 - 0.5)..(y.1 + 1.0),
        )?;
    chart
        .configure_mesh()
        .max_light_lines(0)
        .label_style(("sans-serif", 13))
        .axis_desc_style(("sans-serif", 15))
        .x_label_formatter(&|x| format!("{x}"))
        .y_label_formatter(&|y| format!("{y:.0}"))
        .x_desc("CPU milliseconds a frame")
        .y_desc("PSNR of the luma, dB")
        .draw()?;
    for (index, line) in lines.iter().enumerate() {
        let style = line.style();
        chart.draw_series(LineSeries::new(line.points.iter().copied(), style))?;
        let dots = line.points.iter().map(|&at| Circle::new(at, 3, style));
        chart.draw_series(dots)?;
        if let Some(&end) = line.points.last() {
            let number = Text::new((index + 1).to_string(), (0, -16), ("sans-serif", 13));
            chart.draw_series([EmptyElement::at(end) + number])?;
        }
    }
    // Beside the chart, since there is no place in it that is free of lines for all clips.
    for (index, line) in lines.iter().enumerate() {
        let y = 60 + 22 * index as i32;
        right.draw(&PathElement::new([(4, y), (28, y)], line.style()))?;
        let label = format!("{} {}", index + 1, line.name);
        right.draw(&Text::new(label, (34, y - 6), ("sans-serif", 13)))?;
    }
    area.present()?;
    Ok(())
}

/// One encoder at all bitrates.
struct Line<'a> {
    name: &'a str,
    is_ours: bool,
    /// CPU milliseconds a frame, and dB.
    points: Vec<(f64, f64)>,
}

impl Line<'_> {
    /// A colour for each format; ours are thick.
    fn style(&self) -> ShapeStyle {
        const VP8: RGBColor = RGBColor(0, 90, 200);
        const VP9: RGBColor = RGBColor(0, 130, 60);
        const AV1: RGBColor = RGBColor(140, 30, 150);
        const H264: RGBColor = RGBColor(205, 70, 0);

        let color = match self.name {
            name if name.contains("vp8") => VP8,
            name if name.contains("vp9") => VP9,
            name if name.contains("av1") || name.contains("av01") => AV1,
            _ => H264,
        };
        color.stroke_width(if self.is_ours { 3 } else { 1 })
    }
}

/// The cheapest first, as in the table.
fn lines<'a>(clip: &Clip, rows: &'a [Row]) -> Vec<Line<'a>> {
    let frames = f64::from(clip.frames);
    let mut lines: Vec<Line<'a>> = Vec::new();
    for row in rows {
        let point = (row.cpu() / frames * 1000.0, row.quality.psnr);
        match lines.iter_mut().find(|line| line.name == row.name) {
            Some(line) => line.points.push(point),
            None => lines.push(Line {
                name: &row.name,
                is_ours: row.is_ours,
                points: vec![point],
            }),
        }
    }
    let cost = |line: &Line<'_>| line.points.iter().map(|point| point.0).sum::<f64>();
    lines.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
    lines
}

/// From the least to the greatest; `None` of none.
fn range(numbers: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    numbers.fold(None, |range, number| {
        let (least, most) = range.unwrap_or((number, number));
        Some((least.min(number), most.max(number)))
    })
}
