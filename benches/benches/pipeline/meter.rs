//! Whose CPU time it is.

use std::time::Duration;

use super::process::cpu_time;

/// What the threads are called that encode: one for each recording, which converts small pictures,
/// too, and one for each group of pictures that is encoded beside others.
const ENCODER: &str = "encode";

/// Runs while a recording does.
pub(crate) struct Meter {
    /// What the threads are called that convert large pictures, and encode in parallel.
    helpers: &'static str,
    helpers_before: Duration,
    before: Duration,
}

/// CPU time of a recording.
pub(crate) struct Spent {
    all: Duration,
    /// Of the encoder's thread and those that help it.
    encoder: Duration,
}

impl Meter {
    pub(crate) fn start(helpers: &'static str) -> Self {
        let (helpers_before, before) = cpu_time(helpers);
        Self {
            helpers,
            helpers_before,
            before,
        }
    }

    /// To be called while the encoder's thread is there.
    pub(crate) fn stop(&self) -> Spent {
        let (encoder, all) = cpu_time(ENCODER);
        let (helpers, _) = cpu_time(self.helpers);
        Spent {
            all: all.saturating_sub(self.before),
            encoder: encoder + helpers.saturating_sub(self.helpers_before),
        }
    }
}

impl Spent {
    /// For people: what each of so many pictures cost, where converting one costs `conversion`.
    pub(crate) fn per_picture(&self, pictures: u64, conversion: Duration) -> String {
        const RATE: f64 = 30.0;

        let pictures = pictures.max(1) as f64;
        let converted = conversion.mul_f64(pictures);
        let outside = self.all.saturating_sub(self.encoder) + converted;
        let millis = |time: Duration| time.as_secs_f64() * 1000.0 / pictures;
        let share = 100.0 * outside.as_secs_f64() / self.all.as_secs_f64().max(1e-9);
        format!(
            "CPU per picture {:.2} ms, of it outside of the encoder {:.3} ms or {share:.2} % \
             ({:.2} % of a core at {RATE} a second), of it conversion {:.3} ms",
            millis(self.all),
            millis(outside),
            millis(outside) * RATE / 10.0,
            millis(converted),
        )
    }
}
