//! `MediaRecorder-passthrough`.
//!
//! Here, packets that a program writes take the part of those that come over the network.

use media_recorder::{
    AudioFrame, AudioTrackGenerator, Bytes, ColorInfo, EncodedTrackGenerator, Event, FrameSize,
    MediaStream, MediaTime, MediaTrack, Packet, TrackId, VideoCodec, VideoTrack,
};

use super::registry::Check::Once;
use super::registry::{SourceFile, same};
use super::sources::{names_until, recorder, recorder_of, remaining};

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/passthrough/MediaRecorder-passthrough.https.html",
    subtests: &[
        same(
            "PeerConnection passthrough MediaRecorder receives VP8 after onstart with a video stream.",
            Once(|| assert_passed(VideoCodec::Vp8, false)),
        ),
        same(
            "PeerConnection passthrough MediaRecorder receives VP8 after onstart with a audio/video stream.",
            Once(|| assert_passed(VideoCodec::Vp8, true)),
        ),
        same(
            "PeerConnection passthrough MediaRecorder receives VP9 after onstart with a video stream.",
            Once(|| assert_passed(VideoCodec::Vp9, false)),
        ),
        same(
            "PeerConnection passthrough MediaRecorder receives VP9 after onstart with a audio/video stream.",
            Once(|| assert_passed(VideoCodec::Vp9, true)),
        ),
        same(
            "PeerConnection passthrough MediaRecorder should be prepared to handle the codec switching from VP8 to VP9",
            Once(the_codec_may_switch),
        ),
    ],
};

fn description(codec: VideoCodec) -> MediaTrack {
    let video = VideoTrack {
        codec,
        size: FrameSize::new(64, 48),
        rate: None,
        color: ColorInfo::UNSPECIFIED,
    };
    MediaTrack::video(TrackId::FIRST, video, Bytes::new())
}

/// Writes a key frame, as far as anybody reads it.
fn write(source: &EncodedTrackGenerator, codec: VideoCodec, millis: i64) {
    let data: &[u8] = match codec {
        VideoCodec::Vp8 => &[0x10, 0, 0, 0x9D, 0x01, 0x2A, 64, 0, 48, 0, 0],
        _ => &[0x82, 0x49, 0x83, 0x42, 0x20, 0x03, 0xF0, 0x02, 0xF0, 0, 0],
    };
    let (time, period) = (MediaTime::from_millis(millis), MediaTime::from_millis(40));
    let packet = Packet::new(TrackId::FIRST, Bytes::from_static(data), time, period);
    source.write(packet).unwrap();
}

fn source(codec: VideoCodec) -> EncodedTrackGenerator {
    let source = EncodedTrackGenerator::new(description(codec)).unwrap();
    source.with_back_pressure()
}

fn assert_passed(codec: VideoCodec, with_sound: bool) {
    let name = if codec == VideoCodec::Vp8 {
        "vp8"
    } else {
        "vp9"
    };
    let codecs = if with_sound {
        format!("{name},opus")
    } else {
        name.to_owned()
    };
    for mime in ["", &format!("video/webm;codecs=\"{codecs}\"")] {
        let video = source(codec);
        let audio = AudioTrackGenerator::new(8000, 1).unwrap();
        let audio = audio.with_back_pressure();
        let stream = MediaStream::new([video.track().clone()]);
        if with_sound {
            stream.add_track(audio.track());
        }
        let (recorder, mut events) = recorder_of(&stream, mime);
        recorder.start().unwrap();
        names_until(&mut events, "start");
        assert_eq!(recorder.mime_type(), format!("video/webm;codecs={codecs}"));
        write(&video, codec, 0);
        if with_sound {
            let sound = AudioFrame::new(8000, 1, vec![0.5; 800], MediaTime::ZERO).unwrap();
            audio.write(sound).unwrap();
        }
        recorder.stop().unwrap();
        let blob = events.find_map(|event| match event {
            Event::DataAvailable(blob) => Some(blob.data),
            _ => None,
        });
        assert!(blob.expect("there is data").size() > 0);
    }
}

fn the_codec_may_switch() {
    let source = source(VideoCodec::Vp8);
    let stream = MediaStream::new([source.track().clone()]);
    let (recorder, mut events) = recorder(&stream);
    recorder.start().unwrap();
    write(&source, VideoCodec::Vp8, 0);
    source.set_format(description(VideoCodec::Vp9)).unwrap();
    write(&source, VideoCodec::Vp9, 40);
    recorder.stop().unwrap();
    let first = names_until(&mut events, "stop");
    let second = remaining(recorder, &mut events);
    let file = ["start", "dataavailable", "stop"];
    assert_eq!((first, second), (file.to_vec(), file.to_vec()));
}
