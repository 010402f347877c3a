//! The boxes and samples that mp4box.js finds in an MP4.

use std::collections::BTreeMap;

use serde_json::Value;

use super::node::Node;
use super::probe;
use super::record::Recording;
use super::report::Report;

pub(super) fn check(report: &mut Report, recording: &Recording, node: &Node) {
    if !recording.is_mp4() {
        return;
    }
    let Some(report) = report.by("mp4box.js") else {
        return;
    };
    let Recording { name, path, .. } = recording;
    let Some(read) = report.attempt(name, "reads", || node.run("mp4box.mjs", path)) else {
        return;
    };
    check_brands(report, recording, &texts(&read["brands"]));
    let boxes = texts(&read["boxes"]);
    let tables = list(&read["tables"]);
    let is_extended = read["extended"] == true;
    if recording.fragmented {
        let is_right = is_fragmented(&boxes);
        let wanted = "ftyp, one moov, then moof and mdat in turn";
        report.check(name, "boxes", is_right, boxes.join(" "), wanted);
        report.check(name, "mvex", is_extended, is_extended, true);
        let are_empty = tables.iter().all(|samples| samples == 0);
        report.check(name, "samples in moov", are_empty, &read["tables"], "none");
        check_fragments(report, name, list(&read["fragments"]));
    } else {
        let is_right = is_ordinary(&boxes);
        let wanted = "ftyp, and one mdat and one moov";
        report.check(name, "boxes", is_right, boxes.join(" "), wanted);
        report.check(name, "mvex", !is_extended, is_extended, false);
    }
    check_samples(report, recording, list(&read["tracks"]));
}

/// `iso6` has `tfdt` and default-base-is-moof (ISO/IEC 14496-12 §E.8); AV1 has its own
/// (AV1-ISOBMFF §2.1).
fn check_brands(report: &mut Report, recording: &Recording, brands: &[&str]) {
    let is_av1 = recording.codecs().any(|codec| codec == "av01");
    let wanted: &[_] = if is_av1 { &["iso6", "av01"] } else { &["iso6"] };
    let are_there = wanted.iter().all(|brand| brands.contains(brand));
    let [measured, wanted] = [brands, wanted].map(|brands| brands.join(" "));
    report.check(recording.name, "brands", are_there, measured, wanted);
}

/// As many samples and sync samples as ffprobe has packets and keys.
fn check_samples(report: &mut Report, recording: &Recording, tracks: &[Value]) {
    let Recording { name, path, .. } = recording;
    let streams: &[_] = if recording.has_picture() {
        &["v:0", "a:0"]
    } else {
        &["a:0"]
    };
    let Some(wanted) = report.attempt(name, "packets", || {
        let packets = streams.iter().map(|stream| probe::packets(path, stream));
        packets.collect::<Result<Vec<_>, _>>()
    }) else {
        return;
    };
    let wanted: Vec<_> = wanted
        .iter()
        .map(|packets| {
            let keys = packets.iter().filter(|packet| packet.is_key).count();
            (Some(packets.len() as u64), Some(keys as u64))
        })
        .collect();
    let samples: Vec<_> = tracks
        .iter()
        .map(|track| (track["samples"].as_u64(), track["keys"].as_u64()))
        .collect();
    let is_right = samples == wanted;
    let [samples, wanted] = [samples, wanted].map(|counts| format!("{counts:?}"));
    report.check(name, "samples and keys", is_right, samples, wanted);
}

/// Each says when it begins and counts its offsets from its own beginning, as CMAF and Media
/// Source Extensions want it.
fn check_fragments(report: &mut Report, name: &str, fragments: &[Value]) {
    let are_right = fragments
        .iter()
        .all(|part| part["defaultBaseIsMoof"] == true);
    report.check(name, "default-base-is-moof", are_right, are_right, "all");
    let mut begins: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for part in fragments {
        let begins = begins.entry(part["track"].as_u64()).or_default();
        begins.push(part["begin"].as_u64());
    }
    let are_right = begins.values().all(|begins| {
        let is_rising = |pair: &[Option<u64>]| pair[0].is_some() && pair[0] < pair[1];
        begins.first() == Some(&Some(0)) && begins.windows(2).all(is_rising)
    });
    let measured = format!("{:?}", begins.values().collect::<Vec<_>>());
    report.check(name, "tfdt", are_right, measured, "from 0 on, rising");
}

/// At the end there may be what to seek by; or the `moov` of a file that nobody could go back in
/// to complete it.
fn is_fragmented(boxes: &[&str]) -> bool {
    let mut rest: Vec<_> = without_free(boxes).collect();
    if rest
        .last()
        .is_some_and(|last| ["mfra", "moov"].contains(last))
        && rest.len() > 2
    {
        rest.pop();
    }
    let Some((head, fragments)) = rest.split_at_checked(2) else {
        return false;
    };
    let are_whole = fragments.chunks(2).all(|pair| pair == ["moof", "mdat"]);
    head == ["ftyp", "moov"] && !fragments.is_empty() && are_whole
}

fn is_ordinary(boxes: &[&str]) -> bool {
    let mut rest: Vec<_> = without_free(boxes).collect();
    let first = rest.first().copied();
    rest.sort_unstable();
    first == Some("ftyp") && rest == ["ftyp", "mdat", "moov"]
}

fn without_free<'a>(boxes: &[&'a str]) -> impl Iterator<Item = &'a str> {
    boxes.iter().copied().filter(|&kind| kind != "free")
}

fn texts(value: &Value) -> Vec<&str> {
    list(value).iter().filter_map(Value::as_str).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_boxes_is_told_apart() {
        let fragmented = ["ftyp", "free", "moov", "moof", "mdat", "moof", "mdat"];
        assert!(is_fragmented(&fragmented) && !is_ordinary(&fragmented));
        for last in ["mfra", "moov"] {
            assert!(is_fragmented(&[&fragmented[..], &[last]].concat()));
        }
        for ordinary in [["ftyp", "moov", "mdat"], ["ftyp", "mdat", "moov"]] {
            assert!(is_ordinary(&ordinary) && !is_fragmented(&ordinary));
        }
        for wrong in [
            &["moov", "mdat", "ftyp"][..],
            &["ftyp", "moov", "moof"],
            &["ftyp", "moov", "moof", "moov"],
            &["ftyp", "moov"],
            &["ftyp", "mdat"],
            &[],
        ] {
            assert!(!is_fragmented(wrong) && !is_ordinary(wrong), "{wrong:?}");
        }
    }
}
