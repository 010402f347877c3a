//! How much of a picture's detail is new.

/// Rows and columns of a block.
const BLOCK: usize = 16;
/// A block has changed if its pixels differ by so much on average: more than a camera's noise.
const CHANGED: u64 = 6;
/// A picture of which more than this share is new is much like a key frame.
const MOSTLY_NEW: f64 = 0.5;
/// Compares each picture's luma with that of the one before, a row of each block.
#[derive(Debug, Default)]
pub(crate) struct ChangeMeter {
    /// The rows of the last picture that are compared.
    last: Vec<u8>,
    share: f64,
}

impl ChangeMeter {
    /// Looks at the luma of the next picture, with rows of `width` pixels every `stride` bytes.
    pub(crate) fn look(&mut self, luma: &[u8], stride: usize, width: usize) {
        let rows = luma.chunks(stride.max(1)).skip(BLOCK / 2).step_by(BLOCK);
        let (mut at, mut all, mut new) = (0, 0_u64, 0_u64);
        for row in rows.filter_map(|row| row.get(..width)) {
            let known = self.last.get(at..at + width);
            for (index, block) in row.chunks(BLOCK).enumerate() {
                let last = known.and_then(|row| row.chunks(BLOCK).nth(index));
                let changed =
                    last.is_none_or(|last| distance(block, last) > CHANGED * block.len() as u64);
                let detail = 1 + distance(&block[1..], block);
                all += detail;
                new += if changed { detail } else { 0 };
            }
            match self.last.get_mut(at..at + width) {
                Some(last) => last.copy_from_slice(row),
                None => self.last.extend_from_slice(row),
            }
            at += width;
        }
        self.share = new as f64 / all.max(1) as f64;
    }

    /// The share of the last picture's detail that lies where it differs from the one before,
    /// from 0 to 1; all of the first. Flat areas hardly count, as they cost hardly any bits.
    pub(super) fn share(&self) -> f64 {
        self.share
    }

    /// Whether the last picture is much like a key frame.
    pub(crate) fn is_mostly_new(&self) -> bool {
        self.share > MOSTLY_NEW
    }
}

/// The sum of the differences of two rows' pixels.
fn distance(a: &[u8], b: &[u8]) -> u64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 64;
    const STRIDE: usize = 70;

    #[test]
    fn the_share_of_the_picture_that_is_new() {
        let mut meter = ChangeMeter::default();
        let mut share = |luma: &[u8]| {
            meter.look(luma, STRIDE, WIDTH);
            meter.share()
        };
        let mut luma = vec![100; STRIDE * 64];
        assert_eq!(share(&luma), 1.0);
        assert_eq!(share(&luma), 0.0);
        // Noise is not news.
        luma.iter_mut().step_by(2).for_each(|pixel| *pixel += 8);
        assert_eq!(share(&luma), 0.0);
        // The upper half.
        luma[..STRIDE * 32]
            .iter_mut()
            .for_each(|pixel| *pixel += 50);
        assert_eq!(share(&luma), 0.5);
        assert_eq!(share(&luma), 0.0);
    }

    #[test]
    fn any_picture_has_a_share() {
        let mut meter = ChangeMeter::default();
        for (len, stride, width) in [
            (0, 0, 0),
            (1, 1, 1),
            (9, 3, 3),
            (40 * 20, 40, 33),
            (50, 64, 60),
        ] {
            for _ in 0..2 {
                meter.look(&vec![7; len], stride, width);
                assert!((0.0..=1.0).contains(&meter.share()));
            }
        }
    }
}
