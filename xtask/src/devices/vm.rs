//! A virtual machine whose kernel plays a camera and a sound card: Debian's plain kernel under
//! emulation, so that no access to the processor's virtualisation is needed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::initrd::Initrd;
use super::log::Log;
use super::programs::libraries;
use super::{apt_get, modules};
use crate::process;
use crate::workspace::Workspace;

/// Program, or header, and package: what runs in the machine is built for ALSA.
pub(super) const TOOLS: [(&str, &str); 7] = [
    ("/usr/include/alsa/asoundlib.h", "libasound2-dev"),
    ("aplay", "alsa-utils"),
    ("objcopy", "binutils"),
    ("pkg-config", "pkg-config"),
    ("qemu-system-x86_64", "qemu-system-x86"),
    ("v4l2-ctl", "v4l-utils"),
    ("xz", "xz-utils"),
];

/// What is called in the machine: it injects faults into the camera, and plays on the sound card.
const CALLED: [&str; 2] = ["v4l2-ctl", "aplay"];

/// Where libasound reads what devices there are, of the package `libasound2-data`.
const ALSA_SETTINGS: [&str; 3] = ["alsa.conf", "cards", "pcm"];

/// What the machine needs to reach its share, and the devices, with their parameters.
const MODULES: [(&str, &str); 5] = [
    ("virtio_pci", ""),
    ("9pnet_virtio", ""),
    ("9p", ""),
    // One webcam, and none of the other devices that it can play.
    (
        "vivid",
        "n_devs=1 node_types=0x1 num_inputs=1 input_types=0",
    ),
    ("snd-aloop", "index=0 pcm_substreams=2"),
];

/// The parts of the kernel's package in which they and what they need are.
const UNPACKED: [&str; 9] = [
    "./boot/vmlinuz*",
    "./lib/modules/*/kernel/drivers/media/*",
    "./lib/modules/*/kernel/drivers/virtio/*",
    "./lib/modules/*/kernel/fs/9p/*",
    "./lib/modules/*/kernel/fs/fscache/*",
    "./lib/modules/*/kernel/fs/netfs/*",
    "./lib/modules/*/kernel/lib/*",
    "./lib/modules/*/kernel/net/9p/*",
    "./lib/modules/*/kernel/sound/*",
];

/// A machine that hangs ends then. It takes a tenth of that where nothing else runs.
const LIMIT_SECONDS: &str = "600";

/// What is done in the machine.
pub(super) struct Work<'a> {
    /// One group after the other, up to the first with one that fails; those of a group at the same
    /// time.
    pub(super) groups: Vec<Vec<Task<'a>>>,
    /// Programs that they call, from where they run.
    pub(super) commands: Vec<&'a Path>,
    pub(super) variables: Vec<(&'a str, String)>,
    /// Where the files go that they make, in the directory `RIG_FILES` of the machine.
    pub(super) files: &'a Path,
}

/// A program, its arguments, and variables of its own.
pub(super) struct Task<'a> {
    pub(super) program: &'a Path,
    pub(super) variables: Vec<(&'a str, String)>,
    pub(super) arguments: Vec<&'a str>,
}

/// A machine that can be started.
#[derive(Debug)]
pub(super) struct Machine {
    directory: PathBuf,
}

impl Machine {
    /// Gets what is not there yet.
    pub(super) fn set_up() -> Result<Self> {
        let machine = Self {
            directory: Workspace::load()?.target.join("device-rig"),
        };
        if !machine.kernel().is_file() {
            machine.fetch()?;
        }
        Ok(machine)
    }

    fn kernel(&self) -> PathBuf {
        self.directory.join("vmlinux")
    }

    /// Downloads kernel and busybox, and unpacks of them what is needed; nothing is installed.
    fn fetch(&self) -> Result<()> {
        let packages = self.directory.join("packages");
        fs::create_dir_all(&packages)?;
        let depends =
            process::stdout(Command::new("apt-cache").args(["depends", "linux-image-amd64"]))?;
        let Some(kernel) = kernel_package(&String::from_utf8_lossy(&depends)) else {
            bail!("linux-image-amd64 names no kernel; apt-get update may help");
        };
        let mut download = apt_get(&["download", "-q", &kernel, "busybox-static"]);
        process::run(download.current_dir(&packages))?;
        for entry in fs::read_dir(&packages)? {
            let package = entry?.path();
            let name = package.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("busybox") {
                self.unpack(&package, &["./bin/busybox"])?;
            } else if name.starts_with(&kernel) {
                self.unpack(&package, &UNPACKED)?;
            }
        }
        fs::remove_dir_all(&packages)?;
        self.unpack_kernel()
    }

    fn unpack(&self, package: &Path, patterns: &[&str]) -> Result<()> {
        let script =
            r#"package=$1; shift; dpkg-deb --fsys-tarfile "$package" | tar -x --wildcards "$@""#;
        let mut shell = in_background("sh");
        shell.args(["-c", script, "sh"]).arg(package).args(patterns);
        // Another release may lack a directory; what is missed shows when modules are loaded.
        process::output(shell.current_dir(&self.directory))?;
        Ok(())
    }

    /// The kernel without its own unpacking, which takes seconds under emulation.
    fn unpack_kernel(&self) -> Result<()> {
        let boot = self.directory.join("boot");
        let mut files = fs::read_dir(&boot).context("the kernel's package has no kernel")?;
        let Some(image) = files.next() else {
            bail!("the kernel's package has no kernel");
        };
        let image = fs::read(image?.path())?;
        let packed = self.directory.join("vmlinux.xz");
        fs::write(
            &packed,
            payload(&image).context("the kernel has another form")?,
        )?;
        let mut xz = in_background("xz");
        xz.args(["-dc", "--single-stream"]).arg(&packed);
        let kernel = process::output(&mut xz)?.stdout;
        if !kernel.starts_with(b"\x7fELF") {
            bail!("the kernel is not packed by xz");
        }
        fs::remove_file(&packed)?;
        // Last, for it says that everything is there.
        Ok(fs::write(self.kernel(), kernel)?)
    }

    fn initrd(&self, work: &Work<'_>) -> Result<Vec<u8>> {
        let mut initrd = Initrd::default();
        initrd.add("init", include_bytes!("init.sh"));
        initrd.add_file("bin/busybox", &self.directory.join("bin/busybox"))?;
        let names = MODULES.map(|(name, _)| name);
        let mut list = String::new();
        for module in modules::in_order(&self.directory.join("lib/modules"), &names)? {
            let file = module.file_name().unwrap_or_default().to_string_lossy();
            initrd.add_file(&format!("modules/{file}"), &module)?;
            let stem = file.trim_end_matches(".ko");
            let parameters = MODULES.iter().find(|(name, _)| *name == stem);
            let parameters = parameters.map_or("", |(_, parameters)| parameters);
            list.push_str(&format!("{file} {parameters}\n"));
        }
        initrd.add("modules/list", list.as_bytes());
        let mut files = Vec::new();
        let programs = work.groups.iter().flatten().map(|task| task.program);
        for program in programs.chain(work.commands.iter().copied()) {
            files.extend(libraries(program)?);
        }
        for name in CALLED {
            let tool = process::find(name).with_context(|| format!("no {name}"))?;
            files.extend(libraries(&tool)?);
            initrd.add_file(&format!("bin/{name}"), &tool)?;
        }
        for name in ALSA_SETTINGS {
            add_files(Path::new("/usr/share/alsa").join(name), &mut files)?;
        }
        files.sort();
        files.dedup();
        for file in files {
            let path = file.to_string_lossy();
            initrd.add_file(path.trim_start_matches('/'), &file)?;
        }
        Ok(initrd.finish())
    }

    /// Starts the machine, and has it do its work; an error unless that succeeds.
    pub(super) fn run(&self, work: &Work<'_>, log: &mut Log) -> Result<()> {
        let share = tempfile::tempdir()?;
        let file = |name: &str| share.path().join(name);
        fs::write(file("initrd"), self.initrd(work)?)?;
        let programs = work.groups.iter().flatten().map(|task| task.program);
        let programs: BTreeSet<&Path> = programs.chain(work.commands.iter().copied()).collect();
        for program in programs {
            strip(program, &file(&name(program)))?;
        }
        fs::create_dir(file("files"))?;
        fs::write(file("run.sh"), script(work))?;

        let mut qemu = Command::new("timeout");
        qemu.args(["--kill-after=2", LIMIT_SECONDS, "qemu-system-x86_64"]);
        qemu.args([
            "-accel",
            "tcg,thread=multi",
            "-cpu",
            "max",
            "-smp",
            "2",
            "-m",
            "768",
        ]);
        qemu.args([
            "-nodefaults",
            "-no-user-config",
            "-display",
            "none",
            "-no-reboot",
        ]);
        qemu.arg("-kernel").arg(self.kernel());
        qemu.arg("-initrd").arg(file("initrd"));
        // A busy host lets the kernel's look at its timer fail.
        qemu.args([
            "-append",
            "console=ttyS0 quiet panic=-1 mitigations=off no_timer_check",
        ]);
        qemu.arg("-serial")
            .arg(format!("file:{}", file("console").display()));
        let path = share.path().display();
        qemu.arg("-virtfs").arg(format!(
            "local,path={path},mount_tag=share,security_model=none"
        ));
        log.run(&mut qemu)?;

        log.say(&fs::read_to_string(file("output")).unwrap_or_default());
        for made in fs::read_dir(file("files"))? {
            let made = made?;
            fs::copy(made.path(), work.files.join(made.file_name()))?;
        }
        match fs::read_to_string(file("status")) {
            Ok(status) if status.trim() == "0" => Ok(()),
            Ok(status) => bail!("in the virtual machine: exit status {}", status.trim()),
            Err(_) => {
                let console = fs::read(file("console")).unwrap_or_default();
                bail!(
                    "the virtual machine did not start:\n{}",
                    String::from_utf8_lossy(&console)
                )
            }
        }
    }
}

/// A program that leaves the processor to what records meanwhile.
fn in_background(program: &str) -> Command {
    let mut nice = Command::new("nice");
    nice.args(["--adjustment=19", program]);
    nice
}

/// A file, or all files in a directory and those in it.
fn add_files(path: PathBuf, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path);
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        add_files(entry?.path(), files)?;
    }
    Ok(())
}

/// Copies a program without what debuggers read, which is most of it, and slow to load.
fn strip(program: &Path, copy: &Path) -> Result<()> {
    let mut objcopy = Command::new("objcopy");
    process::stdout(objcopy.arg("--strip-debug").arg(program).arg(copy))?;
    Ok(())
}

/// The kernel on which the package of the newest one depends.
fn kernel_package(depends: &str) -> Option<String> {
    let mut names = depends
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "));
    let name = names.find(|name| name.starts_with("linux-image-"))?;
    Some(name.to_owned())
}

/// The packed kernel in its image (`Documentation/arch/x86/boot.rst`: `setup_sects`,
/// `payload_offset`, `payload_length`).
fn payload(image: &[u8]) -> Option<&[u8]> {
    let number = |at: usize| {
        let bytes = image.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(bytes) as usize)
    };
    let sectors = usize::from(*image.get(0x1f1)?);
    let start = (sectors + 1) * 512 + number(0x248)?;
    image.get(start..start.checked_add(number(0x24c)?)?)
}

/// What a program is called, in the machine as well.
fn name(program: &Path) -> String {
    let name = program.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// What the machine's shell runs.
fn script(work: &Work<'_>) -> String {
    let mut script = "set -e\nexport RIG_FILES=/share/files\n".to_owned();
    for (name, value) in &work.variables {
        script.push_str(&format!("export {name}={value}\n"));
    }
    for group in &work.groups {
        for (n, task) in group.iter().enumerate() {
            for (name, value) in &task.variables {
                script.push_str(&format!("{name}={value} "));
            }
            script.push_str(&format!("./{}", name(task.program)));
            for argument in &task.arguments {
                script.push_str(&format!(" '{argument}'"));
            }
            // What it says is kept together.
            script.push_str(&format!(" > said{n} 2>&1 & task{n}=$!\n"));
        }
        for n in 0..group.len() {
            script.push_str(&format!(
                "status=0; wait $task{n} || status=$?; cat said{n}; test $status = 0\n"
            ));
        }
    }
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_kernel_is_a_dependency() {
        let depends = "linux-image-amd64\n  Depends: linux-image-6.1.0-40-amd64\n  Suggests: x\n";
        let expected = Some("linux-image-6.1.0-40-amd64".to_owned());
        assert_eq!(kernel_package(depends), expected);
        assert_eq!(kernel_package("linux-image-amd64\n"), None);
    }

    #[test]
    fn the_packed_kernel_is_cut_out_of_its_image() {
        let mut image = vec![0; 3 * 512 + 20];
        image[0x1f1] = 2;
        image[0x248..0x24c].copy_from_slice(&10_u32.to_le_bytes());
        image[0x24c..0x250].copy_from_slice(&5_u32.to_le_bytes());
        image[3 * 512 + 10..][..5].copy_from_slice(b"abcde");
        assert_eq!(payload(&image), Some(&b"abcde"[..]));
        image.truncate(3 * 512 + 12);
        assert_eq!(payload(&image), None);
        assert_eq!(payload(&[]), None);
    }

    #[test]
    fn the_work_is_a_script() {
        let task = |argument| Task {
            program: Path::new("built/test"),
            variables: vec![("RIG_SECONDS", "2".to_owned())],
            arguments: vec!["--nocapture", argument],
        };
        let work = Work {
            groups: vec![vec![task("camera::")], vec![task("a::"), task("b::")]],
            commands: Vec::new(),
            variables: vec![("RIG_COMMAND", "it".to_owned())],
            files: Path::new("files"),
        };
        let wait =
            |n| format!("status=0; wait $task{n} || status=$?; cat said{n}; test $status = 0\n");
        let expected = [
            "set -e\nexport RIG_FILES=/share/files\nexport RIG_COMMAND=it\n",
            "RIG_SECONDS=2 ./test '--nocapture' 'camera::' > said0 2>&1 & task0=$!\n",
            &wait(0),
            "RIG_SECONDS=2 ./test '--nocapture' 'a::' > said0 2>&1 & task0=$!\n",
            "RIG_SECONDS=2 ./test '--nocapture' 'b::' > said1 2>&1 & task1=$!\n",
            &wait(0),
            &wait(1),
        ];
        assert_eq!(script(&work), expected.concat());
    }
}
