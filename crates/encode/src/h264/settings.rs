//! How `rusty_h264` is set up for recording.

use media_recorder_types::{FrameSize, Rate};
use rusty_h264::{EncoderConfig, Preset as Effort, Profile};

use super::picture::coded_size;
use crate::{Preset, VideoConfig};

/// Pictures that each one is predicted from. The number is in the parameter sets, which a
/// recording cannot change: it stays what the preset has that the recording begins with.
pub(super) fn references(config: &VideoConfig) -> u32 {
    match config.first_preset() {
        Preset::Archive => 5,
        Preset::Quality => 3,
        _ => 1,
    }
}

/// The quantizer that the codec's rate control starts from and stays within 18 of, for pictures
/// with bits to spare and for those with hardly any. The parameter sets have it too.
const FINEST_START: f64 = 33.0;
const COARSEST_START: f64 = 45.0;
/// Bits per pixel from which on the finest is right.
const BITS_TO_SPARE: f64 = 0.18;
/// How much coarser for half the bits.
const PER_HALF: f64 = 8.0;

/// From so many pixels on, `Preset::Live` is the codec's `Fast`: a fifth less work, which is what
/// 1920x1080 needs on two cores. There it costs 0.8 dB, in smaller pictures twice as much.
const PIXELS_OF_FAST: u64 = 1_500_000;

/// A configuration that differs between presets only in what parameter sets do not say.
pub(super) fn codec_config(config: &VideoConfig, preset: Preset) -> EncoderConfig {
    let size = coded_size(config.size);
    let rate = config.rate.map_or(30.0, Rate::as_f64);
    let mut codec = EncoderConfig::new(size.width as usize, size.height as usize);
    codec.profile = Profile::High;
    codec.num_ref_frames = references(config);
    codec.qp = start_quantizer(size, rate, config.bits_per_second);
    codec.bitrate = config.bits_per_second.max(1);
    codec.framerate = rate as f32;
    // Key frames come on request only.
    codec.gop_size = u32::MAX;
    codec.scenecut = 0;
    // A picture comes out as it goes in.
    codec.lookahead = 0;
    codec.mbtree = false;
    codec.bframes = 0;
    // `Balanced` is slower than the first rung here for the same picture.
    codec.preset = if preset == Preset::Live && size.pixels() >= PIXELS_OF_FAST {
        Effort::Fast
    } else {
        Effort::Quality
    };
    codec.me_wide = Some(preset <= Preset::Fast);
    codec.sub_8x8 = Some(preset <= Preset::Fast);
    codec.tune_shape_rd = preset <= Preset::Balanced;
    codec.tune_sub8x8_split = preset <= Preset::Quality;
    codec
}

/// Where bits are few, the finest that the codec may then take is not fine enough for a picture
/// that stands still to make one that changes cost seconds of bits.
fn start_quantizer(size: FrameSize, rate: f64, bits_per_second: u32) -> u8 {
    let bits_per_pixel = f64::from(bits_per_second) / (size.pixels() as f64 * rate);
    let start = FINEST_START + PER_HALF * (BITS_TO_SPARE / bits_per_pixel).log2();
    start.clamp(FINEST_START, COARSEST_START).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_bits_start_coarse() {
        let of = |width, height, bits_per_second| {
            start_quantizer(FrameSize::new(width, height), 30.0, bits_per_second)
        };
        assert_eq!(of(640, 360, 2_500_000), 33);
        assert_eq!(of(640, 360, 600_000), 41);
        assert_eq!(of(1280, 720, 1_000_000), 45);
        assert_eq!(of(16_384, 16_384, 0), 45);
        assert_eq!(of(2, 2, u32::MAX), 33);
    }
}
