//! What becomes of what a device of pictures delivers.

use std::sync::Arc;

use bytes::Bytes;
use media_recorder_capture::{Captured, CapturedPicture, VideoDevice, VideoFormat};
use media_recorder_encode::convert::Fitter;
use media_recorder_types::{
    ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, Rate, TrackId, VideoTrack,
};

use super::super::encoded::PacketReader;
use super::picture::{PicturePlan, Pictures};
use crate::error::{ErrorKind, RecorderError};
use crate::stream::{EncodedSettings, Media, TrackSettings};

/// What is wanted of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Pictures of a camera, decoded, cut and scaled.
    Pictures(PicturePlan),
    /// The packets of a camera that encodes, as they are.
    Packets {
        /// At which they come, where the camera does not say.
        rate: Rate,
    },
    /// Pictures of a display, which come when something changes.
    Display {
        /// If it is not the display's own.
        size: Option<FrameSize>,
        /// At most.
        rate: Rate,
    },
}

/// What makes it.
pub(super) enum Pixels {
    /// A camera's pictures.
    Made(Pictures),
    /// A camera's packets.
    Packets {
        reader: PacketReader,
        present: Arc<EncodedSettings>,
    },
    /// A display's pictures, which stand until there are others.
    Still {
        /// The present one.
        last: Option<Media>,
        fitter: Option<Fitter>,
    },
}

/// What one picture became.
pub(super) enum Taken {
    Media(Media),
    Nothing,
    Damaged,
}

impl Output {
    /// What makes it of what `device` delivers, and what a track of it is told; `before` is what
    /// made it until now.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotReadable`] if packets are wanted of a camera that does not encode.
    pub(super) fn begin(
        self,
        device: &dyn VideoDevice,
        before: Option<&Pixels>,
    ) -> Result<(Pixels, TrackSettings), RecorderError> {
        let own = device.format();
        match self {
            Self::Pictures(plan) => {
                let format = VideoFormat {
                    size: plan.size,
                    rate: Some(plan.rate),
                    color: match device.codec() {
                        // What the decoder makes of it.
                        Some(_) => ColorInfo::JPEG,
                        None => own.color,
                    },
                    label: own.label.clone(),
                };
                let pixels = Pixels::Made(Pictures::new(plan));
                Ok((pixels, TrackSettings::Video(format)))
            }
            Self::Packets { rate } => {
                let reader = packet_reader(device, rate)?;
                let present = match before {
                    Some(Pixels::Packets { present, .. }) => Arc::clone(present),
                    _ => Arc::new(EncodedSettings::new(Arc::clone(reader.format()))),
                };
                present.set(reader.format());
                let settings = TrackSettings::Encoded(Arc::clone(&present));
                Ok((Pixels::Packets { reader, present }, settings))
            }
            Self::Display { size, rate } => {
                let format = VideoFormat {
                    size: size.unwrap_or(own.size),
                    rate: Some(rate),
                    ..own.clone()
                };
                let (last, fitter) = (None, size.map(Fitter::new));
                let pixels = Pixels::Still { last, fitter };
                Ok((pixels, TrackSettings::Video(format)))
            }
        }
    }
}

fn packet_reader(camera: &dyn VideoDevice, rate: Rate) -> Result<PacketReader, RecorderError> {
    let own = camera.format();
    let codec = camera.codec().ok_or_else(|| {
        let message = format!("{} does not deliver packets", own.label);
        RecorderError::new(ErrorKind::NotReadable, message)
    })?;
    let video = VideoTrack {
        codec,
        size: own.size,
        rate: own.rate.or(Some(rate)),
        color: own.color,
    };
    let mut described = MediaTrack::video(TrackId::FIRST, video, Bytes::new());
    described.name.clone_from(&own.label);
    PacketReader::new(described)
}

impl Pixels {
    pub(super) fn take(&mut self, picture: Captured<CapturedPicture>, time: MediaTime) -> Taken {
        match self {
            Self::Made(pictures) => match pictures.make(picture.data, time) {
                Ok(Some(frame)) => Taken::Media(Media::Video(frame)),
                Ok(None) => Taken::Nothing,
                Err(_) => Taken::Damaged,
            },
            Self::Packets { reader, present } => {
                let CapturedPicture::Encoded(data) = picture.data else {
                    return Taken::Damaged;
                };
                let packet = Packet::new(TrackId::FIRST, data, time, MediaTime::ZERO);
                match reader.read(packet) {
                    Ok(Some(frame)) => {
                        present.set(&frame.format);
                        Taken::Media(Media::Encoded(frame))
                    }
                    Ok(None) => Taken::Nothing,
                    Err(_) => Taken::Damaged,
                }
            }
            Self::Still { last, fitter } => {
                let CapturedPicture::Raw(frame) = picture.data else {
                    return Taken::Damaged;
                };
                let frame = frame.with_time(time);
                let frame = match fitter {
                    Some(fitter) => fitter.fit(&frame),
                    None => frame,
                };
                let media = Media::Video(frame);
                *last = Some(media.clone());
                Taken::Media(media)
            }
        }
    }
}
