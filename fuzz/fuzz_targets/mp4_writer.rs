//! Any sequence of calls to the MP4 writer: it never panics, takes what is good, what it refuses
//! changes nothing, and what it accepted is what an independent reader finds: in the file, in
//! that of one who cannot go back, and in each chunk.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use media_recorder_fuzz::mp4::{self, Sample};
use media_recorder_fuzz::{Operation, Recorded, Tracks, record};
use media_recorder_mux::{Mp4Mode, Mp4Options, Mp4Writer};
use media_recorder_types::{AudioCodec, Codec, MediaTime, PcmFormat, TrackKind, VideoCodec};

#[derive(Arbitrary, Debug)]
struct Input {
    options: Options,
    tracks: Tracks,
    operations: Vec<Operation>,
}

#[derive(Arbitrary, Debug)]
struct Options {
    fragmented: bool,
    fragment_nanos: Option<i64>,
    max_fragment_nanos: Option<i64>,
    max_fragment_bytes: Option<u16>,
    segment_index: bool,
    random_access_index: bool,
}

impl Options {
    fn mode(&self) -> Mp4Mode {
        if self.fragmented {
            Mp4Mode::Fragmented
        } else {
            Mp4Mode::Hybrid
        }
    }

    fn build(&self) -> Mp4Options {
        let mut options = Mp4Options::new()
            .mode(self.mode())
            .segment_index(self.segment_index)
            .random_access_index(self.random_access_index);
        if let Some(nanos) = self.fragment_nanos {
            options = options.fragment_duration(MediaTime::from_nanos(nanos));
        }
        if let Some(nanos) = self.max_fragment_nanos {
            options = options.max_fragment_duration(MediaTime::from_nanos(nanos));
        }
        if let Some(bytes) = self.max_fragment_bytes {
            options = options.max_fragment_bytes(bytes.into());
        }
        options
    }
}

/// What MP4 carries.
const CODECS: [Codec; 8] = [
    Codec::Video(VideoCodec::Vp9),
    Codec::Video(VideoCodec::Av1),
    Codec::Video(VideoCodec::H264),
    Codec::Audio(AudioCodec::Opus),
    Codec::Audio(AudioCodec::Pcm(PcmFormat::S16)),
    Codec::Audio(AudioCodec::Pcm(PcmFormat::S24)),
    Codec::Audio(AudioCodec::Pcm(PcmFormat::F32)),
    Codec::Audio(AudioCodec::Flac),
];

/// Data and key flag of each track's packets.
type Packets<'a> = Vec<Vec<(&'a [u8], bool)>>;

fn accepted(recorded: &Recorded) -> Packets<'_> {
    let mut packets = vec![Vec::new(); recorded.tracks.len()];
    for accepted in &recorded.accepted {
        let key = accepted.packet.key || recorded.tracks[accepted.track].kind() == TrackKind::Audio;
        packets[accepted.track].push((&accepted.packet.data[..], key));
    }
    packets
}

fn without_times<'a>(samples: &[Vec<Sample<'a>>]) -> Packets<'a> {
    let packets = |track: &Vec<Sample<'a>>| {
        let samples = track.iter();
        samples.map(|sample| (sample.data, sample.key)).collect()
    };
    samples.iter().map(packets).collect()
}

/// Distances of each track's samples from its first one.
fn distances(samples: &[Vec<Sample<'_>>]) -> Vec<Vec<u64>> {
    let of_track = |track: &Vec<Sample<'_>>| {
        let first = track.first().map_or(0, |sample| sample.start);
        let starts = track.iter().map(|sample| sample.start);
        starts.map(|start| start - first).collect()
    };
    samples.iter().map(of_track).collect()
}

/// No sample comes before its time, in ticks to nearest, and none later than the one before it
/// takes.
fn check_times(recorded: &Recorded, samples: &[Vec<Sample<'_>>]) {
    let timescales = mp4::timescales(&recorded.live);
    let mut tracks: Vec<_> = samples.iter().map(|track| track.iter()).collect();
    // When each track's next sample may start at the latest, if there is nothing before it.
    let mut latest = vec![0; samples.len()];
    for accepted in &recorded.accepted {
        let ticks = |time: MediaTime| {
            let ticks = time.to_ticks(timescales[accepted.track]);
            ticks.unwrap_or(i64::MAX).unsigned_abs()
        };
        let sample = tracks[accepted.track]
            .next()
            .expect("they are equally many");
        let (start, exact) = (sample.start, ticks(accepted.stored));
        let latest = &mut latest[accepted.track];
        assert!(
            (exact..=exact.max(*latest)).contains(&start),
            "{start}, not {exact}"
        );
        let lasts = accepted.packet.duration;
        *latest = if lasts > MediaTime::ZERO {
            ticks(accepted.stored.saturating_add(lasts)).max(start + 1)
        } else {
            // Its data or the packets before it say.
            u64::MAX
        };
    }
}

/// Each chunk plays by itself, and together they have all packets.
fn check_chunks(recorded: &Recorded) {
    let tracks = recorded.tracks.len();
    let mut packets = 0;
    for chunk in recorded.chunks() {
        let samples = mp4::fragmented(&chunk, tracks);
        packets += samples.iter().map(Vec::len).sum::<usize>();
        let leader = recorded.first_video().map(|index| &samples[index]);
        let first = leader.and_then(|leader| leader.first());
        assert!(first.is_none_or(|first| first.key));
    }
    assert_eq!(packets, recorded.accepted.len());
}

fuzz_target!(|input: Input| {
    let good = matches!(input.tracks, Tracks::Good(_));
    let tracks = input.tracks.describe(&CODECS);
    let options = input.options.build();
    let new = || Mp4Writer::new(options.clone());
    let Some(recorded) = record(new, tracks, good, input.operations) else {
        return;
    };
    let expected = accepted(&recorded);
    let live = mp4::fragmented(&recorded.live, expected.len());
    assert_eq!(without_times(&live), expected);
    check_times(&recorded, &live);
    check_chunks(&recorded);
    mp4::check_segment_indexes(&recorded.live);
    mp4::check_random_access(&recorded.live, &live);

    if recorded.finished && input.options.mode() == Mp4Mode::Hybrid {
        let indexed = mp4::indexed(&recorded.file);
        assert_eq!(without_times(&indexed), expected);
        assert_eq!(distances(&indexed), distances(&live));
    } else {
        assert_eq!(mp4::fragmented(&recorded.file, expected.len()), live);
    }
});
