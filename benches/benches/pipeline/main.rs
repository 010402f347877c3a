//! Whole recordings, from frames that a program writes to chunks in its hands: how much of the
//! CPU goes to anything but the encoder, the peak of memory, and how old a picture is when its
//! chunk arrives.
//!
//! `cargo bench -p benches --bench pipeline -- [SECONDS]`, 3 by default. Each case is a process
//! of its own, so that its memory is.

mod meter;
mod process;

use std::env;
use std::error::Error;
use std::io::Cursor;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use matroska_demuxer::{Frame, MatroskaFile};
use media_recorder::{
    Blob, ColorInfo, Event, Events, FrameSize, MediaRecorder, MediaStream, MediaTime, PixelFormat,
    Rate, RecorderOptions, TrackStatistics, VideoFrame, VideoTrackGenerator, capture_time,
};
use media_recorder_encode::convert::{I420Buffer, to_i420};

use meter::Meter;

const RATE: Rate = Rate::new(30, 1).expect("not zero");
const BITS_PER_SECOND: u32 = 1_000_000;
const TIMESLICE: Duration = Duration::from_millis(100);
/// Different pictures: shown forwards and backwards.
const PICTURES: usize = 10;
const CODECS: [&str; 2] = ["vp8", "vp9"];
const SIZES: [FrameSize; 2] = [FrameSize::new(640, 360), FrameSize::new(1280, 720)];
const FORMATS: [PixelFormat; 2] = [PixelFormat::I420, PixelFormat::Rgba];
/// For so long half of the pictures may be on their way.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// So that they are told from the encoder's threads, which would pass their name on to them.
const CONVERTER: &str = "converter";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [codec, size, format, seconds] = &arguments[..] {
        let format = FORMATS
            .into_iter()
            .find(|known| format!("{known:?}") == *format);
        return measure(
            codec,
            size.parse()?,
            format.ok_or("no such format")?,
            seconds.parse()?,
        );
    }
    let seconds = arguments.first().map_or("3", String::as_str);
    println!("WebM, 30 pictures a second, {BITS_PER_SECOND} bit/s, {seconds} s");
    for codec in CODECS {
        for size in SIZES {
            for format in FORMATS {
                let mut case = Command::new(env::current_exe()?);
                case.args([codec, &size.to_string(), &format!("{format:?}"), seconds]);
                if !case.status()?.success() {
                    return Err("a case failed".into());
                }
            }
        }
    }
    Ok(())
}

fn measure(
    codec: &str,
    size: FrameSize,
    format: PixelFormat,
    seconds: u32,
) -> Result<(), Box<dyn Error>> {
    rayon::ThreadPoolBuilder::new()
        .thread_name(|_| CONVERTER.to_owned())
        .build_global()?;
    let pictures: Vec<VideoFrame> = (0..PICTURES).map(|n| picture(format, size, n)).collect();
    let frames = 30 * seconds as usize;
    let conversion = match format {
        // The encoder reads its planes where they are.
        PixelFormat::I420 => Duration::ZERO,
        _ => conversion(&pictures)?,
    };
    println!("\n{codec}, {size} from {format:?}");
    as_fast_as_it_can(codec, &pictures, frames, conversion)?;
    live(codec, &pictures, frames, conversion)?;
    let source = format.packed_len(size) * PICTURES / 1_000_000;
    let peak = process::peak_memory();
    println!("  peak memory {peak} MB, {source} MB of them the source's pictures");
    Ok(())
}

/// CPU time of one conversion, on all threads.
fn conversion(pictures: &[VideoFrame]) -> Result<Duration, Box<dyn Error>> {
    const TIMES: u32 = 100;
    let mut target = I420Buffer::new(pictures[0].size());
    let (_, before) = process::cpu_time(CONVERTER);
    for picture in pictures.iter().cycle().take(TIMES as usize) {
        to_i420(picture, ColorInfo::BT709, target.as_mut())?;
    }
    let (_, after) = process::cpu_time(CONVERTER);
    Ok(after.saturating_sub(before) / TIMES)
}

fn as_fast_as_it_can(
    codec: &str,
    pictures: &[VideoFrame],
    frames: usize,
    conversion: Duration,
) -> Result<(), Box<dyn Error>> {
    let generator = generator(pictures)?.with_back_pressure();
    let (recorder, events) = start(codec, &generator)?;
    let reader = thread::spawn(move || events.count());
    let meter = Meter::start(CONVERTER);
    let start = Instant::now();
    for n in 0..frames {
        let time = RATE.time_of(n as u64).ok_or("too long")?;
        generator.write(shown(pictures, n).with_time(time))?;
    }
    // All of them may be on their way, where groups of pictures are encoded side by side. The
    // encoder's threads are gone after the end, so that the last ones are not waited for.
    let patience = start + LONGEST_WAIT;
    while first_track(&recorder, |track| track.packets) < frames as u64 / 2
        && Instant::now() < patience
    {
        thread::park_timeout(Duration::from_millis(10));
    }
    let spent = meter.stop();
    let elapsed = start.elapsed();
    let done = first_track(&recorder, |track| track.packets);
    recorder.stop()?;
    reader.join().map_err(|_| "the reader panicked")?;
    println!(
        "  {:.1} pictures a second; {}",
        done as f64 / elapsed.as_secs_f64(),
        spent.per_picture(done, conversion),
    );
    Ok(())
}

/// Waits for a time of the capture clock.
fn wait_until(time: MediaTime) {
    loop {
        let left = time.saturating_sub(capture_time()).as_nanos();
        match u64::try_from(left) {
            Ok(left) if left > 0 => thread::park_timeout(Duration::from_nanos(left)),
            _ => return,
        }
    }
}

/// Pictures at the pace of a camera, until their chunks arrive.
fn live(
    codec: &str,
    pictures: &[VideoFrame],
    frames: usize,
    conversion: Duration,
) -> Result<(), Box<dyn Error>> {
    let generator = generator(pictures)?;
    let (recorder, events) = start(codec, &generator)?;
    let reader = thread::spawn(move || arrivals(events));
    let meter = Meter::start(CONVERTER);
    let start = capture_time();
    for n in 0..frames {
        let time = start.saturating_add(RATE.time_of(n as u64).ok_or("too long")?);
        wait_until(time);
        generator.write(shown(pictures, n).with_time(time))?;
    }
    let spent = meter.stop();
    let done = first_track(&recorder, |track| track.packets);
    let dropped = first_track(&recorder, |track| track.dropped);
    recorder.stop()?;
    let arrivals = reader.join().map_err(|_| "the reader panicked")?;
    let mut ages = ages(&arrivals, start);
    ages.sort_unstable();
    let age = match (ages.get(ages.len() / 2), ages.last()) {
        (Some(median), Some(most)) => format!(
            "a chunk's newest picture is {:.1} ms old in the median, {:.1} ms at most",
            1000.0 * median.as_secs_f64(),
            1000.0 * most.as_secs_f64(),
        ),
        _ => "no chunk came before the end".to_owned(),
    };
    println!(
        "  live: {dropped} of {frames} pictures dropped, {done} encoded; {}; {age}",
        spent.per_picture(done, conversion),
    );
    Ok(())
}

/// A count of the recording's only track.
fn first_track(recorder: &MediaRecorder, count: impl Fn(&TrackStatistics) -> u64) -> u64 {
    recorder.statistics().tracks.first().map_or(0, count)
}

/// All chunks, and when they came.
fn arrivals(events: Events) -> Vec<(MediaTime, Blob)> {
    let chunk = |event| match event {
        Event::DataAvailable(blob) => Some((capture_time(), blob.data)),
        _ => None,
    };
    events.filter_map(chunk).collect()
}

/// How old the newest picture of each chunk is when it comes; the last one, which comes at the
/// end, is left out.
fn ages(arrivals: &[(MediaTime, Blob)], start: MediaTime) -> Vec<Duration> {
    let mut whole = Blob::default();
    let mut pictures = 0;
    let mut ages = Vec::new();
    for (arrival, blob) in arrivals.split_last().map_or(&[][..], |(_, before)| before) {
        whole.append(blob.clone());
        let times = times(&whole);
        if times.len() > pictures {
            pictures = times.len();
            let newest = times.last().copied().unwrap_or(0);
            let age = arrival.saturating_sub(start).as_nanos() - newest as i64 * 1_000_000;
            ages.push(Duration::from_nanos(age.max(0) as u64));
        }
    }
    ages
}

/// The times of the pictures of a WebM file, in ms.
fn times(file: &Blob) -> Vec<u64> {
    let mut times = Vec::new();
    let bytes = file.clone().into_bytes();
    if let Ok(mut file) = MatroskaFile::open(Cursor::new(bytes)) {
        let mut frame = Frame::default();
        while matches!(file.next_frame(&mut frame), Ok(true)) {
            times.push(frame.timestamp);
        }
    }
    times
}

fn generator(pictures: &[VideoFrame]) -> Result<VideoTrackGenerator, Box<dyn Error>> {
    let FrameSize { width, height } = pictures[0].size();
    Ok(VideoTrackGenerator::new(width, height)?.with_frame_rate(RATE))
}

fn start(
    codec: &str,
    generator: &VideoTrackGenerator,
) -> Result<(MediaRecorder, Events), Box<dyn Error>> {
    let stream = MediaStream::new([generator.track().clone()]);
    let options = RecorderOptions::new()
        .mime_type(format!("video/webm;codecs={codec}"))
        .video_bits_per_second(BITS_PER_SECOND);
    let (recorder, events) = MediaRecorder::new(&stream, options)?;
    recorder.start_with_timeslice(TIMESLICE)?;
    Ok((recorder, events))
}

/// Picture `n`, forwards and backwards in turn.
fn shown(pictures: &[VideoFrame], n: usize) -> VideoFrame {
    let last = pictures.len() - 1;
    let at = n % (2 * last);
    pictures[at.min(2 * last - at)].clone()
}

/// A texture that moves slowly and a bar that moves fast.
fn picture(format: PixelFormat, size: FrameSize, n: usize) -> VideoFrame {
    let pixel_bytes = format
        .plane_layout(size, 0)
        .map_or(1, |plane| plane.row_bytes)
        / size.width as usize;
    let (width, height) = (size.width as usize, size.height as usize);
    let mut data = Vec::with_capacity(format.packed_len(size));
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        let (u, v) = ((x + 2 * n) as f64, (y + n) as f64);
        let texture =
            128.0 + 40.0 * (u / 23.0).sin() * (v / 17.0).cos() + 12.0 * (u * v / 991.0).sin();
        let bar = x.abs_diff(9 * n) < 16;
        let value = if bar { 220 } else { texture as u8 };
        data.resize(data.len() + pixel_bytes, value);
    }
    data.resize(format.packed_len(size), 128);
    VideoFrame::packed(format, size, data.into(), MediaTime::ZERO).expect("a whole picture")
}
