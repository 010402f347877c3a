//! The order of packets.

use media_recorder_mux::{InterleaveError, Interleaver};
use media_recorder_types::{MediaTime, Packet, TrackKind};
use proptest::prelude::*;

use crate::support::{OPUS_DELAY, frame, id, ms, ns, opus, pcm, sound, vp8};

const NO_LIMIT: MediaTime = MediaTime::MAX;

fn popped(interleaver: &mut Interleaver) -> Vec<(u32, MediaTime)> {
    std::iter::from_fn(|| interleaver.pop())
        .map(|packet| (packet.track.get(), packet.time))
        .collect()
}

fn push_all(interleaver: &mut Interleaver, packets: impl IntoIterator<Item = Packet>) {
    for packet in packets {
        interleaver.push(packet).unwrap();
    }
}

#[test]
fn nothing_comes_before_what_may_still_precede_it() {
    let mut interleaver = Interleaver::new(&[vp8(1), pcm(2)], NO_LIMIT);
    push_all(
        &mut interleaver,
        [0, 40, 80].map(|t| frame(1, ms(t), t == 0)),
    );
    assert_eq!(popped(&mut interleaver), []);
    assert_eq!(interleaver.held(), 3);
    push_all(&mut interleaver, [sound(2, ms(0)), sound(2, ms(40))]);
    // Sound after 40 ms may come, but none at 40 ms.
    let expected = [(2, ms(0)), (1, ms(0)), (2, ms(40)), (1, ms(40))];
    assert_eq!(popped(&mut interleaver), expected);
    assert_eq!(interleaver.held(), 1);
}

#[test]
fn sound_comes_before_pictures_of_its_time() {
    for tracks in [[vp8(1), pcm(2)], [pcm(2), vp8(1)]] {
        let mut interleaver = Interleaver::new(&tracks, NO_LIMIT);
        push_all(&mut interleaver, [frame(1, ms(0), true), sound(2, ms(0))]);
        assert_eq!(popped(&mut interleaver), [(2, ms(0)), (1, ms(0))]);
    }
}

#[test]
fn the_stored_time_counts() {
    let mut interleaver = Interleaver::new(&[vp8(1), opus(2)], NO_LIMIT);
    let first = ms(0).saturating_sub(OPUS_DELAY);
    // Presented 3.5 ms before the picture, stored 3 ms after it.
    let second = ns(36_500_000);
    push_all(
        &mut interleaver,
        [
            sound(2, first),
            sound(2, second),
            frame(1, ms(0), true),
            frame(1, ms(40), false),
        ],
    );
    let expected = [(2, first), (1, ms(0)), (1, ms(40))];
    assert_eq!(popped(&mut interleaver), expected);
}

#[test]
fn an_ended_track_holds_nothing_back() {
    let mut interleaver = Interleaver::new(&[vp8(1), pcm(2)], NO_LIMIT);
    push_all(
        &mut interleaver,
        [
            sound(2, ms(10)),
            frame(1, ms(0), true),
            frame(1, ms(40), false),
        ],
    );
    assert_eq!(popped(&mut interleaver), [(1, ms(0)), (2, ms(10))]);
    interleaver.end_track(id(2)).unwrap();
    assert_eq!(popped(&mut interleaver), [(1, ms(40))]);
    assert_eq!(
        interleaver.push(sound(2, ms(50))),
        Err(InterleaveError::TrackEnded { track: id(2) })
    );
    assert_eq!(
        interleaver.end_track(id(2)),
        Err(InterleaveError::TrackEnded { track: id(2) })
    );
}

#[test]
fn the_end_gives_out_the_rest() {
    let mut interleaver = Interleaver::new(&[vp8(1), pcm(2)], NO_LIMIT);
    push_all(
        &mut interleaver,
        [frame(1, ms(0), true), frame(1, ms(40), false)],
    );
    interleaver.end();
    assert_eq!(popped(&mut interleaver), [(1, ms(0)), (1, ms(40))]);
    assert_eq!(interleaver.held(), 0);
}

#[test]
fn a_stalled_track_holds_the_others_back_only_for_so_long() {
    let mut interleaver = Interleaver::new(&[vp8(1), pcm(2)], ms(100));
    push_all(
        &mut interleaver,
        [0, 40, 80].map(|t| frame(1, ms(t), t == 0)),
    );
    interleaver.push(frame(1, ms(100), false)).unwrap();
    assert_eq!(popped(&mut interleaver), [], "100 ms are not too long");
    interleaver.push(frame(1, ms(141), false)).unwrap();
    assert_eq!(popped(&mut interleaver), [(1, ms(0)), (1, ms(40))]);

    let late = InterleaveError::Late {
        track: id(2),
        time: ms(30),
        by: ms(10),
    };
    assert_eq!(interleaver.push(sound(2, ms(30))), Err(late));
    // What comes in time is taken, and the late one is forgotten.
    push_all(&mut interleaver, [sound(2, ms(40)), sound(2, ms(150))]);
    let expected = [(2, ms(40)), (1, ms(80)), (1, ms(100)), (1, ms(141))];
    assert_eq!(popped(&mut interleaver), expected);
}

#[test]
fn a_refused_packet_changes_nothing() {
    let mut interleaver = Interleaver::new(&[vp8(1), opus(2)], NO_LIMIT);
    push_all(&mut interleaver, [frame(1, ms(40), true), sound(2, ms(40))]);
    assert_eq!(
        interleaver.push(frame(3, ms(50), true)),
        Err(InterleaveError::UnknownTrack { track: id(3) })
    );
    assert_eq!(
        interleaver.end_track(id(3)),
        Err(InterleaveError::UnknownTrack { track: id(3) })
    );
    assert_eq!(
        interleaver.push(sound(2, ms(40))),
        Err(InterleaveError::TimeNotIncreasing {
            track: id(2),
            time: ms(40),
            previous: ms(40)
        })
    );
    assert_eq!(
        interleaver.push(sound(2, MediaTime::MAX)),
        Err(InterleaveError::TimeOutOfRange {
            track: id(2),
            time: MediaTime::MAX
        })
    );
    assert_eq!(interleaver.held(), 2);
    interleaver.push(sound(2, ms(60))).unwrap();
    interleaver.end();
    assert_eq!(
        popped(&mut interleaver),
        [(1, ms(40)), (2, ms(40)), (2, ms(60))]
    );
}

proptest! {
    /// Whatever the order of arrival and however short the patience: what comes out is in
    /// order, and is all that was taken.
    #[test]
    fn the_output_is_in_order_and_complete(
        arrivals in proptest::collection::vec((1..4_u32, 0..100_i64, any::<bool>()), 0..200),
        max_hold in prop_oneof![Just(NO_LIMIT), (0..200_i64).prop_map(ms)],
    ) {
        let tracks = [vp8(1), opus(2), pcm(3)];
        let mut interleaver = Interleaver::new(&tracks, max_hold);
        let mut clocks = [0; 3];
        let (mut taken, mut given) = (0, Vec::new());
        for (track, step, pop) in arrivals {
            let clock = &mut clocks[track as usize - 1];
            *clock += step;
            match interleaver.push(frame(track, ms(*clock), true)) {
                Ok(()) => taken += 1,
                Err(InterleaveError::Late { .. }) => prop_assert_ne!(max_hold, NO_LIMIT),
                Err(error) => {
                    let known = matches!(error, InterleaveError::TimeNotIncreasing { .. });
                    prop_assert!(known && step == 0, "{}", error);
                }
            }
            if pop {
                given.extend(interleaver.pop());
            }
        }
        interleaver.end();
        given.extend(std::iter::from_fn(|| interleaver.pop()));
        prop_assert_eq!(given.len(), taken);
        let key = |packet: &Packet| {
            let track = &tracks[packet.track.get() as usize - 1];
            let stored = packet.time.saturating_add(track.codec_delay());
            // With patience, sound precedes pictures of its time; without, it may have come
            // when they were gone.
            let kind = if max_hold == NO_LIMIT { track.kind() } else { TrackKind::Audio };
            (stored, kind)
        };
        prop_assert!(given.is_sorted_by_key(key));
    }
}
