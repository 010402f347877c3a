//! A file that was cut off, as by a crash, is readable up to there.

use media_recorder_mux::{Mp4Mode, Mp4Options, MuxOutput, Muxer};

use crate::reader::{fragmented_samples, fragments, indexed_samples, symphonia_samples, top_boxes};
use crate::support::{
    OPUS_DELAY, frame, live_file, ms, opus, outputs, patched_file, sound, started, vp9,
};

/// All output of a recording in four fragments.
fn recording(options: Mp4Options) -> Vec<MuxOutput> {
    let options = options.fragment_duration(ms(160));
    let mut writer = started(options, &[vp9(1), opus(2)]);
    for n in 0..16 {
        let sound_at = |n| sound(2, ms(n).saturating_sub(OPUS_DELAY));
        writer.write(sound_at(n * 40)).unwrap();
        writer.write(frame(1, ms(n * 40), n % 4 == 0)).unwrap();
        writer.write(sound_at(n * 40 + 20)).unwrap();
    }
    writer.finish().unwrap();
    outputs(&mut writer)
}

/// Samples in a fragment.
const SAMPLES: usize = 12;

/// Where the `mdat` of each fragment ends.
fn fragment_ends(file: &[u8]) -> Vec<usize> {
    let boxes = top_boxes(file).into_iter();
    boxes
        .filter(|(kind, ..)| kind == "mdat")
        .map(|(_, offset, size)| offset + size)
        .collect()
}

#[test]
fn every_whole_fragment_before_the_cut_is_readable() {
    let fragmented = Mp4Options::new().mode(Mp4Mode::Fragmented);
    for options in [
        fragmented.clone(),
        fragmented.segment_index(true),
        Mp4Options::new(),
    ] {
        let outputs = recording(options.clone());
        let file = live_file(&outputs);
        let ends = fragment_ends(&file);
        assert_eq!(ends.len(), 4);
        let header = fragments(&file)[0].0;
        for cut in header..=file.len() {
            let whole = ends.iter().filter(|end| **end <= cut).count();
            // Of the fragment that was cut, a part.
            let possible = whole * SAMPLES..=(whole + 1) * SAMPLES;
            for found in [
                symphonia_samples(&file[..cut]),
                fragmented_samples(&file[..cut]),
            ] {
                let count = found.len();
                assert!(
                    possible.contains(&count),
                    "{options:?}, cut at {cut}: {count} samples, {whole} whole fragments"
                );
            }
        }
    }
}

#[test]
fn the_commit_of_a_hybrid_file_is_one_last_write() {
    let mut outputs = recording(Mp4Options::new().mode(Mp4Mode::Hybrid));
    let patches = outputs
        .iter()
        .filter(|output| matches!(output, MuxOutput::Patch { .. }));
    assert_eq!(patches.count(), 1);
    let finished = patched_file(&outputs);
    assert_eq!(
        top_boxes(&finished)
            .iter()
            .map(|(kind, ..)| kind.as_str())
            .collect::<Vec<_>>(),
        ["ftyp", "mdat", "moov"]
    );
    let Some(MuxOutput::Patch { offset, bytes }) = outputs.pop() else {
        panic!("the patch comes last")
    };
    assert!(
        offset % 8 == 0 && bytes.len() == 16,
        "it is one write of a disk"
    );

    // Before it, the file is a fragmented one with the same samples.
    let uncommitted = patched_file(&outputs);
    assert_eq!(fragmented_samples(&uncommitted), indexed_samples(&finished));
}
