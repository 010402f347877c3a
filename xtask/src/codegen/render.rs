//! The table as Rust.

use std::fmt::Write as _;

use super::Source;
use super::schema::{DataType, Element};

/// The file, as rustfmt would have it.
pub(super) fn render(sources: &[Source], elements: &[&Element]) -> String {
    let mut text = String::from(
        "//! The elements in use, as the public schemas describe them (RFC 9559 §5, RFC 8794 §11.2).\n\
         //! Made by `cargo xtask codegen` from\n",
    );
    for source in sources {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "//!\n//! - `{}` of <{}>,\n//!   commit {}\n",
            source.file, source.repository, source.commit
        );
    }
    let mut types: Vec<_> = elements
        .iter()
        .map(|element| type_name(element.data_type))
        .collect();
    types.push("Element");
    types.sort_unstable();
    types.dedup();
    let _ = write!(text, "\nuse super::element::{{{}}};\n", types.join(", "));
    for element in elements {
        let _ = write!(
            text,
            "\n/// `{}`\npub(crate) const {}: Element<{}> = Element::new({}, {});\n",
            element.path,
            constant_name(&element.name),
            type_name(element.data_type),
            hexadecimal(element.id),
            element.min_version
        );
    }
    text
}

fn type_name(data_type: DataType) -> &'static str {
    match data_type {
        DataType::Master => "Master",
        DataType::Uint => "Uint",
        DataType::Int => "Int",
        DataType::Float => "Float",
        DataType::Text => "Text",
        DataType::Binary => "Binary",
        DataType::Date => "Date",
    }
}

/// `EBMLMaxIDLength` as `EBML_MAX_ID_LENGTH`.
fn constant_name(name: &str) -> String {
    let letters: Vec<_> = name.chars().collect();
    let mut constant = String::new();
    for (n, letter) in letters.iter().enumerate() {
        let after_word = n > 0 && letters[n - 1].is_lowercase();
        let before_word = n > 0 && letters.get(n + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && (after_word || before_word) {
            constant.push('_');
        }
        constant.push(letter.to_ascii_uppercase());
    }
    constant
}

/// `0x1A45_DFA3`.
fn hexadecimal(id: u32) -> String {
    let digits = format!("{id:X}");
    let mut text = String::from("0x");
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(4) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_constants() {
        for (name, constant) in [
            ("EBML", "EBML"),
            ("EBMLMaxIDLength", "EBML_MAX_ID_LENGTH"),
            ("SeekID", "SEEK_ID"),
            ("TrackUID", "TRACK_UID"),
            ("CueClusterPosition", "CUE_CLUSTER_POSITION"),
        ] {
            assert_eq!(constant_name(name), constant);
        }
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(hexadecimal(0xEC), "0xEC");
        assert_eq!(hexadecimal(0x4286), "0x4286");
        assert_eq!(hexadecimal(0x2A_D7B1), "0x2A_D7B1");
        assert_eq!(hexadecimal(0x1A45_DFA3), "0x1A45_DFA3");
    }

    #[test]
    fn the_table_of_one_element() {
        let element = Element {
            name: "CodecDelay".into(),
            path: r"\Segment\Tracks\TrackEntry\CodecDelay".into(),
            id: 0x56AA,
            data_type: DataType::Uint,
            min_version: 4,
            is_in_webm: true,
        };
        let source = Source {
            doc_type: "matroska",
            file: "a.xml",
            repository: "https://example.org/a",
            commit: "0123",
        };
        let expected = "\
//! The elements in use, as the public schemas describe them (RFC 9559 §5, RFC 8794 §11.2).
//! Made by `cargo xtask codegen` from
//!
//! - `a.xml` of <https://example.org/a>,
//!   commit 0123

use super::element::{Element, Uint};

/// `\\Segment\\Tracks\\TrackEntry\\CodecDelay`
pub(crate) const CODEC_DELAY: Element<Uint> = Element::new(0x56AA, 4);
";
        assert_eq!(render(&[source], &[&element]), expected);
    }
}
