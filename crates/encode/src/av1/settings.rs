//! How rav1e is set up for recording.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use media_recorder_types::{ColorInfo, ColorRange, Rate};
use rav1e::Config;
use rav1e::color::{
    ColorDescription, ColorPrimaries, MatrixCoefficients, PixelRange, TransferCharacteristics,
};
use rav1e::config::SpeedSettings;
use rav1e::data::Rational;
use rav1e::prelude::{EncoderConfig, SceneDetectionSpeed, Tune};

use super::level::level;
use crate::{Preset, VideoConfig};

/// Lower quantizers only burn bits on noise.
const FINEST_QUANTIZER: u8 = 20;
/// The most the quantizer may be; rav1e's own default would overshoot low bitrates.
const COARSEST_QUANTIZER: usize = 255;
/// A tile has at least so many pixels: below, what a tile costs in bits shows.
const SMALLEST_TILE: u64 = 640 * 360 / 2;
/// Time over which rav1e may save up and owe bits, in seconds.
const RESERVOIR_SECONDS: f64 = 2.0;
/// Key frames come on request only; this is the longest interval that rav1e can count.
const NO_KEY_FRAMES: u64 = i32::MAX as u64 / 3;

/// A configuration that rav1e has yet to validate.
pub(super) fn rav1e_config(config: &VideoConfig, preset: Preset, color: ColorInfo) -> Config {
    let size = config.size;
    let rate = supported_rate(config.rate);
    let mut encoder = EncoderConfig::with_speed_preset(speed(preset));
    encoder.width = size.width as usize;
    encoder.height = size.height as usize;
    encoder.time_base = Rational::new(rate.denominator().into(), rate.numerator().into());
    encoder.level_idx = Some(level(size, config.rate, config.bits_per_second));
    encoder.bitrate = i32::try_from(config.bits_per_second.max(1)).unwrap_or(i32::MAX);
    encoder.min_quantizer = FINEST_QUANTIZER;
    encoder.quantizer = COARSEST_QUANTIZER;
    let reservoir = (rate.as_f64() * RESERVOIR_SECONDS).clamp(12.0, 600.0);
    encoder.reservoir_frame_delay = Some(reservoir as i32);
    encoder.min_key_frame_interval = 0;
    encoder.max_key_frame_interval = NO_KEY_FRAMES;
    // Frames leave in the order in which they came.
    encoder.low_latency = true;
    encoder.tune = Tune::Psnr;
    encoder.tiles = tiles(config);
    tune_speed(&mut encoder.speed_settings, preset);
    encoder.pixel_range = match color.range {
        Some(ColorRange::Full) => PixelRange::Full,
        _ => PixelRange::Limited,
    };
    encoder.color_description = description(color);
    Config::new()
        .with_encoder_config(encoder)
        .with_threads(config.threads.map_or(0, NonZeroUsize::get))
}

/// rav1e's own scale, from 0, the slowest, to 10.
fn speed(preset: Preset) -> u8 {
    match preset {
        Preset::Archive => 6,
        Preset::Quality => 8,
        Preset::Balanced => 9,
        Preset::Fast | Preset::Live => 10,
    }
}

fn tune_speed(speed: &mut SpeedSettings, preset: Preset) {
    speed.scene_detection_mode = SceneDetectionSpeed::None;
    speed.rdo_lookahead_frames = 1;
    if preset == Preset::Live {
        speed.cdef = false;
        speed.prediction.fine_directional_intra = false;
    }
}

/// rav1e's rate control takes 1 to 1000 frames per second.
fn supported_rate(rate: Option<Rate>) -> Rate {
    const USUAL: Rate = Rate::new(30, 1).expect("no zero");
    const SLOWEST: Rate = Rate::new(1, 1).expect("no zero");
    const FASTEST: Rate = Rate::new(1000, 1).expect("no zero");
    match rate {
        None => USUAL,
        Some(rate) if rate.as_f64() < 1.0 => SLOWEST,
        Some(rate) if rate.as_f64() > 1000.0 => FASTEST,
        Some(rate) => rate,
    }
}

/// One per thread, as far as the picture is large enough: tiles are all that rav1e codes in
/// parallel when frames must not wait for each other.
fn tiles(config: &VideoConfig) -> usize {
    let threads = config.threads.or_else(|| available_parallelism().ok());
    let worth = usize::try_from(config.size.pixels() / SMALLEST_TILE).unwrap_or(usize::MAX);
    threads.map_or(1, NonZeroUsize::get).min(worth).max(1)
}

/// `None` where nothing is known: then the header leaves it out.
fn description(color: ColorInfo) -> Option<ColorDescription> {
    let description = ColorDescription {
        color_primaries: primaries(color.primaries),
        transfer_characteristics: transfer(color.transfer),
        matrix_coefficients: matrix(color.matrix),
    };
    let known = description.color_primaries != ColorPrimaries::Unspecified
        || description.transfer_characteristics != TransferCharacteristics::Unspecified
        || description.matrix_coefficients != MatrixCoefficients::Unspecified;
    known.then_some(description)
}

fn primaries(code: u8) -> ColorPrimaries {
    match code {
        1 => ColorPrimaries::BT709,
        4 => ColorPrimaries::BT470M,
        5 => ColorPrimaries::BT470BG,
        6 => ColorPrimaries::BT601,
        7 => ColorPrimaries::SMPTE240,
        9 => ColorPrimaries::BT2020,
        12 => ColorPrimaries::SMPTE432,
        _ => ColorPrimaries::Unspecified,
    }
}

fn transfer(code: u8) -> TransferCharacteristics {
    match code {
        1 => TransferCharacteristics::BT709,
        4 => TransferCharacteristics::BT470M,
        5 => TransferCharacteristics::BT470BG,
        6 => TransferCharacteristics::BT601,
        7 => TransferCharacteristics::SMPTE240,
        8 => TransferCharacteristics::Linear,
        13 => TransferCharacteristics::SRGB,
        14 => TransferCharacteristics::BT2020_10Bit,
        16 => TransferCharacteristics::SMPTE2084,
        18 => TransferCharacteristics::HLG,
        _ => TransferCharacteristics::Unspecified,
    }
}

/// Without 0, RGB, which 4:2:0 cannot be.
fn matrix(code: u8) -> MatrixCoefficients {
    match code {
        1 => MatrixCoefficients::BT709,
        4 => MatrixCoefficients::FCC,
        5 => MatrixCoefficients::BT470BG,
        6 => MatrixCoefficients::BT601,
        7 => MatrixCoefficients::SMPTE240,
        9 => MatrixCoefficients::BT2020NCL,
        _ => MatrixCoefficients::Unspecified,
    }
}
