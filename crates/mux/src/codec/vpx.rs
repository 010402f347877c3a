//! Key frames of VP8 and VP9.

use crate::PayloadError;

/// A VP8 frame's first bit is zero in a key frame (RFC 6386 §9.1).
pub(crate) fn is_vp8_key(data: &[u8]) -> Result<bool, PayloadError> {
    match data.first() {
        Some(first) => Ok(first & 1 == 0),
        None => Err(PayloadError::Malformed {
            what: "there is no frame tag",
        }),
    }
}

/// Reads the start of a VP9 uncompressed header (VP9 spec §6.2). A superframe starts with its
/// first frame, so it needs no care (VP9 spec Annex B).
pub(crate) fn is_vp9_key(data: &[u8]) -> Result<bool, PayloadError> {
    let malformed = |what| Err(PayloadError::Malformed { what });
    let Some(&first) = data.first() else {
        return malformed("there is no uncompressed header");
    };
    if first >> 6 != 0b10 {
        return malformed("frame_marker is not 2");
    }
    // Profile 3 has a reserved bit after the two of the profile.
    let flags = if first & 0b0011_0000 == 0b0011_0000 {
        first << 5
    } else {
        first << 4
    };
    let (show_existing_frame, non_key_frame) = (flags & 0x80 != 0, flags & 0x40 != 0);
    Ok(!show_existing_frame && !non_key_frame)
}

/// The profile of a VP9 frame (VP9 spec §6.2): after the marker, its low bit and its high bit.
pub(crate) fn vp9_profile(data: &[u8]) -> Option<u8> {
    let first = data.first()?;
    Some(first >> 5 & 1 | (first >> 4 & 1) << 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_vp8_key_frames() {
        assert_eq!(is_vp8_key(&[0x10, 0, 0, 0x9D, 0x01, 0x2A]), Ok(true));
        assert_eq!(is_vp8_key(&[0x31, 0, 0]), Ok(false));
        assert!(is_vp8_key(&[]).is_err());
    }

    #[test]
    fn tells_vp9_key_frames_in_every_profile() {
        // marker 10, profile 0, show_existing 0, frame_type 0, show_frame 1, error_res 0
        assert_eq!(is_vp9_key(&[0b1000_0010]), Ok(true));
        assert_eq!(is_vp9_key(&[0b1000_0110]), Ok(false));
        assert_eq!(
            is_vp9_key(&[0b1000_1000]),
            Ok(false),
            "shows an existing frame"
        );
        // Profile 1, then profile 3 with its reserved bit.
        assert_eq!(is_vp9_key(&[0b1010_0010]), Ok(true));
        assert_eq!(is_vp9_key(&[0b1011_0001]), Ok(true));
        assert_eq!(is_vp9_key(&[0b1011_0011]), Ok(false));
        assert_eq!(is_vp9_key(&[0b1011_0100]), Ok(false));
        assert!(is_vp9_key(&[0b0100_0000]).is_err());
        assert!(is_vp9_key(&[]).is_err());
    }

    #[test]
    fn tells_vp9_profiles() {
        for (first, profile) in [(0x82, 0), (0xA2, 1), (0x92, 2), (0xB1, 3)] {
            assert_eq!(vp9_profile(&[first]), Some(profile));
        }
        assert_eq!(vp9_profile(&[]), None);
    }
}
