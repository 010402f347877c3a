use std::io::BufReader;
use std::os::unix::net::UnixStream;
use std::thread;

use pulseaudio::protocol::{
    self, AuthReply, CommandReply, MAX_VERSION, SetClientNameReply, SubscriptionEvent,
};

use std::ffi::CString;

use super::*;

const RATE: u32 = 48_000;
const STREAM: u32 = 3;
const SOURCE: u32 = 7;
const PATIENCE: Duration = Duration::from_secs(5);

/// A sound server as far as these tests need one.
struct Server(BufReader<UnixStream>);

impl Server {
    fn command(&mut self) -> Option<(u32, Command)> {
        protocol::read_command_message(&mut self.0, MAX_VERSION).ok()
    }

    fn reply(&mut self, number: u32, reply: &impl CommandReply) {
        protocol::write_reply_message(self.0.get_mut(), number, reply, MAX_VERSION).unwrap();
    }

    fn event(&mut self, event: &Command) {
        let number = u32::MAX;
        protocol::write_command_message(self.0.get_mut(), number, event, MAX_VERSION).unwrap();
    }

    fn sound(&mut self, bytes: &[u8]) {
        protocol::write_memblock(self.0.get_mut(), STREAM, bytes, 0).unwrap();
    }

    /// Answers what comes before the first sound.
    fn introduce(&mut self) {
        for _ in 0..4 {
            match self.command().unwrap() {
                (number, Command::Auth(_)) => {
                    let version = MAX_VERSION;
                    self.reply(
                        number,
                        &AuthReply {
                            version,
                            ..AuthReply::default()
                        },
                    );
                }
                (number, Command::SetClientName(_)) => {
                    self.reply(number, &SetClientNameReply { client_id: 1 });
                }
                (number, Command::Subscribe(_)) => {
                    protocol::write_ack_message(self.0.get_mut(), number).unwrap();
                }
                (number, Command::CreateRecordStream(params)) => {
                    assert!(params.flags.no_move);
                    let reply = CreateRecordStreamReply {
                        channel: STREAM,
                        sample_spec: params.sample_spec,
                        channel_map: params.channel_map,
                        ..CreateRecordStreamReply::default()
                    };
                    self.reply(number, &reply);
                }
                (_, other) => panic!("{other:?}"),
            }
        }
    }

    /// Waits for the question for the latency, and says that so many bytes have come and gone.
    fn answer_latency(&mut self, bytes: i64, latency: Duration) -> bool {
        let Some((number, Command::GetRecordLatency(_))) = self.command() else {
            return false;
        };
        let now = SystemTime::now();
        let latency = RecordLatency {
            sink_usec: 0,
            source_usec: u64::try_from(latency.as_micros()).unwrap(),
            playing: true,
            local_time: now,
            remote_time: now,
            write_offset: bytes,
            read_offset: bytes,
        };
        self.reply(number, &latency);
        true
    }
}

/// A microphone in mono whose server does as told.
fn open(serve: impl FnOnce(Server) + Send + 'static) -> PulseMicrophone {
    let (client, server) = UnixStream::pair().unwrap();
    thread::spawn(move || {
        let mut server = Server(BufReader::new(server));
        server.introduce();
        serve(server);
    });
    let source = SourceInfo {
        index: SOURCE,
        name: CString::new("mic").unwrap(),
        sample_spec: SampleSpec {
            format: SampleFormat::S16Le,
            channels: 1,
            sample_rate: RATE,
        },
        ..SourceInfo::default()
    };
    let connection = Connection::introduce(client, Vec::new()).unwrap();
    PulseMicrophone::open(connection, &source, AudioWanted::default()).unwrap()
}

fn bytes(samples: &[f32]) -> Vec<u8> {
    samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect()
}

/// All sound until the server closes the connection.
fn read_all(microphone: &mut PulseMicrophone) -> Vec<f32> {
    let mut samples = Vec::new();
    loop {
        match microphone.read(PATIENCE) {
            Ok(Some(run)) => samples.extend_from_slice(run.data.samples()),
            Ok(None) => panic!("nothing comes"),
            Err(DeviceError::Lost { device }) => {
                assert_eq!(device, "mic");
                return samples;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn samples_come_whole_and_with_the_instant_of_their_capture() {
    let latency = Duration::from_millis(500);
    let mut microphone = open(move |mut server| {
        let bytes = bytes(&[0.5, -0.5, 0.25]);
        server.sound(&bytes[..5]);
        server.sound(&bytes[5..]);
        assert!(server.answer_latency(12, latency));
    });
    let before = Instant::now();
    let run = microphone.read(PATIENCE).unwrap().unwrap();
    assert!(run.at <= Instant::now() - latency && run.at >= before - latency - PATIENCE);
    let mut samples = run.data.samples().to_vec();
    samples.extend(read_all(&mut microphone));
    assert_eq!(samples, [0.5, -0.5, 0.25]);
    assert_eq!(microphone.counts(), DeviceCounts::default());
}

#[test]
fn what_the_server_skipped_is_silence_of_the_same_length() {
    let mut microphone = open(|mut server| {
        server.sound(&bytes(&[0.5; 480]));
        assert!(server.answer_latency(480 * 4, Duration::ZERO));
        // The next question comes with sound, some time later.
        let timeout = Duration::from_millis(20);
        server.0.get_ref().set_read_timeout(Some(timeout)).unwrap();
        let mut sent = 480;
        loop {
            server.sound(&bytes(&[0.5; 48]));
            sent += 48;
            // Of these, 1000 were skipped.
            if server.answer_latency((sent + 1000) * 4, Duration::ZERO) {
                break;
            }
        }
        server.sound(&bytes(&[0.25; 480]));
    });
    let samples = read_all(&mut microphone);
    let silent = samples.iter().filter(|sample| **sample == 0.0).count();
    assert_eq!(silent, 1000);
    assert_eq!(samples[samples.len() - 1480..][..1000], [0.0; 1000]);
    assert_eq!(samples[samples.len() - 480..], [0.25; 480]);
    assert_eq!(microphone.counts().lost, 1);
}

#[test]
fn the_end_of_stream_and_source_is_the_loss_of_the_microphone() {
    let removed = SubscriptionEvent {
        event_facility: SubscriptionEventFacility::Source,
        event_type: SubscriptionEventType::Removed,
        index: Some(SOURCE),
    };
    let other = SubscriptionEvent {
        index: Some(SOURCE + 1),
        ..removed
    };
    for end in [
        Command::RecordStreamKilled(STREAM),
        Command::SubscribeEvent(removed),
    ] {
        let mut microphone = open(move |mut server| {
            server.event(&Command::SubscribeEvent(other));
            server.event(&Command::RecordStreamKilled(STREAM + 1));
            server.event(&end);
            // It stays until the client has gone.
            assert!(server.command().is_none());
        });
        for _ in 0..2 {
            let read = microphone.read(PATIENCE);
            assert!(matches!(read, Err(DeviceError::Lost { .. })), "{read:?}");
        }
    }
}

#[test]
fn a_refusal_says_what_to_do() {
    let (client, server) = UnixStream::pair().unwrap();
    thread::spawn(move || {
        let mut server = Server(BufReader::new(server));
        let (number, _) = server.command().unwrap();
        protocol::write_error(server.0.get_mut(), number, &PulseError::AccessDenied).unwrap();
        server.command()
    });
    let error = Connection::introduce(client, Vec::new()).unwrap_err();
    assert!(
        matches!(error.of("it"), DeviceError::NotAllowed { remedy, .. } if remedy.contains("PULSE_COOKIE"))
    );
}

#[test]
fn a_server_that_closes_or_talks_nonsense_is_an_error() {
    let (client, server) = UnixStream::pair().unwrap();
    drop(server);
    assert!(Connection::introduce(client, Vec::new()).is_err());
    let (client, mut server) = UnixStream::pair().unwrap();
    std::io::Write::write_all(&mut server, &[0xff; 64]).unwrap();
    let error = Connection::introduce(client, Vec::new()).unwrap_err();
    assert!(matches!(error, WireError::Protocol(_)), "{error:?}");
}

#[test]
fn the_answer_was_given_between_question_and_now() {
    let asked = Instant::now();
    let now = asked + Duration::from_millis(100);
    let system = SystemTime::now();
    let at = |age: i64| {
        let age_abs = Duration::from_millis(age.unsigned_abs());
        let said = if age < 0 {
            system + age_abs
        } else {
            system - age_abs
        };
        answered_at(asked, now, system, said) - asked
    };
    assert_eq!(at(30), Duration::from_millis(70));
    // The system's time was set meanwhile.
    assert_eq!(at(5000), Duration::ZERO);
    assert_eq!(at(-5000), Duration::from_millis(100));
}

#[test]
fn what_is_wanted_is_asked_for_and_the_rest_is_the_sources() {
    let source = SourceInfo {
        sample_spec: SampleSpec {
            format: SampleFormat::S16Le,
            channels: 2,
            sample_rate: 44_100,
        },
        channel_map: channel_map(2),
        ..SourceInfo::default()
    };
    let layout = |rate, channels| layout(&source, AudioWanted { rate, channels });
    let (spec, map) = layout(None, None).unwrap();
    assert_eq!((spec.sample_rate, spec.channels), (44_100, 2));
    assert_eq!(map, source.channel_map);
    let (spec, map) = layout(Some(48_000), Some(6)).unwrap();
    assert_eq!((spec.sample_rate, spec.channels), (48_000, 6));
    assert_eq!(map, channel_map(6));
    assert_eq!(layout(Some(0), None).unwrap_err(), "a rate of 0 Hz");
    assert_eq!(layout(None, Some(0)).unwrap_err(), "0 channels");
    assert_eq!(layout(None, Some(300)).unwrap_err(), "300 channels");
}
