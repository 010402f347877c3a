//! Rectangles of pixels.

use media_recorder_types::FrameSize;

/// A rectangle anywhere, also left of and above the origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Rect {
    pub(super) const fn new(x: i32, y: i32, width: u32, height: u32) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }

    /// A picture's own rectangle, at the origin.
    pub(super) const fn of_size(size: FrameSize) -> Self {
        Self::new(0, 0, size.width, size.height)
    }

    pub(super) const fn size(self) -> FrameSize {
        FrameSize::new(self.width, self.height)
    }

    /// The column behind the last. It can lie out of an `i32`'s range.
    pub(super) fn right(self) -> i64 {
        i64::from(self.x) + i64::from(self.width)
    }

    /// The row below the last.
    pub(super) fn bottom(self) -> i64 {
        i64::from(self.y) + i64::from(self.height)
    }

    /// The same rectangle seen from `(x, y)`.
    pub(super) fn seen_from(self, x: i32, y: i32) -> Self {
        Self::new(
            self.x.saturating_sub(x),
            self.y.saturating_sub(y),
            self.width,
            self.height,
        )
    }

    /// What lies in both; `None` if that is nothing.
    pub(super) fn intersection(self, other: Self) -> Option<Self> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let width = self.right().min(other.right()) - i64::from(x);
        let height = self.bottom().min(other.bottom()) - i64::from(y);
        match (u32::try_from(width), u32::try_from(height)) {
            (Ok(width @ 1..), Ok(height @ 1..)) => Some(Self::new(x, y, width, height)),
            _ => None,
        }
    }

    /// The least rectangle with both in it, as far as its sides can be told.
    pub(super) fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let side = |end: i64, start: i32| u32::try_from(end - i64::from(start)).unwrap_or(u32::MAX);
        Self::new(
            x,
            y,
            side(self.right().max(other.right()), x),
            side(self.bottom().max(other.bottom()), y),
        )
    }

    pub(super) fn contains(self, other: Self) -> bool {
        self.intersection(other) == Some(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_both() {
        let screen = Rect::new(0, 0, 100, 50);
        for (other, both) in [
            (Rect::new(10, 10, 5, 5), Some(Rect::new(10, 10, 5, 5))),
            (Rect::new(-3, -4, 5, 5), Some(Rect::new(0, 0, 2, 1))),
            (Rect::new(98, 49, 9, 9), Some(Rect::new(98, 49, 2, 1))),
            (Rect::new(100, 0, 5, 5), None),
            (Rect::new(0, -5, 5, 5), None),
            (Rect::new(5, 5, 0, 5), None),
            (
                Rect::new(i32::MIN, i32::MIN, u32::MAX, u32::MAX),
                Some(screen),
            ),
        ] {
            assert_eq!(screen.intersection(other), both, "{other:?}");
            assert_eq!(other.intersection(screen), both, "{other:?}");
        }
        assert!(screen.contains(Rect::new(99, 49, 1, 1)));
        assert!(!screen.contains(Rect::new(99, 49, 2, 1)));
    }

    #[test]
    fn what_holds_both() {
        let left = Rect::new(-5, 3, 2, 2);
        let right = Rect::new(10, 0, 1, 1);
        assert_eq!(left.union(right), Rect::new(-5, 0, 16, 5));
        assert_eq!(right.union(left), Rect::new(-5, 0, 16, 5));
        let far = Rect::new(i32::MIN, 0, 1, 1).union(Rect::new(i32::MAX, 0, u32::MAX, 1));
        assert_eq!(far.width, u32::MAX);
    }

    #[test]
    fn seen_from_elsewhere() {
        assert_eq!(
            Rect::new(5, 6, 7, 8).seen_from(10, -1),
            Rect::new(-5, 7, 7, 8)
        );
    }
}
