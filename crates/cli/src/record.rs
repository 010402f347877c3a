//! `media-recorder record`.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use media_recorder::{
    Event, Events, MediaRecorder, MediaStream, RecorderOptions, RecordingState, Summary,
};
use same_file::is_same_file;

use crate::args::{RecordArgs, Sources};
use crate::error::CliError;
use crate::output::Output;
use crate::progress::{self, Progress};
use crate::{say, sources};

/// How long to wait for an event before the progress is shown again.
const TICK: Duration = Duration::from_millis(100);

/// What a shell gives for a command that SIGINT has ended.
const INTERRUPTED: i32 = 130;

/// Records, and says at the end what.
///
/// # Errors
///
/// What kept the recording from beginning, or ended it. Nothing is created or overwritten before
/// the recording runs; what was recorded when it failed is complete and can be played.
pub(crate) fn record(args: &RecordArgs) -> Result<(), CliError> {
    let sources = args.sources()?;
    let mime_type = args.mime_type(&sources)?;
    check_output(args, &sources)?;
    let stream = sources::open(args, &sources)?;

    let mut options = RecorderOptions::new().mime_type(mime_type);
    if let Some(bits) = args.video_bits_per_second {
        options = options.video_bits_per_second(bits);
    }
    if let Some(bits) = args.audio_bits_per_second {
        options = options.audio_bits_per_second(bits);
    }
    if let Some(preset) = args.preset {
        options = options.preset(preset);
    }
    if let Some(preference) = args.degradation_preference {
        options = options.degradation_preference(preference);
    }
    let (recorder, events) = MediaRecorder::new(&stream, options)?;
    recorder.start_with_timeslice(args.timeslice)?;
    let mut output = if args.to_stdout() {
        Output::stdout()
    } else {
        Output::create(&args.output)?
    };
    stop_on_signals(&recorder)?;

    let begun = Instant::now();
    let (summary, mut result) = write_events(&recorder, events, &mut output, &sources, args);
    if result.is_ok()
        && let Some(failure) = failure(&stream)
    {
        result = Err(failure);
    }
    let speed = progress::speed(summary.duration, begun.elapsed());
    match &result {
        // The summary tells what was recorded, which is not what was written.
        Err(CliError::Write { .. }) => result,
        _ if summary.bytes == 0 => result.and(Err(CliError::Nothing)),
        _ => {
            say(&format!("{}: {summary}; {speed}", output.name()));
            result
        }
    }
}

/// Why a source ended that should not have: a device that was unplugged.
fn failure(stream: &MediaStream) -> Option<CliError> {
    let tracks = stream.tracks();
    let failure = tracks.iter().find_map(|track| track.failure())?;
    Some(CliError::Ended(failure))
}

/// Refuses an output that would be lost on the one who asked, or destroy an input.
fn check_output(args: &RecordArgs, sources: &Sources) -> Result<(), CliError> {
    if args.to_stdout() {
        if io::stdout().is_terminal() {
            let message = "standard output is a terminal: redirect it, or name a file";
            return Err(CliError::Usage(message.to_owned()));
        }
        return Ok(());
    }
    // Only plain files are opened to compare them: opening a named pipe would take it away from
    // who is at its other end.
    let is_output =
        |input: &Path| input.is_file() && is_same_file(input, &args.output).unwrap_or(false);
    if args.output.is_file() && sources.files().any(is_output) {
        return Err(CliError::OutputIsInput(args.output.clone()));
    }
    Ok(())
}

/// The first signal to end (Ctrl-C, SIGTERM, SIGHUP) stops the recorder, the second ends the
/// process.
fn stop_on_signals(recorder: &MediaRecorder) -> Result<(), CliError> {
    let recorder = recorder.clone();
    let asked = AtomicBool::new(false);
    ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::Relaxed) || recorder.stop().is_err() {
            process::exit(INTERRUPTED);
        }
    })?;
    Ok(())
}

/// Writes what is recorded until the recording has ended; shows how it goes.
fn write_events(
    recorder: &MediaRecorder,
    mut events: Events,
    output: &mut Output,
    sources: &Sources,
    args: &RecordArgs,
) -> (Summary, Result<(), CliError>) {
    let progress = Progress::new(args.duration);
    // Devices do not know when to end.
    let end = args.duration.filter(|_| sources.are_live());
    let end = end.and_then(|duration| Instant::now().checked_add(duration));
    let microphone = recorder.stream().audio_tracks().into_iter().next();
    let mut result = Ok(());
    let mut writable = true;
    let summary = loop {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) && recorder.state() != RecordingState::Inactive {
            // It may have stopped by itself meanwhile.
            let _ = recorder.stop();
        }
        let patience = left.filter(|left| !left.is_zero()).unwrap_or(TICK);
        match events.next_timeout(patience.min(TICK)) {
            Some(Event::DataAvailable(blob)) if writable => {
                if let Err(error) = output.append(&blob.data) {
                    writable = false;
                    result = result.and(Err(error));
                    // The events after a stop come all the same, and with them the summary.
                    let _ = recorder.stop();
                }
            }
            Some(Event::Error(error)) => result = result.and(Err(error.into())),
            Some(Event::Stop(summary)) => break summary,
            _ => {}
        }
        let statistics = recorder.statistics();
        let finishing = recorder.state() == RecordingState::Inactive;
        let level = microphone.as_ref().and_then(|track| track.level());
        progress.show(&statistics, level, finishing);
    };
    progress.clear();
    // Where data is missing, the index would point at what is not there; without it the file
    // plays up to where it ends.
    if writable {
        result = result.and(output.patch(&summary.patches));
    }
    (summary, result)
}
