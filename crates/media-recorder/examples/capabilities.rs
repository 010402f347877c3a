//! What this machine can record live, 30 pictures a second:
//!
//! ```text
//! cargo run --release --example capabilities [--features h264]
//! ```
//!
//! The first answer for a codec at a size is measured, which takes about half a second.

use media_recorder::{MediaCapabilities, RecorderError, VideoConfiguration};

const CODECS: [&str; 4] = ["av01", "vp9", "vp8", "avc1"];
const SIZES: [(u32, u32); 5] = [
    (320, 180),
    (640, 360),
    (960, 540),
    (1280, 720),
    (1920, 1080),
];
const RATE: f64 = 30.0;

fn main() -> Result<(), RecorderError> {
    for codec in CODECS {
        for (width, height) in SIZES {
            let content_type = format!("video/x-matroska;codecs={codec}");
            let video = VideoConfiguration::new(content_type, width, height, RATE);
            let info = MediaCapabilities::encoding_info(Some(&video), None)?;
            let answer = match (info.supported, info.smooth, info.power_efficient) {
                (false, ..) => "not in this build",
                (_, false, _) => "not in real time",
                (_, true, false) => "in real time",
                (_, true, true) => "in real time, with little of the machine",
            };
            println!("{codec} {width}x{height}: {answer}");
        }
    }
    Ok(())
}
