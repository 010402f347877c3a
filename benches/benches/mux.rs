//! What the WebM writer costs: packets and bytes per second through it, sound and pictures
//! interleaved as a recording has them.

use std::hint::black_box;

use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use media_recorder_mux::{ClusterMode, MatroskaOptions, MatroskaWriter, MuxOutput, Muxer};
use media_recorder_types::{
    AudioCodec, AudioTrack, ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, TrackId,
    VideoCodec, VideoTrack,
};

/// A minute of pictures at 50 per second and of sound in packets of 20 ms.
const FRAMES: i64 = 3000;

fn tracks(video: TrackId, audio: TrackId) -> [MediaTrack; 2] {
    let picture = VideoTrack {
        codec: VideoCodec::Vp8,
        size: FrameSize::new(1280, 720),
        rate: None,
        color: ColorInfo::UNSPECIFIED,
    };
    let sound = AudioTrack {
        codec: AudioCodec::Opus,
        sample_rate: 48_000,
        channels: 2,
        codec_delay: MediaTime::from_nanos(6_500_000),
        seek_pre_roll: MediaTime::from_millis(80),
    };
    let head = Bytes::from_static(b"OpusHead\x01\x02\x38\x01\x80\xBB\x00\x00\x00\x00\x00");
    [
        MediaTrack::video(video, picture, Bytes::new()),
        MediaTrack::audio(audio, sound, head),
    ]
}

/// Small packets, where the writer's own work shows most: 500 bytes a picture, 160 a sound.
fn packets(video: TrackId, audio: TrackId) -> Vec<Packet> {
    let (key, inter) = (Bytes::from(vec![0x10; 8000]), Bytes::from(vec![0x11; 500]));
    let sound = Bytes::from(vec![0xF8; 160]);
    let step = MediaTime::from_millis(20);
    (0..FRAMES)
        .flat_map(|n| {
            let time = MediaTime::from_millis(n * 20);
            let is_key = n % 100 == 0;
            let data = if is_key { key.clone() } else { inter.clone() };
            [
                Packet::new(video, data, time, step).with_key(is_key),
                Packet::new(audio, sound.clone(), time, step),
            ]
        })
        .collect()
}

/// Writes a whole file, and fetches the output as it comes.
fn write(options: MatroskaOptions, tracks: &[MediaTrack], packets: Vec<Packet>) -> usize {
    let mut writer = MatroskaWriter::new(options);
    let mut len = 0;
    let mut fetch = |writer: &mut MatroskaWriter| {
        while let Some(output) = writer.poll_output() {
            if let MuxOutput::Append(bytes) = black_box(output) {
                len += bytes.len();
            }
        }
    };
    writer.start(tracks).expect("the tracks are good");
    for packet in packets {
        writer.write(packet).expect("the packets are good");
        fetch(&mut writer);
    }
    writer.finish().expect("it has been started");
    fetch(&mut writer);
    len
}

fn bench(criterion: &mut Criterion) {
    let (Some(video), Some(audio)) = (TrackId::new(1), TrackId::new(2)) else {
        unreachable!("they are not zero")
    };
    let tracks = tracks(video, audio);
    let packets = packets(video, audio);
    let bytes: usize = packets.iter().map(|packet| packet.data.len()).sum();
    let mut group = criterion.benchmark_group("mux/webm");
    group.throughput(Throughput::ElementsAndBytes {
        elements: packets.len() as u64,
        bytes: bytes as u64,
    });
    for (name, mode) in [
        ("known", ClusterMode::Known),
        ("unknown", ClusterMode::Unknown),
    ] {
        let options = MatroskaOptions::webm().cluster_mode(mode);
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || (options.clone(), packets.clone()),
                |(options, packets)| write(options, &tracks, packets),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
