//! Times that neither drift nor shift.

use bytes::Bytes;
use media_recorder_mux::{Mp4Mode, Mp4Options, Muxer};
use media_recorder_types::{MediaTime, Packet, Rate, TrackMedia};
use mp4_atom::Moov;

use crate::reader::{decode, fragmented_samples, indexed_samples};
use crate::support::{
    OPUS_DELAY, file_of, frame, id, live_file, ms, ns, opus, outputs, pcm, sound, started, vp9,
};

const TEN_HOURS: i64 = 36_000;

#[test]
fn ten_hours_do_not_drift() {
    let ntsc = Rate::new(30_000, 1001).unwrap();
    let mut picture = vp9(1);
    let TrackMedia::Video(video) = &mut picture.media else {
        unreachable!()
    };
    video.rate = Some(ntsc);
    let mut writer = started(Mp4Options::new(), &[picture, opus(2)]);
    let mut file = live_file(&outputs(&mut writer));
    let header = file.len();
    let (mut pictures, mut sounds) = (0_u32, 0_u32);
    let end = MediaTime::from_secs(TEN_HOURS);
    loop {
        let shown = ntsc.time_of(pictures.into()).unwrap();
        let heard = MediaTime::from_ticks(i64::from(sounds) * 960, 48_000).unwrap();
        if shown.min(heard) >= end {
            break;
        }
        if heard <= shown {
            let time = heard.saturating_sub(OPUS_DELAY);
            writer.write(sound(2, time)).unwrap();
            sounds += 1;
        } else {
            let mut packet = frame(1, shown, pictures % 300 == 0);
            let next = ntsc.time_of(u64::from(pictures) + 1).unwrap();
            packet.duration = next.saturating_sub(shown);
            writer.write(packet).unwrap();
            pictures += 1;
        }
        while writer.poll_output().is_some() {}
    }
    writer.finish().unwrap();
    file.extend(live_file(&outputs(&mut writer)));
    // The last fragment is before it.
    let at = (header..file.len())
        .rfind(|&at| file[at..].starts_with(b"moov"))
        .expect("it ends with one");
    let moov: Moov = decode(&file[at - 4..]);
    let [picture, sound] = moov.trak.as_slice() else {
        panic!("there are two tracks")
    };

    assert_eq!(picture.mdia.mdhd.timescale, 90_000);
    assert_eq!(picture.mdia.mdhd.duration, u64::from(pictures) * 3003);
    let stts = &picture.mdia.minf.stbl.stts.entries;
    assert_eq!(stts.len(), 1, "each picture lasts 3003 ticks");
    assert_eq!(sound.mdia.mdhd.duration, u64::from(sounds) * 960);
    assert_eq!(sound.mdia.minf.stbl.stts.entries.len(), 1);
    assert_eq!(i64::from(sounds), TEN_HOURS * 50);
    assert_eq!(sound.tkhd.duration, u64::from(sounds) * 960 - 312);
}

#[test]
fn times_of_no_rate_are_each_rounded_once() {
    let times: Vec<_> = (0..1000_i64)
        .map(|n| ns(n * n * 33_333 + n * 16_666_667))
        .collect();
    let packets = times.iter().map(|&time| frame(1, time, true));
    let file = file_of(Mp4Options::new(), &[vp9(1)], packets);
    let starts: Vec<_> = indexed_samples(&file)
        .iter()
        .map(|s| s.start as i64)
        .collect();
    let expected: Vec<_> = times
        .iter()
        .map(|time| time.to_ticks(90_000).unwrap())
        .collect();
    assert_eq!(starts, expected);
}

#[test]
fn times_within_a_tick_are_told_apart() {
    let packets = (0..3).map(|n| frame(1, ns(n), true));
    let file = file_of(Mp4Options::new(), &[vp9(1)], packets);
    let starts: Vec<_> = indexed_samples(&file).iter().map(|s| s.start).collect();
    assert_eq!(starts, [0, 1, 2]);
}

#[test]
fn a_track_that_begins_later_does_so_in_both_modes() {
    let packets = [
        sound(2, ms(0).saturating_sub(OPUS_DELAY)),
        sound(2, ns(13_500_000)),
        frame(1, ms(30), true),
        frame(1, ms(70), false),
    ];
    let tracks = [vp9(1), opus(2)];
    let hybrid = file_of(Mp4Options::new(), &tracks, packets.clone());
    let options = Mp4Options::new().mode(Mp4Mode::Fragmented);
    let fragmented = file_of(options, &tracks, packets);
    assert_eq!(indexed_samples(&hybrid), fragmented_samples(&fragmented));
    let first = &indexed_samples(&hybrid)[0];
    assert_eq!((first.track, first.start), (1, 2700));

    // 30 ms of nothing in the movie's time, then the pictures from their beginning.
    let moov: Moov = decode(&hybrid);
    let elst = moov.trak[0].edts.as_ref().unwrap().elst.as_ref().unwrap();
    let edits: Vec<_> = elst
        .entries
        .iter()
        .map(|edit| (edit.segment_duration, edit.media_time))
        .collect();
    assert_eq!(edits, [(1440, None), (3840, Some(0))]);
    assert_eq!(moov.trak[0].tkhd.duration, 1440 + 3840);
    assert_eq!(moov.mvhd.duration, 1440 + 3840);
}

#[test]
fn padding_shortens_the_end() {
    let packets = [
        sound(1, ms(0).saturating_sub(OPUS_DELAY)),
        sound(1, ns(13_500_000)).with_discard_padding(ms(12)),
    ];
    let file = file_of(Mp4Options::new(), &[opus(1)], packets);
    let durations: Vec<_> = indexed_samples(&file).iter().map(|s| s.duration).collect();
    assert_eq!(durations, [960, 384]);
    let moov: Moov = decode(&file);
    let elst = moov.trak[0].edts.as_ref().unwrap().elst.as_ref().unwrap();
    assert_eq!(elst.entries[0].segment_duration, 960 + 384 - 312);
    assert_eq!(elst.entries[0].media_time, Some(312));
}

#[test]
fn sound_says_itself_how_long_it_lasts() {
    let mut opus_packet = sound(1, ms(0).saturating_sub(OPUS_DELAY));
    opus_packet.duration = ms(0);
    let file = file_of(Mp4Options::new(), &[opus(1)], [opus_packet]);
    assert_eq!(indexed_samples(&file)[0].duration, 960);

    let data = Bytes::from_static(&[0; 400]);
    let pcm_packet = Packet::new(id(1), data, ms(0), ms(0));
    let file = file_of(Mp4Options::new(), &[pcm(1)], [pcm_packet]);
    assert_eq!(indexed_samples(&file)[0].duration, 100);
}
