//! What a repaired file says of itself, followed to where it points.

use crate::ebml::{Element, clusters, segment};

const SEEK_HEAD: u32 = 0x114D_9B74;
const CUES: u32 = 0x1C53_BB6B;

/// The index as (time, track), each entry followed to its block, which is a key frame.
pub(crate) fn cues(file: &[u8]) -> Vec<(i64, u64)> {
    let clusters = clusters(file);
    let points = segment(file).at(&[CUES]).children();
    let entries = points.iter().flat_map(|point| {
        let time = point.at(&[0xB3]).uint() as i64;
        point.all(0xB7).into_iter().map(move |entry| (time, entry))
    });
    let followed = entries.map(|(time, entry)| {
        let position = entry.at(&[0xF1]).uint() as usize;
        let mut clusters = clusters.iter();
        let cluster = clusters.find(|c| c.position == position).unwrap();
        let block = match entry.find(0xF0) {
            None => &cluster.blocks[0],
            Some(at) => {
                let mut blocks = cluster.blocks.iter();
                blocks.find(|b| b.position as u64 == at.uint()).unwrap()
            }
        };
        let track = entry.at(&[0xF7]).uint();
        assert_eq!((block.tick, block.track, block.key), (time, track, true));
        (time, track)
    });
    followed.collect()
}

/// What the list of parts has, each followed to its place.
pub(crate) fn listed(file: &[u8]) -> Vec<u32> {
    let segment = segment(file);
    let children = segment.children();
    let follow = |seek: Element<'_>| {
        let id = seek.at(&[0x53AB]).uint() as u32;
        let position = seek.at(&[0x53AC]).uint() as usize;
        let mut parts = children.iter();
        let part = parts.find(|part| part.position == position).unwrap();
        assert_eq!(part.id, id, "at {position}");
        id
    };
    let seek_head = segment.at(&[SEEK_HEAD]);
    seek_head.children().into_iter().map(follow).collect()
}
