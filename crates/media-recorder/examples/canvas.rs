//! Records nine seconds of a canvas to test.webm.

use media_recorder::{Canvas, MediaRecorder, RecorderError, RecorderOptions};

fn main() -> Result<(), RecorderError> {
    // With back-pressure each painting is one frame and painting waits for the encoder, so
    // that 225 frames at 25 per second are 9 seconds, however long they take.
    let canvas = Canvas::new(640, 480)?.with_back_pressure();
    let stream = canvas.capture_stream(25)?;
    let options = RecorderOptions::new().mime_type("video/webm;codecs=vp9");
    let (recorder, events) = MediaRecorder::new(&stream, options)?;
    let saved = events.save_to("test.webm")?;
    recorder.start()?;
    for n in 0..225 {
        canvas.draw(|pixels| paint(pixels, n))?;
    }
    recorder.stop()?;
    println!("{}", saved.join()?);
    Ok(())
}

/// A white square that moves across a gradient of 640x480 RGBA pixels.
fn paint(pixels: &mut [u8], n: usize) {
    let (left, top) = (2 * n, 200);
    for (index, pixel) in pixels.chunks_exact_mut(4).enumerate() {
        let (x, y) = (index % 640, index / 640);
        let inside = (left..left + 80).contains(&x) && (top..top + 80).contains(&y);
        let color = if inside {
            [255, 255, 255]
        } else {
            [(x / 3) as u8, (y / 2) as u8, 96]
        };
        pixel[..3].copy_from_slice(&color);
        pixel[3] = 255;
    }
}
