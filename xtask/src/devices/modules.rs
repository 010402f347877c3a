//! The modules of a kernel, each after those that it needs.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The files of `wanted` and of what they need, in the order in which they can be loaded. What
/// is not found is part of the kernel itself.
pub(super) fn in_order(directory: &Path, wanted: &[&str]) -> Result<Vec<PathBuf>> {
    let mut files = HashMap::new();
    collect(directory, &mut files)?;
    let mut order = Vec::new();
    for name in wanted {
        add(name, &files, &mut order)?;
    }
    Ok(order)
}

fn collect(directory: &Path, files: &mut HashMap<String, PathBuf>) -> Result<()> {
    let entries = fs::read_dir(directory).with_context(|| directory.display().to_string())?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "ko") {
            let name = path.file_stem().unwrap_or_default();
            files.insert(canonical(&name.to_string_lossy()), path);
        }
    }
    Ok(())
}

/// Both signs mean the same in the name of a module.
fn canonical(name: &str) -> String {
    name.replace('-', "_")
}

fn add(name: &str, files: &HashMap<String, PathBuf>, order: &mut Vec<PathBuf>) -> Result<()> {
    let Some(file) = files.get(&canonical(name)) else {
        return Ok(());
    };
    if order.contains(file) {
        return Ok(());
    }
    for needed in needs(&fs::read(file)?) {
        add(&needed, files, order)?;
    }
    order.push(file.clone());
    Ok(())
}

/// What a module says that it needs, in its strings that end with zeros.
fn needs(module: &[u8]) -> Vec<String> {
    let mut strings = module.split(|&byte| byte == 0);
    let list = strings.find_map(|string| string.strip_prefix(b"depends="));
    let list = String::from_utf8_lossy(list.unwrap_or_default());
    let names = list.split(',').filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_comes_first_and_once() {
        let directory = tempfile::tempdir().unwrap();
        let module = |name: &str, depends: &str| {
            let content = format!("\u{7f}ELF\0license=GPL\0depends={depends}\0more\0");
            fs::write(directory.path().join(name), content).unwrap();
        };
        fs::create_dir(directory.path().join("sound")).unwrap();
        module("vivid.ko", "video-core,memory");
        module("video_core.ko", "memory");
        module("memory.ko", "");
        module("sound/other.ko", "memory,built-in");
        let order = in_order(directory.path(), &["vivid", "other", "absent"]).unwrap();
        let names: Vec<_> = order.iter().map(|path| path.file_name().unwrap()).collect();
        assert_eq!(
            names,
            ["memory.ko", "video_core.ko", "vivid.ko", "other.ko"]
        );
    }
}
