//! What WebM stores of a VP9 stream beside its packets.

use bytes::{BufMut, Bytes, BytesMut};

/// The list of features (WebM Container Guidelines, "VP9 Codec Feature Metadata"): each an ID, a
/// length and a value. Without a level, the list does not have one; nor does it say where chroma
/// lies, which frames do not tell.
pub(super) fn features(level: Option<u8>) -> Bytes {
    const PROFILE: u8 = 1;
    const LEVEL: u8 = 2;
    const BIT_DEPTH: u8 = 3;

    let mut features = BytesMut::with_capacity(9);
    let mut put = |id: u8, value: u8| features.put_slice(&[id, 1, value]);
    put(PROFILE, 0);
    if let Some(level) = level {
        put(LEVEL, level);
    }
    put(BIT_DEPTH, 8);
    features.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_what_is_known() {
        assert_eq!(features(Some(31))[..], [1, 1, 0, 2, 1, 31, 3, 1, 8]);
        assert_eq!(features(None)[..], [1, 1, 0, 3, 1, 8]);
    }
}
