//! The size of a JPEG picture (ITU-T T.81 §B).

use media_recorder_types::FrameSize;

/// Reads the markers up to the frame header.
pub(super) fn read_size(data: &[u8]) -> Result<FrameSize, &'static str> {
    const NO_HEADER: &str = "a JPEG without a frame header";
    let mut rest = data
        .strip_prefix(&[0xFF, 0xD8])
        .ok_or("it does not begin as a JPEG does")?;
    loop {
        match *rest {
            // Fill bytes may stand before a marker (§B.1.1.2).
            [0xFF, 0xFF, ..] => rest = &rest[1..],
            // Start of frame, but for the four of this range that are something else (table B.1).
            [0xFF, 0xC0..=0xCF, _, _, _, h0, h1, w0, w1, ..]
                if !matches!(rest[1], 0xC4 | 0xC8 | 0xCC) =>
            {
                let side = |bytes| u32::from(u16::from_be_bytes(bytes));
                let size = FrameSize::new(side([w0, w1]), side([h0, h1]));
                return if size.is_valid() {
                    Ok(size)
                } else {
                    Err("a JPEG without pixels")
                };
            }
            [0xFF, _, l0, l1, ..] => {
                let length = usize::from(u16::from_be_bytes([l0, l1]));
                rest = rest.get(2 + length..).ok_or(NO_HEADER)?;
            }
            _ => return Err(NO_HEADER),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_header_has_the_size() {
        let app0 = [0xFF, 0xE0, 0, 4, 9, 9];
        let tables = [0xFF, 0xFF, 0xC4, 0, 3, 0];
        let frame = [0xFF, 0xC0, 0, 17, 8, 1, 0x68, 2, 0x80, 3];
        let picture = [&[0xFF, 0xD8][..], &app0, &tables, &frame].concat();
        assert_eq!(read_size(&picture), Ok(FrameSize::new(640, 360)));
        for cut in 0..picture.len() - 1 {
            assert!(read_size(&picture[..cut]).is_err(), "{cut}");
        }
        let empty = [&[0xFF, 0xD8][..], &[0xFF, 0xC2, 0, 8, 8, 0, 0, 2, 0x80]].concat();
        assert!(read_size(&empty).is_err());
    }
}
