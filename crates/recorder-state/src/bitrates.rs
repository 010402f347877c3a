//! How a bitrate is shared out.

use media_recorder_types::TrackKind;

/// The bitrates asked for, in bits per second; `None` where the option is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BitrateRequest {
    /// `audioBitsPerSecond`
    pub audio: Option<u32>,
    /// `videoBitsPerSecond`
    pub video: Option<u32>,
    /// `bitsPerSecond`: for both together, before the other two.
    pub total: Option<u32>,
}

/// What the recorder's attributes read, in bits per second for all tracks of a kind together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bitrates {
    /// `audioBitsPerSecond`
    pub audio: u32,
    /// `videoBitsPerSecond`
    pub video: u32,
}

/// What browsers use.
const DEFAULT_AUDIO: u32 = 128_000;
const DEFAULT_VIDEO: u32 = 2_500_000;
/// The range of Opus (RFC 6716 §2.1.1).
const LEAST_AUDIO: u32 = 6_000;
const MOST_AUDIO: u32 = 510_000;
/// A total that leaves the picture less than this is met as nearly as a codec can: "close to"
/// it is what the specification asks for, and no target of zero.
const LEAST_VIDEO: u32 = 10_000;

impl BitrateRequest {
    /// The attributes after construction, and again while inactive: a total is split as for a
    /// stream with both kinds.
    pub fn at_rest(self) -> Bitrates {
        self.split(true, true)
    }

    /// The attributes for a recording of `tracks`: a total goes to the kinds that are there.
    pub fn for_tracks(self, tracks: &[TrackKind]) -> Bitrates {
        self.split(
            tracks.contains(&TrackKind::Audio),
            tracks.contains(&TrackKind::Video),
        )
    }

    fn split(self, has_audio: bool, has_video: bool) -> Bitrates {
        let Some(total) = self.total else {
            return Bitrates {
                audio: self.audio.unwrap_or(DEFAULT_AUDIO),
                video: self.video.unwrap_or(DEFAULT_VIDEO),
            };
        };
        match (has_audio, has_video) {
            (true, false) => Bitrates {
                audio: total.max(LEAST_AUDIO),
                video: 0,
            },
            (false, true) => Bitrates {
                audio: 0,
                video: total.max(LEAST_VIDEO),
            },
            // A tenth for the sound, within what its codec can use.
            _ => {
                let total = total.max(LEAST_AUDIO + LEAST_VIDEO);
                let audio = (total / 10).clamp(LEAST_AUDIO, MOST_AUDIO);
                Bitrates {
                    audio,
                    video: total - audio,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_not_zero_and_zero_is_honoured() {
        assert_eq!(
            BitrateRequest::default().at_rest(),
            Bitrates {
                audio: 128_000,
                video: 2_500_000
            }
        );
        let zero = BitrateRequest {
            audio: Some(0),
            video: Some(0),
            total: None,
        };
        assert_eq!(zero.at_rest(), Bitrates { audio: 0, video: 0 });
    }

    #[test]
    fn a_total_overrides_and_adds_up() {
        for total in [16_000, 50_000, 1_000_000, u32::MAX] {
            let request = BitrateRequest {
                audio: Some(1),
                video: Some(2),
                total: Some(total),
            };
            let both = request.at_rest();
            assert_eq!(both.audio + both.video, total);
            let audio = request.for_tracks(&[TrackKind::Audio]);
            assert_eq!(
                audio,
                Bitrates {
                    audio: total,
                    video: 0
                }
            );
            let video = request.for_tracks(&[TrackKind::Video, TrackKind::Video]);
            assert_eq!(
                video,
                Bitrates {
                    audio: 0,
                    video: total
                }
            );
        }
    }

    #[test]
    fn a_total_of_next_to_nothing_leaves_something_for_each() {
        for total in [0, 1, 6_000, 15_999] {
            let request = BitrateRequest {
                total: Some(total),
                ..BitrateRequest::default()
            };
            let Bitrates { audio, video } = request.at_rest();
            assert_eq!((audio, video), (6_000, 10_000));
            let audio = request.for_tracks(&[TrackKind::Audio]);
            assert_eq!((audio.audio, audio.video), (total.max(6_000), 0));
        }
    }
}
