//! What can go wrong.

/// Why a call was refused. The encoder goes on as if it had not been made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A side is 0, or longer than a frame's header can say.
    #[error("a picture of {width}x{height} cannot be encoded, a side has 1 to 16383 samples")]
    UnsupportedSize {
        /// The width asked for, in samples.
        width: u16,
        /// The height asked for, in samples.
        height: u16,
    },
    /// The picture has another size than the encoder was made for.
    #[error(
        "a picture of {width}x{height} was given to an encoder for {expected_width}x{expected_height}"
    )]
    OtherSize {
        /// The picture's width, in samples.
        width: u16,
        /// The picture's height, in samples.
        height: u16,
        /// The encoder's width.
        expected_width: u16,
        /// The encoder's height.
        expected_height: u16,
    },
    /// A plane's rows overlap, or it ends before its last row.
    #[error("a plane of {samples} samples cannot hold {width}x{height} with a stride of {stride}")]
    TooFewSamples {
        /// How many there are.
        samples: usize,
        /// The plane's width, in samples.
        width: usize,
        /// The plane's height, in samples.
        height: usize,
        /// From one row to the next, in samples.
        stride: usize,
    },
    /// The lowest quantizer is above the highest, or one is above 127.
    #[error("quantizers go from 0 to 127, not from {min} to {max}")]
    Quantizers {
        /// The lowest asked for.
        min: u8,
        /// The highest asked for.
        max: u8,
    },
    /// The bitrate, the frame rate or the number of threads is 0.
    #[error("{what} must not be 0")]
    Zero {
        /// Which of them.
        what: &'static str,
    },
    /// The frame lasts no time, or longer than an hour.
    #[error("a frame cannot last {nanoseconds} ns")]
    Duration {
        /// How long it would have lasted.
        nanoseconds: u128,
    },
    /// A part of the frame is longer than the format can say: the picture is too large for such
    /// a quality.
    #[error("the frame is too long for the format, which a coarser quantizer may help")]
    FrameTooLong,
}
