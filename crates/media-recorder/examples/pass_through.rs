//! Records a stream that is encoded already, as it comes from standard input:
//!
//! ```sh
//! ffmpeg -i in.mp4 -an -c:v mjpeg -f mjpeg - | pass_through mjpeg 640x360 25 out.mkv
//! ffmpeg -i in.mp4 -an -c:v libx264 -bf 0 -bsf:v h264_metadata=aud=insert -f h264 - |
//!     pass_through h264 640x360 25 out.mp4
//! ```

use std::error::Error;
use std::io::{self, Read};

use media_recorder::{
    Bytes, ColorInfo, Container, EncodedTrackGenerator, MediaRecorder, MediaStream, MediaTrack,
    MimeType, Packet, Rate, RecorderOptions, TrackId, TrackKind, VideoCodec, VideoTrack,
};

/// What each picture begins with: a start of image; a start code and an access unit delimiter.
const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF];
const H264: &[u8] = &[0, 0, 0, 1, 9];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [codec, size, rate, output] = &arguments[..] else {
        return Err("pass_through mjpeg|h264 WIDTHxHEIGHT RATE OUT".into());
    };
    let (codec, mark) = match codec.as_str() {
        "mjpeg" => (VideoCodec::Mjpeg, JPEG),
        "h264" => (VideoCodec::H264, H264),
        other => return Err(format!("{other} is neither mjpeg nor h264").into()),
    };
    let rate: Rate = rate.parse()?;
    let video = VideoTrack {
        codec,
        size: size.parse()?,
        rate: Some(rate),
        color: ColorInfo::UNSPECIFIED,
    };
    let description = MediaTrack::video(TrackId::FIRST, video, Bytes::new());
    let source = EncodedTrackGenerator::new(description)?.with_back_pressure();

    let ending = output.rsplit('.').next().unwrap_or_default();
    let container = Container::from_extension(ending).ok_or("OUT ends in .mkv or .mp4")?;
    let mime_type = MimeType::recording(TrackKind::Video, container, &[]).to_string();
    let options = RecorderOptions::new().mime_type(mime_type);
    let stream = MediaStream::new([source.track().clone()]);
    let (recorder, events) = MediaRecorder::new(&stream, options)?;
    let saved = events.save_to(output)?;
    recorder.start()?;

    let mut stream = Vec::new();
    io::stdin().read_to_end(&mut stream)?;
    let stream = Bytes::from(stream);
    let starts = stream.windows(mark.len()).enumerate();
    let mut starts: Vec<usize> = starts
        .filter_map(|(at, window)| (window == mark).then_some(at))
        .collect();
    starts.push(stream.len());
    for (picture, n) in starts.windows(2).zip(0..) {
        let time = rate.time_of(n).ok_or("too many pictures")?;
        let data = stream.slice(picture[0]..picture[1]);
        source.write(Packet::new(TrackId::FIRST, data, time, rate.period()))?;
    }
    recorder.stop()?;
    println!("{}", saved.join()?);
    Ok(())
}
