//! EBML Schemas (RFC 8794 §11.1).

use anyhow::{Context, Result, bail};
use roxmltree::{Document, Node};

/// A schema, as far as a table of elements needs it.
#[derive(Debug)]
pub(super) struct Schema {
    /// What it describes.
    pub(super) doc_type: String,
    elements: Vec<Element>,
}

/// An element.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    /// Where it may be.
    pub(super) path: String,
    pub(super) id: u32,
    pub(super) data_type: DataType,
    /// The first version of the document type that has it (RFC 8794 §11.1.6.13).
    pub(super) min_version: u8,
    /// Whether a WebM file may have it.
    pub(super) is_in_webm: bool,
}

/// What an element holds (RFC 8794 §11.1.6.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DataType {
    Master,
    Uint,
    Int,
    Float,
    /// ASCII or UTF-8.
    Text,
    Binary,
    Date,
}

impl Schema {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let document = Document::parse(text)?;
        let root = document.root_element();
        if !root.has_tag_name("EBMLSchema") {
            bail!("it begins with {}", root.tag_name().name());
        }
        let doc_type = attribute(root, "docType")?;
        // EBML's own elements are in every document, WebM's among them.
        let is_ebml = doc_type == "ebml";
        let elements = root
            .children()
            .filter(|node| node.has_tag_name("element"))
            .map(|node| element(node, is_ebml))
            .collect::<Result<_>>()?;
        Ok(Self { doc_type, elements })
    }

    pub(super) fn element(&self, name: &str) -> Option<&Element> {
        self.elements.iter().find(|element| element.name == name)
    }
}

fn element(node: Node<'_, '_>, is_ebml: bool) -> Result<Element> {
    let name = attribute(node, "name")?;
    described(&name, node, is_ebml).with_context(|| format!("the element {name}"))
}

fn described(name: &str, node: Node<'_, '_>, is_ebml: bool) -> Result<Element> {
    Ok(Element {
        name: name.to_owned(),
        path: attribute(node, "path")?,
        id: id(&attribute(node, "id")?)?,
        data_type: data_type(&attribute(node, "type")?)?,
        // One where nothing is said.
        min_version: node.attribute("minver").unwrap_or("1").parse()?,
        is_in_webm: is_ebml || has_webm(node),
    })
}

fn attribute(node: Node<'_, '_>, name: &str) -> Result<String> {
    let value = node.attribute(name);
    let value = value.with_context(|| format!("{} has no {name}", node.tag_name().name()))?;
    Ok(value.to_owned())
}

fn id(text: &str) -> Result<u32> {
    let digits = text.strip_prefix("0x").context("an ID is hexadecimal")?;
    Ok(u32::from_str_radix(digits, 16)?)
}

fn data_type(text: &str) -> Result<DataType> {
    Ok(match text {
        "master" => DataType::Master,
        "uinteger" => DataType::Uint,
        "integer" => DataType::Int,
        "float" => DataType::Float,
        "string" | "utf-8" => DataType::Text,
        "binary" => DataType::Binary,
        "date" => DataType::Date,
        other => bail!("there is no type {other}"),
    })
}

fn has_webm(node: Node<'_, '_>) -> bool {
    node.children().any(|child| {
        child.has_tag_name("extension")
            && child.attribute("type") == Some("webmproject.org")
            && child.attribute("webm") == Some("1")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(elements: &str) -> Result<Schema> {
        Schema::parse(&format!(
            r#"<EBMLSchema xmlns="urn:ietf:rfc:8794" docType="matroska" version="4">{elements}</EBMLSchema>"#
        ))
    }

    #[test]
    fn elements_are_what_the_schema_says() {
        let schema = schema(
            r#"<element name="DiscardPadding" path="\Segment\Cluster\BlockGroup\DiscardPadding"
                id="0x75A2" type="integer" minver="4" maxOccurs="1">
                <documentation lang="en">Any text.</documentation>
                <extension type="webmproject.org" webm="1"/></element>
            <element name="Name" path="\Name" id="0x536E" type="utf-8">
                <extension type="webmproject.org" webm="0"/></element>"#,
        )
        .unwrap();
        assert_eq!(
            schema.element("DiscardPadding"),
            Some(&Element {
                name: "DiscardPadding".into(),
                path: r"\Segment\Cluster\BlockGroup\DiscardPadding".into(),
                id: 0x75A2,
                data_type: DataType::Int,
                min_version: 4,
                is_in_webm: true,
            })
        );
        let name = schema.element("Name").unwrap();
        assert_eq!((name.min_version, name.is_in_webm), (1, false));
        assert_eq!(name.data_type, DataType::Text);
        assert_eq!(schema.element("Other"), None);
    }

    #[test]
    fn what_is_no_schema_is_an_error() {
        assert!(Schema::parse("<svg/>").is_err());
        assert!(Schema::parse("").is_err());
        for element in [
            r#"<element path="\A" id="0xEC" type="binary"/>"#,
            r#"<element name="A" path="\A" id="EC" type="binary"/>"#,
            r#"<element name="A" path="\A" id="0xEC" type="binary" minver="x"/>"#,
            r#"<element name="A" path="\A" id="0xEC" type="quaternion"/>"#,
        ] {
            assert!(schema(element).is_err(), "{element}");
        }
    }
}
