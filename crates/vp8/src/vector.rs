//! Motion vectors, and what the neighbours' say of the next one.

/// A displacement in quarters of a luma sample, which are eighths of a chroma sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Vector {
    pub(crate) x: i16,
    pub(crate) y: i16,
}

/// What a component may differ from the best guess (RFC 6386 §17.1).
const LONGEST_DIFFERENCE: i16 = 1023;

impl Vector {
    pub(crate) const ZERO: Self = Self { x: 0, y: 0 };

    pub(crate) fn new(x: i16, y: i16) -> Self {
        Self { x, y }
    }

    /// As one number that is 0 for no displacement.
    pub(crate) fn to_bits(self) -> u32 {
        u32::from(self.x as u16) | u32::from(self.y as u16) << 16
    }

    pub(crate) fn from_bits(bits: u32) -> Self {
        Self::new(bits as u16 as i16, (bits >> 16) as u16 as i16)
    }

    /// Whether the stream can say this vector as a difference from that one.
    pub(crate) fn is_near_enough(self, best: Self) -> bool {
        let far = |a: i16, b: i16| (i32::from(a) - i32::from(b)).abs() > LONGEST_DIFFERENCE.into();
        !far(self.x, best.x) && !far(self.y, best.y)
    }

    /// The whole samples of luma.
    pub(crate) fn whole(self) -> (i32, i32) {
        (i32::from(self.x >> 2), i32::from(self.y >> 2))
    }

    /// The nearest vector of whole samples.
    pub(crate) fn rounded(self) -> Self {
        Self::new((self.x + 2) & !3, (self.y + 2) & !3)
    }
}

/// How far a macroblock's vector may point: its prediction stays within one macroblock of the
/// picture (RFC 6386 §16.3).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    min: Vector,
    max: Vector,
}

impl Bounds {
    /// Those of a macroblock in a picture of so many.
    pub(crate) fn new(column: usize, row: usize, columns: usize, rows: usize) -> Self {
        let quarters = |macroblocks: usize| (macroblocks * 16 * 4) as i32;
        // The widest picture has 1024 of them: 65536 quarters and a margin are too many for i16,
        // but vectors that long cannot be said in a stream either.
        let low = |value: i32| value.max(-i32::from(i16::MAX)) as i16;
        let high = |value: i32| value.min(i16::MAX.into()) as i16;
        Self {
            min: Vector::new(low(-quarters(column + 1)), low(-quarters(row + 1))),
            max: Vector::new(high(quarters(columns - column)), high(quarters(rows - row))),
        }
    }

    pub(crate) fn clamp(&self, vector: Vector) -> Vector {
        Vector::new(
            vector.x.clamp(self.min.x, self.max.x),
            vector.y.clamp(self.min.y, self.max.y),
        )
    }

    pub(crate) fn contain(&self, vector: Vector) -> bool {
        self.clamp(vector) == vector
    }
}

/// What a neighbouring macroblock says about vectors.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Neighbour {
    /// It is predicted from another frame.
    pub(crate) inter: bool,
    /// Its parts have vectors of their own.
    pub(crate) split: bool,
    pub(crate) vector: Vector,
}

/// What the neighbours' vectors say (RFC 6386 §16.3).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Survey {
    /// What a new vector is said against.
    pub(crate) best: Vector,
    pub(crate) nearest: Vector,
    pub(crate) near: Vector,
    /// Which probabilities the branches of the mode's tree have.
    pub(crate) counts: [u8; 4],
}

impl Survey {
    /// All references have the same sign here, so that no vector changes its sign.
    pub(crate) fn new(
        above: Neighbour,
        left: Neighbour,
        above_left: Neighbour,
        bounds: &Bounds,
    ) -> Self {
        const ZERO: usize = 0;
        const NEAREST: usize = 1;
        const NEAR: usize = 2;
        const SPLIT: usize = 3;

        let mut vectors = [Vector::ZERO; 4];
        let mut counts = [0_u8; 4];
        let mut found = 0;
        for (neighbour, weight) in [(above, 2), (left, 2), (above_left, 1)] {
            if !neighbour.inter {
                continue;
            }
            if neighbour.vector == Vector::ZERO {
                counts[ZERO] += weight;
                continue;
            }
            if found == 0 || neighbour.vector != vectors[found] {
                found += 1;
                vectors[found] = neighbour.vector;
            }
            counts[found] += weight;
        }
        // Three different ones, unless the last is the first again.
        if counts[SPLIT] > 0 && vectors[found] == vectors[NEAREST] {
            counts[NEAREST] += 1;
        }
        let splits = |neighbour: Neighbour| u8::from(neighbour.split);
        counts[SPLIT] = (splits(above) + splits(left)) * 2 + splits(above_left);
        if counts[NEAR] > counts[NEAREST] {
            counts.swap(NEAREST, NEAR);
            vectors.swap(NEAREST, NEAR);
        }
        if counts[NEAREST] >= counts[ZERO] {
            vectors[ZERO] = vectors[NEAREST];
        }
        Self {
            best: bounds.clamp(vectors[ZERO]),
            nearest: bounds.clamp(vectors[NEAREST]),
            near: bounds.clamp(vectors[NEAR]),
            counts,
        }
    }
}
