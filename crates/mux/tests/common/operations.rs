//! Calls in whatever order, with packets of whatever kind.

use media_recorder_mux::{MuxError, Muxer};
use media_recorder_types::{MediaTrack, Packet};
use proptest::prelude::*;

use super::{id, ns, outputs, patched_file};

/// A call to a writer.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Start,
    Write(Packet),
    CutBefore(Packet),
    Flush,
    Finish,
}

impl Operation {
    /// Whether something happened.
    fn apply(&self, writer: &mut impl Muxer, tracks: &[MediaTrack]) -> Result<bool, MuxError> {
        match self {
            Self::Start => writer.start(tracks).map(|()| true),
            Self::Write(packet) => writer.write(packet.clone()).map(|()| true),
            Self::CutBefore(packet) => writer.cut_before(packet),
            Self::Flush => writer.flush().map(|()| true),
            Self::Finish => writer.finish().map(|()| true),
        }
    }
}

/// Operations on a writer whose tracks are VP9, Opus of two channels, 16-bit PCM of as many, and
/// VP9, with the ids 1 to 4.
pub(crate) fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let operation = prop_oneof![
        10 => Just(Operation::Start),
        400 => packet().prop_map(Operation::Write),
        40 => packet().prop_map(Operation::CutBefore),
        20 => Just(Operation::Flush),
        1 => Just(Operation::Finish),
    ];
    // Mostly started first, and finished last.
    (
        prop::bool::weighted(0.9),
        proptest::collection::vec(operation, 0..120),
        0..3_usize,
    )
        .prop_map(|(started, mut operations, finishes)| {
            if started {
                operations.insert(0, Operation::Start);
            }
            let mut time = 0;
            for operation in &mut operations {
                if let Operation::Write(packet) | Operation::CutBefore(packet) = operation {
                    // Short steps become times; others are times that hardly fit.
                    let step = packet.time.as_nanos();
                    if (0..1_000_000_000).contains(&step) {
                        time += step;
                        packet.time = ns(time);
                    }
                }
            }
            operations.extend(std::iter::repeat_n(Operation::Finish, finishes));
            operations
        })
}

/// A packet, mostly a good one, whose time is the step from the one before it.
fn packet() -> impl Strategy<Value = Packet> {
    let step = prop_oneof![
        1 => Just(0),
        20 => 1_000_000..60_000_000_i64,
        1 => any::<i64>(),
        1 => -10_000_000..0_i64,
    ];
    let data = prop_oneof![
        8 => (0..200_usize, any::<bool>()).prop_map(|(octets, key)| (None, octets, key)),
        1 => (proptest::collection::vec(any::<u8>(), 0..20), any::<bool>())
            .prop_map(|(data, key)| (Some(data), 0, key)),
    ];
    let duration = prop_oneof![10 => Just(0), 10 => Just(20_000_000), 1 => any::<i64>()];
    let padding = prop_oneof![20 => Just(0), 1 => 0..20_000_000_i64, 1 => any::<i64>()];
    let track = prop_oneof![20 => 1..5_u32, 1 => Just(5)];
    (track, step, data, duration, padding).prop_map(
        |(track, step, (data, octets, key), duration, padding)| {
            let data = data.unwrap_or_else(|| match (track, key) {
                (2, _) => vec![0xFC; octets + 1],
                (3, _) => vec![7; 4 * 960],
                (_, true) => vec![0x82; octets + 1],
                (_, false) => vec![0x86; octets + 1],
            });
            Packet::new(id(track), data.into(), ns(step), ns(duration))
                .with_key(key)
                .with_discard_padding(ns(padding))
        },
    )
}

/// Applies `operations` to new writers: what is refused leaves no trace, and it makes no
/// difference when the output is fetched.
pub(crate) fn check<W: Muxer>(
    new: impl Fn() -> W,
    tracks: &[MediaTrack],
    operations: &[Operation],
) -> Result<(), TestCaseError> {
    let (mut all, mut accepted, mut unfetched) = (new(), new(), new());
    let mut fetched = Vec::new();
    for operation in operations {
        let result = operation.apply(&mut all, tracks);
        prop_assert_eq!(&operation.apply(&mut unfetched, tracks), &result);
        if result == Ok(true) {
            prop_assert_eq!(&operation.apply(&mut accepted, tracks), &result);
        }
        let output = outputs(&mut all);
        prop_assert_eq!(&outputs(&mut accepted), &output);
        fetched.extend(output);
    }
    prop_assert_eq!(&outputs(&mut unfetched), &fetched);
    // Patches lie inside of what they patch.
    patched_file(&fetched);
    Ok(())
}
