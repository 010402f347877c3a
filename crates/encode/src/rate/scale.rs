//! What the rate control must know of a codec's quantizer.

/// A codec's quantizers: which there are, what step each stands for, and how bits fall with it.
#[derive(Debug)]
pub(crate) struct QuantizerScale {
    /// Finer than this nobody sees a difference, so that bits would only be burnt.
    pub(crate) finest: u32,
    /// Coarser than this the picture falls apart.
    pub(crate) coarsest: u32,
    /// The step of a quantizer, up to a factor: it grows with the quantizer.
    pub(crate) step: fn(u32) -> f64,
    /// The quantizer with about this step; what lies outside of the scale may come out too.
    pub(crate) quantizer: fn(f64) -> f64,
    /// The bits of an ordinary frame fall with about this power of the step.
    pub(crate) delta_exponent: f64,
    /// The same for a key frame.
    pub(crate) key_exponent: f64,
    /// Bits per pixel of a first frame at step 1, of ordinary content.
    pub(crate) first_frame_bits: f64,
}

impl QuantizerScale {
    /// VP9's `base_q_idx`, 0 to 255.
    #[cfg(feature = "vp9")]
    pub(crate) const VP9: Self = Self {
        finest: 12,
        coarsest: 255,
        step: vp9::step,
        quantizer: vp9::quantizer,
        delta_exponent: 1.3,
        key_exponent: 0.6,
        first_frame_bits: 16.0,
    };

    /// The quantizer nearest to a step, within the scale.
    pub(crate) fn quantizer_for(&self, step: f64) -> u32 {
        let nearest = (self.quantizer)(step).round();
        nearest.clamp(self.finest.into(), self.coarsest.into()) as u32
    }
}

#[cfg(feature = "vp9")]
mod vp9 {
    const KNEE: f64 = 95.0;
    const GROWTH: f64 = 0.018;

    /// The step of an AC coefficient, approximately (VP9 specification §8.6.1): exact up to 95,
    /// then growing by 1.8 % per index.
    pub(super) fn step(quantizer: u32) -> f64 {
        let quantizer = f64::from(quantizer);
        if quantizer <= KNEE {
            quantizer + 7.0
        } else {
            (KNEE + 7.0) * (GROWTH * (quantizer - KNEE)).exp()
        }
    }

    pub(super) fn quantizer(step: f64) -> f64 {
        if step <= KNEE + 7.0 {
            step - 7.0
        } else {
            KNEE + (step / (KNEE + 7.0)).ln() / GROWTH
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_inverse(scale: &QuantizerScale) {
        for quantizer in scale.finest..=scale.coarsest {
            assert_eq!(scale.quantizer_for((scale.step)(quantizer)), quantizer);
        }
        assert_eq!(scale.quantizer_for(0.0), scale.finest);
        assert_eq!(scale.quantizer_for(f64::INFINITY), scale.coarsest);
    }

    #[cfg(feature = "vp9")]
    #[test]
    fn the_scale_of_vp9_is_that_of_the_specification() {
        assert_inverse(&QuantizerScale::VP9);
        for (quantizer, step) in [
            (1, 8.0),
            (64, 71.0),
            (128, 176.0),
            (192, 550.0),
            (255, 1828.0),
        ] {
            let ratio = (QuantizerScale::VP9.step)(quantizer) / step;
            assert!((0.93..1.07).contains(&ratio), "{quantizer}: {ratio}");
        }
    }
}
