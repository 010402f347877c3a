//! Screens that nobody sees: the tests of `crates/capture/tests/rig_screen` on an X server
//! (Xvfb) and a Wayland compositor (sway without outputs of its own).

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;

/// Program and package.
const TOOLS: [(&str, &str); 2] = [("Xvfb", "xvfb"), ("sway", "sway")];

pub(super) fn run() -> Result<()> {
    super::install(&TOOLS)?;
    test("nothing::", &[])?;

    let mut xvfb = Command::new("Xvfb");
    // It would begin anew, and refuse clients meanwhile, whenever the last one leaves.
    xvfb.args(["-displayfd", "1", "-nolisten", "tcp", "-noreset"]);
    xvfb.args(["-screen", "0", "1920x1080x24"]);
    let (server, number) = Server::start(&mut xvfb)?;
    test("x11::", &[("DISPLAY", &format!(":{number}"))])?;
    drop(server);

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
    let (server, display) = Server::start(&mut sway)?;
    let environment = [
        ("WAYLAND_DISPLAY", display.as_str()),
        ("XDG_RUNTIME_DIR", runtime.as_str()),
    ];
    test("wayland::", &environment)?;
    drop(server);
    Ok(())
}

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

/// Runs the tests of one module, one after the other, with no display but what `environment`
/// names.
fn test(module: &str, environment: &[(&str, &str)]) -> Result<()> {
    let mut cargo = process::cargo(&["test", "--package", "media-recorder-capture"]);
    cargo.args(["--test", "rig_screen", "--features", "rig-tests"]);
    cargo.args(["--", module, "--test-threads", "1", "--nocapture"]);
    cargo.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    cargo.envs(environment.iter().copied());
    process::run(&mut cargo)
}

/// A display server that ends with its handle.
struct Server(Child);

impl Server {
    /// Starts it, and waits for the line in which it says which display it is.
    fn start(command: &mut Command) -> Result<(Self, String)> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let child = command.spawn();
        let mut server = Self(child.with_context(|| format!("cannot run {name}"))?);
        let output = server.0.stdout.take().context("its output is piped")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let display = line.trim().to_owned();
        if display.is_empty() {
            bail!("{name} did not start");
        }
        Ok((server, display))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whether it still ran does not matter.
        _ = self.0.kill();
        _ = self.0.wait();
    }
}
