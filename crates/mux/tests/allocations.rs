//! What the writers allocate, counted: in a program of its own, since the counting allocator
//! serves all of it.

use bytes::Bytes;
use media_recorder_mux::{
    ClusterMode, MatroskaOptions, MatroskaWriter, Mp4Mode, Mp4Options, Mp4Writer, MuxOutput, Muxer,
};
use media_recorder_types::{
    AudioCodec, AudioTrack, ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, PcmFormat,
    TrackId, VideoCodec, VideoTrack,
};

const VIDEO: TrackId = TrackId::FIRST;
const AUDIO: TrackId = TrackId::new(2).expect("two is not zero");

fn tracks() -> [MediaTrack; 2] {
    let picture = VideoTrack {
        codec: VideoCodec::Vp9,
        size: FrameSize::new(320, 180),
        rate: None,
        color: ColorInfo::UNSPECIFIED,
    };
    let sound = AudioTrack {
        codec: AudioCodec::Pcm(PcmFormat::S16),
        sample_rate: 48_000,
        channels: 2,
        codec_delay: MediaTime::ZERO,
        seek_pre_roll: MediaTime::ZERO,
    };
    [
        MediaTrack::video(VIDEO, picture, Bytes::new()),
        MediaTrack::audio(AUDIO, sound, Bytes::new()),
    ]
}

/// How a file is written.
#[derive(Clone, Copy, Debug)]
enum Mode {
    Matroska(ClusterMode),
    Mp4(Mp4Mode),
}

const LIVE_MODES: [Mode; 3] = [
    Mode::Matroska(ClusterMode::Known),
    Mode::Matroska(ClusterMode::Unknown),
    Mode::Mp4(Mp4Mode::Fragmented),
];

const HYBRID: Mode = Mode::Mp4(Mp4Mode::Hybrid);

impl Mode {
    fn writer(self) -> Box<dyn Muxer> {
        match self {
            Self::Matroska(mode) => Box::new(MatroskaWriter::new(
                MatroskaOptions::matroska().cluster_mode(mode),
            )),
            Self::Mp4(mode) => Box::new(Mp4Writer::new(Mp4Options::new().mode(mode))),
        }
    }
}

/// A writer that is given the same packets again and again, at later times.
struct Load {
    writer: Box<dyn Muxer>,
    /// Pictures between key frames.
    group: i64,
    key: Bytes,
    inter: Bytes,
    sound: Bytes,
    frames: i64,
    appended: usize,
}

impl Load {
    fn new(mode: Mode, group: i64) -> Self {
        let mut writer = mode.writer();
        writer.start(&tracks()).expect("the tracks are good");
        Self {
            writer,
            group,
            key: vec![0x82; 20_000].into(),
            inter: vec![0x86; 1000].into(),
            sound: vec![0; 3840].into(),
            frames: 0,
            appended: 0,
        }
    }

    /// Writes pictures with their sound, and throws away what comes out.
    fn write(&mut self, frames: i64) {
        for n in self.frames..self.frames + frames {
            let time = MediaTime::from_millis(n * 20);
            let step = MediaTime::from_millis(20);
            let key = n % self.group == 0;
            let data = if key { &self.key } else { &self.inter };
            let sound = Packet::new(AUDIO, self.sound.clone(), time, step);
            let picture = Packet::new(VIDEO, data.clone(), time, step).with_key(key);
            self.writer.write(sound).expect("the sound is good");
            self.writer.write(picture).expect("the picture is good");
            while let Some(output) = self.writer.poll_output() {
                if let MuxOutput::Append(bytes) = output {
                    self.appended += bytes.len();
                }
            }
        }
        self.frames += frames;
    }
}

#[test]
fn packets_cost_next_to_no_allocation() {
    for mode in LIVE_MODES.into_iter().chain([HYBRID]) {
        let mut load = Load::new(mode, 50);
        load.write(1000);
        let cost = allocation_counter::measure(|| load.write(10_000));
        // Structure is allocated for a hundred blocks or samples and more at once, and the index.
        let packets = 20_000;
        // A fragment of an MP4 has a list for each track and one of its boxes besides.
        let most = match mode {
            Mode::Matroska(_) => packets / 100,
            Mode::Mp4(_) => packets / 25,
        };
        assert!(
            cost.count_total < most,
            "{mode:?}: {} allocations for {packets} packets",
            cost.count_total
        );
        // Payloads are far larger than this: none is copied.
        let structure = 20;
        assert!(
            cost.bytes_total < packets * structure,
            "{mode:?}: {} bytes for {packets} packets",
            cost.bytes_total
        );
        assert!(load.appended > 40_000_000);
    }
}

#[test]
fn a_file_that_waits_for_its_end_keeps_payloads_as_they_are() {
    let mut load = Load::new(Mode::Mp4(Mp4Mode::FastStart), 50);
    load.write(1000);
    let cost = allocation_counter::measure(|| load.write(10_000));
    let packets = 20_000;
    assert!(cost.count_total < packets / 100, "{}", cost.count_total);
    // A list of them that grows by doubling, and the index.
    let handles = 4 * size_of::<Bytes>() as u64 + 20;
    assert!(cost.bytes_total < packets * handles, "{}", cost.bytes_total);
    assert_eq!(load.appended, 0);
}

#[test]
fn the_index_takes_at_most_twelve_bytes_an_entry() {
    // Every picture is a key frame.
    for mode in LIVE_MODES {
        let mut load = Load::new(mode, 1);
        load.write(1000);
        let entries = 100_000;
        let cost = allocation_counter::measure(|| load.write(entries));
        assert!(
            cost.bytes_current <= entries * 12,
            "{mode:?}: {} bytes for {entries} entries",
            cost.bytes_current
        );
    }
}

#[test]
fn the_index_of_a_hybrid_file_takes_at_most_twelve_bytes_a_sample() {
    for group in [1, 50] {
        let mut load = Load::new(HYBRID, group);
        load.write(1000);
        let frames = 100_000;
        let cost = allocation_counter::measure(|| load.write(frames));
        // A picture and a sound.
        let samples = frames * 2;
        assert!(
            cost.bytes_current <= samples * 12,
            "{} bytes for {samples} samples",
            cost.bytes_current
        );
    }
}

#[test]
fn without_key_frames_memory_stays_as_it_is() {
    for mode in LIVE_MODES {
        let mut load = Load::new(mode, i64::MAX);
        load.write(1000);
        let cost = allocation_counter::measure(|| load.write(100_000));
        // What a cluster or a fragment happens to hold where the count begins and ends.
        let cluster = 5_000_000;
        assert!(
            cost.bytes_current.abs() < 100_000,
            "{mode:?}: {}",
            cost.bytes_current
        );
        assert!(cost.bytes_max < cluster, "{mode:?}: {}", cost.bytes_max);
    }
}
