//! A headless Chromium that runs a page of ours and posts what it saw.

mod cpu;
mod http;

use std::collections::HashMap;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

pub(crate) use http::Resource;
use http::Server;

/// All jobs together; a browser that says nothing for so long has failed.
const TIMEOUT: Duration = Duration::from_secs(400);

/// Opens `/` of the resources, and waits for the JSON that its script posts.
pub(crate) fn visit(resources: HashMap<String, Resource>) -> Result<Value> {
    Ok(visit_measured(resources)?.0)
}

/// The same; also the CPU time of all of the browser's processes until then.
pub(crate) fn visit_measured(resources: HashMap<String, Resource>) -> Result<(Value, Duration)> {
    let server = Server::start(resources).context("cannot serve the page")?;
    let profile = tempfile::tempdir()?;
    let mut command = Command::new("chromium");
    command.args([
        "--headless",
        // Chromium refuses to run as root with its sandbox; the page is our own.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--autoplay-policy=no-user-gesture-required",
        // Containers have little shared memory.
        "--disable-dev-shm-usage",
    ]);
    command.arg(format!("--user-data-dir={}", profile.path().display()));
    command.arg(format!("http://{}/", server.address));
    let browser = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot run chromium")?;
    let browser = Killed(browser);
    let result = server
        .posted
        .recv_timeout(TIMEOUT)
        .with_context(|| format!("no result within {} s", TIMEOUT.as_secs()))?;
    let cpu = cpu::of_tree(browser.0.id())?;
    let result = serde_json::from_slice(&result).context("the page posted no JSON")?;
    Ok((result, cpu))
}

/// A program that does not outlive this value.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // Either fails only if it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
