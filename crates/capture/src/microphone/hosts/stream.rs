//! Sound from a device of a host.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{
    Device, ErrorKind, FromSample, I24, SampleFormat, SizedSample, Stream, StreamConfig, U24,
};
use media_recorder_types::AudioFrame;

use super::choice::{choose, pieces};
use super::error::opening_error;
use super::list::is_alsa;
use super::listener::{Heard, Listener};
use crate::device::Handover;
use crate::microphone::AudioWanted;
use crate::microphone::intake::Intake;
use crate::{AudioDevice, AudioFormat, Captured, DeviceCounts, DeviceError};

/// How long a device may take to start, and, of ALSA, until it is asked whether it is still there.
const PATIENCE: Duration = Duration::from_secs(2);

/// The fastest that any device is.
const MAX_RATE: u32 = 768_000;
/// The most channels of any microphone.
const MOST_CHANNELS: u16 = 32;

/// A microphone that is open.
pub(super) struct HostMicrophone {
    heard: Arc<Handover<Heard>>,
    intake: Intake,
    /// Captures until it is dropped.
    _stream: Option<Stream>,
}

impl HostMicrophone {
    pub(super) fn open(
        device: &Device,
        name: &str,
        wanted: AudioWanted,
    ) -> Result<Self, DeviceError> {
        check(name, wanted)?;
        let failed = |error| opening_error(name, error);
        let offered = device.supported_input_configs().map_err(failed)?;
        let default = device.default_input_config().ok();
        let way =
            choose(offered, default.as_ref(), wanted).ok_or_else(|| DeviceError::Unsupported {
                device: name.to_owned(),
                what: "samples that can be captured".to_owned(),
            })?;
        let config = way.config();
        let listener = Listener::new(name, config.channels);
        let heard = listener.heard();
        let start = |buffer_size| {
            let config = StreamConfig {
                buffer_size,
                ..config
            };
            start(device, config, way.sample_format(), listener.clone())
        };
        let size = if is_alsa(device) {
            pieces(&way)
        } else {
            config.buffer_size
        };
        let stream = match start(size) {
            // What ALSA's plug-ins say of their pieces need not be true.
            Err(error) if error.kind() == ErrorKind::UnsupportedConfig => start(config.buffer_size),
            started => started,
        };
        let stream = stream.map_err(failed)?;
        stream.play().map_err(failed)?;
        let format = AudioFormat {
            rate: config.sample_rate,
            channels: config.channels,
            label: name.to_owned(),
        };
        Ok(Self::new(format, heard, Some(stream)))
    }

    fn new(format: AudioFormat, heard: Arc<Handover<Heard>>, stream: Option<Stream>) -> Self {
        Self {
            heard,
            intake: Intake::new(format.label.clone(), format),
            _stream: stream,
        }
    }

    fn take_in(&mut self, heard: Heard) {
        self.intake.lose(heard.dropped);
        if heard.is_after_loss {
            self.intake.resume(heard.captured, heard.delivered);
        } else {
            let position = self.intake.end();
            self.intake
                .measure(position, heard.captured, heard.delivered);
        }
        self.intake.push(heard.samples);
    }
}

/// What no device can do.
fn check(device: &str, wanted: AudioWanted) -> Result<(), DeviceError> {
    let unsupported = |what| {
        Err(DeviceError::Unsupported {
            device: device.to_owned(),
            what,
        })
    };
    match wanted {
        AudioWanted {
            rate: Some(rate), ..
        } if !(1..=MAX_RATE).contains(&rate) => unsupported(format!("a rate of {rate} Hz")),
        AudioWanted {
            channels: Some(channels),
            ..
        } if !(1..=MOST_CHANNELS).contains(&channels) => {
            unsupported(format!("{channels} channels"))
        }
        _ => Ok(()),
    }
}

fn start(
    device: &Device,
    config: StreamConfig,
    format: SampleFormat,
    listener: Listener,
) -> Result<Stream, cpal::Error> {
    let build = match format {
        SampleFormat::I8 => build::<i8>,
        SampleFormat::I16 => build::<i16>,
        SampleFormat::I24 => build::<I24>,
        SampleFormat::I32 => build::<i32>,
        SampleFormat::I64 => build::<i64>,
        SampleFormat::U8 => build::<u8>,
        SampleFormat::U16 => build::<u16>,
        SampleFormat::U24 => build::<U24>,
        SampleFormat::U32 => build::<u32>,
        SampleFormat::U64 => build::<u64>,
        SampleFormat::F32 => build::<f32>,
        SampleFormat::F64 => build::<f64>,
        _ => return Err(ErrorKind::UnsupportedConfig.into()),
    };
    build(device, config, listener)
}

fn build<T: SizedSample>(
    device: &Device,
    config: StreamConfig,
    listener: Listener,
) -> Result<Stream, cpal::Error>
where
    f32: FromSample<T>,
{
    let (mut ears, errors) = (listener.clone(), listener);
    device.build_input_stream(
        config,
        move |samples: &[T], info: &cpal::InputCallbackInfo| ears.hear(samples, info.timestamp()),
        move |error| errors.fail(error),
        Some(PATIENCE),
    )
}

impl AudioDevice for HostMicrophone {
    fn format(&self) -> &AudioFormat {
        self.intake.format()
    }

    fn read(&mut self, timeout: Duration) -> Result<Option<Captured<AudioFrame>>, DeviceError> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            if let Some(captured) = self.intake.take()? {
                return Ok(Some(captured));
            }
            match self.heard.take(deadline) {
                Ok(Some(heard)) => self.take_in(heard),
                Ok(None) => return Ok(None),
                Err(error) => self.intake.fail(error),
            }
        }
    }

    fn counts(&self) -> DeviceCounts {
        self.intake.counts()
    }
}

#[cfg(test)]
mod tests;
