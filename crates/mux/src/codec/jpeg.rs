//! JPEG pictures (ITU-T T.81).

use crate::PayloadError;

/// The marker that a picture begins with (ITU-T T.81 §B.1.1.3).
const START_OF_IMAGE: [u8; 2] = [0xFF, 0xD8];

/// Whether `data` begin as a picture does.
pub(crate) fn check_picture(data: &[u8]) -> Result<(), PayloadError> {
    if data.starts_with(&START_OF_IMAGE) {
        Ok(())
    } else {
        Err(PayloadError::Malformed {
            what: "it does not begin with a start of image",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_begins_with_its_marker() {
        assert_eq!(check_picture(&[0xFF, 0xD8, 0xFF, 0xE0]), Ok(()));
        for bad in [&[0xFF, 0xD9][..], &[0xFF], b"AVI1", &[]] {
            assert!(check_picture(bad).is_err(), "{bad:x?}");
        }
    }
}
