//! Encodes a Y4M file with one codec and preset, and says what that cost:
//!
//! ```text
//! cargo run --release --example encode_y4m -- IN.y4m OUT.mkv \
//!     --codec vp9 --preset live --bitrate 1000000 [--threads 2] [--loops 6] [--mode offline] \
//!     [--key-frames 60]
//! cargo run --release --example encode_y4m -- --list
//! ```
//!
//! Only the encoder's time counts; CPU time is that of all threads, as Linux counts it.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Seek, SeekFrom, Write};
use std::time::{Duration, Instant};

use media_recorder_encode::{Mode, Preset, VideoConfig, VideoEncoder, video_codecs, video_encoder};
use media_recorder_mux::{MatroskaOptions, MatroskaWriter, MuxOutput, Muxer};
use media_recorder_types::{
    Codec, CodecString, FrameSize, PixelFormat, Rate, TrackId, VideoCodec, VideoFrame,
};

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    if env::args().nth(1).as_deref() == Some("--list") {
        for &codec in video_codecs() {
            println!("{}", Codec::Video(codec).short_name());
        }
        return Ok(());
    }
    let job = Job::from_arguments(env::args().skip(1))?;
    let clip = Clip::read(&job.input)?;
    let config = VideoConfig::new(TrackId::FIRST, clip.size)
        .with_rate(Some(clip.rate))
        .with_bits_per_second(job.bits_per_second)
        .with_mode(job.mode)
        .with_hold_back(true)
        .with_preset(job.preset)
        .with_threads(job.threads.try_into().ok());
    let mut encoder = video_encoder(job.codec, config)?;
    let mut file = Output::create(&job.output)?;
    let mut cost = Cost::default();
    let total = clip.frames.len() * job.loops;
    for (n, pixels) in (0..).zip(clip.frames.iter().cycle().take(total)) {
        let time = clip.rate.time_of(n).ok_or("too many frames")?;
        let frame = VideoFrame::packed(PixelFormat::I420, clip.size, pixels.clone(), time)?;
        cost.measure(|| encoder.encode(&frame, job.is_key(n)))?;
        file.write(&mut *encoder)?;
    }
    cost.measure(|| encoder.finish())?;
    file.write(&mut *encoder)?;
    let bytes = file.finish()?;

    let (total, rate) = (total as f64, clip.rate.as_f64());
    let per_frame = |time: Duration| time.as_secs_f64() * 1e3 / total;
    println!(
        "frames={total} cpu_ms_per_frame={:.2} wall_ms_per_frame={:.2} bits_per_second={:.0}",
        per_frame(cost.cpu),
        per_frame(cost.wall),
        bytes as f64 * 8.0 * rate / total
    );
    Ok(())
}

/// What the arguments ask for.
struct Job {
    input: String,
    output: String,
    codec: VideoCodec,
    preset: Option<Preset>,
    mode: Mode,
    bits_per_second: u32,
    /// 0 for all.
    threads: usize,
    loops: usize,
    /// Frames from one key frame to the next; 0 if there is only the first.
    key_frames: u64,
}

impl Job {
    fn is_key(&self, frame: u64) -> bool {
        frame.checked_rem(self.key_frames).unwrap_or(frame) == 0
    }

    fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut files = Vec::new();
        let mut job = Self {
            input: String::new(),
            output: String::new(),
            codec: VideoCodec::Vp9,
            preset: None,
            mode: Mode::RealTime,
            bits_per_second: 1_000_000,
            threads: 0,
            loops: 1,
            key_frames: 0,
        };
        while let Some(argument) = arguments.next() {
            let Some(option) = argument.strip_prefix("--") else {
                files.push(argument);
                continue;
            };
            let value = arguments.next().ok_or("an option without a value")?;
            match option {
                "codec" => job.codec = video_codec(&value)?,
                "preset" => job.preset = Some(value.parse()?),
                "mode" if value == "offline" => job.mode = Mode::Offline,
                "mode" if value == "realtime" => job.mode = Mode::RealTime,
                "bitrate" => job.bits_per_second = value.parse()?,
                "threads" => job.threads = value.parse()?,
                "key-frames" => job.key_frames = value.parse()?,
                "loops" => job.loops = value.parse()?,
                _ => return Err(format!("unknown: --{option} {value}").into()),
            }
        }
        let [input, output] = files.try_into().map_err(|_| "usage: IN.y4m OUT.mkv")?;
        Ok(Self {
            input,
            output,
            ..job
        })
    }
}

fn video_codec(name: &str) -> Result<VideoCodec, Failure> {
    match CodecString::new(name).codec() {
        Some(Codec::Video(codec)) => Ok(codec),
        _ => Err(format!("`{name}` is no video codec").into()),
    }
}

/// A file, read before anything is measured.
struct Clip {
    size: FrameSize,
    rate: Rate,
    /// Each one I420.
    frames: Vec<bytes::Bytes>,
}

impl Clip {
    fn read(path: &str) -> Result<Self, Failure> {
        let mut reader = y4m::decode(BufReader::new(File::open(path)?))?;
        let (width, height) = (reader.get_width(), reader.get_height());
        let size = FrameSize::new(u32::try_from(width)?, u32::try_from(height)?);
        let framerate = reader.get_framerate();
        let (numerator, denominator) = (framerate.num.try_into()?, framerate.den.try_into()?);
        let rate = Rate::new(numerator, denominator).ok_or("no frame rate")?;
        let mut frames = Vec::new();
        while let Ok(frame) = reader.read_frame() {
            let planes = [
                frame.get_y_plane(),
                frame.get_u_plane(),
                frame.get_v_plane(),
            ];
            frames.push(planes.concat().into());
        }
        Ok(Self { size, rate, frames })
    }
}

/// The file that is written.
struct Output {
    writer: MatroskaWriter,
    file: BufWriter<File>,
    is_started: bool,
    /// Of all packets.
    bytes: usize,
}

impl Output {
    fn create(path: &str) -> Result<Self, Failure> {
        let options = if path.ends_with(".webm") {
            MatroskaOptions::webm()
        } else {
            MatroskaOptions::matroska()
        };
        Ok(Self {
            writer: MatroskaWriter::new(options),
            file: BufWriter::new(File::create(path)?),
            is_started: false,
            bytes: 0,
        })
    }

    fn write(&mut self, encoder: &mut dyn VideoEncoder) -> Result<(), Failure> {
        while let Some(packet) = encoder.next_packet() {
            if let (false, Some(track)) = (self.is_started, encoder.track()) {
                self.writer.start(std::slice::from_ref(track))?;
                self.is_started = true;
            }
            self.bytes += packet.data.len();
            self.writer.write(packet)?;
        }
        self.store()
    }

    fn finish(mut self) -> Result<usize, Failure> {
        self.writer.finish()?;
        self.store()?;
        self.file.flush()?;
        Ok(self.bytes)
    }

    fn store(&mut self) -> Result<(), Failure> {
        while let Some(output) = self.writer.poll_output() {
            match output {
                MuxOutput::Append(bytes) => self.file.write_all(&bytes)?,
                MuxOutput::Patch { offset, bytes } => {
                    self.file.seek(SeekFrom::Start(offset))?;
                    self.file.write_all(&bytes)?;
                    self.file.seek(SeekFrom::End(0))?;
                }
            }
        }
        Ok(())
    }
}

/// Time that went into encoding.
#[derive(Default)]
struct Cost {
    cpu: Duration,
    wall: Duration,
}

impl Cost {
    fn measure<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (cpu, wall) = (cpu_time(), Instant::now());
        let result = work();
        self.wall += wall.elapsed();
        self.cpu += cpu_time().saturating_sub(cpu);
        result
    }
}

/// Of all threads of this process; zero where it cannot be told.
fn cpu_time() -> Duration {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten();
    threads
        .filter_map(|thread| {
            // Nanoseconds on a CPU come first (proc(5)).
            let times = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
            let on_cpu = times.split_whitespace().next()?.parse().ok()?;
            Some(Duration::from_nanos(on_cpu))
        })
        .sum()
}
