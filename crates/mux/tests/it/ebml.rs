//! A small reader of element structure, for what no reader crate shows: positions, order, the
//! index. It knows nothing of the writer.

/// An element: its ID, where it begins, and its data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) id: u32,
    /// From the start of the data that it was found in.
    pub(crate) position: usize,
    pub(crate) data: &'a [u8],
    pub(crate) unknown_size: bool,
}

const SEGMENT: u32 = 0x1853_8067;
const CLUSTER: u32 = 0x1F43_B675;

/// The elements in `data`, one after the other. One of unknown size reaches to the next
/// top-level element, whose IDs are the ones of four octets.
pub(crate) fn elements(data: &[u8]) -> Vec<Element<'_>> {
    let mut found = Vec::new();
    let mut position = 0;
    while position < data.len() {
        let element = element_at(data, position);
        position = element.data.as_ptr_range().end as usize - data.as_ptr() as usize;
        found.push(element);
    }
    found
}

fn element_at(all: &[u8], position: usize) -> Element<'_> {
    let data = &all[position..];
    let id_octets = data[0].leading_zeros() as usize + 1;
    let id = uint(&data[..id_octets]) as u32;
    let size_octets = data[id_octets].leading_zeros() as usize + 1;
    let start = id_octets + size_octets;
    let all_ones = (1_u64 << (7 * size_octets)) - 1;
    let size = uint(&data[id_octets..start]) & all_ones;
    let unknown_size = size == all_ones;
    let end = match id {
        _ if !unknown_size => start + size as usize,
        SEGMENT => data.len(),
        CLUSTER => {
            let mut end = start;
            while end < data.len() && !is_top_level(&data[end..]) {
                let child = element_at(data, end);
                end = child.data.as_ptr_range().end as usize - data.as_ptr() as usize;
            }
            end
        }
        _ => panic!("{id:x} may not have an unknown size"),
    };
    Element {
        id,
        position,
        data: &data[start..end],
        unknown_size,
    }
}

fn is_top_level(data: &[u8]) -> bool {
    data[0] & 0xF0 == 0x10
}

/// A big-endian number.
pub(crate) fn uint(data: &[u8]) -> u64 {
    data.iter().fold(0, |n, &octet| n << 8 | u64::from(octet))
}

impl<'a> Element<'a> {
    pub(crate) fn children(&self) -> Vec<Element<'a>> {
        elements(self.data)
    }

    pub(crate) fn all(&self, id: u32) -> Vec<Element<'a>> {
        self.children()
            .into_iter()
            .filter(|child| child.id == id)
            .collect()
    }

    pub(crate) fn find(&self, id: u32) -> Option<Element<'a>> {
        self.all(id).first().copied()
    }

    /// The element at the end of a path of IDs.
    pub(crate) fn at(&self, path: &[u32]) -> Element<'a> {
        path.iter().fold(*self, |element, id| {
            element
                .find(*id)
                .unwrap_or_else(|| panic!("there is no {id:x} of {path:x?}"))
        })
    }

    pub(crate) fn uint(&self) -> u64 {
        uint(self.data)
    }
}

/// The Segment of a file.
pub(crate) fn segment(file: &[u8]) -> Element<'_> {
    let top = elements(file);
    assert_eq!(top.len(), 2, "an EBML header and a Segment");
    assert_eq!(top[0].id, 0x1A45_DFA3);
    assert_eq!(top[1].id, SEGMENT);
    top[1]
}

/// A block as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredBlock {
    pub(crate) track: u64,
    pub(crate) tick: i64,
    pub(crate) key: bool,
    /// Its element's place in the cluster's data.
    pub(crate) position: usize,
    pub(crate) discard_padding: Option<i64>,
}

/// A cluster as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredCluster {
    /// Its place in the Segment's data.
    pub(crate) position: usize,
    pub(crate) tick: i64,
    pub(crate) len: usize,
    pub(crate) unknown_size: bool,
    pub(crate) blocks: Vec<StoredBlock>,
}

/// The clusters of a file.
pub(crate) fn clusters(file: &[u8]) -> Vec<StoredCluster> {
    segment(file).all(CLUSTER).iter().map(cluster).collect()
}

fn cluster(cluster: &Element<'_>) -> StoredCluster {
    let children = cluster.children();
    assert_eq!(children[0].id, 0xE7, "a cluster begins with its timestamp");
    let tick = children[0].uint() as i64;
    StoredCluster {
        position: cluster.position,
        tick,
        len: cluster.data.len(),
        unknown_size: cluster.unknown_size,
        blocks: children[1..]
            .iter()
            .map(|child| block(child, tick))
            .collect(),
    }
}

fn block(element: &Element<'_>, cluster_tick: i64) -> StoredBlock {
    let (data, key, discard_padding) = match element.id {
        0xA3 => (element.data, element.data[3] & 0x80 != 0, None),
        0xA0 => {
            let padding = element.at(&[0x75A2]).data;
            let negative = padding[0] & 0x80 != 0;
            assert!(!negative, "padding at the front is not ours");
            let key = element.find(0xFB).is_none();
            (element.at(&[0xA1]).data, key, Some(uint(padding) as i64))
        }
        id => panic!("{id:x} in a cluster"),
    };
    assert_eq!(data[3] & 0x06, 0, "there is no lacing");
    StoredBlock {
        track: u64::from(data[0] & 0x7F),
        tick: cluster_tick + i64::from(i16::from_be_bytes([data[1], data[2]])),
        key,
        position: element.position,
        discard_padding,
    }
}
