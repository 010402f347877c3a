//! Copies the packets of a WebM or Matroska file into an MP4 file, without encoding them anew:
//!
//! ```text
//! cargo run --example remux -- IN.webm OUT.mp4 [fragmented | fast-start]
//! ```

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, SeekFrom, Write};

use matroska_demuxer::{Frame, MatroskaFile, TrackEntry, TrackType};
use media_recorder_mux::{Mp4Mode, Mp4Options, Mp4Writer, MuxOutput, Muxer};
use media_recorder_types::{
    AudioCodec, AudioTrack, ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, PcmFormat, Rate,
    TrackId, VideoCodec, VideoTrack,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (input, output, mode) = match arguments.as_slice() {
        [input, output] => (input, output, Mp4Mode::Hybrid),
        [input, output, mode] if mode == "fragmented" => (input, output, Mp4Mode::Fragmented),
        [input, output, mode] if mode == "fast-start" => (input, output, Mp4Mode::FastStart),
        _ => return Err("usage: remux IN.webm OUT.mp4 [fragmented | fast-start]".into()),
    };
    let mut reader = MatroskaFile::open(BufReader::new(File::open(input)?))?;
    let tracks: Vec<MediaTrack> = reader.tracks().iter().filter_map(describe).collect();
    let mut writer = Mp4Writer::new(Mp4Options::new().mode(mode));
    writer.start(&tracks)?;

    let mut file = BufWriter::new(File::create(output)?);
    let mut frame = Frame::default();
    while reader.next_frame(&mut frame)? {
        let Some(track) = u32::try_from(frame.track).ok().and_then(TrackId::new) else {
            continue;
        };
        let Some(track) = tracks.iter().find(|other| other.id == track) else {
            continue;
        };
        let stored = MediaTime::from_millis(i64::try_from(frame.timestamp)?);
        let time = stored.saturating_sub(track.codec_delay());
        let data = std::mem::take(&mut frame.data).into();
        let packet = Packet::new(track.id, data, time, MediaTime::ZERO)
            .with_key(frame.is_keyframe.unwrap_or(false));
        writer.write(packet)?;
        store(&mut writer, &mut file)?;
    }
    writer.finish()?;
    store(&mut writer, &mut file)?;
    file.flush()?;
    Ok(())
}

/// Does what the writer says.
fn store(writer: &mut impl Muxer, file: &mut BufWriter<File>) -> Result<(), Box<dyn Error>> {
    while let Some(output) = writer.poll_output() {
        match output {
            MuxOutput::Append(bytes) => file.write_all(&bytes)?,
            MuxOutput::Patch { offset, bytes } => {
                file.seek(SeekFrom::Start(offset))?;
                file.write_all(&bytes)?;
                file.seek(SeekFrom::End(0))?;
            }
        }
    }
    Ok(())
}

/// The track in our words; `None` for a codec that MP4 does not carry.
fn describe(entry: &TrackEntry) -> Option<MediaTrack> {
    let id = TrackId::new(u32::try_from(entry.track_number().get()).ok()?)?;
    let private = entry.codec_private().unwrap_or_default().to_vec().into();
    let nanos = |nanos: Option<u64>| {
        let nanos = i64::try_from(nanos.unwrap_or(0)).unwrap_or(i64::MAX);
        MediaTime::from_nanos(nanos)
    };
    match entry.track_type() {
        TrackType::Video => {
            let picture = entry.video()?;
            let side = |pixels: u64| u32::try_from(pixels).unwrap_or(u32::MAX);
            let video = VideoTrack {
                codec: match entry.codec_id() {
                    "V_AV1" => VideoCodec::Av1,
                    "V_VP9" => VideoCodec::Vp9,
                    "V_MPEG4/ISO/AVC" => VideoCodec::H264,
                    _ => return None,
                },
                size: FrameSize::new(
                    side(picture.pixel_width().get()),
                    side(picture.pixel_height().get()),
                ),
                rate: entry
                    .default_duration()
                    .and_then(|nanos| Rate::from_f64(1e9 / nanos.get() as f64)),
                color: ColorInfo::UNSPECIFIED,
            };
            Some(MediaTrack::video(id, video, private))
        }
        TrackType::Audio => {
            let sound = entry.audio()?;
            let bits = sound.bit_depth().map_or(0, |bits| bits.get());
            let audio = AudioTrack {
                codec: match (entry.codec_id(), bits) {
                    ("A_OPUS", _) => AudioCodec::Opus,
                    ("A_FLAC", _) => AudioCodec::Flac,
                    ("A_PCM/INT/LIT", 16) => AudioCodec::Pcm(PcmFormat::S16),
                    ("A_PCM/INT/LIT", 24) => AudioCodec::Pcm(PcmFormat::S24),
                    ("A_PCM/FLOAT/IEEE", 32) => AudioCodec::Pcm(PcmFormat::F32),
                    _ => return None,
                },
                sample_rate: sound.sampling_frequency() as u32,
                channels: u16::try_from(sound.channels().get()).ok()?,
                codec_delay: nanos(entry.codec_delay()),
                seek_pre_roll: nanos(entry.seek_pre_roll()),
            };
            Some(MediaTrack::audio(id, audio, private))
        }
        _ => None,
    }
}
