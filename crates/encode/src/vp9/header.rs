//! The colour in a key frame's header.

use media_recorder_types::{ColorInfo, ColorRange};

/// Writes `color` into the uncompressed header of a key frame; other frames have none (VP9
/// specification §6.2). `rusty_vp9` always writes BT.601 in studio range, and players trust it.
/// The field changes nothing in how the frame is decoded.
pub(super) fn declare_color(frame: &mut [u8], color: ColorInfo) {
    // Frame marker 2, profile 0, no show_existing_frame, key frame; then the sync code.
    let [first, 0x49, 0x83, 0x42, config, ..] = frame else {
        return;
    };
    if *first & 0b1111_1100 != 0b1000_0000 {
        return;
    }
    let range = u8::from(color.range == Some(ColorRange::Full));
    *config = (*config & 0x0f) | color_space(color.matrix) << 5 | range << 4;
}

/// `color_space` (VP9 specification §7.2.2) for H.273 matrix coefficients.
fn color_space(matrix: u8) -> u8 {
    match matrix {
        5 => 1,
        1 => 2,
        6 => 3,
        7 => 4,
        9 => 5,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_colour_changes() {
        let mut key = [0x82, 0x49, 0x83, 0x42, 0x20 | 0x0b, 0xcd];
        declare_color(&mut key, ColorInfo::BT709);
        assert_eq!(key, [0x82, 0x49, 0x83, 0x42, 0x4b, 0xcd]);
        let full = ColorInfo {
            range: Some(ColorRange::Full),
            ..ColorInfo::BT601
        };
        declare_color(&mut key, full);
        assert_eq!(key[4], 0x7b);
        declare_color(&mut key, ColorInfo::UNSPECIFIED);
        assert_eq!(key[4], 0x0b);
    }

    #[test]
    fn frames_without_colour_stay() {
        let inter = [0x86, 0x49, 0x83, 0x42, 0x2b];
        let mut copy = inter;
        declare_color(&mut copy, ColorInfo::BT709);
        assert_eq!(copy, inter);
        declare_color(&mut [], ColorInfo::BT709);
    }
}
