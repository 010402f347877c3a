//! The sound server under test, by its own programs.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use media_recorder_capture::{AudioDevice, AudioWanted, Captured, DeviceError, Microphone};
use media_recorder_types::AudioFrame;

/// Samples per second of the sinks and of what is played on them.
pub(crate) const RATE: u32 = 48_000;

/// No single sample takes longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the machine may have other things to do (`RIG_SHARED`).
pub(crate) fn is_shared() -> bool {
    std::env::var_os("RIG_SHARED").is_some()
}

/// How long what takes at most so long may take at most here.
pub(crate) fn within(time: Duration) -> Duration {
    if is_shared() { PATIENCE } else { time }
}

/// Runs `pactl`, which must succeed; what it prints.
pub(crate) fn pactl(arguments: &[&str]) -> String {
    let output = Command::new("pactl").args(arguments).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "pactl {arguments:?}: {message}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A sink that plays nowhere, until it is dropped. What is played on it can be captured from its
/// monitor.
pub(crate) struct NullSink {
    pub(crate) name: &'static str,
    module: String,
}

impl NullSink {
    pub(crate) fn load(name: &'static str) -> Self {
        let module = pactl(&[
            "load-module",
            "module-null-sink",
            &format!("sink_name={name}"),
            "format=float32le",
            &format!("rate={RATE}"),
            "channels=2",
            "channel_map=front-left,front-right",
            // Else PulseAudio's plays up to two seconds ahead while nobody listens, and who comes
            // then waits for as long. A sound card does not.
            "norewinds=1",
        ]);
        // PipeWire's session manager puts it where it can be found, a little later.
        let found = Instant::now() + PATIENCE;
        while !pactl(&["list", "short", "sources"]).contains(&format!("{name}.monitor")) {
            assert!(Instant::now() < found, "{name} does not appear");
        }
        Self { name, module }
    }

    pub(crate) fn monitor(&self) -> String {
        format!("{}.monitor", self.name)
    }

    /// Captures what is played on it.
    pub(crate) fn open(&self, wanted: AudioWanted) -> Microphone {
        Microphone::open(Some(&self.monitor()), wanted).unwrap()
    }

    /// Takes it out, and whatever captures from it.
    pub(crate) fn unload(&self) {
        pactl(&["unload-module", &self.module]);
    }

    /// Plays interleaved stereo, far enough ahead that a busy machine does not make it stutter.
    pub(crate) fn play(&self, samples: &[f32]) -> Player {
        let file = std::env::temp_dir().join(format!("{}-{}.f32", self.name, std::process::id()));
        let bytes: Vec<_> = samples
            .iter()
            .flat_map(|sample| sample.to_le_bytes())
            .collect();
        std::fs::write(&file, bytes).unwrap();
        let child = Command::new("pacat")
            .args(["--playback", "--raw", "--latency-msec=2000"])
            .arg(format!("--device={}", self.name))
            .args([
                "--format=float32le",
                &format!("--rate={RATE}"),
                "--channels=2",
            ])
            .arg(&file)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Player { child, file }
    }
}

impl Drop for NullSink {
    fn drop(&mut self) {
        // It may be gone, and its server, too.
        let arguments = ["unload-module", &self.module];
        drop(Command::new("pactl").args(arguments).output());
    }
}

/// Plays until it is dropped.
pub(crate) struct Player {
    child: Child,
    file: PathBuf,
}

impl Drop for Player {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_file(&self.file));
    }
}

/// Sends a signal to the server.
pub(crate) fn signal(name: &str) {
    let server = std::env::var("RIG_SOUND_SERVER").unwrap();
    let status = Command::new("kill").args(["-s", name, &server]).status();
    assert!(status.unwrap().success());
}

/// The next run, which must come.
pub(crate) fn next(microphone: &mut Microphone) -> Captured<AudioFrame> {
    microphone.read(PATIENCE).unwrap().expect("no sound comes")
}

/// All runs up to the first that is more than silence.
pub(crate) fn until_sound(microphone: &mut Microphone) -> Vec<Captured<AudioFrame>> {
    let mut runs = Vec::new();
    loop {
        let run = next(microphone);
        let is_sound = run.data.samples().iter().any(|sample| *sample != 0.0);
        runs.push(run);
        if is_sound {
            return runs;
        }
    }
}

/// Runs of at least so many seconds, from now on.
pub(crate) fn capture(microphone: &mut Microphone, seconds: u32) -> Vec<Captured<AudioFrame>> {
    let wanted = microphone.format().rate * seconds;
    let mut runs = Vec::new();
    let mut captured = 0;
    while captured < wanted as usize {
        let run = next(microphone);
        captured += run.data.len();
        runs.push(run);
    }
    runs
}

/// All samples, interleaved.
pub(crate) fn samples(runs: &[Captured<AudioFrame>]) -> Vec<f32> {
    runs.iter()
        .flat_map(|run| run.data.samples().iter().copied())
        .collect()
}

/// Reads until the microphone fails.
pub(crate) fn end(microphone: &mut Microphone) -> DeviceError {
    let patience = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < patience, "it goes on");
        if let Err(error) = microphone.read(PATIENCE) {
            return error;
        }
    }
}
