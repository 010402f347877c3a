//! A file that was cut off, as by a crash, is readable up to there.

use std::io::Cursor;

use matroska_demuxer::{Frame, MatroskaFile};
use media_recorder_mux::{ClusterMode, MatroskaOptions, Muxer};

use crate::ebml::segment;
use crate::support::{frame, live_file, ms, outputs, plain_opus, sound, started, vp8};

/// Where each block ends, from the start of the file, and the end of what comes before them.
struct Ends {
    header: usize,
    blocks: Vec<usize>,
}

fn ends(file: &[u8]) -> Ends {
    let offset = |data: &[u8]| data.as_ptr_range().end as usize - file.as_ptr() as usize;
    let parts = segment(file).children();
    let tracks = parts
        .iter()
        .find(|part| part.id == 0x1654_AE6B)
        .expect("there are tracks");
    let clusters = parts.iter().filter(|part| part.id == 0x1F43_B675);
    Ends {
        header: offset(tracks.data),
        blocks: clusters
            .flat_map(|cluster| cluster.children())
            .filter(|child| child.id != 0xE7)
            .map(|block| offset(block.data))
            .collect(),
    }
}

/// How many blocks the reader finds until it stops, for whatever reason.
fn count_frames(file: &[u8]) -> usize {
    let Ok(mut reader) = MatroskaFile::open(Cursor::new(file)) else {
        return 0;
    };
    let mut frame = Frame::default();
    let mut count = 0;
    while let Ok(true) = reader.next_frame(&mut frame) {
        count += 1;
    }
    count
}

#[test]
fn every_whole_block_before_the_cut_is_readable() {
    for mode in [ClusterMode::Known, ClusterMode::Unknown] {
        let options = MatroskaOptions::matroska().cluster_mode(mode);
        let mut writer = started(options, &[vp8(1), plain_opus(2)]);
        for n in 0..12 {
            writer.write(sound(2, ms(n * 40))).unwrap();
            writer.write(frame(1, ms(n * 40), n % 4 == 0)).unwrap();
            writer.write(sound(2, ms(n * 40 + 20))).unwrap();
        }
        writer.flush().unwrap();
        let file = live_file(&outputs(&mut writer));
        let ends = ends(&file);
        assert_eq!(ends.blocks.len(), 36);
        for cut in ends.header..=file.len() {
            let whole = ends.blocks.iter().filter(|end| **end <= cut).count();
            assert_eq!(count_frames(&file[..cut]), whole, "{mode:?}, cut at {cut}");
        }
    }
}
