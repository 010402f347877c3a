//! What a program with many processes costs.

use std::collections::HashMap;
use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::process;

/// What a process says of itself: its parent, and the ticks that it and its ended children used.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stat {
    id: u32,
    parent: u32,
    ticks: u64,
}

/// The CPU time of a process and all that it started, directly or not.
pub(super) fn of_tree(root: u32) -> Result<Duration> {
    let entries = fs::read_dir("/proc").context("there is no /proc")?;
    let stats: Vec<Stat> = entries
        .flatten()
        .filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok())
        .filter_map(|line| parse(&line))
        .collect();
    let ticks = process::stdout(Command::new("getconf").arg("CLK_TCK"))?;
    let ticks: f64 = String::from_utf8_lossy(&ticks).trim().parse()?;
    Ok(Duration::from_secs_f64(sum(root, &stats) as f64 / ticks))
}

/// `1 (name) S 0 …`, as proc(5) has it; the name may contain anything.
fn parse(line: &str) -> Option<Stat> {
    let (id, rest) = line.split_once(" (")?;
    let (_, rest) = rest.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    // utime, stime, cutime, cstime: the fields 14 to 17, of which this slice lacks two.
    let ticks = fields.get(11..15)?.iter().map(|ticks| ticks.parse::<u64>());
    Some(Stat {
        id: id.parse().ok()?,
        parent: fields.get(1)?.parse().ok()?,
        ticks: ticks.sum::<Result<_, _>>().ok()?,
    })
}

fn sum(root: u32, stats: &[Stat]) -> u64 {
    let mut children: HashMap<u32, Vec<&Stat>> = HashMap::new();
    for stat in stats {
        children.entry(stat.parent).or_default().push(stat);
    }
    let mut ticks = stats
        .iter()
        .filter(|stat| stat.id == root)
        .map(|stat| stat.ticks)
        .sum();
    let mut open = vec![root];
    while let Some(parent) = open.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            ticks += child.ticks;
            open.push(child.id);
        }
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_confuses_nobody() {
        let line = "42 (a) b (c) S 7 42 42 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 1";
        let stat = Stat {
            id: 42,
            parent: 7,
            ticks: 127,
        };
        assert_eq!(parse(line), Some(stat));
        assert_eq!(parse("42 (a) S 7"), None);
    }

    #[test]
    fn grandchildren_count_and_strangers_do_not() {
        let stat = |id, parent, ticks| Stat { id, parent, ticks };
        let stats = [
            stat(1, 0, 1000),
            stat(5, 1, 1),
            stat(6, 5, 10),
            stat(7, 6, 100),
            stat(8, 1, 5000),
        ];
        assert_eq!(sum(5, &stats), 111);
        assert_eq!(sum(9, &stats), 0);
    }
}
