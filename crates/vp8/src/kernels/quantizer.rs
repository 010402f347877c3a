//! What turns coefficients into levels.

/// The steps of one kind of block, with how values between them are rounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BlockQuantizer {
    /// From one level to the next, per coefficient in raster order (RFC 6386 §14.1).
    pub(super) step: [i16; 16],
    /// One by the step, in units of `2^-16`.
    pub(super) reciprocal: [u16; 16],
    /// Added before the division.
    pub(super) rounding: [u16; 16],
    /// What is smaller becomes 0, whatever its rounding.
    pub(super) dead_zone: [u16; 16],
}

impl BlockQuantizer {
    /// A quantizer with a step for the DC coefficient and one for the fifteen others, each
    /// at least 2.
    ///
    /// `rounding` and `dead_zone` are in 128ths of the step: 64 rounds to the nearest level, less
    /// prefers the smaller one. A coefficient below the dead zone becomes 0.
    pub(crate) fn new(dc_step: u16, ac_step: u16, rounding: u16, dead_zone: u16) -> Self {
        debug_assert!(
            dc_step >= 2 && ac_step >= 2,
            "steps of {dc_step}, {ac_step}"
        );
        let each = |value: &dyn Fn(u32) -> u32| {
            let (dc, ac) = (value(dc_step.into()) as u16, value(ac_step.into()) as u16);
            let mut values = [ac; 16];
            values[0] = dc;
            values
        };
        Self {
            step: each(&|step| step).map(|step| step as i16),
            reciprocal: each(&|step| ((1 << 16) + step / 2) / step),
            rounding: each(&|step| (step * u32::from(rounding)) >> 7),
            dead_zone: each(&|step| (step * u32::from(dead_zone)) >> 7),
        }
    }

    /// The same where the first coefficient is not coded: its level is 0.
    pub(crate) fn without_first(&self) -> Self {
        let mut quantizer = self.clone();
        quantizer.dead_zone[0] = u16::MAX;
        quantizer
    }
}
