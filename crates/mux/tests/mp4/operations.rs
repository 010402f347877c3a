//! Calls in whatever order.

use media_recorder_mux::{Mp4Mode, Mp4Options, Mp4Writer};
use proptest::prelude::*;

use crate::common::operations::{check, operations};
use crate::support::{ms, opus, pcm, vp9};

const MODES: [Mp4Mode; 3] = [Mp4Mode::Fragmented, Mp4Mode::Hybrid, Mp4Mode::FastStart];

proptest! {
    #[test]
    fn what_is_refused_leaves_no_trace(
        operations in operations(),
        mode in 0..3_usize,
        duration in 1..1_000_i64,
        index in any::<bool>(),
    ) {
        let options = Mp4Options::new()
            .mode(MODES[mode])
            .max_fragment_duration(ms(duration))
            .segment_index(index);
        let tracks = [vp9(1), opus(2), pcm(3), vp9(4)];
        check(|| Mp4Writer::new(options.clone()), &tracks, &operations)?;
    }
}
