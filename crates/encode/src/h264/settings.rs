//! How `rusty_h264` is set up for recording.

use rusty_h264::{EncoderConfig, Preset as Effort, Profile};

use super::picture::coded_size;
use crate::rate::Account;
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

/// From so many pixels on, `Preset::Live` is the codec's `Fast`: a fifth less work, which is what
/// 1920x1080 needs on two cores. There it costs 0.8 dB, in smaller pictures twice as much.
const PIXELS_OF_FAST: u64 = 1_500_000;

/// A configuration that differs between presets only in what parameter sets do not say.
pub(super) fn codec_config(config: &VideoConfig, preset: Preset) -> EncoderConfig {
    let size = coded_size(config.size);
    let mut codec = EncoderConfig::new(size.width as usize, size.height as usize);
    codec.profile = Profile::High;
    codec.num_ref_frames = references(config);
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

/// The time in which what was spent too much or too little is paid back, in seconds: about a
/// group of pictures, since a codec's bitrate holds for one. Shorter, and groups of several
/// seconds pay back too much.
const HORIZON: f64 = 1.5;
/// What a group gets at least and at most, in parts of the bitrate.
const LEAST: f64 = 0.05;
const MOST: f64 = 2.0;

/// Sets what a codec may spend, so that the whole keeps its bitrate whatever those before have
/// spent. The codec itself counts frames, whose distance the account knows, and forgets what it
/// owes beyond half a second's bits.
pub(super) fn share_out(codec: &mut EncoderConfig, account: &Account) {
    let part = (1.0 + account.seconds() / HORIZON).clamp(LEAST, MOST);
    codec.bitrate = (account.bits_per_second() * part) as u32;
    codec.framerate = (1.0 / account.period()) as f32;
}

#[cfg(test)]
mod tests {
    use super::*;
    use media_recorder_types::{FrameSize, MediaTime, Rate, TrackId};

    #[test]
    fn a_group_gets_what_those_before_have_left() {
        let size = FrameSize::new(640, 360);
        let config = VideoConfig::new(TrackId::FIRST, size).with_bits_per_second(600_000);
        let mut account = Account::new(config.bits_per_second, Rate::new(25, 1));
        let part = |account: &Account| {
            let mut codec = codec_config(&config, Preset::Live);
            share_out(&mut codec, account);
            assert_eq!(codec.framerate, 25.0);
            f64::from(codec.bitrate) / 600_000.0
        };
        assert_eq!(part(&account), 1.0);
        account.spend(0.5 * 600_000.0);
        assert!((part(&account) - (1.0 - 0.5 / HORIZON)).abs() < 0.01);
        account.spend(5.0 * 600_000.0);
        assert_eq!(part(&account), LEAST);
        // A still picture leaves bits over, but not without limit.
        account.flow_in(MediaTime::ZERO);
        for n in 1..1000 {
            account.flow_in(MediaTime::from_millis(40 * n));
        }
        assert!((1.0..=MOST).contains(&part(&account)));
    }
}
