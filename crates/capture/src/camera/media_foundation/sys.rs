//! The calls of Media Foundation: the only unsafe code of cameras on Windows.
//!
//! **Every interface is one that Media Foundation handed out and that is counted**: the crate
//! `windows` adds and releases references. What is left to keep here: memory that a call returns
//! is freed once, a locked buffer is read only while it is locked and only as far as it says, and
//! objects go to other threads only because Media Foundation's are made for that.

#![expect(
    unsafe_code,
    reason = "COM has no safe form: whether a call keeps its word, no compiler can see"
)]

use std::ptr;
use std::slice;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use windows::Win32::Media::MediaFoundation::{
    IMFActivate, IMFAttributes, IMFMediaEvent, IMFMediaSource, IMFMediaType, IMFSample,
    IMFSourceReader, IMFSourceReaderCallback, IMFSourceReaderCallback_Impl,
    MF_DEVSOURCE_ATTRIBUTE_FRIENDLY_NAME, MF_DEVSOURCE_ATTRIBUTE_SOURCE_TYPE,
    MF_DEVSOURCE_ATTRIBUTE_SOURCE_TYPE_VIDCAP_GUID,
    MF_DEVSOURCE_ATTRIBUTE_SOURCE_TYPE_VIDCAP_SYMBOLIC_LINK, MF_MT_FRAME_RATE, MF_MT_FRAME_SIZE,
    MF_MT_SUBTYPE, MF_MT_VIDEO_NOMINAL_RANGE, MF_MT_YUV_MATRIX, MF_SOURCE_READER_ASYNC_CALLBACK,
    MF_SOURCE_READER_FIRST_VIDEO_STREAM, MF_SOURCE_READERF_ENDOFSTREAM, MF_SOURCE_READERF_ERROR,
    MF_VERSION, MFCreateAttributes, MFCreateSourceReaderFromMediaSource, MFEnumDeviceSources,
    MFGetSystemTime, MFSTARTUP_LITE, MFSampleExtension_DeviceTimestamp, MFStartup,
};
use windows::Win32::System::Com::{CoIncrementMTAUsage, CoTaskMemFree};
use windows::core::{Error, GUID, HRESULT, PWSTR, Ref, Result, implement};

use crate::camera::delivery::Sink;

/// The first stream of pictures of a camera, which has no other.
const VIDEO: u32 = MF_SOURCE_READER_FIRST_VIDEO_STREAM.0 as u32;
/// Of a list that never ends, the driver is broken.
const MOST_TYPES: u32 = 4096;

/// Starts Media Foundation once; it stays until the process ends.
fn start_up() -> Result<()> {
    static STARTED: OnceLock<Result<()>> = OnceLock::new();
    let start = || {
        // SAFETY: Both may be called on any thread at any time. The first gives threads without
        // an apartment the free-threaded one, for as long as its cookie is not returned.
        unsafe {
            CoIncrementMTAUsage()?;
            MFStartup(MF_VERSION, MFSTARTUP_LITE)
        }
    };
    STARTED.get_or_init(start).clone()
}

/// The clock by which drivers stamp.
pub(in crate::camera) fn system_time() -> Duration {
    // SAFETY: It reads a counter and takes nothing.
    let units = unsafe { MFGetSystemTime() };
    from_units(u64::try_from(units).unwrap_or(0))
}

/// Of units of 100 ns.
fn from_units(units: u64) -> Duration {
    Duration::from_nanos(units.saturating_mul(100))
}

/// A camera that can be opened.
pub(super) struct Source(IMFActivate);

/// All cameras.
pub(super) fn sources() -> Result<Vec<Source>> {
    start_up()?;
    let attributes = attributes()?;
    let mut list: *mut Option<IMFActivate> = ptr::null_mut();
    let mut count = 0;
    // SAFETY: The attribute is one that this call asks for. It fills in an array of `count`
    // pointers, each with a reference that is ours; each is read out once, and the array, which
    // then owns nothing, is freed as the call's documentation says.
    unsafe {
        attributes.SetGUID(
            &MF_DEVSOURCE_ATTRIBUTE_SOURCE_TYPE,
            &MF_DEVSOURCE_ATTRIBUTE_SOURCE_TYPE_VIDCAP_GUID,
        )?;
        MFEnumDeviceSources(&attributes, &mut list, &mut count)?;
        let all = (0..count as usize).filter_map(|index| ptr::read(list.add(index)));
        let sources = all.map(Source).collect();
        CoTaskMemFree(Some(list.cast_const().cast()));
        Ok(sources)
    }
}

fn attributes() -> Result<IMFAttributes> {
    let mut attributes = None;
    // SAFETY: The pointer is to a place of that type.
    unsafe { MFCreateAttributes(&mut attributes, 1) }?;
    attributes.ok_or_else(Error::empty)
}

/// What a camera says of one of its types of media.
pub(super) struct NativeType {
    media_type: IMFMediaType,
    pub(super) subtype: GUID,
    /// Width and height.
    pub(super) size: (u32, u32),
    /// Pictures, in so many seconds.
    pub(super) rate: (u32, u32),
    /// `MFVideoTransferMatrix`
    pub(super) matrix: Option<u32>,
    /// `MFNominalRange`
    pub(super) range: Option<u32>,
}

impl Source {
    /// What opens it again.
    pub(super) fn link(&self) -> Result<String> {
        self.text(&MF_DEVSOURCE_ATTRIBUTE_SOURCE_TYPE_VIDCAP_SYMBOLIC_LINK)
    }

    /// A name for people.
    pub(super) fn name(&self) -> Result<String> {
        self.text(&MF_DEVSOURCE_ATTRIBUTE_FRIENDLY_NAME)
    }

    fn text(&self, key: &GUID) -> Result<String> {
        let (mut text, mut len) = (PWSTR::null(), 0);
        // SAFETY: On success `text` is a string with a zero at its end, which is ours to free.
        unsafe {
            self.0.GetAllocatedString(key, &mut text, &mut len)?;
            let copy = String::from_utf16_lossy(text.as_wide());
            CoTaskMemFree(Some(text.0.cast_const().cast()));
            Ok(copy)
        }
    }

    /// The ways in which it works.
    pub(super) fn native_types(&self) -> Result<Vec<NativeType>> {
        let reader = Reader::open(&self.0, None)?;
        let mut types = Vec::new();
        for index in 0..MOST_TYPES {
            // SAFETY: It takes numbers; the list ends with an error.
            match unsafe { reader.reader.GetNativeMediaType(VIDEO, index) } {
                Ok(media_type) => types.extend(native_type(media_type)),
                Err(_) => break,
            }
        }
        Ok(types)
    }

    /// Opens it and has its pictures delivered. `end` is told once it delivers no more, with an
    /// error if there is one.
    pub(super) fn start(&self, native: &NativeType, sink: Arc<Sink>, end: End) -> Result<Reader> {
        let own = OwnReader::default();
        let callback: IMFSourceReaderCallback = Callback {
            sink,
            end,
            reader: Arc::clone(&own),
        }
        .into();
        let mut reader = Reader::open(&self.0, Some(&callback))?;
        reader.own = own;
        // SAFETY: The media type is one of this camera. With a callback all other pointers have
        // to be left out.
        unsafe {
            let media_type = &native.media_type;
            reader.reader.SetCurrentMediaType(VIDEO, None, media_type)?;
            *reader.own.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(Shared(reader.reader.clone()));
            request(&reader.reader)?;
        }
        Ok(reader)
    }
}

fn native_type(media_type: IMFMediaType) -> Option<NativeType> {
    // Two numbers in one, the first in the upper half.
    let halves = |both: u64| ((both >> 32) as u32, both as u32);
    // SAFETY: Each key is one whose value is of the type that is asked for; of another one the
    // call fails.
    unsafe {
        Some(NativeType {
            subtype: media_type.GetGUID(&MF_MT_SUBTYPE).ok()?,
            size: halves(media_type.GetUINT64(&MF_MT_FRAME_SIZE).ok()?),
            rate: halves(media_type.GetUINT64(&MF_MT_FRAME_RATE).ok()?),
            matrix: media_type.GetUINT32(&MF_MT_YUV_MATRIX).ok(),
            range: media_type.GetUINT32(&MF_MT_VIDEO_NOMINAL_RANGE).ok(),
            media_type,
        })
    }
}

/// Is told that there are no more pictures.
pub(super) type End = Box<dyn Fn(Option<Error>) + Send + Sync>;

/// Asks for the next picture, which comes by the callback.
fn request(reader: &IMFSourceReader) -> Result<()> {
    // SAFETY: With a callback all pointers have to be left out.
    unsafe { reader.ReadSample(VIDEO, 0, None, None, None, None) }
}

/// A source reader that any thread may use.
struct Shared(IMFSourceReader);

// SAFETY: The objects of Media Foundation are free-threaded: it calls back on threads of its own
// and documents that the reader is called from there.
unsafe impl Send for Shared {}

/// The reader, for its own callback; `None` when it is closed, so that they do not keep each other.
type OwnReader = Arc<Mutex<Option<Shared>>>;

/// An open camera.
pub(super) struct Reader {
    reader: IMFSourceReader,
    /// What it was opened by, which keeps the device until it is told to let go of it.
    activate: IMFActivate,
    own: OwnReader,
}

// SAFETY: As of `Shared`; the same holds for what opens a device.
unsafe impl Send for Reader {}

impl Reader {
    fn open(activate: &IMFActivate, callback: Option<&IMFSourceReaderCallback>) -> Result<Self> {
        let attributes = attributes()?;
        // SAFETY: The attribute is one that the call below asks for; both objects are of the types
        // that are asked for, or the calls fail.
        unsafe {
            if let Some(callback) = callback {
                attributes.SetUnknown(&MF_SOURCE_READER_ASYNC_CALLBACK, callback)?;
            }
            let source: IMFMediaSource = activate.ActivateObject()?;
            match MFCreateSourceReaderFromMediaSource(&source, &attributes) {
                Ok(reader) => Ok(Self {
                    reader,
                    activate: activate.clone(),
                    own: OwnReader::default(),
                }),
                Err(error) => {
                    _ = activate.ShutdownObject();
                    Err(error)
                }
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        drop(
            self.own
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        // SAFETY: It ends the device; what is still called back with is an error.
        // It fails only where that has happened.
        _ = unsafe { self.activate.ShutdownObject() };
    }
}

/// Takes what the reader brings.
#[implement(IMFSourceReaderCallback)]
struct Callback {
    sink: Arc<Sink>,
    end: End,
    reader: OwnReader,
}

impl Callback_Impl {
    fn deliver(&self, sample: &IMFSample) {
        // SAFETY: The key's value is a number of that size.
        let stamp = unsafe { sample.GetUINT64(&MFSampleExtension_DeviceTimestamp) };
        let timestamp = stamp.ok().map(from_units);
        let (mut start, mut len) = (ptr::null_mut(), 0);
        // SAFETY: On success `start` points to `len` bytes that stay as they are until the buffer
        // is unlocked, which is after the last use of the slice.
        let delivered = unsafe {
            sample.ConvertToContiguousBuffer().and_then(|buffer| {
                buffer.Lock(&mut start, None, Some(&mut len))?;
                let bytes = slice::from_raw_parts(start.cast_const(), len as usize);
                self.sink.deliver(timestamp, bytes.len(), |target| {
                    let filled = bytes.get(..target.len());
                    filled.is_some_and(|filled| {
                        target.copy_from_slice(filled);
                        true
                    })
                });
                buffer.Unlock()
            })
        };
        if delivered.is_err() {
            // Counted as damaged.
            self.sink.deliver(timestamp, 0, |_| false);
        }
    }
}

impl IMFSourceReaderCallback_Impl for Callback_Impl {
    fn OnReadSample(
        &self,
        status: HRESULT,
        _stream: u32,
        flags: u32,
        _timestamp: i64,
        sample: Ref<IMFSample>,
    ) -> Result<()> {
        let ends = (MF_SOURCE_READERF_ERROR.0 | MF_SOURCE_READERF_ENDOFSTREAM.0) as u32;
        if status.is_err() || flags & ends != 0 {
            (self.end)(status.ok().err());
            return Ok(());
        }
        // Without one there is a gap, of which the next picture's instant tells.
        if let Some(sample) = sample.as_ref() {
            self.deliver(sample);
        }
        let own = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let reader = own.as_ref().map(|shared| shared.0.clone());
        drop(own);
        if let Some(Err(error)) = reader.as_ref().map(request) {
            (self.end)(Some(error));
        }
        Ok(())
    }

    fn OnFlush(&self, _stream: u32) -> Result<()> {
        Ok(())
    }

    fn OnEvent(&self, _stream: u32, _event: Ref<IMFMediaEvent>) -> Result<()> {
        Ok(())
    }
}
