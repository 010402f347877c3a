//! `cargo xtask devices`: capture and record devices that are played, on a machine that has none.

mod camera;
mod display;
mod held_up;
mod initrd;
mod judge;
mod log;
mod modules;
mod nothing;
mod programs;
mod screen;
mod sound;
mod sound_server;
mod together;
mod vm;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use self::log::Log;
use self::programs::Programs;
pub(crate) use self::programs::TESTS;
use crate::process;
use crate::workspace::Workspace;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Which devices; all of them if none is named.
    #[arg(value_enum)]
    pub(crate) parts: Vec<Part>,
    /// Record for two seconds instead of ten, and for ten instead of sixty, on a machine that may
    /// have other things to do.
    #[arg(long)]
    pub(crate) short: bool,
    /// The camera by the crate `v4l` (needs `libclang` to build).
    #[arg(long)]
    pub(crate) v4l: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// No devices at all.
    Nothing,
    /// A camera and a sound card that a kernel of its own plays in a virtual machine, each by itself
    /// and both at the same time.
    Camera,
    /// Microphones of PulseAudio and PipeWire.
    Sound,
    /// Displays: Xvfb and a headless sway.
    Screen,
    /// A display and a microphone at the same time.
    Together,
}

impl Options {
    /// What can be played in little time, and without a virtual machine or a processor that keeps
    /// up with pictures.
    pub(crate) fn quick() -> Self {
        Self {
            parts: vec![Part::Nothing, Part::Sound],
            short: true,
            v4l: false,
        }
    }

    fn parts(&self) -> &[Part] {
        match &self.parts[..] {
            [] => Part::value_variants(),
            parts => parts,
        }
    }

    /// Those with which the tests are built beside the usual ones.
    fn features(&self) -> Vec<&'static str> {
        let v4l = self.v4l.then_some("media-recorder-capture/v4l");
        let has_card = self.parts().contains(&Part::Camera);
        let cpal = has_card.then_some("media-recorder/cpal");
        v4l.into_iter().chain(cpal).collect()
    }

    /// Programs that these parts need, and the packages in which they are.
    fn tools(&self) -> Vec<(&'static str, &'static str)> {
        let parts = self.parts().iter();
        parts.flat_map(|part| part.tools()).collect()
    }

    /// Why these devices cannot be played here, if they cannot: programs are not there and are not
    /// to be installed, or a sound server does not start.
    pub(crate) fn obstacle(&self, may_install: bool) -> Option<String> {
        let missing = missing(&self.tools());
        if !missing.is_empty() && !may_install {
            return Some(format!("not installed: {}", missing.join(" ")));
        }
        // What cannot be installed is no obstacle but an error, which who runs them gets.
        if install(&missing).is_err() || !self.parts().contains(&Part::Sound) {
            return None;
        }
        sound::can_be_played()
            .err()
            .map(|error| format!("{error:#}"))
    }
}

impl Part {
    /// Programs that it needs, and the Debian packages in which they are.
    fn tools(self) -> Vec<(&'static str, &'static str)> {
        let judges = [("ffmpeg", "ffmpeg")].into_iter();
        match self {
            Self::Nothing => Vec::new(),
            Self::Camera => judges.chain(vm::TOOLS).collect(),
            Self::Sound => judges.chain(sound_server::TOOLS).collect(),
            Self::Screen => judges.chain(display::TOOLS).collect(),
            Self::Together => judges
                .chain(sound_server::TOOLS)
                .chain(display::TOOLS)
                .collect(),
        }
    }

    fn uses_command(self) -> bool {
        matches!(self, Self::Nothing | Self::Camera)
    }

    /// Takes all the processor that there is.
    fn is_busy(self) -> bool {
        self == Self::Camera
    }

    fn run(self, rig: &Rig, log: &mut Log) -> Result<()> {
        match self {
            Self::Nothing => nothing::run(rig, log),
            Self::Camera => camera::run(rig, log),
            Self::Sound => sound::run(rig, log),
            Self::Screen => screen::run(rig, log),
            Self::Together => together::run(rig, log),
        }
    }
}

/// What every part has to do with.
struct Rig {
    programs: Programs,
    /// The command `media-recorder`.
    command: PathBuf,
    /// How long recordings of devices that stay are.
    seconds: u32,
    /// The machine may have other things to do, so that no limit of time is tight.
    is_shared: bool,
    /// How many beeps that of picture and sound together has, each a second or a little more after
    /// the one before.
    beeps: u32,
    /// Where recordings go, and stay for who wants to see them.
    files: PathBuf,
}

impl Rig {
    fn set_up(options: &Options) -> Result<Self> {
        let target = Workspace::load()?.target;
        let files = target.join("device-rig/files");
        if files.exists() {
            std::fs::remove_dir_all(&files)?;
        }
        std::fs::create_dir_all(&files)?;
        let (seconds, beeps) = if options.short { (2, 10) } else { (10, 59) };
        Ok(Self {
            programs: Programs::build(&options.features())?,
            command: target.join("debug/media-recorder"),
            seconds,
            is_shared: options.short,
            beeps,
            files,
        })
    }

    /// How long pictures are captured that are not recorded: what is recorded is captured, too.
    fn seconds_alone(&self) -> u32 {
        self.seconds.div_ceil(2)
    }

    /// A test program that runs its tests of one module, one after the other.
    fn test(&self, program: &Path, module: &str) -> Command {
        let mut test = Command::new(program);
        test.args([module, "--test-threads=1", "--nocapture"]);
        test.env("RIG_FILES", &self.files);
        test.env("RIG_SECONDS", self.seconds.to_string());
        if self.is_shared {
            test.env("RIG_SHARED", "1");
        }
        test
    }
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let parts = options.parts();
    install(&missing(&options.tools()))?;
    let rig = Rig::set_up(options)?;
    if parts.iter().any(|part| part.uses_command()) {
        programs::build_command()?;
    }
    let start = Instant::now();
    // What emulates a processor has this one to itself; the others mostly wait for time to pass.
    let (busy, others): (Vec<Part>, Vec<Part>) = parts.iter().partition(|part| part.is_busy());
    let again = std::thread::scope(|scope| {
        if busy.contains(&Part::Camera) {
            // Whether it succeeds is seen when the machine is wanted.
            scope.spawn(vm::Machine::set_up);
        }
        run_at_once(&others, &rig)
    });
    // They may have been in each other's way: a sound server that is late for a cycle skips it.
    if !again.is_empty() {
        println!("\nonce more, one by one: {again:?}");
    }
    let mut failed = again;
    failed.extend(busy);
    failed.retain(|part| !run_one(*part, &rig));
    let passed = start.elapsed().as_secs_f64();
    if failed.is_empty() {
        println!("all passed in {passed:.1} s");
        return Ok(());
    }
    bail!("failed: {failed:?}")
}

/// Runs parts at the same time, and returns those that failed.
fn run_at_once(parts: &[Part], rig: &Rig) -> Vec<Part> {
    std::thread::scope(|scope| {
        let runs: Vec<_> = parts
            .iter()
            .map(|part| (part, scope.spawn(|| run_one(*part, rig))))
            .collect();
        let ended = runs.into_iter();
        let ended = ended.map(|(part, run)| (*part, run.join().unwrap_or(false)));
        let failed = ended.filter(|(_, has_passed)| !has_passed);
        failed.map(|(part, _)| part).collect()
    })
}

/// Runs a part, prints what it said, and returns whether it passed.
fn run_one(part: Part, rig: &Rig) -> bool {
    let start = Instant::now();
    let mut log = Log::default();
    let result = part.run(rig, &mut log);
    let outcome = match &result {
        Ok(()) => "passed".to_owned(),
        Err(error) => format!("{error:#}\nFAILED"),
    };
    // At once, so that what others say does not come in between.
    println!(
        "\n== {part:?}\n{log}{part:?}: {outcome} in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    result.is_ok()
}

/// The packages that are missing of those in which these programs are.
fn missing(programs: &[(&str, &'static str)]) -> Vec<&'static str> {
    let absent = programs
        .iter()
        .filter(|(program, _)| process::find(program).is_none());
    let mut packages: Vec<_> = absent.map(|(_, package)| *package).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// Installs packages.
fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    // A fresh machine has no lists of packages yet.
    process::run(&mut apt_get(&["update", "-q"]))?;
    let mut apt = apt_get(&["install", "-y", "-q", "--no-install-recommends"]);
    process::run(apt.args(packages)).context("the rig needs root on Debian to install packages")
}

/// `apt-get`, which waits for another one to finish.
fn apt_get(arguments: &[&str]) -> Command {
    let mut apt = Command::new("apt-get");
    apt.args(["-o", "DPkg::Lock::Timeout=300"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    apt
}
