use cpal::{ErrorKind, InputStreamTimestamp, StreamInstant};

use super::*;

const RATE: u32 = 48_000;
/// Samples per delivery: 10 ms.
const LEN: u64 = 480;

/// A device that calls back as `cpal` does, in mono.
struct Player {
    listener: Listener,
    /// Samples that it has captured.
    position: u64,
    start: StreamInstant,
}

fn opened() -> (Player, HostMicrophone) {
    let listener = Listener::new("mic", 1);
    let format = AudioFormat {
        rate: RATE,
        channels: 1,
        label: "mic".to_owned(),
    };
    let microphone = HostMicrophone::new(format, listener.heard(), None);
    let player = Player {
        listener,
        position: 0,
        start: StreamInstant::new(1000, 0),
    };
    (player, microphone)
}

impl Player {
    /// Delivers samples whose value is their position, as if the present had come with them: only
    /// the distance of the two instants counts.
    fn deliver(&mut self, now: u64) {
        let instant = |position: u64| {
            let nanos = position * 1_000_000_000 / u64::from(RATE);
            self.start.checked_add(Duration::from_nanos(nanos)).unwrap()
        };
        let timestamp = InputStreamTimestamp {
            callback: instant(now),
            capture: instant(self.position),
        };
        let samples: Vec<f32> = (self.position..self.position + LEN)
            .map(|position| (position + 1) as f32)
            .collect();
        self.listener.hear(&samples, timestamp);
        self.position += LEN;
    }
}

/// All until the device goes, joined.
fn read_to_end(player: &Player, microphone: &mut HostMicrophone) -> (Vec<f32>, Vec<Instant>) {
    player.listener.fail(ErrorKind::DeviceNotAvailable.into());
    let (mut samples, mut instants) = (Vec::new(), Vec::new());
    while let Ok(captured) = microphone.read(Duration::MAX) {
        let captured = captured.unwrap();
        instants.push(captured.at);
        samples.extend_from_slice(captured.data.samples());
    }
    (samples, instants)
}

#[test]
fn sound_comes_in_order_with_the_instants_of_its_capture() {
    let (mut player, mut microphone) = opened();
    let before = Instant::now();
    // Two seconds were on their way: the youngest delivery is as old as the device says.
    for _ in 0..10 {
        player.deliver(2 * u64::from(RATE));
    }
    let (samples, instants) = read_to_end(&player, &mut microphone);
    assert_eq!(samples.len() as u64, 10 * LEN);
    assert!(samples.windows(2).all(|pair| pair[1] == pair[0] + 1.0));
    let first = before.checked_sub(Duration::from_secs(2)).unwrap();
    assert!(instants[0] >= first && instants[0] < first + Duration::from_millis(500));
    for pair in instants.windows(2) {
        // Within what the measurements differ by while this test is not run.
        let distance = pair[1].duration_since(pair[0]);
        assert!(distance < Duration::from_millis(20), "{distance:?}");
    }
    assert_eq!(microphone.counts(), DeviceCounts::default());
}

#[test]
fn integers_become_what_they_are_worth() {
    let (mut player, mut microphone) = opened();
    let now = player.start;
    let timestamp = InputStreamTimestamp {
        callback: now,
        capture: now,
    };
    let listener = &mut player.listener;
    listener.hear(&[i16::MIN, 0, 16_384], timestamp);
    listener.hear(&[0_u8, 128, 192], timestamp);
    let (samples, _) = read_to_end(&player, &mut microphone);
    assert_eq!(samples, [-1.0, 0.0, 0.5, -1.0, 0.0, 0.5]);
}

#[test]
fn an_overrun_is_counted_and_filled_with_silence_of_its_length() {
    let (mut player, mut microphone) = opened();
    let now = 10 * u64::from(RATE);
    player.deliver(now);
    player.listener.fail(ErrorKind::Xrun.into());
    player.position += 4800;
    player.deliver(now);
    player.deliver(now);
    let (samples, _) = read_to_end(&player, &mut microphone);
    let silence = samples.iter().filter(|sample| **sample == 0.0).count();
    // The test's own pauses seem late, too.
    assert!((4800..7200).contains(&silence), "{silence}");
    assert_eq!(samples[LEN as usize], 0.0);
    assert_eq!(samples[LEN as usize + silence], (LEN + 4800 + 1) as f32);
    assert_eq!(microphone.counts().lost, 1);
}

#[test]
fn what_finds_no_room_is_counted_and_filled_to_the_sample() {
    let (mut player, mut microphone) = opened();
    let now = 100 * u64::from(RATE);
    for _ in 0..1024 + 5 {
        player.deliver(now);
    }
    for _ in 0..1024 {
        assert!(microphone.read(Duration::ZERO).unwrap().is_some());
    }
    player.deliver(now);
    let (samples, _) = read_to_end(&player, &mut microphone);
    let silence = samples.iter().take_while(|sample| **sample == 0.0).count();
    assert_eq!(silence as u64, 5 * LEN);
    assert_eq!(samples[silence], (1029 * LEN + 1) as f32);
    assert_eq!(microphone.counts().lost, 1);
}

#[test]
fn the_loss_of_the_device_comes_after_its_last_sound() {
    for gone in [
        ErrorKind::DeviceNotAvailable,
        ErrorKind::StreamInvalidated,
        ErrorKind::DeviceChanged,
    ] {
        let (mut player, mut microphone) = opened();
        player.deliver(LEN);
        player.listener.fail(ErrorKind::RealtimeDenied.into());
        player.listener.fail(gone.into());
        player.deliver(2 * LEN);
        let last = microphone.read(Duration::ZERO).unwrap().unwrap();
        assert_eq!(last.data.len() as u64, LEN);
        for _ in 0..2 {
            let end = microphone.read(Duration::MAX);
            assert!(matches!(end, Err(DeviceError::Lost { .. })), "{end:?}");
        }
    }
}

#[test]
fn another_failure_is_told_once_and_then_it_is_lost() {
    let (player, mut microphone) = opened();
    player.listener.fail(ErrorKind::BackendError.into());
    let failed = microphone.read(Duration::MAX);
    assert!(matches!(failed, Err(DeviceError::Failed { .. })));
    let lost = microphone.read(Duration::MAX);
    assert!(matches!(lost, Err(DeviceError::Lost { .. })));
}

#[test]
fn what_no_device_can_do_is_refused() {
    for (rate, channels) in [
        (Some(0), None),
        (Some(768_001), None),
        (None, Some(0)),
        (None, Some(33)),
    ] {
        let refused = check("mic", AudioWanted { rate, channels });
        assert!(matches!(refused, Err(DeviceError::Unsupported { .. })));
    }
    assert!(check("mic", AudioWanted::default()).is_ok());
}
