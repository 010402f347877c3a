//! Pictures (ISO/IEC 14496-12 §12.1.3).

use alloc::vec::Vec;

use bytes::BufMut;
use media_recorder_types::{ColorInfo, ColorRange, VideoCodec, VideoTrack};

use super::super::boxes::{put_box, put_full_box};
use super::put_start;
use crate::codec::vp9_features::Vp9Features;

/// Octets of `compressorname`, the first of which is the length.
const NAME_OCTETS: usize = 32;

/// A `VisualSampleEntry`; `private` has been checked.
pub(super) fn put_entry(buf: &mut Vec<u8>, video: &VideoTrack, private: &[u8]) {
    let (kind, name): (_, &[u8]) = match video.codec {
        VideoCodec::Av1 => (b"av01", b"AOM Coding"), // AV1-ISOBMFF §2.2.4
        VideoCodec::H264 => (b"avc1", b"AVC Coding"), // ISO/IEC 14496-15 §5.4.2.1.3
        _ => (b"vp09", b"VPC Coding"),               // VP-ISOBMFF, "VP Visual Sample Entry"
    };
    put_box(buf, kind, |buf| {
        put_start(buf);
        buf.put_bytes(0, 16);
        // Sides have been checked to fit.
        buf.put_u16(video.size.width as u16);
        buf.put_u16(video.size.height as u16);
        buf.put_u32(0x0048_0000); // 72 dpi
        buf.put_u32(0x0048_0000);
        buf.put_u32(0);
        buf.put_u16(1); // a picture in a sample
        buf.put_u8(name.len() as u8);
        buf.put_slice(name);
        buf.put_bytes(0, NAME_OCTETS - 1 - name.len());
        buf.put_u16(0x0018); // depth: colour without alpha
        buf.put_i16(-1);
        match video.codec {
            VideoCodec::Av1 => put_box(buf, b"av1C", |buf| buf.put_slice(private)),
            VideoCodec::H264 => put_box(buf, b"avcC", |buf| buf.put_slice(private)),
            _ => put_vp9_configuration(buf, video.color, private),
        }
        if !video.color.is_unspecified() {
            put_color(buf, video.color);
        }
    });
}

/// `vpcC` (VP-ISOBMFF, "VP Codec Configuration Box").
fn put_vp9_configuration(buf: &mut Vec<u8>, color: ColorInfo, private: &[u8]) {
    let features = Vp9Features::parse(private).expect("it has been checked");
    put_full_box(buf, b"vpcC", 1, 0, |buf| {
        buf.put_u8(features.profile);
        buf.put_u8(features.level);
        buf.put_u8(features.bit_depth << 4 | features.chroma_subsampling << 1 | full_range(color));
        buf.put_u8(color.primaries);
        buf.put_u8(color.transfer);
        buf.put_u8(color.matrix);
        buf.put_u16(0); // codecInitializationDataSize
    });
}

/// `colr` (ISO/IEC 14496-12 §12.1.5).
fn put_color(buf: &mut Vec<u8>, color: ColorInfo) {
    put_box(buf, b"colr", |buf| {
        buf.put_slice(b"nclx");
        buf.put_u16(color.primaries.into());
        buf.put_u16(color.transfer.into());
        buf.put_u16(color.matrix.into());
        buf.put_u8(full_range(color) << 7);
    });
}

fn full_range(color: ColorInfo) -> u8 {
    u8::from(color.range == Some(ColorRange::Full))
}
