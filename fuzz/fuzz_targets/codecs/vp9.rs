//! VP9: the list of features (WebM Container Guidelines), what becomes of it in MP4
//! (VP-ISOBMFF), and the first octet of frames.

use arbitrary::Arbitrary;
use media_recorder_mux::{MuxError, PayloadError};
use media_recorder_types::{MediaTime, VideoCodec};

use crate::subject::{Subject, video};

#[derive(Arbitrary, Debug)]
pub struct Input {
    profile: u8,
    level: Option<u8>,
    /// 12 bits for a sample, where the profile allows it.
    deep: Option<bool>,
    chroma_subsampling: Option<u8>,
    /// Features of later versions, and how many of the others come before each.
    others: Vec<(u8, u8, Vec<u8>)>,
    frames: Vec<(u8, Vec<u8>)>,
}

impl Input {
    pub fn check(self) {
        let profile = self.profile % 4;
        let level = self.level.unwrap_or(0);
        let depth = match (profile, self.deep) {
            (0 | 1, _) => 8,
            (_, Some(true)) => 12,
            _ => 10,
        };
        let chroma_subsampling = self.chroma_subsampling.map_or(1, |chroma| chroma % 4);
        let mut features = vec![vec![1, 1, profile]];
        features.extend(self.level.map(|level| vec![2, 1, level]));
        features.extend(self.deep.map(|_| vec![3, 1, depth]));
        features.extend(
            self.chroma_subsampling
                .map(|_| vec![4, 1, chroma_subsampling]),
        );
        for (at, id, value) in &self.others {
            let id = if matches!(id, 1..=4) { 0 } else { *id };
            let value = &value[..value.len().min(255)];
            let feature = [&[id, value.len() as u8], value].concat();
            features.insert(usize::from(*at) % (features.len() + 1), feature);
        }
        let list = features.concat();
        let mut subject = Subject::start(video(VideoCodec::Vp9, list.clone().into()));
        assert!(subject.is_in_matroska() && (subject.is_in_mp4() || list.len() > 64 << 10));

        let first = start(profile, false, false);
        assert_eq!(subject.write(&[first], true, MediaTime::ZERO)[0], Ok(()));
        for (first, body) in &self.frames {
            check_frame(&mut subject, profile, *first, body);
        }
        subject.check_files();
        if subject.is_in_mp4() {
            let depth_and_chroma = depth << 4 | chroma_subsampling << 1;
            // A FullBox of version 1; colours that are not specified; no initialisation data.
            let expected = [1, 0, 0, 0, profile, level, depth_and_chroma, 2, 2, 2, 0, 0];
            assert_eq!(subject.mp4_configuration(b"vpcC"), expected);
        }
    }
}

/// The first octet of an uncompressed header (VP9 spec §6.2): frame_marker, the profile's low
/// and high bit, a reserved bit in profile 3, show_existing_frame, frame_type.
fn start(profile: u8, show_existing: bool, inter: bool) -> u8 {
    let reserved = usize::from(profile == 3);
    let flags = u8::from(show_existing) << 3 | u8::from(inter) << 2;
    0x80 | (profile & 1) << 5 | (profile & 2) << 3 | flags >> reserved
}

/// Both writers find the key frames; that of MP4 takes those of one profile.
fn check_frame(subject: &mut Subject, profile: u8, flags: u8, body: &[u8]) {
    let (show_existing, inter) = (flags & 1 != 0, flags & 2 != 0);
    let frame_profile = flags >> 2 & 3;
    let first = start(frame_profile, show_existing, inter);
    let data = [&[first], body].concat();
    let is_key = !show_existing && !inter;
    for key in [true, false] {
        let [matroska, mp4] = subject.write(&data, key, MediaTime::ZERO);
        match matroska {
            Ok(()) => assert_eq!(key, is_key),
            Err(error) => assert!(key != is_key && matches!(error, MuxError::KeyFlag { .. })),
        }
        if !subject.is_in_mp4() {
            continue;
        }
        let reason = PayloadError::ConfigurationChanged;
        match mp4 {
            Ok(()) => assert!(key == is_key && (!is_key || frame_profile == profile)),
            Err(MuxError::Payload { reason: found, .. }) => {
                assert!(found == reason && key && frame_profile != profile);
            }
            Err(error) => assert!(key != is_key && matches!(error, MuxError::KeyFlag { .. })),
        }
    }
}
