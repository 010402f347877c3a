//! Pieces of slices whose length the compiler knows.

/// The `W` samples that begin at `at`.
#[inline(always)]
pub(super) fn chunk<const W: usize>(samples: &[u8], at: usize) -> &[u8; W] {
    samples[at..]
        .first_chunk()
        .expect("the block is inside of its samples")
}

/// The `W` samples that begin at `at`, to be written.
#[inline(always)]
pub(super) fn chunk_mut<const W: usize>(samples: &mut [u8], at: usize) -> &mut [u8; W] {
    samples[at..]
        .first_chunk_mut()
        .expect("the block is inside of its samples")
}

/// Four rows of `W`, from row `y` on. The stride is at least `W`.
///
/// That makes one comparison per row, where [`chunk`] takes two.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) fn four_rows<const W: usize>(samples: &[u8], stride: usize, y: usize) -> [&[u8; W]; 4] {
    let (first, rest) = samples[y * stride..].split_at(stride);
    let (second, rest) = rest.split_at(stride);
    let (third, rest) = rest.split_at(stride);
    [first, second, third, rest].map(|row| chunk(row, 0))
}
