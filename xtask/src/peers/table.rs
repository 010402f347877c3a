//! What was measured, for people.

use std::fmt;

use super::median::median;

/// A muxer's runs.
#[derive(Debug)]
pub(super) struct Row {
    name: String,
    /// In seconds.
    pub(super) times: Vec<f64>,
}

impl Row {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            times: Vec::new(),
        }
    }

    /// Half of the runs took longer.
    fn median(&self) -> f64 {
        median(self.times.clone())
    }
}

/// Rows of the same packets; the first is what the others are compared with.
pub(super) struct Table<'a> {
    pub(super) packets: u64,
    pub(super) rows: &'a [Row],
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.name.chars().count()).max();
        let width = width.unwrap_or(0);
        let plain = self.rows.first().map_or(f64::NAN, Row::median);
        writeln!(
            f,
            "{:width$}  {:>9}  {:>9}  {:>9}  {:>14}",
            "", "median", "fastest", "packets/s", "speed of first"
        )?;
        for row in self.rows {
            let median = row.median();
            let fastest = row.times.iter().copied().fold(f64::INFINITY, f64::min);
            let speed = self.packets as f64 / median;
            writeln!(
                f,
                "{:width$}  {:>7.1}ms  {:>7.1}ms  {:>9}  {:>13.1}%",
                row.name,
                median * 1e3,
                fastest * 1e3,
                in_thousands(speed),
                plain / median * 100.0,
            )?;
        }
        Ok(())
    }
}

/// With a unit, in three or four digits.
fn in_thousands(number: f64) -> String {
    match number {
        1e7.. => format!("{:.1} M", number / 1e6),
        1e6.. => format!("{:.2} M", number / 1e6),
        _ => format!("{:.0} k", number / 1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_compared_by_their_medians() {
        let mut rows = [Row::new("plain"), Row::new("a muxer")];
        rows[0].times = vec![0.001, 0.001, 9.0];
        rows[1].times = vec![0.004, 0.001, 0.002];
        let table = Table {
            packets: 20_000,
            rows: &rows,
        };
        let shown = table.to_string();
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[1].starts_with("plain    "), "{shown}");
        assert!(lines[1].contains("20.0 M"), "{shown}");
        assert!(lines[2].contains("2.0ms"), "{shown}");
        assert!(lines[2].ends_with(" 50.0%"), "{shown}");
    }

    #[test]
    fn speeds_are_short() {
        for (number, shown) in [
            (12_345_678.0, "12.3 M"),
            (1_234_567.0, "1.23 M"),
            (2_300.0, "2 k"),
        ] {
            assert_eq!(in_thousands(number), shown);
        }
    }
}
