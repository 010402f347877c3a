//! Muxers of others, each driven as its documentation has it. They are given a buffered file,
//! as they write piece by piece.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::num::NonZeroU32;
use std::path::Path;

use ::muxide::api::{AudioCodec, MuxerBuilder, VideoCodec};
use ::shiguredo_mp4::boxes::{
    AudioSampleEntryFields, DopsBox, OpusBox, SampleEntry, VisualSampleEntryFields, Vp09Box,
    VpccBox,
};
use ::shiguredo_mp4::mux::{Mp4FileMuxer, Sample};
use ::shiguredo_mp4::{FixedPointNumber, TrackKind, Uint};

use crate::load::{self, Load, Packet, Result};

/// What a buffer holds before it is written: more than a large packet.
const BUFFER: usize = 256 << 10;

fn create(path: &Path) -> Result<BufWriter<File>> {
    Ok(BufWriter::with_capacity(BUFFER, File::create(path)?))
}

/// libwebm (C++), as the `webm` crate has it.
#[cfg(feature = "libwebm")]
pub fn libwebm(load: &Load, path: &Path) -> Result<()> {
    use crate::positioned::Positioned;
    use webm::mux::{AudioCodecId, SegmentBuilder, SegmentMode, VideoCodecId, Writer};

    let file = Positioned::new(create(path)?);
    let builder = SegmentBuilder::new(Writer::new(file))?.set_mode(SegmentMode::File)?;
    let (width, height) = (load::WIDTH.into(), load::HEIGHT.into());
    let (builder, video) = builder.add_video_track(width, height, VideoCodecId::VP9, None)?;
    let (builder, audio) = builder.add_audio_track(48_000, 2, AudioCodecId::Opus, None)?;
    let mut segment = builder.set_codec_private(audio, load::OPUS_HEAD)?.build();
    for packet in load.packets() {
        let nanos = packet.millis * 1_000_000;
        if packet.video {
            segment.add_frame(video, packet.data, nanos, packet.key)?;
        } else {
            segment.add_frame(audio, packet.data, nanos, packet.key)?;
        }
    }
    let writer = segment
        .finalize(None)
        .map_err(|_| "libwebm cannot finalize")?;
    Ok(writer.into_inner().flush()?)
}

/// shiguredo_mp4: an ordinary MP4, the `moov` at its end. It deals in sizes; the payloads are
/// the caller's to write. It begins a chunk whenever the track changes.
pub fn shiguredo_mp4(load: &Load, path: &Path) -> Result<()> {
    shiguredo_mp4_of(load.packets(), path)
}

/// The same with a caller that brings packets into longer chunks, at no cost to it.
pub fn shiguredo_mp4_in_groups(load: &Load, path: &Path) -> Result<()> {
    shiguredo_mp4_of(load.packets_in_groups(), path)
}

fn shiguredo_mp4_of<'a>(packets: impl Iterator<Item = Packet<'a>>, path: &Path) -> Result<()> {
    const TIMESCALE: NonZeroU32 = NonZeroU32::new(48_000).expect("it is not zero");
    let mut muxer = Mp4FileMuxer::new()?;
    let mut file = create(path)?;
    file.write_all(muxer.initial_boxes_bytes())?;
    let mut offset = muxer.initial_boxes_bytes().len() as u64;
    let mut entries = [Some(vp09()), Some(opus())];
    for packet in packets {
        file.write_all(packet.data)?;
        muxer.append_sample(&Sample {
            track_kind: if packet.video {
                TrackKind::Video
            } else {
                TrackKind::Audio
            },
            sample_entry: entries[usize::from(!packet.video)].take(),
            keyframe: packet.key,
            timescale: TIMESCALE,
            duration: load::STEP_MILLIS as u32 * 48,
            composition_time_offset: None,
            data_offset: offset,
            data_size: packet.data.len(),
        })?;
        offset += packet.data.len() as u64;
    }
    for (offset, bytes) in muxer.finalize()?.offset_and_bytes_pairs() {
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)?;
    }
    Ok(file.flush()?)
}

fn vp09() -> SampleEntry {
    SampleEntry::Vp09(Vp09Box {
        visual: VisualSampleEntryFields {
            data_reference_index: VisualSampleEntryFields::DEFAULT_DATA_REFERENCE_INDEX,
            width: load::WIDTH,
            height: load::HEIGHT,
            horizresolution: VisualSampleEntryFields::DEFAULT_HORIZRESOLUTION,
            vertresolution: VisualSampleEntryFields::DEFAULT_VERTRESOLUTION,
            frame_count: VisualSampleEntryFields::DEFAULT_FRAME_COUNT,
            compressorname: VisualSampleEntryFields::NULL_COMPRESSORNAME,
            depth: VisualSampleEntryFields::DEFAULT_DEPTH,
        },
        vpcc_box: VpccBox {
            profile: 0,
            level: 31,
            bit_depth: Uint::new(8),
            chroma_subsampling: Uint::new(1),
            video_full_range_flag: Uint::new(0),
            colour_primaries: 2,
            transfer_characteristics: 2,
            matrix_coefficients: 2,
            codec_initialization_data: Vec::new(),
        },
        unknown_boxes: Vec::new(),
    })
}

fn opus() -> SampleEntry {
    SampleEntry::Opus(OpusBox {
        audio: AudioSampleEntryFields {
            data_reference_index: AudioSampleEntryFields::DEFAULT_DATA_REFERENCE_INDEX,
            channelcount: 2,
            samplesize: AudioSampleEntryFields::DEFAULT_SAMPLESIZE,
            samplerate: FixedPointNumber::new(48_000, 0),
        },
        dops_box: DopsBox {
            output_channel_count: 2,
            pre_skip: load::PRE_SKIP,
            input_sample_rate: 48_000,
            output_gain: 0,
        },
        unknown_boxes: Vec::new(),
    })
}

/// muxide: an ordinary MP4 that is written at the end, when it has all packets in memory.
pub fn muxide(load: &Load, path: &Path) -> Result<()> {
    let (width, height) = (load::WIDTH.into(), load::HEIGHT.into());
    let mut muxer = MuxerBuilder::new(create(path)?)
        .video(VideoCodec::Vp9, width, height, 50.0)
        .audio(AudioCodec::Opus, 48_000, 2)
        .with_fast_start(false)
        .build()?;
    for packet in load.packets() {
        let seconds = packet.millis as f64 / 1000.0;
        if packet.video {
            muxer.write_video(seconds, packet.data, packet.key)?;
        } else {
            muxer.write_audio(seconds, packet.data)?;
        }
    }
    Ok(muxer.finish()?)
}
