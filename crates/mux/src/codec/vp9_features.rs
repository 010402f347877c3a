//! What a VP9 track says of its streams (WebM Container Guidelines, "VP9 Codec Feature
//! Metadata"): a list of features, each an ID, a length and a value.

use crate::CodecPrivateError;

/// The features, with what is so for nearly every stream where the list does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Vp9Features {
    /// 0 to 3. Not said: 0.
    pub(crate) profile: u8,
    /// Ten times the level. Not said: 0, which is none.
    pub(crate) level: u8,
    /// 8, 10 or 12. Not said: 8 or, in the profiles that do not have it, 10.
    pub(crate) bit_depth: u8,
    /// 0 is 4:2:0 with chroma beside the luma, 1 the same with chroma at it, 2 is 4:2:2, 3 is
    /// 4:4:4. Not said: 1.
    pub(crate) chroma_subsampling: u8,
}

impl Vp9Features {
    /// Reads a list, which may be empty.
    pub(crate) fn parse(mut list: &[u8]) -> Result<Self, CodecPrivateError> {
        let malformed = |what| CodecPrivateError::Malformed { what };
        let mut features = [None; 4];
        while let Some((&id, rest)) = list.split_first() {
            let (&len, rest) = rest
                .split_first()
                .ok_or(malformed("its list of features is cut off"))?;
            let (value, rest) = rest
                .split_at_checked(len.into())
                .ok_or(malformed("its list of features is cut off"))?;
            // Others than these four are for later readers.
            if let Some(feature) = usize::from(id)
                .checked_sub(1)
                .and_then(|n| features.get_mut(n))
            {
                match value {
                    [value] => *feature = Some(*value),
                    _ => return Err(malformed("a feature has one octet")),
                }
            }
            list = rest;
        }
        let [profile, level, bit_depth, chroma_subsampling] = features;
        let profile = profile.unwrap_or(0);
        let features = Self {
            profile,
            level: level.unwrap_or(0),
            bit_depth: bit_depth.unwrap_or(if profile < 2 { 8 } else { 10 }),
            chroma_subsampling: chroma_subsampling.unwrap_or(1),
        };
        match (features.profile, features.bit_depth) {
            (0 | 1, 8) | (2 | 3, 10 | 12) => {}
            _ => return Err(malformed("the profile does not have this bit depth")),
        }
        if features.chroma_subsampling > 3 {
            return Err(malformed("there is no such chroma subsampling"));
        }
        Ok(features)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(profile: u8, level: u8, bit_depth: u8, chroma_subsampling: u8) -> Vp9Features {
        Vp9Features {
            profile,
            level,
            bit_depth,
            chroma_subsampling,
        }
    }

    #[test]
    fn what_the_list_does_not_say_is_as_usual() {
        for (list, expected) in [
            (&[][..], features(0, 0, 8, 1)),
            (&[1, 1, 0, 2, 1, 31, 3, 1, 8], features(0, 31, 8, 1)),
            (&[4, 1, 3, 1, 1, 3, 3, 1, 12], features(3, 0, 12, 3)),
            (&[1, 1, 2], features(2, 0, 10, 1)),
            (&[99, 2, 7, 7, 2, 1, 10], features(0, 10, 8, 1)),
        ] {
            assert_eq!(Vp9Features::parse(list), Ok(expected), "{list:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_list() {
        for bad in [
            &[1][..],
            &[1, 1],
            &[1, 2, 0, 0],
            &[1, 1, 4],
            &[3, 1, 10],
            &[4, 1, 4],
        ] {
            let result = Vp9Features::parse(bad);
            assert!(
                matches!(result, Err(CodecPrivateError::Malformed { .. })),
                "{bad:?}: {result:?}"
            );
        }
    }
}
