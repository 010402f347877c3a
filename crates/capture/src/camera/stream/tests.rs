//! A kernel that does what real ones do seldom.

use std::collections::VecDeque;
use std::time::Instant;

use media_recorder_types::{ColorInfo, FrameSize, PixelFormat, Rate, VideoCodec};
use rustix::io::Errno;

use super::*;
use crate::VideoFormat;
use crate::camera::clock::SystemClock;
use crate::camera::intake::Content;
use crate::camera::layout::RawLayout;

const SIZE: FrameSize = FrameSize::new(4, 2);
/// Rows of 4 YUYV pixels are 8 bytes; this device pads them to 12.
const LINE: u32 = 12;
const LEN: usize = 24;
const SOON: Duration = Duration::from_millis(1);

#[derive(Debug)]
enum Happening {
    Picture(Delivery, Vec<u8>),
    Nothing,
    /// Ready, and then nothing to take: another thread was quicker, or a driver is wrong.
    FalseAlarm,
    Gone,
    Fails(Errno),
}

/// Plays what happens, and then times out. A buffer that was not given back is not filled again.
#[derive(Default)]
struct FakeKernel {
    happenings: VecDeque<Happening>,
    taken: Vec<(u32, Vec<u8>)>,
    refuses_buffers: bool,
}

impl Buffers for FakeKernel {
    fn wait(&mut self, _: Option<Duration>) -> io::Result<Readiness> {
        match self.happenings.front() {
            None => Ok(Readiness::TimedOut),
            Some(Happening::Nothing) => {
                self.happenings.pop_front();
                Ok(Readiness::TimedOut)
            }
            Some(Happening::Gone) => Ok(Readiness::Gone),
            Some(_) => Ok(Readiness::Ready),
        }
    }

    fn dequeue(&mut self) -> io::Result<Option<Delivery>> {
        match self.happenings.pop_front() {
            Some(Happening::Picture(delivery, bytes)) => {
                self.taken.push((delivery.index, bytes));
                Ok(Some(delivery))
            }
            Some(Happening::Fails(errno)) => Err(errno.into()),
            _ => Ok(None),
        }
    }

    fn copy(&self, index: u32, target: &mut [u8]) -> bool {
        let taken = self.taken.iter().find(|(taken, _)| *taken == index);
        let bytes = taken.and_then(|(_, bytes)| bytes.get(..target.len()));
        bytes.map(|bytes| target.copy_from_slice(bytes)).is_some()
    }

    fn requeue(&mut self, index: u32) -> io::Result<()> {
        assert!(self.taken.iter().any(|(taken, _)| *taken == index));
        self.taken.retain(|(taken, _)| *taken != index);
        if self.refuses_buffers {
            return Err(Errno::NODEV.into());
        }
        Ok(())
    }

    fn is_loss(error: &io::Error) -> bool {
        Errno::from_io_error(error) == Some(Errno::NODEV)
    }
}

fn delivery(sequence: u32) -> Delivery {
    Delivery {
        index: sequence % 4,
        len: LEN,
        sequence,
        is_flagged: false,
        timestamp: None,
    }
}

/// A picture whose bytes are its number.
fn picture(sequence: u32) -> Happening {
    Happening::Picture(delivery(sequence), vec![sequence as u8; LEN])
}

fn stream_of(content: Content, happenings: impl Into<VecDeque<Happening>>) -> Stream<FakeKernel> {
    let format = VideoFormat {
        size: SIZE,
        rate: Rate::new(30, 1),
        color: ColorInfo::BT601,
        label: "fake".to_owned(),
    };
    let kernel = FakeKernel {
        happenings: happenings.into(),
        ..FakeKernel::default()
    };
    Stream::new(kernel, Intake::new(content, format, SystemClock::now()))
}

fn yuyv(happenings: impl Into<VecDeque<Happening>>) -> Stream<FakeKernel> {
    let layout = RawLayout::new(PixelFormat::Yuyv, SIZE, LINE, LEN as u32).unwrap();
    stream_of(Content::Raw(layout), happenings)
}

/// The first byte of each picture until there is none in time.
fn numbers(stream: &mut Stream<FakeKernel>) -> Vec<u8> {
    let mut numbers = Vec::new();
    while let Some(captured) = stream.read(SOON).unwrap() {
        numbers.push(match captured.data {
            CapturedPicture::Raw(frame) => frame.planes()[0].data[0],
            CapturedPicture::Encoded(packet) => packet[packet.len() - 1],
        });
    }
    numbers
}

#[test]
fn pictures_keep_the_padding_and_the_colour_of_the_device() {
    let mut stream = yuyv([picture(7)]);
    let captured = stream.read(SOON).unwrap().unwrap();
    let CapturedPicture::Raw(frame) = captured.data else {
        panic!("pixels were asked for");
    };
    assert_eq!((frame.format(), frame.size()), (PixelFormat::Yuyv, SIZE));
    assert_eq!(frame.planes()[0].stride, LINE as usize);
    assert_eq!(frame.color, ColorInfo::BT601);
    // A buffer lent to a picture is not written to by the next ones.
    stream.buffers.happenings = (8..20).map(picture).collect();
    assert_eq!(numbers(&mut stream), (8..20).collect::<Vec<u8>>());
    assert!(frame.planes()[0].data.iter().all(|&byte| byte == 7));
    assert_eq!(stream.counts(), DeviceCounts::default());
}

#[test]
fn what_the_driver_could_not_store_is_counted_as_lost() {
    let mut stream = yuyv([picture(10), picture(11), picture(15), picture(16)]);
    assert_eq!(numbers(&mut stream), [10, 11, 15, 16]);
    assert_eq!(stream.counts().lost, 3);
}

#[test]
fn numbers_may_wrap_and_a_driver_need_not_count() {
    let mut stream = yuyv([picture(u32::MAX - 1), picture(u32::MAX), picture(1)]);
    numbers(&mut stream);
    assert_eq!(stream.counts().lost, 1);
    let mut stream = yuyv([picture(0), picture(0), picture(0)]);
    numbers(&mut stream);
    assert_eq!(stream.counts().lost, 0);
}

#[test]
fn damaged_pictures_are_counted_and_their_buffers_given_back() {
    let flagged = Delivery {
        is_flagged: true,
        ..delivery(1)
    };
    let short = Delivery {
        len: LEN - 5,
        ..delivery(2)
    };
    let mut stream = yuyv([
        picture(0),
        Happening::Picture(flagged, vec![1; LEN]),
        Happening::Picture(short, vec![2; LEN]),
        picture(3),
    ]);
    assert_eq!(numbers(&mut stream), [0, 3]);
    assert_eq!(stream.counts().damaged, 2);
    assert_eq!(stream.counts().lost, 0);
    assert!(stream.buffers.taken.is_empty());
}

#[test]
fn the_padding_of_the_last_row_may_be_missing() {
    let short = Delivery {
        len: LEN - 4,
        ..delivery(0)
    };
    let mut stream = yuyv([Happening::Picture(short, vec![9; LEN - 4])]);
    assert_eq!(numbers(&mut stream), [9]);
}

#[test]
fn a_buffer_is_never_read_past_its_end() {
    // The driver says more than it has mapped.
    let mut stream = yuyv([Happening::Picture(delivery(0), vec![0; 3])]);
    assert_eq!(numbers(&mut stream), [0_u8; 0]);
    assert_eq!(stream.counts().damaged, 1);
}

#[test]
fn packets_are_as_long_as_they_are_and_begin_as_what_they_are() {
    let packet = |sequence: u32, bytes: &[u8]| {
        let delivery = Delivery {
            len: bytes.len(),
            ..delivery(sequence)
        };
        Happening::Picture(delivery, bytes.to_vec())
    };
    let happenings = || {
        [
            packet(0, &[0xff, 0xd8, 1]),
            packet(1, &[]),
            packet(2, &[0, 0, 1, 2]),
            packet(3, &[0xff, 0xd8, 0, 3]),
        ]
    };
    let mut mjpeg = stream_of(Content::Encoded(VideoCodec::Mjpeg), happenings());
    assert_eq!(numbers(&mut mjpeg), [1, 3]);
    assert_eq!(mjpeg.counts().damaged, 2);
    let mut h264 = stream_of(Content::Encoded(VideoCodec::H264), happenings());
    assert_eq!(numbers(&mut h264), [1, 2, 3]);
    assert_eq!(h264.counts().damaged, 1);
}

#[test]
fn an_unplugged_device_ends_it_at_once_and_for_good() {
    for how in [Happening::Gone, Happening::Fails(Errno::NODEV)] {
        let mut stream = yuyv([picture(0), how]);
        assert!(stream.read(SOON).unwrap().is_some());
        assert!(matches!(stream.read(Duration::MAX), Err(End::Lost)));
        stream.buffers.happenings = [picture(1)].into();
        assert!(matches!(stream.read(Duration::MAX), Err(End::Lost)));
    }
}

#[test]
fn what_came_before_the_device_was_unplugged_is_delivered() {
    let mut stream = yuyv([picture(5)]);
    stream.buffers.refuses_buffers = true;
    assert!(stream.read(SOON).unwrap().is_some());
    assert!(matches!(stream.read(SOON), Err(End::Lost)));
}

#[test]
fn another_failure_is_named_once() {
    let mut stream = yuyv([Happening::Fails(Errno::IO)]);
    let Err(End::Failed(error)) = stream.read(SOON) else {
        panic!("an input error is no loss");
    };
    assert_eq!(Errno::from_io_error(&error), Some(Errno::IO));
    assert!(matches!(stream.read(SOON), Err(End::Lost)));
}

#[test]
fn no_picture_in_time_is_no_end() {
    let mut stream = yuyv([Happening::Nothing, Happening::FalseAlarm, picture(0)]);
    assert!(stream.read(Duration::ZERO).unwrap().is_none());
    assert!(stream.read(Duration::ZERO).unwrap().is_none());
    assert!(stream.read(Duration::ZERO).unwrap().is_some());
    // Damaged pictures without end do not hold the reader beyond its time.
    let short = Delivery {
        len: 0,
        ..delivery(1)
    };
    stream.buffers.happenings = (0..100)
        .map(|_| Happening::Picture(short, Vec::new()))
        .collect();
    assert!(stream.read(Duration::ZERO).unwrap().is_none());
    assert_eq!(stream.counts().damaged, 1);
}

#[test]
fn instants_are_the_kernels_where_they_can_be() {
    let before = Instant::now();
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let now = Duration::try_from(now).unwrap();
    let stamped = |sequence, timestamp| {
        let delivery = Delivery {
            timestamp: Some(timestamp),
            ..delivery(sequence)
        };
        Happening::Picture(delivery, vec![0; LEN])
    };
    let second = Duration::from_secs(1);
    let mut stream = yuyv([
        stamped(0, now - second),
        stamped(1, now - second / 2),
        stamped(2, now + 1000 * second),
        picture(3),
    ]);
    let mut read = || stream.read(SOON).unwrap().unwrap().at;
    let (first, second_at, future, none) = (read(), read(), read(), read());
    assert_eq!(second_at - first, second / 2);
    assert!(first < before);
    // From another clock, or none: when it was taken.
    assert!(future >= before && future <= Instant::now());
    assert!(none >= future);
}
