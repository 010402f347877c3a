//! `cargo xtask codegen`: the table of Matroska elements, from the public schemas.
//!
//! The schemas themselves are not kept here: whoever changes the table has a checkout of
//! [`SOURCES`] at hand.

mod elements;
mod render;
mod schema;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::process;
use schema::{Element, Schema};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A schema, `ebml_matroska.xml` or `ebml.xml`; both are needed.
    #[arg(long, value_name = "FILE", required = true)]
    xml: Vec<PathBuf>,
    /// Only say whether the table is what the schemas make.
    #[arg(long)]
    check: bool,
}

/// Where a schema comes from.
struct Source {
    /// What it says it describes.
    doc_type: &'static str,
    file: &'static str,
    repository: &'static str,
    /// The version that the table was made from; whoever makes it from another one changes
    /// this, too.
    commit: &'static str,
}

const SOURCES: [Source; 2] = [
    Source {
        doc_type: "ebml",
        file: "ebml.xml",
        repository: "https://github.com/ietf-wg-cellar/ebml-specification",
        commit: "1894b2c9e85b05703eab90932cb1093b961ee94b",
    },
    Source {
        doc_type: "matroska",
        file: "ebml_matroska.xml",
        repository: "https://github.com/ietf-wg-cellar/matroska-specification",
        commit: "6d707bbb531446f1422c4bfdbb660e1bcec43824",
    },
];

/// The table, from the workspace's directory.
const TABLE: &str = "crates/mux/src/matroska/ids.rs";

pub(crate) fn run(options: &Options) -> Result<()> {
    let mut schemas = Vec::new();
    for path in &options.xml {
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let schema =
            Schema::parse(&text).with_context(|| format!("{} is no schema", path.display()))?;
        schemas.push(schema);
    }
    let table = table(&schemas)?;
    let path = process::root().join(TABLE);
    if !options.check {
        fs::write(&path, table).with_context(|| format!("cannot write {TABLE}"))?;
        println!("{TABLE}: written");
        return Ok(());
    }
    let current = fs::read_to_string(&path).with_context(|| format!("cannot read {TABLE}"))?;
    if current != table {
        bail!("{TABLE} is not what the schemas make: run cargo xtask codegen");
    }
    println!("{TABLE}: current");
    Ok(())
}

/// The text of the table.
fn table(schemas: &[Schema]) -> Result<String> {
    let find = |name: &str| -> Result<&Element> {
        // The Matroska schema narrows a few elements of EBML's, whose own comes first.
        let found = SOURCES.iter().find_map(|source| {
            schemas
                .iter()
                .filter(|schema| schema.doc_type == source.doc_type)
                .find_map(|schema| schema.element(name))
        });
        let element = found.with_context(|| format!("no schema has {name}"))?;
        if !element.is_in_webm {
            bail!("{name} is not an element of WebM, for which the table is, too");
        }
        Ok(element)
    };
    let elements = elements::USED.iter().map(|name| find(name));
    Ok(render::render(
        &SOURCES,
        &elements.collect::<Result<Vec<_>>>()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(doc_type: &str, elements: &[String]) -> Schema {
        let text = format!(
            r#"<EBMLSchema xmlns="urn:ietf:rfc:8794" docType="{doc_type}" version="4">{}</EBMLSchema>"#,
            elements.concat()
        );
        Schema::parse(&text).unwrap()
    }

    fn element(name: &str) -> String {
        format!(
            r#"<element name="{name}" path="\{name}" id="0xEC" type="uinteger">
            <extension type="webmproject.org" webm="1"/></element>"#
        )
    }

    #[test]
    fn every_element_in_use_comes_from_a_schema() {
        let all: Vec<_> = elements::USED.iter().map(|name| element(name)).collect();
        let made = table(&[schema("matroska", &all)]).unwrap();
        for name in elements::USED {
            assert!(made.contains(&format!("`\\{name}`")), "{name}");
        }
        let error = table(&[schema("matroska", &all[1..])]).unwrap_err();
        assert_eq!(error.to_string(), "no schema has EBML");
    }

    #[test]
    fn what_webm_lacks_is_not_for_the_table() {
        let mut all: Vec<_> = elements::USED.iter().map(|name| element(name)).collect();
        let last = all.last_mut().unwrap();
        *last = last.replace(r#"webm="1""#, r#"webm="0""#);
        assert!(table(&[schema("matroska", &all)]).is_err());
        // EBML itself knows nothing of WebM.
        assert!(table(&[schema("ebml", &all)]).is_ok());
    }
}
