//! The filters of sixteen segments at once (RFC 6386 §15.2 and §15.3), in saturating arithmetic
//! of eight bits, which does the clamping.

use std::arch::x86_64::*;

use crate::kernels::EdgeLimits;

/// `p3`, `p2`, `p1`, `p0`, `q0`, `q1`, `q2`, `q3`, a lane for each segment.
pub(super) type Segments = [__m128i; 8];

#[inline]
#[target_feature(enable = "avx2")]
fn splat(value: u8) -> __m128i {
    _mm_set1_epi8(value as i8)
}

/// Samples to signed values, and back: `u2s` and `s2u`.
#[inline]
#[target_feature(enable = "avx2")]
fn flip(samples: __m128i) -> __m128i {
    _mm_xor_si128(samples, splat(0x80))
}

#[inline]
#[target_feature(enable = "avx2")]
fn difference(a: __m128i, b: __m128i) -> __m128i {
    _mm_or_si128(_mm_subs_epu8(a, b), _mm_subs_epu8(b, a))
}

/// All bits of the lanes that are not above `limit`.
#[inline]
#[target_feature(enable = "avx2")]
fn within(values: __m128i, limit: u8) -> __m128i {
    _mm_cmpeq_epi8(_mm_subs_epu8(values, splat(limit)), _mm_setzero_si128())
}

/// All bits where the edge is flat enough to be an artefact.
#[inline]
#[target_feature(enable = "avx2")]
fn edge_is_flat([_, _, p1, p0, q0, q1, _, _]: &Segments, limit: u8) -> __m128i {
    let inner = difference(*p0, *q0);
    let outer = difference(*p1, *q1);
    let half_outer = _mm_and_si128(_mm_srli_epi16::<1>(outer), splat(0x7F));
    within(
        _mm_adds_epu8(_mm_adds_epu8(inner, inner), half_outer),
        limit,
    )
}

/// All bits where the filter applies, and all where the edge's variance is not high.
#[inline]
#[target_feature(enable = "avx2")]
fn conditions(segments: &Segments, limits: EdgeLimits) -> (__m128i, __m128i) {
    let [p3, p2, p1, p0, q0, q1, q2, q3] = *segments;
    let next_to_edge = _mm_max_epu8(difference(p1, p0), difference(q1, q0));
    let before = _mm_max_epu8(difference(p3, p2), difference(p2, p1));
    let after = _mm_max_epu8(difference(q3, q2), difference(q2, q1));
    let steepest = _mm_max_epu8(next_to_edge, _mm_max_epu8(before, after));
    let filter = _mm_and_si128(
        within(steepest, limits.interior),
        edge_is_flat(segments, limits.edge),
    );
    (filter, within(next_to_edge, limits.high_variance))
}

/// `c(outer + 3·(q0 - p0))`. Clamping after each addition is the same, since all three go the
/// same way.
#[inline]
#[target_feature(enable = "avx2")]
fn adjustment(outer: __m128i, p0: __m128i, q0: __m128i) -> __m128i {
    let step = _mm_subs_epi8(q0, p0);
    _mm_adds_epi8(_mm_adds_epi8(_mm_adds_epi8(outer, step), step), step)
}

/// `c(values + rounding) >> 3`. There is no such shift of bytes but an unsigned one of words.
#[inline]
#[target_feature(enable = "avx2")]
fn eighth(values: __m128i, rounding: u8) -> __m128i {
    let unsigned = flip(_mm_adds_epi8(values, splat(rounding)));
    let shifted = _mm_and_si128(_mm_srli_epi16::<3>(unsigned), splat(0x1F));
    _mm_sub_epi8(shifted, splat(0x10))
}

/// Subtracts from `q` and adds to `p`, of signed values, and makes samples of them again.
#[inline]
#[target_feature(enable = "avx2")]
fn move_closer(p: &mut __m128i, q: &mut __m128i, to_p: __m128i, from_q: __m128i) {
    *p = flip(_mm_adds_epi8(flip(*p), to_p));
    *q = flip(_mm_subs_epi8(flip(*q), from_q));
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn filter_macroblock_edge(segments: &mut Segments, limits: EdgeLimits) {
    let (filter, smooth) = conditions(segments, limits);
    let [_, p2, p1, p0, q0, q1, q2, _] = segments;
    let [sp1, sp0, sq0, sq1] = [*p1, *p0, *q0, *q1].map(|tap| flip(tap));
    let w = _mm_and_si128(adjustment(_mm_subs_epi8(sp1, sq1), sp0, sq0), filter);

    let simple = _mm_andnot_si128(smooth, w);
    let (to_p0, from_q0) = (eighth(simple, 3), eighth(simple, 4));

    let nine = _mm256_mullo_epi16(
        _mm256_cvtepi8_epi16(_mm_and_si128(w, smooth)),
        _mm256_set1_epi16(9),
    );
    let first = _mm256_add_epi16(nine, _mm256_set1_epi16(63));
    let second = _mm256_add_epi16(first, nine);
    let third = _mm256_add_epi16(second, nine);
    let [first, second, third] = [first, second, third].map(|sums| {
        let sums = _mm256_srai_epi16::<7>(sums);
        _mm_packs_epi16(
            _mm256_castsi256_si128(sums),
            _mm256_extracti128_si256::<1>(sums),
        )
    });
    // One of the two is 0.
    move_closer(
        p0,
        q0,
        _mm_add_epi8(to_p0, third),
        _mm_add_epi8(from_q0, third),
    );
    move_closer(p1, q1, second, second);
    move_closer(p2, q2, first, first);
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn filter_subblock_edge(segments: &mut Segments, limits: EdgeLimits) {
    let (filter, smooth) = conditions(segments, limits);
    let [_, _, p1, p0, q0, q1, _, _] = segments;
    let [sp1, sp0, sq0, sq1] = [*p1, *p0, *q0, *q1].map(|tap| flip(tap));
    let outer = _mm_andnot_si128(smooth, _mm_subs_epi8(sp1, sq1));
    let a = _mm_and_si128(adjustment(outer, sp0, sq0), filter);
    let (to_p0, from_q0) = (eighth(a, 3), eighth(a, 4));
    move_closer(p0, q0, to_p0, from_q0);
    // The average with 0 is `(from_q0 + 1) >> 1`.
    let half = flip(_mm_avg_epu8(flip(from_q0), splat(0x80)));
    let half = _mm_and_si128(half, smooth);
    move_closer(p1, q1, half, half);
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn filter_simply(segments: &mut Segments, edge_limit: u8) {
    let filter = edge_is_flat(segments, edge_limit);
    let [_, _, p1, p0, q0, q1, _, _] = segments;
    let [sp1, sp0, sq0, sq1] = [*p1, *p0, *q0, *q1].map(|tap| flip(tap));
    let a = _mm_and_si128(adjustment(_mm_subs_epi8(sp1, sq1), sp0, sq0), filter);
    move_closer(p0, q0, eighth(a, 3), eighth(a, 4));
}
