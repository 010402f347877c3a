//! Which version of a kernel runs: the one place that calls what not every processor has.

#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use super::avx2;
use super::{BlockQuantizer, EdgeLimits, Window, portable};

/// The kernels for this processor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kernels {
    level: Level,
}

/// What the processor can. Only [`Kernels::detect`] says more than [`Level::Portable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Kernels {
    /// The fastest kernels that this processor runs.
    pub(crate) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            return Self { level: Level::Avx2 };
        }
        Self::scalar()
    }

    /// The kernels that every processor runs.
    pub(crate) const fn scalar() -> Self {
        Self {
            level: Level::Portable,
        }
    }
}

macro_rules! kernels {
    ($(
        $(#[$attribute:meta])*
        fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $out:ty)?;
    )*) => {
        impl Kernels { $(
            $(#[$attribute])*
            #[inline]
            pub(crate) fn $name(self, $($argument: $type),*) $(-> $out)? {
                // On its own: among other code, compilers make no vectors of it.
                #[inline(never)]
                fn portable($($argument: $type),*) $(-> $out)? {
                    portable::$name($($argument),*)
                }
                match self.level {
                    Level::Portable => portable($($argument),*),
                    #[cfg(target_arch = "x86_64")]
                    // SAFETY: this level is only there where the processor has AVX2, which is
                    // all that the safe function asks for.
                    Level::Avx2 => unsafe { avx2::$name($($argument),*) },
                }
            }
        )* }
    };
}

kernels! {
    /// The sum of absolute differences of two blocks of 16x16.
    fn sad16x16(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32;

    /// The sum of absolute differences of two blocks of 16x8.
    fn sad16x8(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32;

    /// The sum of absolute differences of two blocks of 8x16.
    fn sad8x16(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32;

    /// The sum of absolute differences of two blocks of 8x8.
    fn sad8x8(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32;

    /// The sum of absolute differences of two blocks of 4x4.
    fn sad4x4(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32;

    /// The sums of absolute differences of one block of 16x16 and four others.
    fn sad16x16_x4(a: &[u8], a_stride: usize, b: [&[u8]; 4], b_stride: usize) -> [u32; 4];

    /// The sum of squared differences of two blocks of 8x8.
    fn sse8x8(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32;

    /// The sum of the differences `a - b` of two blocks of 16x16, and that of their squares.
    ///
    /// The variance of the difference, times 256, is `squares - sum² / 256`.
    fn variance16x16(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> (i32, u32);

    /// Predicts a block of 16x16, `mx` and `my` eighths of a sample right of and below the
    /// window's origin (RFC 6386 §18.3).
    fn six_tap16x16(source: Window<'_>, mx: usize, my: usize, out: &mut [u8], out_stride: usize);

    /// Predicts a block of 16x8, `mx` and `my` eighths of a sample right of and below the
    /// window's origin (RFC 6386 §18.3).
    fn six_tap16x8(source: Window<'_>, mx: usize, my: usize, out: &mut [u8], out_stride: usize);

    /// Predicts a block of 8x16, `mx` and `my` eighths of a sample right of and below the
    /// window's origin (RFC 6386 §18.3).
    fn six_tap8x16(source: Window<'_>, mx: usize, my: usize, out: &mut [u8], out_stride: usize);

    /// Predicts a block of 8x8, `mx` and `my` eighths of a sample right of and below the
    /// window's origin (RFC 6386 §18.3).
    fn six_tap8x8(source: Window<'_>, mx: usize, my: usize, out: &mut [u8], out_stride: usize);

    /// Predicts a block of 4x4, `mx` and `my` eighths of a sample right of and below the
    /// window's origin (RFC 6386 §18.3).
    fn six_tap4x4(source: Window<'_>, mx: usize, my: usize, out: &mut [u8], out_stride: usize);

    /// Predicts the 8x8 samples of a macroblock in both chroma planes. `origin` is the index of
    /// the block's top left sample in each.
    fn six_tap_chroma(
        planes: [&[u8]; 2],
        origin: usize,
        stride: usize,
        mx: usize,
        my: usize,
        out: &mut [[u8; 64]; 2],
    );

    /// The difference of a block of 4x4 and its prediction.
    fn residual(source: &[u8], source_stride: usize, prediction: &[u8], prediction_stride: usize, out: &mut [i16; 16]);

    /// The DCT of a residual, -255 to 255, matched to the inverse.
    fn forward_dct(residual: &[i16; 16]) -> [i16; 16];

    /// The Walsh-Hadamard transform of the DC values, -2040 to 2040, of the sixteen luma blocks.
    fn forward_wht(dc: &[i16; 16]) -> [i16; 16];

    /// The DC values of the sixteen luma blocks (RFC 6386 §14.3).
    fn inverse_wht(coefficients: &[i16; 16]) -> [i16; 16];

    /// Adds the residual of these coefficients to the prediction (RFC 6386 §14.4, §14.5).
    fn inverse_dct_add(coefficients: &[i16; 16], samples: &mut [u8], stride: usize);

    /// The same where all other coefficients are 0.
    fn inverse_dc_add(dc: i16, samples: &mut [u8], stride: usize);

    /// Makes levels of coefficients, and what a decoder makes of these, all in raster order.
    ///
    /// Returns how many levels there are in zigzag order up to the last that is not 0.
    fn quantize(coefficients: &[i16; 16], quantizer: &BlockQuantizer, levels: &mut [i16; 16], dequantized: &mut [i16; 16]) -> usize;

    /// The same for several blocks: `ends` is what [`Kernels::quantize`] returns for each.
    fn quantize_blocks(
        coefficients: &[[i16; 16]],
        quantizer: &BlockQuantizer,
        levels: &mut [[i16; 16]],
        dequantized: &mut [[i16; 16]],
        ends: &mut [u8],
    );

    /// The coefficients of what a macroblock's luma differs from its prediction, of the sixteen
    /// blocks in raster order.
    fn forward_dct_luma(
        source: &[u8; 256],
        prediction: &[u8; 256],
        coefficients: &mut [[i16; 16]; 16],
    );

    /// The same of chroma: four blocks of U and then four of V.
    fn forward_dct_chroma(
        source: &[[u8; 64]; 2],
        prediction: &[[u8; 64]; 2],
        coefficients: &mut [[i16; 16]; 8],
    );

    /// Adds the residual of sixteen blocks to the prediction of a macroblock's luma. Blocks of
    /// zeros cost next to nothing.
    fn inverse_dct_add_luma(coefficients: &[[i16; 16]; 16], samples: &mut [u8; 256]);

    /// The same for chroma: four blocks of U and then four of V.
    fn inverse_dct_add_chroma(coefficients: &[[i16; 16]; 8], samples: &mut [[u8; 64]; 2]);

    /// Filters the left edge of a macroblock (RFC 6386 §15.3).
    ///
    /// `at` is the index of the macroblock's top left sample, here and in all of the loop
    /// filter's.
    fn luma_left_edge(luma: &mut [u8], at: usize, stride: usize, limits: EdgeLimits);

    /// Filters the top edge of a macroblock.
    fn luma_top_edge(luma: &mut [u8], at: usize, stride: usize, limits: EdgeLimits);

    /// Filters the three edges between the columns of subblocks.
    fn luma_inner_columns(luma: &mut [u8], at: usize, stride: usize, limits: EdgeLimits);

    /// Filters the three edges between the rows of subblocks.
    fn luma_inner_rows(luma: &mut [u8], at: usize, stride: usize, limits: EdgeLimits);

    /// Filters the left edge of a macroblock in both chroma planes.
    fn chroma_left_edge(chroma: [&mut [u8]; 2], at: usize, stride: usize, limits: EdgeLimits);

    /// Filters the top edge of a macroblock in both chroma planes.
    fn chroma_top_edge(chroma: [&mut [u8]; 2], at: usize, stride: usize, limits: EdgeLimits);

    /// Filters the edge between the columns of subblocks in both chroma planes.
    fn chroma_inner_column(chroma: [&mut [u8]; 2], at: usize, stride: usize, limits: EdgeLimits);

    /// Filters the edge between the rows of subblocks in both chroma planes.
    fn chroma_inner_row(chroma: [&mut [u8]; 2], at: usize, stride: usize, limits: EdgeLimits);

    /// Filters the left edge of a macroblock with the simple filter (RFC 6386 §15.2).
    fn simple_left_edge(luma: &mut [u8], at: usize, stride: usize, edge_limit: u8);

    /// Filters the top edge of a macroblock with the simple filter.
    fn simple_top_edge(luma: &mut [u8], at: usize, stride: usize, edge_limit: u8);

    /// Filters the three edges between the columns of subblocks with the simple filter.
    fn simple_inner_columns(luma: &mut [u8], at: usize, stride: usize, edge_limit: u8);

    /// Filters the three edges between the rows of subblocks with the simple filter.
    fn simple_inner_rows(luma: &mut [u8], at: usize, stride: usize, edge_limit: u8);
}
