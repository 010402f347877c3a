//! PulseAudio and PipeWire, started as the user's programs without D-Bus and without hardware.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process;

/// Program and Debian package.
pub(super) const TOOLS: [(&str, &str); 6] = [
    ("kill", "procps"),
    ("pactl", "pulseaudio-utils"),
    ("pipewire", "pipewire-bin"),
    ("pipewire-pulse", "pipewire-pulse"),
    ("pulseaudio", "pulseaudio"),
    ("wireplumber", "wireplumber"),
];

/// How long a server may take to come up.
const PATIENCE: Duration = Duration::from_secs(20);

/// The session manager of PipeWire does without what is asked for on D-Bus: leave to use a sound
/// card, and to use anything at all.
const SESSION: &str = "\
alsa_monitor.enabled = false
default_access.properties[\"enable-flatpak-portal\"] = false
";

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    PulseAudio,
    PipeWire,
}

/// The programs that make up a server, until they are dropped.
pub(super) struct SoundServer {
    directory: tempfile::TempDir,
    /// The one that programs talk to is the last.
    programs: Vec<Child>,
}

impl SoundServer {
    pub(super) fn start(kind: Kind) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        // Servers refuse a directory that is open to others.
        fs::set_permissions(directory.path(), Permissions::from_mode(0o700))?;
        let session = directory.path().join("wireplumber/main.lua.d");
        fs::create_dir_all(&session)?;
        fs::write(session.join("51-rig.lua"), SESSION)?;
        let mut server = Self {
            directory,
            programs: Vec::new(),
        };
        match kind {
            Kind::PulseAudio => server.spawn(
                "pulseaudio",
                &[
                    "-n",
                    "--daemonize=no",
                    "--exit-idle-time=-1",
                    "--use-pid-file=no",
                    "--load=module-native-protocol-unix",
                ],
            )?,
            Kind::PipeWire => {
                server.spawn("pipewire", &[])?;
                server.wait_for("PipeWire", |server| server.path("pipewire-0").exists())?;
                server.spawn("wireplumber", &["-c", "main.conf"])?;
                server.spawn("wireplumber", &["-c", "policy.conf"])?;
                server.spawn("pipewire-pulse", &[])?;
            }
        }
        server.wait_for("the sound server", |server| {
            let mut info = Command::new("pactl");
            let info = process::output(server.environment(info.arg("info")));
            info.is_ok_and(|info| info.status.success())
        })?;
        Ok(server)
    }

    fn spawn(&mut self, program: &str, arguments: &[&str]) -> Result<()> {
        let log = File::create(self.path(&format!("{}.log", self.programs.len())))?;
        let mut command = Command::new("nice");
        // What plays gives itself more: a priority in real time, where the user may.
        command.args(["--adjustment=-19", program]);
        command.args(arguments).stdin(Stdio::null());
        command.stdout(log.try_clone()?).stderr(log);
        let child = self.environment(&mut command).spawn();
        self.programs
            .push(child.with_context(|| format!("cannot run {program}"))?);
        Ok(())
    }

    /// Where the programs are at home, and their tests.
    pub(super) fn environment<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let directory = self.directory.path();
        for name in ["XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
            command.env(name, directory);
        }
        command.env("PULSE_SERVER", format!("unix:{}", self.socket().display()));
        command
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("DISPLAY");
        if let Some(server) = self.programs.last() {
            command.env("RIG_SOUND_SERVER", server.id().to_string());
        }
        command
    }

    fn socket(&self) -> PathBuf {
        self.path("pulse/native")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn wait_for(&self, what: &str, is_there: impl Fn(&Self) -> bool) -> Result<()> {
        let start = Instant::now();
        while !is_there(self) {
            if start.elapsed() > PATIENCE {
                bail!("{what} does not come up\n{}", self.logs());
            }
            std::thread::yield_now();
        }
        Ok(())
    }

    /// What the programs said.
    pub(super) fn logs(&self) -> String {
        let logs = (0..self.programs.len()).map(|n| self.path(&format!("{n}.log")));
        let read = |log: PathBuf| fs::read_to_string(log).unwrap_or_default();
        logs.map(read).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for SoundServer {
    fn drop(&mut self) {
        for program in self.programs.iter_mut().rev() {
            // One of them may have ended.
            drop(program.kill());
            drop(program.wait());
        }
    }
}
