//! The system calls of V4L2: the only unsafe code.
//!
//! **Nothing here can be called so that the kernel touches memory that is not its own.** The
//! structures hold numbers only and live as long as the call; buffers are always the kernel's
//! ([`MEMORY_MMAP`]), so that no address of ours ever reaches it; and what it shares with us is
//! copied out through a pointer, never borrowed, because a device may write to it at any time.
//!
//! Layouts are those of the Linux media userspace API, `videodev2.h`.

#![expect(
    unsafe_code,
    reason = "ioctl and mmap have no safe form for the requests of V4L2"
)]

use std::ffi::c_void;
use std::io;
use std::os::fd::BorrowedFd;
use std::ptr::{self, NonNull};

use rustix::ioctl::{Ioctl, IoctlOutput, Opcode, opcode};
use rustix::mm::{MapFlags, ProtFlags};

use crate::camera::answers::{Fraction, PictureFormat};

/// `V4L2_BUF_TYPE_VIDEO_CAPTURE`
const VIDEO_CAPTURE: u32 = 1;
/// `V4L2_MEMORY_MMAP`
const MEMORY_MMAP: u32 = 1;

/// `struct v4l2_capability`
#[repr(C)]
#[derive(Clone, Default)]
pub(super) struct Capability {
    pub(super) driver: [u8; 16],
    pub(super) card: [u8; 32],
    pub(super) bus_info: [u8; 32],
    version: u32,
    pub(super) capabilities: u32,
    pub(super) device_caps: u32,
    reserved: [u32; 3],
}

/// `struct v4l2_fmtdesc`
#[repr(C)]
#[derive(Clone, Default)]
pub(super) struct FormatDescription {
    index: u32,
    kind: u32,
    flags: u32,
    description: [u8; 32],
    pub(super) pixel_format: u32,
    mbus_code: u32,
    reserved: [u32; 3],
}

/// `struct v4l2_frmsizeenum`; `sizes` is the union, of which discrete sizes use the first two.
#[repr(C)]
#[derive(Clone, Default)]
pub(super) struct FrameSizes {
    index: u32,
    pixel_format: u32,
    pub(super) kind: u32,
    pub(super) sizes: [u32; 6],
    reserved: [u32; 2],
}

/// `struct v4l2_frmivalenum`; `intervals` is the union, of which discrete ones use the first.
#[repr(C)]
#[derive(Clone, Default)]
pub(super) struct FrameIntervals {
    index: u32,
    pixel_format: u32,
    width: u32,
    height: u32,
    pub(super) kind: u32,
    pub(super) intervals: [Fraction; 3],
    reserved: [u32; 2],
}

/// The union of `struct v4l2_format`: other members of it hold pointers, and so its alignment
/// is theirs.
#[repr(C)]
#[cfg_attr(target_pointer_width = "64", repr(align(8)))]
struct FormatUnion {
    picture: PictureFormat,
    other: [u8; 152],
}

/// `struct v4l2_format`
#[repr(C)]
struct Format {
    kind: u32,
    format: FormatUnion,
}

/// `struct v4l2_streamparm`, with `struct v4l2_captureparm` in its union.
#[repr(C)]
struct StreamParameters {
    kind: u32,
    capability: u32,
    mode: u32,
    interval: Fraction,
    other: [u8; 184],
}

/// `struct v4l2_requestbuffers`
#[repr(C)]
#[derive(Default)]
struct RequestBuffers {
    count: u32,
    kind: u32,
    memory: u32,
    capabilities: u32,
    flags: u8,
    reserved: [u8; 3],
}

/// `struct v4l2_timecode`
#[repr(C)]
#[derive(Clone, Default)]
struct Timecode {
    kind: u32,
    flags: u32,
    digits: [u8; 4],
    user_bits: [u8; 4],
}

/// `struct v4l2_buffer`
#[repr(C)]
#[derive(Clone, Default)]
pub(super) struct Buffer {
    pub(super) index: u32,
    kind: u32,
    pub(super) bytes_used: u32,
    pub(super) flags: u32,
    field: u32,
    pub(super) seconds: i64,
    pub(super) microseconds: i64,
    timecode: Timecode,
    pub(super) sequence: u32,
    memory: u32,
    /// The union: of a mapped buffer, where in the device its memory begins.
    offset: u32,
    /// The rest of the union, whose longest member is a pointer.
    #[cfg(target_pointer_width = "64")]
    other: u32,
    length: u32,
    reserved: u32,
    request: i32,
}

impl Buffer {
    fn mapped(index: u32) -> Self {
        Self {
            index,
            kind: VIDEO_CAPTURE,
            memory: MEMORY_MMAP,
            ..Self::default()
        }
    }
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<Capability>() == 104);
    assert!(size_of::<FormatDescription>() == 64);
    assert!(size_of::<FrameSizes>() == 44);
    assert!(size_of::<FrameIntervals>() == 52);
    assert!(size_of::<PictureFormat>() == 48);
    assert!(size_of::<Format>() == 208);
    assert!(size_of::<StreamParameters>() == 204);
    assert!(size_of::<RequestBuffers>() == 20);
    assert!(size_of::<Buffer>() == 88);
    assert!(std::mem::offset_of!(Buffer, seconds) == 24);
    assert!(std::mem::offset_of!(Buffer, offset) == 64);
};

/// A request with the structure that belongs to its number.
struct Request<'a, T> {
    opcode: Opcode,
    argument: &'a mut T,
}

// SAFETY: Requests are made by `call` alone, where each number is built of the size of the
// structure that `videodev2.h` names for it. The kernel reads and writes that many bytes at the
// pointer, which is borrowed for the call; each structure is valid whatever numbers are in it.
unsafe impl<T> Ioctl for Request<'_, T> {
    type Output = ();

    const IS_MUTATING: bool = true;

    fn opcode(&self) -> Opcode {
        self.opcode
    }

    fn as_ptr(&mut self) -> *mut c_void {
        ptr::from_mut(self.argument).cast()
    }

    unsafe fn output_from_ptr(_: IoctlOutput, _: *mut c_void) -> rustix::io::Result<()> {
        Ok(())
    }
}

fn call<T>(device: BorrowedFd<'_>, opcode: Opcode, argument: &mut T) -> io::Result<()> {
    loop {
        let request = Request {
            opcode,
            argument: &mut *argument,
        };
        // SAFETY: See `Request`. A file that is no video device knows no request of the group
        // `V` with these sizes and refuses it.
        match unsafe { rustix::ioctl::ioctl(device, request) } {
            Err(rustix::io::Errno::INTR) => {}
            result => return Ok(result?),
        }
    }
}

const fn read_write<T>(number: u8) -> Opcode {
    opcode::read_write::<T>(b'V', number)
}

/// `VIDIOC_QUERYCAP`
pub(super) fn query_capability(device: BorrowedFd<'_>) -> io::Result<Capability> {
    let mut capability = Capability::default();
    let opcode = opcode::read::<Capability>(b'V', 0);
    call(device, opcode, &mut capability)?;
    Ok(capability)
}

/// `VIDIOC_ENUM_FMT`
pub(super) fn describe_format(device: BorrowedFd<'_>, index: u32) -> io::Result<FormatDescription> {
    let mut description = FormatDescription {
        index,
        kind: VIDEO_CAPTURE,
        ..FormatDescription::default()
    };
    let opcode = read_write::<FormatDescription>(2);
    call(device, opcode, &mut description)?;
    Ok(description)
}

/// `VIDIOC_ENUM_FRAMESIZES`
pub(super) fn frame_sizes(
    device: BorrowedFd<'_>,
    pixel_format: u32,
    index: u32,
) -> io::Result<FrameSizes> {
    let mut sizes = FrameSizes {
        index,
        pixel_format,
        ..FrameSizes::default()
    };
    call(device, read_write::<FrameSizes>(74), &mut sizes)?;
    Ok(sizes)
}

/// `VIDIOC_ENUM_FRAMEINTERVALS`
pub(super) fn frame_intervals(
    device: BorrowedFd<'_>,
    pixel_format: u32,
    (width, height): (u32, u32),
    index: u32,
) -> io::Result<FrameIntervals> {
    let mut intervals = FrameIntervals {
        index,
        pixel_format,
        width,
        height,
        ..FrameIntervals::default()
    };
    call(device, read_write::<FrameIntervals>(75), &mut intervals)?;
    Ok(intervals)
}

/// `VIDIOC_G_FMT`
pub(super) fn picture_format(device: BorrowedFd<'_>) -> io::Result<PictureFormat> {
    exchange_format(device, 4, PictureFormat::default())
}

/// `VIDIOC_S_FMT`: what the device made of it.
pub(super) fn set_picture_format(
    device: BorrowedFd<'_>,
    picture: PictureFormat,
) -> io::Result<PictureFormat> {
    exchange_format(device, 5, picture)
}

fn exchange_format(
    device: BorrowedFd<'_>,
    number: u8,
    picture: PictureFormat,
) -> io::Result<PictureFormat> {
    let mut format = Format {
        kind: VIDEO_CAPTURE,
        format: FormatUnion {
            picture,
            other: [0; 152],
        },
    };
    call(device, read_write::<Format>(number), &mut format)?;
    Ok(format.format.picture)
}

/// `VIDIOC_G_PARM`: the time between two pictures.
pub(super) fn interval(device: BorrowedFd<'_>) -> io::Result<Fraction> {
    exchange_interval(device, 21, Fraction::default())
}

/// `VIDIOC_S_PARM`: what the device made of it.
pub(super) fn set_interval(device: BorrowedFd<'_>, interval: Fraction) -> io::Result<Fraction> {
    exchange_interval(device, 22, interval)
}

fn exchange_interval(
    device: BorrowedFd<'_>,
    number: u8,
    interval: Fraction,
) -> io::Result<Fraction> {
    let mut parameters = StreamParameters {
        kind: VIDEO_CAPTURE,
        capability: 0,
        mode: 0,
        interval,
        other: [0; 184],
    };
    let opcode = read_write::<StreamParameters>(number);
    call(device, opcode, &mut parameters)?;
    Ok(parameters.interval)
}

/// `VIDIOC_REQBUFS`: how many there are then.
pub(super) fn request_buffers(device: BorrowedFd<'_>, count: u32) -> io::Result<u32> {
    let mut request = RequestBuffers {
        count,
        kind: VIDEO_CAPTURE,
        memory: MEMORY_MMAP,
        ..RequestBuffers::default()
    };
    call(device, read_write::<RequestBuffers>(8), &mut request)?;
    Ok(request.count)
}

/// `VIDIOC_QBUF`
pub(super) fn queue_buffer(device: BorrowedFd<'_>, index: u32) -> io::Result<()> {
    call(device, read_write::<Buffer>(15), &mut Buffer::mapped(index))
}

/// `VIDIOC_DQBUF`
pub(super) fn dequeue_buffer(device: BorrowedFd<'_>) -> io::Result<Buffer> {
    let mut buffer = Buffer::mapped(0);
    call(device, read_write::<Buffer>(17), &mut buffer)?;
    Ok(buffer)
}

/// `VIDIOC_STREAMON` or `VIDIOC_STREAMOFF`
pub(super) fn set_streaming(device: BorrowedFd<'_>, on: bool) -> io::Result<()> {
    let opcode = opcode::write::<u32>(b'V', if on { 18 } else { 19 });
    call(device, opcode, &mut { VIDEO_CAPTURE })
}

/// The memory of one buffer of a device.
pub(super) struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

impl Mapping {
    /// `VIDIOC_QUERYBUF`, and the mapping that it describes.
    pub(super) fn new(device: BorrowedFd<'_>, index: u32) -> io::Result<Self> {
        let mut buffer = Buffer::mapped(index);
        call(device, read_write::<Buffer>(9), &mut buffer)?;
        let len = buffer.length as usize;
        let offset = u64::from(buffer.offset);
        let (protection, flags) = (ProtFlags::READ, MapFlags::SHARED);
        // SAFETY: A new mapping, at an address of the kernel's choice, replaces no other.
        let start =
            unsafe { rustix::mm::mmap(ptr::null_mut(), len, protection, flags, device, offset) }?;
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Self { start, len })
    }

    /// How many bytes it has.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Copies its beginning. What is longer than it stays as it was.
    pub(super) fn copy_to(&self, target: &mut [u8]) {
        let len = self.len.min(target.len());
        // SAFETY: `len` bytes are mapped for reading until `self` is dropped, and `target` is
        // memory of ours and no part of it. No reference to the mapping is ever made, so that
        // a device that writes to it meanwhile changes numbers and breaks no rule.
        unsafe { ptr::copy_nonoverlapping(self.start.as_ptr(), target.as_mut_ptr(), len) }
    }
}

// SAFETY: The mapping belongs to the process, and the pointer to it to this value alone.
unsafe impl Send for Mapping {}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: This is the mapping that `new` made; nothing else has its address.
        // An error could only be that it is none.
        _ = unsafe { rustix::mm::munmap(self.start.as_ptr().cast(), self.len) };
    }
}

#[cfg(test)]
mod tests {
    use std::mem::ManuallyDrop;

    use super::*;

    /// Memory of ours in place of a device's, which must not be unmapped.
    fn mapping(memory: &mut [u8]) -> ManuallyDrop<Mapping> {
        ManuallyDrop::new(Mapping {
            start: NonNull::from(&mut *memory).cast(),
            len: memory.len(),
        })
    }

    #[test]
    fn no_more_is_copied_than_there_is_and_than_is_wanted() {
        let mut memory = [1, 2, 3, 4];
        let mapping = mapping(&mut memory);
        assert_eq!(mapping.len(), 4);
        let (mut short, mut exact, mut long) = ([0; 2], [0; 4], [9; 6]);
        mapping.copy_to(&mut short);
        mapping.copy_to(&mut exact);
        mapping.copy_to(&mut long);
        mapping.copy_to(&mut []);
        assert_eq!(short, [1, 2]);
        assert_eq!(exact, [1, 2, 3, 4]);
        assert_eq!(long, [1, 2, 3, 4, 9, 9]);
    }

    #[test]
    fn each_request_hands_over_the_whole_of_its_structure() {
        let mut buffer = Buffer::mapped(3);
        let mut request = Request {
            opcode: read_write::<Buffer>(9),
            argument: &mut buffer,
        };
        let pointer: *mut Buffer = request.as_ptr().cast();
        // SAFETY: It points to the borrowed buffer, and nothing else uses it meanwhile.
        unsafe { (*pointer).length = 7 };
        assert_eq!((buffer.index, buffer.length), (3, 7));
        assert_eq!(buffer.memory, MEMORY_MMAP);
    }

    #[test]
    fn a_request_to_no_device_is_refused() {
        // Miri knows no ioctl.
        if cfg!(miri) {
            return;
        }
        // Any file that is no video device.
        let Ok(file) = std::fs::File::open("/dev/null") else {
            return;
        };
        let device = std::os::fd::AsFd::as_fd(&file);
        assert!(query_capability(device).is_err());
        assert!(set_streaming(device, false).is_err());
        assert!(Mapping::new(device, 0).is_err());
    }
}
