//! Configurations and packets of each codec, given to both writers with one track: what is put
//! together by the rules is taken for what it is, and what is not by the rules is taken by both
//! or, as MP4 looks into more, by Matroska alone. What was taken is in the files as it was.
#![no_main]

#[path = "codecs/av1.rs"]
mod av1;
#[path = "codecs/h264.rs"]
mod h264;
#[path = "codecs/sound.rs"]
mod sound;
#[path = "codecs/subject.rs"]
mod subject;
#[path = "codecs/vp9.rs"]
mod vp9;

use arbitrary::Arbitrary;
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use media_recorder_fuzz::tracks::CODECS;
use media_recorder_types::{AudioCodec, Codec, MediaTime, TrackKind};
use subject::{Subject, audio, video};

#[derive(Arbitrary, Debug)]
enum Input {
    Av1(av1::Input),
    H264(h264::Input),
    Vp9(vp9::Input),
    Opus(sound::Opus),
    Flac(sound::Flac),
    Vorbis(sound::Vorbis),
    Any(Any),
}

/// A configuration and packets of whatever kind.
#[derive(Arbitrary, Debug)]
struct Any {
    codec: u8,
    rate: u32,
    channels: u8,
    delay: u16,
    private: Vec<u8>,
    packets: Vec<(Vec<u8>, u32)>,
}

impl Any {
    fn check(self) {
        let private = Bytes::from(self.private);
        let codec = CODECS[usize::from(self.codec) % CODECS.len()];
        let track = match codec {
            Codec::Video(codec) => video(codec, private),
            Codec::Audio(codec) => {
                let delay = match codec {
                    AudioCodec::Opus => MediaTime::from_ticks(self.delay.into(), 48_000),
                    _ => Ok(MediaTime::ZERO),
                };
                let delay = delay.expect("it is less than two seconds");
                audio(codec, self.rate, self.channels.into(), delay, private)
            }
        };
        let mut subject = Subject::start(track);
        for (data, duration) in self.packets {
            let duration = MediaTime::from_nanos(duration.into());
            let [key, inter] =
                [true, false].map(|key| subject.write(&data, key, duration)[0].is_ok());
            // A picture is a key frame or it is not.
            assert!(!(key && inter) || codec.kind() == TrackKind::Audio);
        }
        subject.check_files();
    }
}

fuzz_target!(|input: Input| match input {
    Input::Av1(input) => input.check(),
    Input::H264(input) => input.check(),
    Input::Vp9(input) => input.check(),
    Input::Opus(input) => input.check(),
    Input::Flac(input) => input.check(),
    Input::Vorbis(input) => input.check(),
    Input::Any(input) => input.check(),
});
