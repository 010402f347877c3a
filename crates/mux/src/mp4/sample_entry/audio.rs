//! Sound (ISO/IEC 14496-12 §12.2.3).

use alloc::vec::Vec;

use bytes::BufMut;
use media_recorder_types::{AudioCodec, AudioTrack, PcmFormat};

use super::super::boxes::{put_box, put_full_box};
use super::put_start;
use crate::codec::{flac, opus};

/// What Opus decodes to.
const OPUS_RATE: u16 = 48_000;

/// An `AudioSampleEntry`; `private` has been checked.
pub(super) fn put_entry(buf: &mut Vec<u8>, audio: &AudioTrack, private: &[u8]) {
    match audio.codec {
        // "Encapsulation of Opus in ISO Base Media File Format" §4.3.1
        AudioCodec::Opus => put_sound(buf, b"Opus", audio, 16, OPUS_RATE, |buf| {
            put_opus_configuration(buf, private);
        }),
        // "Encapsulation of FLAC in ISO Base Media File Format" §3.3.1
        AudioCodec::Flac => put_sound(
            buf,
            b"fLaC",
            audio,
            16,
            flac_rate(audio.sample_rate),
            |buf| {
                put_flac_configuration(buf, private);
            },
        ),
        AudioCodec::Pcm(format) => put_pcm(buf, audio, format),
        // No other has been let in.
        _ => {}
    }
}

/// `rate` is for the field that has 16 bits before the point.
fn put_sound(
    buf: &mut Vec<u8>,
    kind: &[u8; 4],
    audio: &AudioTrack,
    bits: u16,
    rate: u16,
    configuration: impl FnOnce(&mut Vec<u8>),
) {
    put_box(buf, kind, |buf| {
        put_start(buf);
        buf.put_bytes(0, 8);
        buf.put_u16(audio.channels);
        buf.put_u16(bits);
        buf.put_u32(0);
        buf.put_u32(u32::from(rate) << 16);
        configuration(buf);
    });
}

/// A rate that does not fit is halved until it does, or has the field's largest value; the
/// `STREAMINFO` says what it is ("Encapsulation of FLAC in ISO Base Media File Format" §3.3.1).
fn flac_rate(mut rate: u32) -> u16 {
    while rate > u16::MAX.into() && rate.is_multiple_of(2) {
        rate /= 2;
    }
    u16::try_from(rate).unwrap_or(u16::MAX)
}

/// A rate that does not fit is zero: then players take the timescale, which is the rate. With a
/// half of it, they would play at half the speed.
fn pcm_rate(rate: u32) -> u16 {
    u16::try_from(rate).unwrap_or(0)
}

/// `dOps`, which is the `OpusHead` with its numbers turned round ("Encapsulation of Opus in ISO
/// Base Media File Format" §4.3.2, RFC 7845 §5.1).
fn put_opus_configuration(buf: &mut Vec<u8>, head: &[u8]) {
    let head = opus::Head::parse(head).expect("it has been checked");
    put_box(buf, b"dOps", |buf| {
        buf.put_u8(0); // Version
        buf.put_u8(head.channels);
        buf.put_u16(head.pre_skip);
        buf.put_u32(head.input_rate);
        buf.put_i16(head.output_gain);
        buf.put_u8(head.mapping_family);
        buf.put_slice(head.mapping_table);
    });
}

/// `dfLa` with the one block that a decoder needs ("Encapsulation of FLAC in ISO Base Media File
/// Format" §3.3.2).
fn put_flac_configuration(buf: &mut Vec<u8>, private: &[u8]) {
    let info = flac::stream_info(private).expect("it has been checked");
    put_full_box(buf, b"dfLa", 0, 0, |buf| {
        buf.put_slice(&[0x80, 0, 0, info.len() as u8]); // the last block, a STREAMINFO
        buf.put_slice(info);
    });
}

/// `ipcm` or `fpcm` with its `pcmC` (ISO/IEC 23003-5) and, for more than one channel, where
/// each of them is heard.
fn put_pcm(buf: &mut Vec<u8>, audio: &AudioTrack, format: PcmFormat) {
    const LITTLE_ENDIAN: u8 = 1;
    let kind = match format {
        PcmFormat::S16 | PcmFormat::S24 => b"ipcm",
        PcmFormat::F32 => b"fpcm",
    };
    // 16, 24 or 32.
    let bits = format.bits() as u8;
    let rate = pcm_rate(audio.sample_rate);
    put_sound(buf, kind, audio, bits.into(), rate, |buf| {
        put_channel_layout(buf, audio.channels);
        put_full_box(buf, b"pcmC", 0, 0, |buf| {
            buf.put_u8(LITTLE_ENDIAN);
            buf.put_u8(bits);
        });
    });
}

/// `chnl` (ISO/IEC 14496-12 §12.2.4) of channels in the order of WAV files and of FLAC.
fn put_channel_layout(buf: &mut Vec<u8>, channels: u16) {
    const CHANNELS_AND_NO_OBJECTS: u8 = 1;
    let Some(positions) = speaker_positions(channels) else {
        return;
    };
    put_full_box(buf, b"chnl", 0, 0, |buf| {
        buf.put_u8(CHANNELS_AND_NO_OBJECTS);
        buf.put_u8(0); // no layout of the standard's, whose channels have another order
        buf.put_slice(positions);
    });
}

/// Where the channels are heard (ISO/IEC 23091-3, `OutputChannelPosition`), in the order that
/// their count means (RFC 9639 §9.1.3); `None` for a single one.
fn speaker_positions(channels: u16) -> Option<&'static [u8]> {
    const LEFT: u8 = 0;
    const RIGHT: u8 = 1;
    const CENTRE: u8 = 2;
    const LOW: u8 = 3;
    const LEFT_SURROUND: u8 = 4;
    const RIGHT_SURROUND: u8 = 5;
    const LEFT_REAR: u8 = 8;
    const RIGHT_REAR: u8 = 9;
    const CENTRE_REAR: u8 = 10;
    const EIGHT: [u8; 8] = [
        LEFT,
        RIGHT,
        CENTRE,
        LOW,
        LEFT_REAR,
        RIGHT_REAR,
        LEFT_SURROUND,
        RIGHT_SURROUND,
    ];
    Some(match channels {
        2 | 3 => &EIGHT[..channels.into()],
        4 => &[LEFT, RIGHT, LEFT_SURROUND, RIGHT_SURROUND],
        5 => &[LEFT, RIGHT, CENTRE, LEFT_SURROUND, RIGHT_SURROUND],
        6 => &[LEFT, RIGHT, CENTRE, LOW, LEFT_SURROUND, RIGHT_SURROUND],
        7 => &[
            LEFT,
            RIGHT,
            CENTRE,
            LOW,
            CENTRE_REAR,
            LEFT_SURROUND,
            RIGHT_SURROUND,
        ],
        8 => &EIGHT,
        _ => return None,
    })
}
