//! MIME types of recordings.

use core::fmt;
use core::str::FromStr;

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::{CodecString, TrackKind};

/// The text is no valid MIME type (WHATWG MIME Sniffing §4.4).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a MIME type: {reason}")]
pub struct MimeError {
    /// What was parsed.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// A container format that a recording can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Container {
    /// WebM: the part of Matroska that browsers play.
    WebM,
    /// Matroska.
    Matroska,
    /// MP4 (ISO base media file format).
    Mp4,
}

impl Container {
    /// The container that a MIME subtype names: `webm`, `matroska` (RFC 9559 §12.3) or
    /// `x-matroska`, `mp4`.
    pub fn from_subtype(subtype: &str) -> Option<Self> {
        match subtype {
            "webm" => Some(Self::WebM),
            "matroska" | "x-matroska" => Some(Self::Matroska),
            "mp4" => Some(Self::Mp4),
            _ => None,
        }
    }

    /// The container that a file name's ending (without the dot, in any case) means.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "webm" => Some(Self::WebM),
            "mkv" | "mka" => Some(Self::Matroska),
            "mp4" | "m4a" | "m4v" => Some(Self::Mp4),
            _ => None,
        }
    }

    /// The subtype that is written: browsers say `x-matroska`.
    pub const fn subtype(self) -> &'static str {
        match self {
            Self::WebM => "webm",
            Self::Matroska => "x-matroska",
            Self::Mp4 => "mp4",
        }
    }
}

/// A parsed MIME type such as `video/webm;codecs="av01.0.04M.08,opus"`.
///
/// ```
/// use media_recorder_types::{Codec, Container, MimeType, VideoCodec};
/// let mime: MimeType = "Video/WebM; codecs=\"vp09.00.31.08, opus\"".parse()?;
/// assert_eq!(mime.container(), Some(Container::WebM));
/// assert_eq!(mime.codecs()[0].codec(), Some(Codec::Video(VideoCodec::Vp9)));
/// assert_eq!(mime.to_string(), "video/webm;codecs=\"vp09.00.31.08, opus\"");
/// # Ok::<(), media_recorder_types::MimeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MimeType {
    kind: String,
    subtype: String,
    parameters: Vec<(String, String)>,
}

impl MimeType {
    /// `video/webm;codecs=vp9,opus` and its like. The type is `video` where it says so, else
    /// `audio`.
    pub fn recording(kind: TrackKind, container: Container, codecs: &[CodecString]) -> Self {
        let mut parameters = Vec::new();
        if !codecs.is_empty() {
            let list: Vec<&str> = codecs.iter().map(CodecString::as_str).collect();
            parameters.push(("codecs".to_owned(), list.join(",")));
        }
        Self {
            kind: kind.to_string(),
            subtype: container.subtype().to_owned(),
            parameters,
        }
    }

    /// The part before the slash, in lower case.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The part after the slash, in lower case.
    pub fn subtype(&self) -> &str {
        &self.subtype
    }

    /// The value of a parameter; names are in lower case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// `audio` and `video` types only: which of them it is.
    pub fn track_kind(&self) -> Option<TrackKind> {
        match self.kind.as_str() {
            "audio" => Some(TrackKind::Audio),
            "video" => Some(TrackKind::Video),
            _ => None,
        }
    }

    /// The container of an `audio` or `video` type; `None` for any other type.
    pub fn container(&self) -> Option<Container> {
        self.track_kind()
            .and_then(|_| Container::from_subtype(&self.subtype))
    }

    /// The entries of the `codecs` parameter, with the space around them removed; none where
    /// there is no such parameter.
    pub fn codecs(&self) -> Vec<CodecString> {
        match self.parameter("codecs") {
            None => Vec::new(),
            Some(list) => list
                .split(',')
                .map(|entry| CodecString::new(entry.trim()))
                .collect(),
        }
    }
}

impl FromStr for MimeType {
    type Err = MimeError;

    fn from_str(text: &str) -> Result<Self, MimeError> {
        let error = |reason| MimeError {
            text: text.to_owned(),
            reason,
        };
        let mut rest = text.trim_matches(is_http_space);
        let (kind, after) = rest.split_once('/').ok_or(error("there is no slash"))?;
        if !is_token(kind) {
            return Err(error("the type is no token"));
        }
        rest = after;
        let subtype = take_until(&mut rest, ';').trim_end_matches(is_http_space);
        if !is_token(subtype) {
            return Err(error("the subtype is no token"));
        }
        let mut mime = Self {
            kind: kind.to_ascii_lowercase(),
            subtype: subtype.to_ascii_lowercase(),
            parameters: Vec::new(),
        };
        // Faulty parameters are left out, as the algorithm has it; the first of a name counts.
        while !rest.is_empty() {
            rest = rest[1..].trim_start_matches(is_http_space);
            let end = rest.find([';', '=']).unwrap_or(rest.len());
            let name = rest[..end].to_ascii_lowercase();
            rest = &rest[end..];
            let Some(after) = rest.strip_prefix('=') else {
                continue;
            };
            rest = after;
            let value = if let Some(quoted) = rest.strip_prefix('"') {
                let (value, after) = take_quoted(quoted);
                rest = after;
                take_until(&mut rest, ';');
                value
            } else {
                let value = take_until(&mut rest, ';').trim_end_matches(is_http_space);
                if value.is_empty() {
                    continue;
                }
                value.to_owned()
            };
            if is_token(&name) && is_quotable(&value) && mime.parameter(&name).is_none() {
                mime.parameters.push((name, value));
            }
        }
        Ok(mime)
    }
}

/// The serialisation of WHATWG MIME Sniffing §4.5, but that a value with commas stays unquoted
/// where it is made of nothing worse: `codecs=vp9,opus`, as browsers write it.
impl fmt::Display for MimeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.subtype)?;
        for (name, value) in &self.parameters {
            write!(f, ";{name}=")?;
            if !value.is_empty() && value.split(',').all(is_token) {
                f.write_str(value)?;
            } else {
                f.write_str("\"")?;
                for c in value.chars() {
                    if matches!(c, '"' | '\\') {
                        f.write_str("\\")?;
                    }
                    write!(f, "{c}")?;
                }
                f.write_str("\"")?;
            }
        }
        Ok(())
    }
}

/// Takes the text up to `end` (or all) off the front of `rest`; `end` stays.
fn take_until<'a>(rest: &mut &'a str, end: char) -> &'a str {
    let (taken, after) = rest.split_at(rest.find(end).unwrap_or(rest.len()));
    *rest = after;
    taken
}

/// The value of a quoted string whose opening quote is gone, and what follows its closing one.
fn take_quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((index, c)) = chars.next() {
        match c {
            '"' => return (value, &text[index + 1..]),
            '\\' => value.push(chars.next().map_or('\\', |(_, c)| c)),
            c => value.push(c),
        }
    }
    (value, "")
}

fn is_http_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// A non-empty run of HTTP token code points (RFC 9110 §5.6.2).
fn is_token(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(allowed)
}

fn is_quotable(value: &str) -> bool {
    value
        .chars()
        .all(|c| matches!(c, '\t' | ' '..='~' | '\u{80}'..='\u{ff}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn parse(text: &str) -> MimeType {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn codecs_with_and_without_quotes_and_spaces() {
        for text in [
            "video/webm;codecs=av01,opus",
            "video/webm; codecs=\"av01, opus\"",
            "VIDEO/WebM ; CODECS=\"av01,opus\" ; x=1",
            " video/webm;codecs=\"av01 ,opus\"\t",
            "video/webm;;x;codecs=av01,opus;codecs=vp8",
            "video/webm;codecs=\"a\\v01,opus\"trash;y=2",
        ] {
            let mime = parse(text);
            assert_eq!((mime.kind(), mime.subtype()), ("video", "webm"), "{text}");
            let codecs: Vec<_> = mime
                .codecs()
                .iter()
                .map(|c| c.as_str().to_owned())
                .collect();
            assert_eq!(codecs, ["av01", "opus"], "{text}");
        }
        assert!(parse("video/webm").codecs().is_empty());
        assert_eq!(
            parse("video/webm;codecs=\"\"").codecs(),
            vec![CodecString::new("")]
        );
    }

    #[test]
    fn malformed_types_are_errors() {
        for text in [
            "",
            "video",
            "video/",
            "/webm",
            "vi deo/webm",
            "video/we bm",
            "video/webm\0",
            "é/webm",
        ] {
            let error = text.parse::<MimeType>().unwrap_err();
            assert_eq!(error.text, text);
        }
    }

    #[test]
    fn shows_what_parses_to_the_same() {
        for (text, shown) in [
            ("Video/X-Matroska;codecs=VP9", "video/x-matroska;codecs=VP9"),
            (
                "audio/webm;codecs=\"opus, pcm\"",
                "audio/webm;codecs=\"opus, pcm\"",
            ),
            ("a/b;c=\"\\\"\\\\\"", "a/b;c=\"\\\"\\\\\""),
            ("a/b;c=\"\"", "a/b;c=\"\""),
            ("a/b;c=,", "a/b;c=\",\""),
        ] {
            let mime = parse(text);
            assert_eq!(mime.to_string(), shown);
            assert_eq!(parse(shown), mime);
        }
    }

    #[test]
    fn containers_by_name() {
        assert_eq!(parse("audio/webm").container(), Some(Container::WebM));
        assert_eq!(
            parse("video/matroska").container(),
            Some(Container::Matroska)
        );
        assert_eq!(parse("image/webm").container(), None);
        assert_eq!(parse("video/ogg").container(), None);
        assert_eq!(Container::from_extension("MKV"), Some(Container::Matroska));
        let codecs = [CodecString::new("vp9"), CodecString::new("opus")];
        let mime = MimeType::recording(TrackKind::Video, Container::WebM, &codecs);
        assert_eq!(mime.to_string(), "video/webm;codecs=vp9,opus");
    }
}
