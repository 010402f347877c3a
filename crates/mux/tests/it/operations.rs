//! Calls in whatever order.

use media_recorder_mux::{ClusterMode, MatroskaOptions, MatroskaWriter};
use media_recorder_types::VideoCodec;
use proptest::prelude::*;

use crate::common::operations::{check, operations};
use crate::support::{ms, opus, pcm, video};

proptest! {
    #[test]
    fn what_is_refused_leaves_no_trace(
        operations in operations(),
        unknown_sizes in any::<bool>(),
        duration in 1..1_000_i64,
    ) {
        let mode = if unknown_sizes { ClusterMode::Unknown } else { ClusterMode::Known };
        let options = MatroskaOptions::matroska()
            .cluster_mode(mode)
            .max_cluster_duration(ms(duration));
        let vp9 = |n| video(n, VideoCodec::Vp9);
        let tracks = [vp9(1), opus(2), pcm(3), vp9(4)];
        check(|| MatroskaWriter::new(options.clone()), &tracks, &operations)?;
    }
}
