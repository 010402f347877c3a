//! The file system that a kernel starts with: a cpio archive in the format `newc`
//! (`Documentation/driver-api/early-userspace/buffer-format.rst` of the kernel).

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};

const FILE: u32 = 0o100_755;
const DIRECTORY: u32 = 0o040_755;

/// Files of an archive that is being made.
#[derive(Default)]
pub(super) struct Initrd {
    bytes: Vec<u8>,
    directories: BTreeSet<String>,
    entries: u32,
}

impl Initrd {
    /// Adds a file of this system. Links are followed.
    pub(super) fn add_file(&mut self, path: &str, source: &Path) -> Result<()> {
        let content = std::fs::read(source).with_context(|| source.display().to_string())?;
        self.add(path, &content);
        Ok(())
    }

    /// Adds a file, and the directories that it is in. A path begins with no slash.
    pub(super) fn add(&mut self, path: &str, content: &[u8]) {
        for (end, _) in path.match_indices('/') {
            if self.directories.insert(path[..end].to_owned()) {
                self.entry(&path[..end], DIRECTORY, &[]);
            }
        }
        self.entry(path, FILE, content);
    }

    /// The archive.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.entry("TRAILER!!!", 0, &[]);
        self.bytes
    }

    fn entry(&mut self, path: &str, mode: u32, content: &[u8]) {
        self.entries += 1;
        // Nothing in it comes near four gigabytes.
        let (name_len, len) = (path.len() as u32 + 1, content.len() as u32);
        let (inode, links) = (self.entries, 1);
        self.bytes.extend(b"070701");
        for number in [inode, mode, 0, 0, links, 0, len, 0, 0, 0, 0, name_len, 0] {
            self.bytes.extend(format!("{number:08x}").bytes());
        }
        self.bytes.extend(path.bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend(content);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_come_once_and_before_what_is_in_them() {
        let mut initrd = Initrd::default();
        initrd.add("bin/sh", b"hello");
        initrd.add("bin/other", b"");
        let archive = initrd.finish();
        assert_eq!(archive.len() % 4, 0);
        let text = String::from_utf8(archive).unwrap();
        let names = ["bin\0", "bin/sh\0", "bin/other\0", "TRAILER!!!\0"];
        let places: Vec<_> = names.map(|name| text.find(name).unwrap()).into();
        assert!(places.is_sorted(), "{places:?}");
        assert_eq!(text.matches("070701").count(), names.len());
        // The length of the first file's name and its content.
        assert_eq!(&text[places[1] - 16..places[1] - 8], "00000007");
        assert!(text[places[1]..].starts_with("bin/sh\0\0\0\0hello\0\0\0"));
    }
}
