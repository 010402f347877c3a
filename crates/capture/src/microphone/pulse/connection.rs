//! The wire to the sound server: messages out, messages in, each within a time.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use pulseaudio::protocol::{
    self, AuthParams, AuthReply, Command, CommandReply, DESCRIPTOR_SIZE, Prop, Props,
    ProtocolError, PulseError, SetClientNameReply, TagStructReader,
};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

use super::address;
use crate::DeviceError;

/// How long the server may take for an answer. It answers from memory, mostly in less than a
/// millisecond.
pub(super) const ANSWER_TIME: Duration = Duration::from_secs(2);

/// The longest message that PulseAudio's own programs send or take.
const LONGEST_MESSAGE: usize = 16 * 1024 * 1024;

/// What a read takes from the socket at most.
const READ_LEN: usize = 64 * 1024;

/// What a server says.
#[derive(Debug)]
pub(super) enum Message {
    /// The answer to the command of that number.
    Reply { number: u32, body: Vec<u8> },
    /// It does not do the command of that number.
    Refused { number: u32, why: PulseError },
    /// What it says of itself.
    Event(Box<Command>),
    /// Sound of a stream.
    Sound { stream: u32, bytes: Vec<u8> },
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    #[error("the sound server closed the connection")]
    Closed,
    #[error("the sound server does not answer")]
    Silent,
    #[error("the sound server refuses: {0}")]
    Refused(PulseError),
    #[error("the sound server does not keep to its protocol")]
    Protocol(#[from] ProtocolError),
    #[error("the connection to the sound server failed")]
    Io(#[from] io::Error),
}

impl WireError {
    /// The error of a device behind this wire.
    pub(super) fn of(self, device: &str) -> DeviceError {
        let device = device.to_owned();
        match self {
            Self::Closed => DeviceError::Lost { device },
            Self::Refused(PulseError::NoEntity) => DeviceError::NotFound { device },
            Self::Refused(PulseError::Busy) => DeviceError::Busy { device },
            Self::Refused(PulseError::AccessDenied | PulseError::AuthKey) => {
                DeviceError::NotAllowed {
                    device,
                    remedy: "run as the user whose sound server it is, or set PULSE_COOKIE"
                        .to_owned(),
                }
            }
            Self::Silent => failed(device, io::Error::new(io::ErrorKind::TimedOut, self)),
            Self::Refused(_) | Self::Protocol(_) => failed(device, io::Error::other(self)),
            Self::Io(source) => failed(device, source),
        }
    }
}

fn failed(device: String, source: io::Error) -> DeviceError {
    DeviceError::Failed { device, source }
}

/// A connection that has introduced itself. **It has no thread**: what the server sends waits in
/// the socket, and beyond that in the server, until it is received.
#[derive(Debug)]
pub(super) struct Connection {
    socket: UnixStream,
    version: u16,
    next_number: u32,
    /// What was read and is not yet a whole message.
    received: Vec<u8>,
}

impl Connection {
    /// Connects to the server that the environment names.
    pub(super) fn open() -> Result<Self, DeviceError> {
        let sockets = address::sockets();
        let mut tried = Vec::new();
        for path in &sockets {
            match connect(path) {
                Ok(socket) => {
                    let connection = Self::introduce(socket, address::cookie());
                    return connection.map_err(|error| match error {
                        WireError::Refused(_) => error.of("the sound server"),
                        error => no_server(format!("{}: {error}", path.display())),
                    });
                }
                Err(error) => tried.push(format!("{}: {error}", path.display())),
            }
        }
        if tried.is_empty() {
            tried.push("PULSE_SERVER names no Unix socket".to_owned());
        }
        Err(no_server(tried.join(", ")))
    }

    /// Says who we are, as each connection begins.
    pub(super) fn introduce(socket: UnixStream, cookie: Vec<u8>) -> Result<Self, WireError> {
        socket.set_nonblocking(true)?;
        let mut connection = Self {
            socket,
            version: protocol::MAX_VERSION,
            next_number: 0,
            received: Vec::new(),
        };
        // Without shared memory, sound comes through the socket.
        let reply: AuthReply = connection.ask(&Command::Auth(AuthParams {
            version: protocol::MAX_VERSION,
            supports_shm: false,
            supports_memfd: false,
            cookie,
        }))?;
        if reply.version < protocol::MIN_VERSION {
            return Err(ProtocolError::UnsupportedVersion(reply.version).into());
        }
        connection.version = reply.version.min(protocol::MAX_VERSION);
        let mut properties = Props::new();
        properties.set(Prop::ApplicationName, c"media-recorder");
        let _: SetClientNameReply = connection.ask(&Command::SetClientName(properties))?;
        Ok(connection)
    }

    /// Sends a command; the number of its answer.
    pub(super) fn send(&mut self, command: &Command) -> Result<u32, WireError> {
        let number = self.next_number;
        self.next_number = self.next_number.wrapping_add(1);
        let mut message = Vec::new();
        protocol::write_command_message(&mut message, number, command, self.version)?;
        let deadline = Instant::now() + ANSWER_TIME;
        let mut rest = &message[..];
        while !rest.is_empty() {
            match self.socket.write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if !self.wait(PollFlags::OUT, Some(deadline))? {
                        return Err(WireError::Silent);
                    }
                }
                Err(error) => return Err(ended_or(error)),
            }
        }
        Ok(number)
    }

    /// Sends a command and waits for its answer. Other messages that come before it are dropped:
    /// only for connections on which nothing else is under way.
    pub(super) fn ask<R: CommandReply>(&mut self, command: &Command) -> Result<R, WireError> {
        let body = self.answer(command)?;
        self.read(&body)
    }

    /// As [`ask`](Self::ask), of a command whose answer says no more than that it was done.
    pub(super) fn order(&mut self, command: &Command) -> Result<(), WireError> {
        self.answer(command).map(drop)
    }

    fn answer(&mut self, command: &Command) -> Result<Vec<u8>, WireError> {
        let asked = self.send(command)?;
        let deadline = Instant::now() + ANSWER_TIME;
        loop {
            match self.receive(Some(deadline))?.ok_or(WireError::Silent)? {
                Message::Reply { number, body } if number == asked => return Ok(body),
                Message::Refused { number, why } if number == asked => {
                    return Err(WireError::Refused(why));
                }
                _ => {}
            }
        }
    }

    /// What an answer says.
    pub(super) fn read<R: CommandReply>(&self, body: &[u8]) -> Result<R, WireError> {
        let mut body = body;
        Ok(TagStructReader::new(&mut body, self.version).read()?)
    }

    /// The next message; `None` if there is none until the deadline. What has arrived is received
    /// even after it.
    pub(super) fn receive(
        &mut self,
        deadline: Option<Instant>,
    ) -> Result<Option<Message>, WireError> {
        loop {
            while let Some(message) = self.whole_message()? {
                if let Some(message) = self.parse(message)? {
                    return Ok(Some(message));
                }
            }
            let filled = self.received.len();
            self.received.resize(filled + READ_LEN, 0);
            let read = self.socket.read(&mut self.received[filled..]);
            self.received
                .truncate(filled + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => return Err(WireError::Closed),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if !self.wait(PollFlags::IN, deadline)? {
                        return Ok(None);
                    }
                }
                Err(error) => return Err(ended_or(error)),
            }
        }
    }

    /// The stream of the next message and what is in it, where all of it is here.
    fn whole_message(&mut self) -> Result<Option<(u32, Vec<u8>)>, WireError> {
        let Some(mut header) = self.received.get(..DESCRIPTOR_SIZE) else {
            return Ok(None);
        };
        let header = protocol::read_descriptor(&mut header)?;
        let len = usize::try_from(header.length).unwrap_or(usize::MAX);
        if len > LONGEST_MESSAGE {
            let what = format!("a message of {len} bytes");
            return Err(ProtocolError::Invalid(what).into());
        }
        let Some(body) = self.received.get(DESCRIPTOR_SIZE..DESCRIPTOR_SIZE + len) else {
            return Ok(None);
        };
        let body = body.to_vec();
        self.received.drain(..DESCRIPTOR_SIZE + len);
        Ok(Some((header.channel, body)))
    }

    /// `None` for what only newer servers say, of things that we did not ask for.
    fn parse(&self, (stream, bytes): (u32, Vec<u8>)) -> Result<Option<Message>, WireError> {
        const CONTROL: u32 = u32::MAX;
        if stream != CONTROL {
            return Ok(Some(Message::Sound { stream, bytes }));
        }
        let mut rest = &bytes[..];
        let (number, command) = match Command::read_tag_prefixed(&mut rest, self.version) {
            Ok(command) => command,
            Err(ProtocolError::Unimplemented(..)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(Some(match command {
            Command::Reply => Message::Reply {
                number,
                body: rest.to_vec(),
            },
            Command::Error(why) => Message::Refused { number, why },
            event => Message::Event(Box::new(event)),
        }))
    }

    /// Whether the socket is ready before the deadline.
    fn wait(&self, what: PollFlags, deadline: Option<Instant>) -> Result<bool, WireError> {
        loop {
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            // What does not fit is for ever, too.
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            let mut sockets = [PollFd::new(&self.socket, what)];
            match rustix::event::poll(&mut sockets, left.as_ref()) {
                Ok(ready) => return Ok(ready > 0),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(WireError::Io(error.into())),
            }
        }
    }
}

/// A connection that breaks has ended.
fn ended_or(error: io::Error) -> WireError {
    match error.kind() {
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => WireError::Closed,
        _ => WireError::Io(error),
    }
}

fn no_server(reason: String) -> DeviceError {
    DeviceError::NoService {
        service: "sound server",
        reason,
    }
}

/// Does not wait for a server that hangs: where its queue of connections is full, a socket that
/// does not block says so at once.
fn connect(path: &Path) -> io::Result<UnixStream> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    rustix::net::connect(&socket, &SocketAddrUnix::new(path)?)?;
    Ok(socket.into())
}
