//! A track that both writers are asked to take.

use std::io::Cursor;
use std::ops::Range;

use bytes::Bytes;
use matroska_demuxer::MatroskaFile;
use media_recorder_fuzz::mp4;
use media_recorder_mux::{
    MatroskaOptions, MatroskaWriter, Mp4Mode, Mp4Options, Mp4Writer, MuxError, MuxOutput, Muxer,
};
use media_recorder_types::{
    AudioCodec, AudioTrack, ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, TrackId,
    TrackKind, VideoCodec, VideoTrack,
};
use mp4_atom::FourCC;

/// From one packet to the next: longer than any packet of sound.
const STEP: MediaTime = MediaTime::from_millis(200);

pub fn video(codec: VideoCodec, private: Bytes) -> MediaTrack {
    let video = VideoTrack {
        codec,
        size: FrameSize::new(64, 48),
        rate: None,
        color: ColorInfo::UNSPECIFIED,
    };
    MediaTrack::video(TrackId::FIRST, video, private)
}

pub fn audio(
    codec: AudioCodec,
    sample_rate: u32,
    channels: u16,
    codec_delay: MediaTime,
    private: Bytes,
) -> MediaTrack {
    let audio = AudioTrack {
        codec,
        sample_rate,
        channels,
        codec_delay,
        seek_pre_roll: MediaTime::ZERO,
    };
    MediaTrack::audio(TrackId::FIRST, audio, private)
}

/// Both writers with one track, if they took it.
pub struct Subject {
    track: MediaTrack,
    matroska: Option<MatroskaWriter>,
    mp4: Option<Mp4Writer>,
    time: MediaTime,
    matroska_packets: usize,
}

impl Subject {
    pub fn start(track: MediaTrack) -> Self {
        let tracks = std::slice::from_ref(&track);
        let mut matroska = MatroskaWriter::new(MatroskaOptions::matroska());
        let mut mp4 = Mp4Writer::new(Mp4Options::new().mode(Mp4Mode::Fragmented));
        let matroska = matroska.start(tracks).is_ok().then_some(matroska);
        let mp4 = mp4.start(tracks).is_ok().then_some(mp4);
        assert!(matroska.is_some() || mp4.is_none());
        Self {
            track,
            matroska,
            mp4,
            time: MediaTime::ZERO,
            matroska_packets: 0,
        }
    }

    pub fn is_in_matroska(&self) -> bool {
        self.matroska.is_some()
    }

    pub fn is_in_mp4(&self) -> bool {
        self.mp4.is_some()
    }

    /// Gives a packet to both writers. MP4 takes no more than Matroska.
    pub fn write(&mut self, data: &[u8], key: bool, lasts: MediaTime) -> [Result<(), MuxError>; 2] {
        let packet = Packet::new(
            TrackId::FIRST,
            Bytes::copy_from_slice(data),
            self.time,
            lasts,
        );
        let packet = packet.with_key(key);
        self.time = self.time.saturating_add(STEP);
        let matroska = match &mut self.matroska {
            Some(writer) => writer.write(packet.clone()),
            None => Err(MuxError::NotStarted),
        };
        let mp4 = match &mut self.mp4 {
            Some(writer) => writer.write(packet),
            None => Err(MuxError::NotStarted),
        };
        assert!(matroska.is_ok() || mp4.is_err(), "{matroska:?}, {mp4:?}");
        self.matroska_packets += usize::from(matroska.is_ok());
        [matroska, mp4]
    }

    /// A reader finds the configuration, as it was.
    pub fn check_files(&mut self) {
        // The reader wants a cluster.
        if let Some(writer) = self.matroska.as_mut().filter(|_| self.matroska_packets > 0) {
            writer.finish().expect("it was started");
            let file = file_of(writer);
            let reader = MatroskaFile::open(Cursor::new(&file)).expect("the reader takes it");
            let private = reader.tracks()[0].codec_private().unwrap_or_default();
            assert_eq!(private, self.track.codec_private);
        }
    }

    /// The content of the box of this type in the sample entry of the MP4 file.
    pub fn mp4_configuration(&mut self, kind: &[u8; 4]) -> Vec<u8> {
        let writer = self.mp4.as_mut().expect("it was taken");
        writer.finish().expect("it was started");
        let file = file_of(writer);
        let entry = sample_entry(&file);
        // The fields of the entry are before its boxes (ISO/IEC 14496-12 §12.1.3, §12.2.3).
        let fields = match self.track.kind() {
            TrackKind::Video => 78,
            TrackKind::Audio => 28,
        };
        let boxes = mp4::boxes(&file, entry.start + fields..entry.end);
        let mut found = boxes.into_iter();
        let found = found.find(|found| found.kind == FourCC::new(kind));
        file[found.expect("it is there").content].to_vec()
    }
}

fn sample_entry(file: &[u8]) -> Range<usize> {
    const PATH: [&[u8; 4]; 6] = [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd"];
    let stsd = mp4::descend(file, 0..file.len(), &PATH.map(FourCC::new)).expect("it is there");
    // Version, flags and the count of entries.
    let entries = mp4::boxes(file, stsd.content.start + 8..stsd.content.end);
    entries[0].content.clone()
}

fn file_of(writer: &mut impl Muxer) -> Vec<u8> {
    let mut file = Vec::new();
    while let Some(output) = writer.poll_output() {
        match output {
            MuxOutput::Append(bytes) => file.extend_from_slice(&bytes),
            MuxOutput::Patch { offset, bytes } => {
                let offset = usize::try_from(offset).expect("files here are small");
                file[offset..offset + bytes.len()].copy_from_slice(&bytes);
            }
        }
    }
    file
}
