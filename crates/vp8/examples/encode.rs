//! Encodes a Y4M file as VP8 in IVF, and says what it cost.
//!
//! ```text
//! cargo run --release -p media-recorder-vp8 --example encode -- in.y4m out.ivf \
//!     [--bitrate 1000000 | --quantizer 40] [--speed live] [--threads 2] [--frames 100]
//!     [--key-interval 128] [--drop] [--simple-filter] [--finer-where-flat] [--sizes] [--psnr] [--reconstruction decoded.y4m]
//! ```
#![expect(clippy::print_stdout, reason = "it reports on the terminal")]

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::time::{Duration, Instant};

use media_recorder_vp8::{Config, Encoder, Picture, RateControl, Speed};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let options = Options::parse()?;
    let mut input = Y4m::open(&options.input)?;
    let mut config = Config::new(input.width, input.height);
    config.frame_rate = input.rate;
    config.rate = options.rate;
    config.speed = options.speed;
    config.threads = options.threads;
    config.drop_frames = options.drop;
    config.simple_filter = options.simple_filter;
    config.finer_where_flat = options.finer_where_flat;
    config.key_frame_interval = options.key_interval;
    let duration = Duration::from_secs(1) * input.rate.1 / input.rate.0;

    let mut encoder = Encoder::new(config)?;
    let mut output = Ivf::create(&options.output, &input)?;
    let mut reconstruction = options.reconstruction.as_deref().map(File::create);
    let mut reconstruction = match reconstruction.take() {
        Some(file) => {
            let mut file = BufWriter::new(file?);
            writeln!(file, "{}", input.header)?;
            Some(file)
        }
        None => None,
    };
    let (mut bytes, mut time, mut frames, mut errors) = (0, Duration::ZERO, 0_u32, [0_u64; 3]);
    let (mut longest, mut largest) = (Duration::ZERO, 0);
    while input.next()? {
        if options.frames.is_some_and(|limit| frames >= limit) {
            break;
        }
        let picture = Picture::i420(input.width, input.height, &input.samples)?;
        let start = Instant::now();
        let frame = encoder.encode(&picture, duration, false)?;
        let took = start.elapsed();
        time += took;
        longest = longest.max(took);
        let data = frame.data.unwrap_or_default();
        if options.sizes {
            let kind = if frame.key { "key" } else { "" };
            let quantizer = frame.quantizer;
            println!(
                "{frames:5} {:8} bytes  q {quantizer:3} {took:>12.2?} {kind}",
                data.len()
            );
        }
        bytes += data.len();
        if !frame.key {
            largest = largest.max(data.len());
        }
        output.write(&data, frames)?;
        if let Some(shown) = encoder.reconstruction() {
            if options.psnr {
                for (plane, error) in errors.iter_mut().enumerate() {
                    let (source, stride) = picture.plane(plane);
                    for (row, shown) in source.chunks(stride).zip(shown.rows(plane)) {
                        *error += squared_error(row, shown);
                    }
                }
            }
            if let Some(file) = &mut reconstruction {
                file.write_all(b"FRAME\n")?;
                file.write_all(&shown.to_i420())?;
            }
        }
        frames += 1;
    }

    let seconds = (duration * frames).as_secs_f64();
    println!(
        "{frames} frames, {:.1} kb/s, {:.2} ms per frame, {:.2} ms the longest, \
         {largest} bytes the largest that is no key frame",
        bytes as f64 * 8.0 / 1000.0 / seconds,
        time.as_secs_f64() * 1000.0 / f64::from(frames.max(1)),
        longest.as_secs_f64() * 1000.0,
    );
    if options.psnr {
        let samples = f64::from(frames) * f64::from(input.width) * f64::from(input.height);
        let psnr = |error: u64, samples: f64| {
            10.0 * (255.0 * 255.0 * samples / (error.max(1) as f64)).log10()
        };
        println!(
            "PSNR {:.3} dB, luma {:.3} dB",
            psnr(errors.iter().sum(), samples * 1.5),
            psnr(errors[0], samples)
        );
    }
    if let Some(cpu) = cpu_time() {
        println!(
            "{:.2} ms of CPU per frame, all in all",
            cpu * 1000.0 / f64::from(frames.max(1))
        );
    }
    Ok(())
}

fn squared_error(a: &[u8], b: &[u8]) -> u64 {
    let squares = a
        .iter()
        .zip(b)
        .map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2));
    squares.map(u64::from).sum()
}

/// User and system time of this process in seconds, where the system tells.
fn cpu_time() -> Option<f64> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<_> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}

struct Options {
    input: String,
    output: String,
    rate: RateControl,
    speed: Speed,
    threads: usize,
    frames: Option<u32>,
    key_interval: Option<u32>,
    drop: bool,
    simple_filter: bool,
    finer_where_flat: bool,
    sizes: bool,
    psnr: bool,
    reconstruction: Option<String>,
}

impl Options {
    fn parse() -> Result<Self> {
        let mut arguments = std::env::args().skip(1);
        let mut next = |what: &str| arguments.next().ok_or_else(|| format!("{what} is missing"));
        let mut options = Self {
            input: next("the input")?,
            output: next("the output")?,
            rate: RateControl::Bitrate {
                bits_per_second: 1_000_000,
            },
            speed: Speed::Live,
            threads: 1,
            frames: None,
            key_interval: None,
            drop: false,
            simple_filter: false,
            finer_where_flat: false,
            sizes: false,
            psnr: false,
            reconstruction: None,
        };
        while let Ok(option) = next("") {
            match option.as_str() {
                "--bitrate" => {
                    let bits_per_second = next("the bitrate")?.parse()?;
                    options.rate = RateControl::Bitrate { bits_per_second };
                }
                "--quantizer" => {
                    let quantizer = next("the quantizer")?.parse()?;
                    options.rate = RateControl::Quality { quantizer };
                }
                "--speed" => {
                    let name = next("the speed")?;
                    let speed = Speed::ALL
                        .into_iter()
                        .find(|speed| format!("{speed:?}").eq_ignore_ascii_case(&name));
                    options.speed = speed.ok_or_else(|| format!("there is no speed {name}"))?;
                }
                "--threads" => options.threads = next("their number")?.parse()?,
                "--frames" => options.frames = Some(next("their number")?.parse()?),
                "--key-interval" => options.key_interval = Some(next("it")?.parse()?),
                "--drop" => options.drop = true,
                "--simple-filter" => options.simple_filter = true,
                "--finer-where-flat" => options.finer_where_flat = true,
                "--sizes" => options.sizes = true,
                "--psnr" => options.psnr = true,
                "--reconstruction" => options.reconstruction = Some(next("the file")?),
                _ => return Err(format!("there is no option {option}").into()),
            }
        }
        Ok(options)
    }
}

/// A Y4M file in 4:2:0.
struct Y4m {
    file: BufReader<File>,
    header: String,
    width: u16,
    height: u16,
    rate: (u32, u32),
    samples: Vec<u8>,
}

impl Y4m {
    fn open(path: &str) -> Result<Self> {
        let mut file = BufReader::new(File::open(path)?);
        let mut header = String::new();
        file.read_line(&mut header)?;
        let header = header.trim_end().to_owned();
        let field = |name: char| {
            let mut fields = header.split(' ').skip(1);
            fields
                .find_map(|field| field.strip_prefix(name))
                .ok_or("a field is missing")
        };
        let (width, height) = (field('W')?.parse::<u16>()?, field('H')?.parse::<u16>()?);
        let (numerator, denominator) = field('F')?.split_once(':').ok_or("no frame rate")?;
        let chroma = usize::from(width.div_ceil(2)) * usize::from(height.div_ceil(2));
        Ok(Self {
            width,
            height,
            rate: (numerator.parse()?, denominator.parse()?),
            samples: vec![0; usize::from(width) * usize::from(height) + 2 * chroma],
            file,
            header,
        })
    }

    /// Reads the next picture into `samples`, unless there is none.
    fn next(&mut self) -> Result<bool> {
        let mut line = Vec::new();
        if self.file.read_until(b'\n', &mut line)? == 0 {
            return Ok(false);
        }
        self.file.read_exact(&mut self.samples)?;
        Ok(true)
    }
}

/// An IVF file, which ffmpeg and others read.
struct Ivf(BufWriter<File>);

impl Ivf {
    fn create(path: &str, input: &Y4m) -> Result<Self> {
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all(b"DKIF\0\0\x20\0VP80")?;
        file.write_all(&input.width.to_le_bytes())?;
        file.write_all(&input.height.to_le_bytes())?;
        file.write_all(&input.rate.0.to_le_bytes())?;
        file.write_all(&input.rate.1.to_le_bytes())?;
        file.write_all(&[0; 8])?;
        Ok(Self(file))
    }

    /// A frame that was left out is none in the file, either.
    fn write(&mut self, data: &[u8], time: u32) -> Result<()> {
        if !data.is_empty() {
            self.0.write_all(&(data.len() as u32).to_le_bytes())?;
            self.0.write_all(&u64::from(time).to_le_bytes())?;
            self.0.write_all(data)?;
        }
        Ok(())
    }
}
