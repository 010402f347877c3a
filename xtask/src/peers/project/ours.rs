//! Our writers, and none.

use std::fs::File;
use std::io::{IoSlice, Seek, SeekFrom, Write};
use std::path::Path;

use bytes::Bytes;
use media_recorder_mux::{
    MatroskaOptions, MatroskaWriter, Mp4Mode, Mp4Options, Mp4Writer, MuxOutput, Muxer,
};
use media_recorder_types::{
    AudioCodec, AudioTrack, ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, TrackId,
    VideoCodec, VideoTrack,
};

use crate::load::{self, Load, Result};

/// As many pieces as Linux takes with a call.
const PIECES: usize = 1024;

pub fn webm(load: &Load, path: &Path) -> Result<()> {
    mux(MatroskaWriter::new(MatroskaOptions::webm()), load, path)
}

pub fn mp4_hybrid(load: &Load, path: &Path) -> Result<()> {
    let options = Mp4Options::new().mode(Mp4Mode::Hybrid);
    mux(Mp4Writer::new(options), load, path)
}

pub fn mp4_fragmented(load: &Load, path: &Path) -> Result<()> {
    let options = Mp4Options::new().mode(Mp4Mode::Fragmented);
    mux(Mp4Writer::new(options), load, path)
}

/// No muxer: the payloads one after the other, with some octets before each. Without these, large
/// payloads would all begin with a page of memory, as they do in no file.
pub fn plain(load: &Load, path: &Path) -> Result<()> {
    let between = Bytes::from_static(&[0; 8]);
    let mut storage = Storage::create(path)?;
    for packet in load.packets() {
        storage.append(between.clone())?;
        storage.append(packet.data.clone())?;
    }
    storage.flush()
}

fn mux(mut writer: impl Muxer, load: &Load, path: &Path) -> Result<()> {
    let video = TrackId::FIRST;
    let audio = TrackId::new(2).expect("two is not zero");
    let step = MediaTime::from_millis(load::STEP_MILLIS as i64);
    let mut storage = Storage::create(path)?;
    writer.start(&tracks(video, audio))?;
    for packet in load.packets() {
        let track = if packet.video { video } else { audio };
        let time = MediaTime::from_millis(packet.millis as i64);
        let key = packet.key;
        writer.write(Packet::new(track, packet.data.clone(), time, step).with_key(key))?;
        storage.take(&mut writer)?;
    }
    writer.finish()?;
    storage.take(&mut writer)?;
    storage.flush()
}

fn tracks(video: TrackId, audio: TrackId) -> [MediaTrack; 2] {
    let picture = VideoTrack {
        codec: VideoCodec::Vp9,
        size: FrameSize::new(load::WIDTH.into(), load::HEIGHT.into()),
        rate: None,
        color: ColorInfo::UNSPECIFIED,
    };
    let sound = AudioTrack {
        codec: AudioCodec::Opus,
        sample_rate: 48_000,
        channels: 2,
        codec_delay: MediaTime::from_nanos(i64::from(load::PRE_SKIP) * 62_500 / 3),
        seek_pre_roll: MediaTime::from_millis(80),
    };
    [
        MediaTrack::video(video, picture, Bytes::new()),
        MediaTrack::audio(audio, sound, Bytes::from_static(load::OPUS_HEAD)),
    ]
}

struct Storage {
    file: File,
    pieces: Vec<Bytes>,
}

impl Storage {
    fn create(path: &Path) -> Result<Self> {
        Ok(Self {
            file: File::create(path)?,
            pieces: Vec::with_capacity(PIECES),
        })
    }

    fn take(&mut self, writer: &mut impl Muxer) -> Result<()> {
        while let Some(output) = writer.poll_output() {
            match output {
                MuxOutput::Append(bytes) => self.append(bytes)?,
                MuxOutput::Patch { offset, bytes } => {
                    self.flush()?;
                    self.file.seek(SeekFrom::Start(offset))?;
                    self.file.write_all(&bytes)?;
                    self.file.seek(SeekFrom::End(0))?;
                }
            }
        }
        Ok(())
    }

    fn append(&mut self, bytes: Bytes) -> Result<()> {
        self.pieces.push(bytes);
        if self.pieces.len() == PIECES {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let mut slices: Vec<_> = self
            .pieces
            .iter()
            .map(|bytes| IoSlice::new(bytes))
            .collect();
        let mut rest = &mut slices[..];
        while !rest.is_empty() {
            let written = self.file.write_vectored(rest)?;
            IoSlice::advance_slices(&mut rest, written);
        }
        self.pieces.clear();
        Ok(())
    }
}
