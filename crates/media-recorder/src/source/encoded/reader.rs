//! What packets say of themselves.

use std::sync::Arc;

use bytes::Bytes;
#[cfg(feature = "av1")]
use media_recorder_encode::Av1Packet;
use media_recorder_types::{FrameSize, MediaTrack, Packet, TrackMedia, VideoCodec};

use super::h264::H264Stream;
use super::jpeg;
use super::vpx::{VpxFrame, read_vp8, read_vp9};
use crate::error::{ErrorKind, RecorderError};
use crate::stream::EncodedFrame;

/// Reads the packets of one track, and keeps its description up with them.
#[derive(Debug)]
pub(in crate::source) struct PacketReader {
    format: Arc<MediaTrack>,
    /// The program gave the codec's configuration.
    is_configured: bool,
    h264: Option<H264Stream>,
}

/// What a packet of pictures is to a container.
struct Picture {
    data: Bytes,
    key: bool,
    /// Of a key frame, if it tells.
    size: Option<FrameSize>,
    /// Of a key frame, if it brings one.
    configuration: Option<Bytes>,
}

impl PacketReader {
    /// # Errors
    ///
    /// [`ErrorKind::Type`] if the description is impossible.
    pub(in crate::source) fn new(format: MediaTrack) -> Result<Self, RecorderError> {
        let mut h264 = None;
        match &format.media {
            TrackMedia::Video(video) => {
                if !video.size.is_valid() {
                    return Err(refused(format!("pictures of {}", video.size)));
                }
                if video.codec == VideoCodec::H264 {
                    h264 = Some(H264Stream::new(&format.codec_private).map_err(refused)?);
                }
            }
            TrackMedia::Audio(audio) => {
                if audio.sample_rate == 0 || audio.channels == 0 {
                    let (channels, rate) = (audio.channels, audio.sample_rate);
                    return Err(refused(format!("{channels} channels at {rate} Hz")));
                }
            }
        }
        Ok(Self {
            is_configured: !format.codec_private.is_empty(),
            format: Arc::new(format),
            h264,
        })
    }

    /// The description as the packets have it.
    pub(in crate::source) fn format(&self) -> &Arc<MediaTrack> {
        &self.format
    }

    /// Reads a packet; `None` if it brings only configuration.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] if it is none of this codec.
    pub(in crate::source) fn read(
        &mut self,
        mut packet: Packet,
    ) -> Result<Option<EncodedFrame>, RecorderError> {
        if packet.data.is_empty() {
            return Err(refused("a packet without data"));
        }
        let TrackMedia::Video(video) = &self.format.media else {
            packet.key = true;
            return Ok(Some(self.frame(packet)));
        };
        let Some(picture) = self.read_picture(video.codec, &packet.data)? else {
            return Ok(None);
        };
        if picture.key {
            self.update(picture.size, picture.configuration);
        }
        packet.data = picture.data;
        packet.key = picture.key;
        Ok(Some(self.frame(packet)))
    }

    fn frame(&self, packet: Packet) -> EncodedFrame {
        let format = Arc::clone(&self.format);
        EncodedFrame { format, packet }
    }

    fn read_picture(
        &mut self,
        codec: VideoCodec,
        data: &Bytes,
    ) -> Result<Option<Picture>, RecorderError> {
        let picture = |key, size, configuration| Picture {
            data: data.clone(),
            key,
            size,
            configuration,
        };
        let vpx = |frame| match frame {
            VpxFrame::Inter => picture(false, None, None),
            VpxFrame::Key {
                size,
                configuration,
            } => picture(true, Some(size), Some(configuration)),
        };
        Ok(Some(match codec {
            VideoCodec::Mjpeg => {
                let size = jpeg::read_size(data).map_err(refused)?;
                picture(true, Some(size), None)
            }
            VideoCodec::Vp8 => vpx(read_vp8(data).map_err(refused)?),
            VideoCodec::Vp9 => vpx(read_vp9(data).map_err(refused)?),
            VideoCodec::Av1 => read_av1(data)?,
            VideoCodec::H264 => {
                let Some(stream) = &mut self.h264 else {
                    return Ok(None);
                };
                let read = stream.read(data).map_err(refused)?;
                let Some(data) = read.data else {
                    return Ok(None);
                };
                let avcc = stream.avcc();
                Picture {
                    // Without its parameter sets, nothing can be decoded.
                    key: read.key && avcc.is_some(),
                    data,
                    size: stream.size(),
                    configuration: avcc,
                }
            }
            other => {
                let message = format!("{other:?} cannot be passed through");
                return Err(RecorderError::new(ErrorKind::NotSupported, message));
            }
        }))
    }

    /// A key frame says this.
    fn update(&mut self, size: Option<FrameSize>, configuration: Option<Bytes>) {
        let TrackMedia::Video(video) = &self.format.media else {
            return;
        };
        let size = size.filter(|size| size.is_valid()).unwrap_or(video.size);
        // VP9's is a list of features, where the program's may say more than a frame does.
        let keeps = self.is_configured && video.codec == VideoCodec::Vp9;
        let configuration = configuration.filter(|_| !keeps);
        let configuration = configuration.unwrap_or_else(|| self.format.codec_private.clone());
        if size == video.size && configuration == self.format.codec_private {
            return;
        }
        let mut format = MediaTrack::clone(&self.format);
        format.codec_private = configuration;
        if let TrackMedia::Video(video) = &mut format.media {
            video.size = size;
        }
        self.format = Arc::new(format);
    }
}

#[cfg(feature = "av1")]
fn read_av1(data: &Bytes) -> Result<Picture, RecorderError> {
    let packet = Av1Packet::read(data).map_err(|error| refused(error.to_string()))?;
    let (size, configuration) = packet.configuration.unzip();
    Ok(Picture {
        data: packet.data,
        key: packet.key,
        size,
        configuration,
    })
}

#[cfg(not(feature = "av1"))]
fn read_av1(_data: &Bytes) -> Result<Picture, RecorderError> {
    let message = "this build does not read AV1: its feature `av1` is off";
    Err(RecorderError::new(ErrorKind::NotSupported, message))
}

fn refused(message: impl Into<String>) -> RecorderError {
    RecorderError::new(ErrorKind::Type, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use media_recorder_types::{AudioCodec, AudioTrack, ColorInfo, MediaTime, TrackId, VideoTrack};

    fn reader(codec: VideoCodec, codec_private: &'static [u8]) -> PacketReader {
        let video = VideoTrack {
            codec,
            size: FrameSize::new(64, 48),
            rate: None,
            color: ColorInfo::UNSPECIFIED,
        };
        let private = Bytes::from_static(codec_private);
        PacketReader::new(MediaTrack::video(TrackId::FIRST, video, private)).unwrap()
    }

    fn packet(data: &'static [u8]) -> Packet {
        let data = Bytes::from_static(data);
        // What the program says of key frames is not looked at.
        Packet::new(TrackId::FIRST, data, MediaTime::ZERO, MediaTime::ZERO).with_key(true)
    }

    fn size(reader: &PacketReader) -> FrameSize {
        match &reader.format().media {
            TrackMedia::Video(video) => video.size,
            TrackMedia::Audio(_) => unreachable!("it is a picture"),
        }
    }

    #[test]
    fn a_key_frame_describes_what_follows() {
        let mut vp8 = reader(VideoCodec::Vp8, &[]);
        let inter = vp8.read(packet(&[0x31, 0, 0])).unwrap().unwrap();
        assert!(!inter.packet.key);
        let before = Arc::clone(vp8.format());
        let key = packet(&[0x10, 0, 0, 0x9D, 0x01, 0x2A, 32, 0, 16, 0]);
        let pointer = key.data.as_ptr();
        let key = vp8.read(key).unwrap().unwrap();
        assert!(key.packet.key);
        assert_eq!(key.packet.data.as_ptr(), pointer);
        assert_eq!(size(&vp8), FrameSize::new(32, 16));
        assert!(Arc::ptr_eq(&key.format, vp8.format()));
        assert_eq!(inter.format, before);
    }

    #[test]
    fn what_the_program_says_of_vp9_stays() {
        const FEATURES: &[u8] = &[1, 1, 0, 2, 1, 31];
        let key = &[0x82, 0x49, 0x83, 0x42, 0, 1, 0xF0, 1, 0x70, 0];
        for (given, has) in [(FEATURES, FEATURES), (&[], &[1, 1, 0, 3, 1, 8, 4, 1, 1])] {
            let mut vp9 = reader(VideoCodec::Vp9, given);
            assert!(vp9.read(packet(key)).unwrap().is_some());
            assert_eq!(vp9.format().codec_private, has);
            assert_eq!(size(&vp9), FrameSize::new(32, 24));
        }
    }

    #[test]
    #[cfg(feature = "av1")]
    fn av1_is_stored_without_its_delimiters() {
        let data: &[u8] = &[0x12, 0, 0x32, 1, 0x30];
        let mut av1 = reader(VideoCodec::Av1, &[]);
        let inter = av1.read(packet(data)).unwrap().unwrap().packet;
        assert!(!inter.key);
        assert_eq!(inter.data.as_ptr(), data[2..].as_ptr());
    }

    #[test]
    fn h264_has_no_key_frame_before_its_parameter_sets() {
        let mut h264 = reader(VideoCodec::H264, &[]);
        let read = h264.read(packet(&[0, 0, 1, 0x65, 1])).unwrap().unwrap();
        assert!(!read.packet.key);
        assert!(h264.read(packet(&[0, 0, 1, 0x68, 1])).unwrap().is_none());
    }

    #[test]
    fn what_is_none_of_the_codec_changes_nothing() {
        for codec in [
            VideoCodec::Vp8,
            VideoCodec::Vp9,
            VideoCodec::Av1,
            VideoCodec::H264,
            VideoCodec::Mjpeg,
        ] {
            let mut reader = reader(codec, &[]);
            let before = Arc::clone(reader.format());
            for data in [&[][..], &[0x50, 0x51]] {
                let error = reader.read(packet(data)).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Type, "{codec:?} {data:?}");
            }
            assert!(Arc::ptr_eq(&before, reader.format()));
        }
    }

    #[test]
    fn an_impossible_description_is_refused() {
        let audio = AudioTrack {
            codec: AudioCodec::Opus,
            sample_rate: 0,
            channels: 1,
            codec_delay: MediaTime::ZERO,
            seek_pre_roll: MediaTime::ZERO,
        };
        let track = MediaTrack::audio(TrackId::FIRST, audio, Bytes::new());
        assert_eq!(
            PacketReader::new(track).unwrap_err().kind(),
            ErrorKind::Type
        );
        let h264 = VideoTrack {
            codec: VideoCodec::H264,
            size: FrameSize::new(64, 48),
            rate: None,
            color: ColorInfo::UNSPECIFIED,
        };
        let avcc = Bytes::from_static(&[1, 66, 0, 30, 0xFF, 0xE1, 0, 9]);
        let track = MediaTrack::video(TrackId::FIRST, h264, avcc);
        assert_eq!(
            PacketReader::new(track).unwrap_err().kind(),
            ErrorKind::Type
        );
    }
}
