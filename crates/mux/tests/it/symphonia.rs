//! What Symphonia's reader finds, which knows no key flags.

use std::io::Cursor;

use symphonia_core::codecs::CodecParameters;
use symphonia_core::codecs::audio::well_known::{CODEC_ID_OPUS, CODEC_ID_PCM_S16LE};
use symphonia_core::codecs::video::well_known::CODEC_ID_VP8;
use symphonia_core::formats::{FormatOptions, FormatReader};
use symphonia_core::io::MediaSourceStream;
use symphonia_format_mkv::MkvReader;

use crate::support::OPUS_HEAD;

/// What it takes off the times of Opus: 6.5 ms, in whole milliseconds.
const OPUS_DELAY_TICKS: i64 = 6;

fn open(file: &[u8]) -> MkvReader<'static> {
    let source = Box::new(Cursor::new(file.to_vec()));
    let stream = MediaSourceStream::new(source, Default::default());
    MkvReader::try_new(stream, FormatOptions::default()).expect("the reader takes the file")
}

/// Track, stored time in ticks and data of each block, in the order of the file, until the reader
/// stops: the end of a live file is an error to it. The first track is Opus.
pub(crate) fn blocks(file: &[u8]) -> Vec<(u64, u64, Vec<u8>)> {
    let mut reader = open(file);
    let mut found = Vec::new();
    while let Ok(Some(packet)) = reader.next_packet() {
        let delay = if packet.track_id == 1 {
            OPUS_DELAY_TICKS
        } else {
            0
        };
        let stored = packet.pts.get() + delay;
        found.push((
            packet.track_id.into(),
            stored.unsigned_abs(),
            packet.data.into_vec(),
        ));
    }
    found
}

/// Checks the tracks of a file of Opus, VP8 and PCM.
pub(crate) fn check_tracks(file: &[u8]) {
    let reader = open(file);
    let mut parameters = reader.tracks().iter().map(|track| &track.codec_params);
    let Some(Some(CodecParameters::Audio(opus))) = parameters.next() else {
        panic!("the first is sound")
    };
    assert_eq!(opus.codec, CODEC_ID_OPUS);
    assert_eq!(opus.extra_data.as_deref(), Some(&OPUS_HEAD[..]));
    assert_eq!(opus.sample_rate, Some(48_000));
    let Some(Some(CodecParameters::Video(vp8))) = parameters.next() else {
        panic!("the second are pictures")
    };
    assert_eq!(vp8.codec, CODEC_ID_VP8);
    assert_eq!((vp8.width, vp8.height), (Some(320), Some(180)));
    let Some(Some(CodecParameters::Audio(pcm))) = parameters.next() else {
        panic!("the third is sound")
    };
    assert_eq!(pcm.codec, CODEC_ID_PCM_S16LE);
    assert_eq!(
        pcm.channels.as_ref().map(|channels| channels.count()),
        Some(2)
    );
    assert_eq!(pcm.bits_per_sample, Some(16));
}
