//! Whether what the browser saw is what it had to see.

use serde_json::Value;

use super::browser::{Job, Task};
use super::probe::ms;
use super::report::Report;

/// A blank picture has a deviation of 0, the test pattern one of more than 50.
const MIN_DEVIATION: f64 = 5.0;
/// In seconds, of a duration or a time in the browser.
const TOLERANCE: f64 = 0.002;
/// Media Source counts whole Opus packets, with what the decoder throws away at the beginning
/// (6.5 ms) and at the end (less than the packet's 20 ms).
const OPUS_TAIL: f64 = 0.0265;
/// How many of the last frames a player on a busy machine may leave out.
const MAX_MISSED: u64 = 2;

pub(super) fn judge(report: &mut Report, job: &Job, result: &Value) {
    let subject = job.subject.as_str();
    if let Some(error) = result["error"].as_str() {
        report.check(subject, "does its job", false, error, "no error");
        return;
    }
    let end = job.end;
    match job.task {
        Task::Seek => {
            let duration = &result["duration"];
            let is_right = duration
                .as_f64()
                .is_some_and(|duration| near_or_later(duration, end, job.slack));
            report.check(subject, "duration", is_right, duration, end);
            judge_seeks(report, job, result);
        }
        Task::Append => {
            let buffered = &result["buffered"];
            let wanted = format!("0 to {end}, at most {OPUS_TAIL} more");
            let is_right = is_whole(buffered, end);
            report.check(subject, "buffered", is_right, buffered, wanted);
            judge_seeks(report, job, result);
        }
        Task::Play => {
            let time = seconds(&result["time"]);
            report.check(
                subject,
                "played to",
                near_or_later(time, end, job.slack),
                ms(time),
                ms(end),
            );
            let last = job.frames.saturating_sub(1) as u64;
            let last = last.saturating_sub(MAX_MISSED)..=last;
            judge_picture(report, job, result, last);
        }
    }
}

/// One range over everything.
fn is_whole(buffered: &Value, end: f64) -> bool {
    let ranges = buffered.as_array().map_or(&[][..], Vec::as_slice);
    let [range] = ranges else { return false };
    let allowed = end - TOLERANCE..=end + OPUS_TAIL + TOLERANCE;
    near(seconds(&range[0]), 0.0) && allowed.contains(&seconds(&range[1]))
}

fn judge_seeks(report: &mut Report, job: &Job, result: &Value) {
    for (index, time) in job.times().into_iter().enumerate() {
        let picture = &result["pictures"][index];
        let at = seconds(&picture["time"]);
        report.check(&job.subject, "seeks to", near(at, time), ms(at), ms(time));
        // The last frame that begins before the time.
        let begun = (0..job.frames).rev().find(|&n| job.rate.time_of(n) <= time);
        let number = begun.unwrap_or(0) as u64;
        judge_picture(report, job, picture, number..=number);
    }
}

/// A picture that is not blank, and one of the right ones.
fn judge_picture(
    report: &mut Report,
    job: &Job,
    picture: &Value,
    wanted: std::ops::RangeInclusive<u64>,
) {
    if job.frames == 0 {
        return;
    }
    let deviation = picture["deviation"].as_f64().unwrap_or(0.0);
    let number = picture["number"].as_u64();
    let is_painted = deviation > MIN_DEVIATION;
    let is_right = !job.is_pattern || number.is_some_and(|number| wanted.contains(&number));
    let shown = number.map_or("no number".to_owned(), |number| format!("frame {number}"));
    let measured = format!("{shown}, deviation {deviation:.0}");
    let wanted = if !job.is_pattern {
        "a picture".to_owned()
    } else if wanted.start() == wanted.end() {
        format!("frame {}", wanted.end())
    } else {
        format!("frame {} to {}", wanted.start(), wanted.end())
    };
    report.check(
        &job.subject,
        "shows",
        is_painted && is_right,
        measured,
        wanted,
    );
}

/// A time of the page; what is missing is near to nothing.
fn seconds(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn near(measured: f64, expected: f64) -> bool {
    (measured - expected).abs() <= TOLERANCE
}

fn near_or_later(measured: f64, expected: f64, slack: f64) -> bool {
    (expected - TOLERANCE..=expected + slack + TOLERANCE).contains(&measured)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::interop::record::FrameRate;

    fn passes(task: Task, result: &Value) -> bool {
        let job = Job {
            subject: "test".to_owned(),
            task,
            rate: FrameRate {
                numerator: 25,
                denominator: 1,
            },
            frames: 100,
            end: 4.0,
            slack: 0.0,
            is_pattern: true,
        };
        let mut report = Report::default();
        judge(&mut report, &job, result);
        report.finish().is_ok()
    }

    fn picture(number: u64, time: f64) -> Value {
        json!({"time": time, "deviation": 60.0, "number": number})
    }

    fn seeked() -> Value {
        let pictures = [picture(25, 1.02), picture(90, 3.62), picture(50, 2.02)];
        json!({"duration": 4.0, "buffered": [[0.0, 4.02]], "pictures": pictures})
    }

    #[test]
    fn what_is_right_passes() {
        assert!(passes(Task::Seek, &seeked()));
        assert!(passes(Task::Append, &seeked()));
        assert!(passes(Task::Play, &picture(99, 4.0)));
        assert!(passes(Task::Play, &picture(97, 4.0)));
    }

    #[test]
    fn each_fault_of_a_seek_is_found() {
        let faults = [
            (Task::Seek, "/duration", json!("infinite")),
            (Task::Seek, "/duration", json!(3.9)),
            (Task::Seek, "/pictures", json!([picture(25, 1.02)])),
            (Task::Seek, "/pictures/2/number", json!(49)),
            (Task::Seek, "/pictures/1/number", Value::Null),
            (Task::Seek, "/pictures/1/deviation", json!(0.0)),
            (Task::Seek, "/pictures/0/time", json!(0.0)),
            (Task::Append, "/buffered", json!([])),
            (Task::Append, "/buffered", json!([[0.0, 2.0], [2.1, 4.0]])),
            (Task::Append, "/buffered", json!([[0.1, 4.0]])),
            (Task::Append, "/buffered", json!([[0.0, 3.96]])),
            (Task::Append, "/pictures/0/number", json!(26)),
        ];
        for (task, place, value) in faults {
            let mut result = seeked();
            *result.pointer_mut(place).unwrap() = value.clone();
            assert!(!passes(task, &result), "{task:?} {place} {value}");
        }
    }

    #[test]
    fn a_recording_that_stops_early_or_says_nothing_fails() {
        assert!(!passes(Task::Play, &picture(99, 3.9)));
        assert!(!passes(Task::Play, &picture(96, 4.0)));
        for task in [Task::Seek, Task::Play, Task::Append] {
            assert!(!passes(task, &json!({"error": "no"})));
            assert!(!passes(task, &Value::Null));
        }
    }
}
