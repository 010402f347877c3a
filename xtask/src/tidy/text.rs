//! Rules for the text of a file.

/// A source file longer than that has more than one subject.
const MAX_LINES: usize = 600;

struct Rule {
    /// Where the rule holds.
    applies: fn(&str) -> bool,
    /// What must not be there. In two pieces, so that this file does not break the rules that
    /// it states.
    pattern: (&'static str, &'static str),
    why: &'static str,
}

const RULES: &[Rule] = &[
    rule(is_source, ("to", "do!"), "unfinished code"),
    rule(is_source, ("unimple", "mented!"), "unfinished code"),
    rule(is_source, ("#[ig", "nore"), "a test that does not run"),
    rule(is_source, ("TO", "DO"), "do it, or write an issue"),
    rule(is_source, ("FIX", "ME"), "do it, or write an issue"),
    rule(
        is_source_but_no_example,
        ("thread::sl", "eep"),
        "waiting for time instead of for an event",
    ),
    rule(is_safe_source, ("unsafe", " {"), "unsafe code"),
    rule(is_safe_source, ("unsafe", " fn"), "unsafe code"),
    rule(is_safe_source, ("unsafe", " impl"), "unsafe code"),
    rule(is_safe_source, ("unsafe", " extern"), "unsafe code"),
    rule(any, ("/wo", "rk/"), "a path of one machine"),
    rule(any, ("/ho", "me/"), "a path of one machine"),
    rule(any, ("/ro", "ot/"), "a path of one machine"),
    rule(
        any,
        ("/t", "mp/"),
        "a path of one machine; use a temporary directory",
    ),
    rule(is_sans_io, ("std::", "fs"), "this crate is sans-IO"),
    rule(is_sans_io, ("std::", "net"), "this crate is sans-IO"),
    rule(is_sans_io, ("std::", "thread"), "this crate is sans-IO"),
    rule(is_sans_io, ("std::", "env"), "this crate is sans-IO"),
    rule(
        is_sans_io,
        ("Inst", "ant"),
        "this crate is sans-IO: time is an argument",
    ),
    rule(
        is_sans_io,
        ("System", "Time"),
        "this crate is sans-IO: time is an argument",
    ),
];

const fn rule(
    applies: fn(&str) -> bool,
    pattern: (&'static str, &'static str),
    why: &'static str,
) -> Rule {
    Rule {
        applies,
        pattern,
        why,
    }
}

fn any(file: &str) -> bool {
    // Generated.
    file != "Cargo.lock"
}

fn is_source(file: &str) -> bool {
    [".rs", ".js", ".html"]
        .iter()
        .any(|ending| file.ends_with(ending))
}

/// Where the system is talked to about cameras, and where functions are called that not every
/// processor has; nowhere else.
const UNSAFE: [&str; 5] = [
    "crates/capture/src/camera/av_foundation/sys.rs",
    "crates/capture/src/camera/media_foundation/sys.rs",
    "crates/capture/src/camera/v4l2/sys.rs",
    "crates/media-recorder/tests/rig/vivid.rs",
    "crates/vp8/src/kernels/dispatch.rs",
];

fn is_safe_source(file: &str) -> bool {
    is_source(file) && !UNSAFE.contains(&file)
}

/// An example may show what happens while time passes.
fn is_source_but_no_example(file: &str) -> bool {
    is_source(file) && !file.contains("/examples/")
}

fn is_sans_io(file: &str) -> bool {
    ["crates/mux/src/", "crates/recorder-state/src/"]
        .iter()
        .any(|path| file.starts_with(path))
}

/// What a file breaks, as `file:line: finding`.
pub(super) fn check(file: &str, content: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let length = content.lines().count();
    if is_source(file) && length > MAX_LINES {
        findings.push(format!("{file}: {length} lines, more than {MAX_LINES}"));
    }
    for rule in RULES.iter().filter(|rule| (rule.applies)(file)) {
        let pattern = [rule.pattern.0, rule.pattern.1].concat();
        for (index, line) in content.lines().enumerate() {
            if line.contains(&pattern) {
                findings.push(format!("{file}:{}: {pattern}: {}", index + 1, rule.why));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_finds_what_it_forbids_where_it_holds() {
        for rule in RULES {
            let pattern = [rule.pattern.0, rule.pattern.1].concat();
            let content = format!("fn main() {{}}\n    {pattern}\n");
            let findings = check("crates/mux/src/lib.rs", &content);
            let expected = format!("crates/mux/src/lib.rs:2: {pattern}: {}", rule.why);
            assert!(findings.contains(&expected), "{pattern}: {findings:?}");
            assert!(check("Cargo.lock", &content).is_empty(), "{pattern}");
        }
    }

    #[test]
    fn long_source_is_found_and_long_prose_is_not() {
        let content = "\n".repeat(MAX_LINES + 1);
        assert_eq!(check("a.rs", &content), ["a.rs: 601 lines, more than 600"]);
        assert!(check("a.md", &content).is_empty());
        assert!(check("a.rs", &"\n".repeat(MAX_LINES)).is_empty());
    }

    #[test]
    fn this_file_is_tidy() {
        assert!(check("xtask/src/tidy/text.rs", include_str!("text.rs")).is_empty());
    }
}
