//! Nanoseconds per call of each kernel: in plain Rust, and as this processor runs it.
//!
//! `cargo run --release -p media-recorder-vp8 --example kernels [part of a name]`

// The kernels are private to the crate; the same files are compiled here.
#[allow(dead_code, unused_imports)]
#[path = "../src/kernels/mod.rs"]
mod kernels;

use std::hint::black_box;
use std::time::Instant;

use kernels::{BlockQuantizer, EdgeLimits, Kernels, Window};

/// A plane of 1280 samples by 64 with borders, as a frame's.
const WIDTH: usize = 1344;
const AT: usize = 24 * WIDTH + 64;

/// The fastest but two of some runs of many calls each, in nanoseconds per call.
fn time(mut call: impl FnMut()) -> f64 {
    const CALLS: u32 = 5_000;
    let mut runs: Vec<f64> = (0..25)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..CALLS {
                call();
            }
            start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    runs[2]
}

fn main() {
    // As a variable, since it is one in the encoder.
    #[allow(non_snake_case)]
    let STRIDE = black_box(WIDTH);
    let filter = std::env::args().nth(1).unwrap_or_default();
    let each = |name: &str, call: &mut dyn FnMut(Kernels)| {
        if name.contains(&filter) {
            let [portable, fast] =
                [Kernels::scalar(), Kernels::detect()].map(|k| time(|| call(black_box(k))));
            let ratio = portable / fast;
            println!("{name:24} {portable:8.1} ns {fast:8.1} ns {ratio:6.2}x");
        }
    };
    // A gradient with noise: differences neither all small nor all large.
    let mut plane: Vec<u8> = (0..STRIDE * 112u32 as usize)
        .map(|i| (i % STRIDE / 8 + i.wrapping_mul(2_654_435_761) % 4096 / 512) as u8)
        .collect();
    let mut other = plane.clone();
    other.rotate_right(3 * STRIDE + 2);
    let (mut u, mut v) = (plane.clone(), other.clone());
    let source: Vec<u8> = plane[AT..]
        .iter()
        .take(256)
        .map(|s| s.wrapping_add(3))
        .collect();
    let mut out = [0; 256];
    let mut chroma = [[0; 64]; 2];

    each("sad16x16", &mut |k| {
        black_box(k.sad16x16(black_box(&plane[AT..]), STRIDE, &other[AT + 3..], STRIDE));
    });
    each("sad16x16_x4", &mut |k| {
        let candidates = [0, 1, 2, STRIDE].map(|by| &other[AT + by..]);
        black_box(k.sad16x16_x4(black_box(&plane[AT..]), STRIDE, candidates, STRIDE));
    });
    each("sad8x8", &mut |k| {
        black_box(k.sad8x8(black_box(&plane[AT..]), STRIDE, &other[AT + 3..], STRIDE));
    });
    each("sad4x4", &mut |k| {
        black_box(k.sad4x4(black_box(&plane[AT..]), STRIDE, &other[AT + 3..], STRIDE));
    });
    each("sse8x8", &mut |k| {
        black_box(k.sse8x8(black_box(&plane[AT..]), STRIDE, &source, 16));
    });
    each("variance16x16", &mut |k| {
        black_box(k.variance16x16(black_box(&plane[AT..]), STRIDE, &source, 16));
    });
    let window = Window {
        samples: &plane,
        origin: AT,
        stride: STRIDE,
    };
    for (mx, my) in [(0, 0), (4, 0), (0, 4), (2, 6), (3, 5)] {
        each(&format!("six_tap16x16 {mx} {my}"), &mut |k| {
            k.six_tap16x16(black_box(window), mx, my, black_box(&mut out), 16);
        });
        each(&format!("six_tap8x8 {mx} {my}"), &mut |k| {
            k.six_tap8x8(black_box(window), mx, my, black_box(&mut out), 16);
        });
        each(&format!("six_tap4x4 {mx} {my}"), &mut |k| {
            k.six_tap4x4(black_box(window), mx, my, black_box(&mut out), 16);
        });
    }
    for (mx, my) in [(0, 0), (3, 0), (0, 3), (3, 5)] {
        each(&format!("six_tap_chroma {mx} {my}"), &mut |k| {
            k.six_tap_chroma([&plane, &other], AT, STRIDE, mx, my, black_box(&mut chroma));
        });
    }
    let mut residual = [0; 16];
    each("residual", &mut |k| {
        k.residual(&plane[AT..], STRIDE, &source, 16, black_box(&mut residual));
    });
    let mut coefficients = [0; 16];
    each("forward_dct", &mut |k| {
        coefficients = k.forward_dct(black_box(&residual))
    });
    each("forward_wht", &mut |k| {
        black_box(k.forward_wht(black_box(&residual)));
    });
    each("inverse_wht", &mut |k| {
        black_box(k.inverse_wht(black_box(&residual)));
    });
    each("inverse_dct_add", &mut |k| {
        k.inverse_dct_add(black_box(&coefficients), black_box(&mut out), 16);
    });
    each("inverse_dc_add", &mut |k| {
        k.inverse_dc_add(black_box(9), black_box(&mut out), 16)
    });
    let quantizer = BlockQuantizer::new(20, 24, 48, 80);
    let mut dequantized = [0; 16];
    each("quantize", &mut |k| {
        let (from, by) = (black_box(&coefficients), black_box(&quantizer));
        black_box(k.quantize(from, by, &mut residual, &mut dequantized));
    });
    let (luma, predicted) = ([7; 256], &mut [9; 256]);
    let (chroma, predicted_chroma) = ([[7; 64]; 2], &mut [[9; 64]; 2]);
    let (mut blocks, mut levels) = ([[0; 16]; 16], [[0; 16]; 16]);
    let (mut chroma_blocks, mut back, mut ends) = ([[0; 16]; 8], [[0; 16]; 16], [0; 16]);
    each("forward_dct_luma", &mut |k| {
        k.forward_dct_luma(black_box(&luma), predicted, black_box(&mut blocks));
    });
    each("forward_dct_chroma", &mut |k| {
        k.forward_dct_chroma(
            black_box(&chroma),
            predicted_chroma,
            black_box(&mut chroma_blocks),
        );
    });
    each("quantize_blocks 16", &mut |k| {
        let (from, by) = (black_box(&blocks), black_box(&quantizer));
        k.quantize_blocks(from, by, &mut levels, &mut back, &mut ends);
    });
    each("inverse_dct_add_luma", &mut |k| {
        k.inverse_dct_add_luma(black_box(&blocks), black_box(predicted));
    });
    each("inverse_dct_add_luma 0", &mut |k| {
        k.inverse_dct_add_luma(black_box(&[[0; 16]; 16]), black_box(predicted));
    });
    each("inverse_dct_add_chroma", &mut |k| {
        k.inverse_dct_add_chroma(black_box(&chroma_blocks), black_box(predicted_chroma));
    });
    let limits = EdgeLimits {
        edge: 60,
        interior: 12,
        high_variance: 1,
    };
    each("luma_left_edge", &mut |k| {
        k.luma_left_edge(black_box(&mut plane), AT, STRIDE, limits)
    });
    each("luma_top_edge", &mut |k| {
        k.luma_top_edge(black_box(&mut plane), AT, STRIDE, limits)
    });
    each("luma_inner_columns", &mut |k| {
        k.luma_inner_columns(black_box(&mut plane), AT, STRIDE, limits);
    });
    each("luma_inner_rows", &mut |k| {
        k.luma_inner_rows(black_box(&mut plane), AT, STRIDE, limits)
    });
    each("chroma_left_edge", &mut |k| {
        k.chroma_left_edge([&mut u, &mut v], AT, STRIDE, limits)
    });
    each("chroma_top_edge", &mut |k| {
        k.chroma_top_edge([&mut u, &mut v], AT, STRIDE, limits)
    });
    each("chroma_inner_column", &mut |k| {
        k.chroma_inner_column([&mut u, &mut v], AT, STRIDE, limits);
    });
    each("chroma_inner_row", &mut |k| {
        k.chroma_inner_row([&mut u, &mut v], AT, STRIDE, limits)
    });
    each("simple_left_edge", &mut |k| {
        k.simple_left_edge(black_box(&mut plane), AT, STRIDE, 60)
    });
}
