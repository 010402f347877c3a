//! A web server for one browser on this machine: a few pages, files with ranges, one result.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// More than any result or header line has.
const MAX_LENGTH: u64 = 1 << 20;

/// What is found under a path.
#[derive(Clone, Debug)]
pub(crate) enum Resource {
    /// Text with its MIME type.
    Page(&'static str, String),
    /// A media file with its MIME type.
    Media(&'static str, PathBuf),
}

/// Serves resources until the process ends.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    /// The bodies of what was posted.
    pub(super) posted: Receiver<Vec<u8>>,
}

impl Server {
    pub(super) fn start(resources: HashMap<String, Resource>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let (sender, posted) = channel();
        let resources = Arc::new(resources);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let resources = Arc::clone(&resources);
                let sender = sender.clone();
                // A browser that hangs up in the middle of a file is in its right.
                std::thread::spawn(move || _ = answer(stream, &resources, &sender));
            }
        });
        Ok(Self { address, posted })
    }
}

/// The parts of a request that matter here.
#[derive(Debug, Default, PartialEq)]
struct Request {
    method: String,
    path: String,
    range: Option<String>,
    length: u64,
}

/// One request for each connection.
fn answer(
    stream: TcpStream,
    resources: &HashMap<String, Resource>,
    posted: &Sender<Vec<u8>>,
) -> io::Result<()> {
    let mut reader = BufReader::new(&stream);
    let request = read_request(&mut reader)?;
    if request.method == "POST" {
        let mut body = Vec::new();
        reader
            .take(request.length.min(MAX_LENGTH))
            .read_to_end(&mut body)?;
        // Nobody waits any more: the check has ended.
        let _ = posted.send(body);
        return respond(&stream, "204 No Content", &[], &mut io::empty(), 0);
    }
    match resources.get(&request.path) {
        Some(Resource::Page(kind, text)) => {
            let headers = [("Content-Type", (*kind).to_owned())];
            respond(
                &stream,
                "200 OK",
                &headers,
                &mut text.as_bytes(),
                text.len() as u64,
            )
        }
        Some(Resource::Media(kind, path)) => send_file(&stream, &request, kind, path),
        None => respond(&stream, "404 Not Found", &[], &mut io::empty(), 0),
    }
}

fn read_request(reader: &mut impl BufRead) -> io::Result<Request> {
    let mut lines = reader.take(MAX_LENGTH).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut words = first.split(' ').map(str::to_owned);
    let mut request = Request {
        method: words.next().unwrap_or_default(),
        path: words.next().unwrap_or_default(),
        ..Request::default()
    };
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "range" => request.range = Some(value.to_owned()),
            "content-length" => request.length = value.parse().unwrap_or(0),
            _ => {}
        }
    }
    Ok(request)
}

fn send_file(stream: &TcpStream, request: &Request, kind: &str, path: &PathBuf) -> io::Result<()> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut headers = vec![
        ("Content-Type", kind.to_owned()),
        ("Accept-Ranges", "bytes".to_owned()),
    ];
    let Some(header) = &request.range else {
        return respond(stream, "200 OK", &headers, &mut file, size);
    };
    let Some(range) = byte_range(header, size) else {
        headers.push(("Content-Range", format!("bytes */{size}")));
        return respond(
            stream,
            "416 Range Not Satisfiable",
            &headers,
            &mut io::empty(),
            0,
        );
    };
    let content_range = format!("bytes {}-{}/{size}", range.start, range.end - 1);
    headers.push(("Content-Range", content_range));
    file.seek(SeekFrom::Start(range.start))?;
    let length = range.end - range.start;
    respond(
        stream,
        "206 Partial Content",
        &headers,
        &mut file.take(length),
        length,
    )
}

/// A single range of a `Range` header (RFC 9110 §14.1.2) within a file of `size` bytes.
fn byte_range(header: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let range = if first.is_empty() {
        size.saturating_sub(last.parse().ok()?)..size
    } else {
        let end = if last.is_empty() {
            size
        } else {
            last.parse::<u64>().ok()?.saturating_add(1).min(size)
        };
        first.parse().ok()?..end
    };
    (range.start < range.end).then_some(range)
}

fn respond(
    mut stream: &TcpStream,
    status: &str,
    headers: &[(&str, String)],
    body: &mut impl Read,
    length: u64,
) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "Cache-Control: no-store\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes())?;
    io::copy(body, &mut stream)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(server: &Server, request: &str) -> String {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn ranges_are_those_of_the_specification() {
        assert_eq!(byte_range("bytes=0-", 10), Some(0..10));
        assert_eq!(byte_range("bytes=2-4", 10), Some(2..5));
        assert_eq!(byte_range("bytes=8-99", 10), Some(8..10));
        assert_eq!(byte_range("bytes=-3", 10), Some(7..10));
        assert_eq!(byte_range("bytes=-30", 10), Some(0..10));
        for wrong in [
            "bytes=10-",
            "bytes=5-4",
            "bytes=-0",
            "bytes=a-b",
            "lines=0-1",
            "bytes=",
        ] {
            assert_eq!(byte_range(wrong, 10), None, "{wrong}");
        }
        assert_eq!(byte_range("bytes=0-", 0), None);
    }

    #[test]
    fn pages_files_ranges_and_results() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, "0123456789").unwrap();
        let page = Resource::Page("text/html", "<p>".to_owned());
        let resources = [("/", page), ("/file", Resource::Media("video/webm", path))];
        let resources = resources.map(|(path, resource)| (path.to_owned(), resource));
        let server = Server::start(HashMap::from(resources)).unwrap();

        let page = get(&server, "GET / HTTP/1.1\r\n\r\n");
        assert!(page.starts_with("HTTP/1.1 200 OK\r\n") && page.ends_with("\r\n\r\n<p>"));
        let part = get(&server, "GET /file HTTP/1.1\r\nRange: bytes=2-4\r\n\r\n");
        assert!(part.contains("Content-Range: bytes 2-4/10\r\n"), "{part}");
        assert!(
            part.starts_with("HTTP/1.1 206") && part.ends_with("\r\n\r\n234"),
            "{part}"
        );
        let past = get(&server, "GET /file HTTP/1.1\r\nrange: bytes=10-\r\n\r\n");
        assert!(past.starts_with("HTTP/1.1 416"), "{past}");
        let none = get(&server, "GET /none HTTP/1.1\r\n\r\n");
        assert!(none.starts_with("HTTP/1.1 404"), "{none}");
        get(&server, "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}");
        assert_eq!(server.posted.recv().unwrap(), b"{}");
    }
}
