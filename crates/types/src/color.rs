//! What the numbers of a picture mean.

/// Whether luma uses 16–235 or 0–255.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColorRange {
    /// Studio range, 16–235 for 8-bit luma.
    Limited,
    /// Full range, 0–255.
    Full,
}

/// Colour description with the code points of ITU-T H.273 (CICP). 2 means unspecified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ColorInfo {
    /// `ColourPrimaries`: 1 is BT.709, 5 BT.601 625-line, 6 BT.601 525-line, 9 BT.2020.
    pub primaries: u8,
    /// `TransferCharacteristics`: 1 is BT.709, 13 sRGB.
    pub transfer: u8,
    /// `MatrixCoefficients`: 0 is RGB, 1 BT.709, 5 and 6 BT.601, 9 BT.2020.
    pub matrix: u8,
    /// The range; `None` where nobody said.
    pub range: Option<ColorRange>,
}

impl ColorInfo {
    /// Nothing is known.
    pub const UNSPECIFIED: Self = Self {
        primaries: 2,
        transfer: 2,
        matrix: 2,
        range: None,
    };
    /// BT.709 in studio range: what RGB input is converted to.
    pub const BT709: Self = Self {
        primaries: 1,
        transfer: 1,
        matrix: 1,
        range: Some(ColorRange::Limited),
    };
    /// BT.601 (525 lines) in studio range.
    pub const BT601: Self = Self {
        primaries: 6,
        transfer: 6,
        matrix: 6,
        range: Some(ColorRange::Limited),
    };
    /// sRGB in YUV by the matrix of BT.601, full range: what a JPEG picture is (ITU-T T.871 §6).
    pub const JPEG: Self = Self {
        primaries: 1,
        transfer: 13,
        matrix: 6,
        range: Some(ColorRange::Full),
    };
    /// sRGB, full range: what RGB pixel data is.
    pub const SRGB: Self = Self {
        primaries: 1,
        transfer: 13,
        matrix: 0,
        range: Some(ColorRange::Full),
    };

    /// Whether there is nothing to write into a container.
    pub fn is_unspecified(&self) -> bool {
        *self == Self::UNSPECIFIED
    }
}

impl Default for ColorInfo {
    fn default() -> Self {
        Self::UNSPECIFIED
    }
}
