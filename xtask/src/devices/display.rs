//! Display servers without a display: Xvfb, and sway without outputs of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// Program and package.
pub(super) const TOOLS: [(&str, &str); 2] = [("Xvfb", "xvfb"), ("sway", "sway")];

/// Debian's user `nobody`.
const NOBODY: u32 = 65_534;

/// One screen, windows as large as it, and the name of the display as the first line that sway's
/// children print.
const SWAY: &str = "\
xwayland disable
output * mode --custom 1280x720@60Hz
default_border none
exec echo $WAYLAND_DISPLAY
";

/// A display server that ends with its handle.
pub(super) struct Display {
    server: Child,
    /// What its clients find it by.
    variables: Vec<(&'static str, String)>,
    /// Where it is at home.
    _directory: Option<tempfile::TempDir>,
}

impl Display {
    /// An X server without a window manager.
    pub(super) fn x11() -> Result<Self> {
        let mut xvfb = Command::new("Xvfb");
        // It would begin anew, and refuse clients meanwhile, whenever the last one leaves.
        xvfb.args(["-displayfd", "1", "-nolisten", "tcp", "-noreset"]);
        xvfb.args(["-screen", "0", "1920x1080x24"]);
        let (server, number) = start(&mut xvfb)?;
        Ok(Self {
            server,
            variables: vec![("DISPLAY", format!(":{number}"))],
            _directory: None,
        })
    }

    /// A Wayland compositor.
    pub(super) fn wayland() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let config = directory.path().join("config");
        std::fs::write(&config, SWAY)?;
        // It refuses to run as root, and lets root in as a client.
        std::os::unix::fs::chown(directory.path(), Some(NOBODY), Some(NOBODY))?;
        let mut sway = Command::new("setpriv");
        sway.args([&format!("--reuid={NOBODY}"), &format!("--regid={NOBODY}")]);
        sway.args(["--clear-groups", "sway", "--config"])
            .arg(&config);
        let runtime = directory.path().to_string_lossy().into_owned();
        sway.env("XDG_RUNTIME_DIR", &runtime);
        sway.env("WLR_BACKENDS", "headless");
        sway.env("WLR_RENDERER", "pixman");
        sway.env("WLR_LIBINPUT_NO_DEVICES", "1");
        let (server, display) = start(&mut sway)?;
        Ok(Self {
            server,
            variables: vec![("WAYLAND_DISPLAY", display), ("XDG_RUNTIME_DIR", runtime)],
            _directory: Some(directory),
        })
    }

    /// Has a program show itself here, and nowhere else.
    pub(super) fn environment<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let variables = self.variables.iter();
        without(command).envs(variables.map(|(name, value)| (name, value)))
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // Whether it still ran does not matter.
        _ = self.server.kill();
        _ = self.server.wait();
    }
}

/// Takes every display from a program.
pub(super) fn without(command: &mut Command) -> &mut Command {
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY")
}

/// Starts a server, and waits for the line in which it says which display it is.
fn start(command: &mut Command) -> Result<(Child, String)> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut server = command
        .spawn()
        .with_context(|| format!("cannot run {name}"))?;
    let output = server.stdout.take().context("its output is piped")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let display = line.trim().to_owned();
    if display.is_empty() {
        bail!("{name} did not start: {}", server.wait()?);
    }
    Ok((server, display))
}
