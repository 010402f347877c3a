//! The table of source files, their subtests, and what becomes of them here.

use std::panic::catch_unwind;

use media_recorder::MediaRecorder;

/// Stands for a MIME type in the name of a subtest.
pub(crate) const TYPE: &str = "{mimeType}";

/// A file of web-platform-tests.
pub(crate) struct SourceFile {
    /// Its path in their repository.
    pub(crate) path: &'static str,
    /// All its subtests.
    pub(crate) subtests: &'static [Subtest],
}

/// A subtest, or one for each of several MIME types. The name has [`TYPE`] where the type stands;
/// if it has none, the type is a variant of the whole file.
pub(crate) struct Subtest {
    name: &'static str,
    native: Native,
}

/// What a subtest comes to in a native program.
enum Native {
    /// The same is asserted.
    Same(Check),
    /// Something else is asserted, and why.
    Differs(&'static str, Check),
    /// Nothing can be asserted, and why.
    NoMeaning(&'static str),
}

/// MIME types, in groups.
type Types = &'static [&'static [&'static str]];

/// What asserts it.
pub(crate) enum Check {
    /// Once.
    Once(fn()),
    /// For each of the types that this build can record.
    EachSupported(Types, fn(&str)),
    /// For each of the types that it cannot.
    EachUnsupported(Types, fn(&str)),
}

/// A subtest that is asserted as it is.
pub(crate) const fn same(name: &'static str, check: Check) -> Subtest {
    let native = Native::Same(check);
    Subtest { name, native }
}

/// A subtest in whose place something else is asserted.
pub(crate) const fn differs(name: &'static str, reason: &'static str, check: Check) -> Subtest {
    let native = Native::Differs(reason, check);
    Subtest { name, native }
}

/// A subtest that has no meaning outside a browser.
pub(crate) const fn no_meaning(name: &'static str, reason: &'static str) -> Subtest {
    let native = Native::NoMeaning(reason);
    Subtest { name, native }
}

impl SourceFile {
    /// The names of all subtests, those for a type once for each.
    pub(crate) fn names(&self) -> Vec<String> {
        self.subtests.iter().flat_map(Subtest::names).collect()
    }

    /// The subtests that are not asserted as they are.
    pub(crate) fn reasons(&self) -> Vec<(&'static str, &'static str)> {
        let reason = |subtest: &Subtest| match subtest.native {
            Native::Same(_) => None,
            Native::Differs(reason, _) | Native::NoMeaning(reason) => Some((subtest.name, reason)),
        };
        self.subtests.iter().filter_map(reason).collect()
    }

    /// The subtests for types of which this build can record none.
    pub(crate) fn without_supported_type(&self) -> Vec<&'static str> {
        let nothing_to_check = |subtest: &&Subtest| match subtest.check() {
            Some(Check::EachSupported(types, _)) => !has_supported(types),
            _ => false,
        };
        let unchecked = self.subtests.iter().filter(nothing_to_check);
        unchecked.map(|subtest| subtest.name).collect()
    }

    /// Runs everything that is asserted, to the end, and names what failed.
    pub(crate) fn run(&self) {
        let failed: Vec<String> = self.subtests.iter().flat_map(Subtest::failures).collect();
        assert!(failed.is_empty(), "{}: {failed:#?}", self.path);
    }
}

impl Subtest {
    fn names(&self) -> Vec<String> {
        match self.check() {
            None | Some(Check::Once(_)) => vec![self.name.to_owned()],
            Some(Check::EachSupported(types, _) | Check::EachUnsupported(types, _)) => {
                let types = types.iter().copied().flatten();
                types.map(|mime| self.name_for(mime)).collect()
            }
        }
    }

    fn name_for(&self, mime: &str) -> String {
        if self.name.contains(TYPE) {
            self.name.replace(TYPE, mime)
        } else {
            format!("{} (?mimeType={mime})", self.name)
        }
    }

    fn check(&self) -> Option<&Check> {
        match &self.native {
            Native::Same(check) | Native::Differs(_, check) => Some(check),
            Native::NoMeaning(_) => None,
        }
    }

    /// The names of those that failed.
    fn failures(&self) -> Vec<String> {
        let (types, supported, check) = match self.check() {
            None => return Vec::new(),
            Some(&Check::Once(check)) => return failure(self.name.to_owned(), check),
            Some(&Check::EachSupported(types, check)) => (types, true, check),
            Some(&Check::EachUnsupported(types, check)) => (types, false, check),
        };
        let types = types.iter().copied().flatten();
        types
            .map(|mime| (*mime, meant(mime)))
            .filter(|(_, meant)| MediaRecorder::is_type_supported(meant) == supported)
            .flat_map(|(mime, meant)| failure(self.name_for(mime), || check(meant)))
            .collect()
    }
}

fn has_supported(types: Types) -> bool {
    let mut types = types.iter().copied().flatten();
    types.any(|mime| MediaRecorder::is_type_supported(meant(mime)))
}

/// In a query, the empty type is written `''`.
fn meant(mime: &'static str) -> &'static str {
    if mime == "''" { "" } else { mime }
}

/// The name, if the check fails.
fn failure(name: String, check: impl FnOnce() + std::panic::UnwindSafe) -> Vec<String> {
    // Shown with the panic's message if there is one.
    println!("{name}");
    match catch_unwind(check) {
        Ok(()) => Vec::new(),
        Err(_) => vec![name],
    }
}
