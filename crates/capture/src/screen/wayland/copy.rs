//! One copy of a monitor's pixels: what the compositor says of it.

use wayrs_client::EventCtx;
use wayrs_protocols::wlr_screencopy_unstable_v1::{
    ZwlrScreencopyFrameV1, zwlr_screencopy_frame_v1,
};

use super::display::Told;
use super::pixels::Layout;

/// How far the copy is that was asked for last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    /// The compositor has not said yet what buffer it needs.
    #[default]
    Asked,
    /// It has: a buffer is to be given.
    Described,
    /// The pixels are in the buffer.
    Ready,
    /// There will be none.
    Failed,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Copy {
    pub(super) stage: Stage,
    /// The buffer in memory that it takes; `None` where it takes none.
    pub(super) layout: Option<Layout>,
    /// The last row comes first.
    pub(super) is_upside_down: bool,
}

pub(super) fn on_frame(ctx: EventCtx<'_, Told, ZwlrScreencopyFrameV1>) {
    let copy = &mut ctx.state.copy;
    match ctx.event {
        zwlr_screencopy_frame_v1::Event::Buffer(buffer) => {
            copy.layout = Some(Layout {
                format: buffer.format,
                width: buffer.width,
                height: buffer.height,
                stride: buffer.stride,
            });
        }
        zwlr_screencopy_frame_v1::Event::BufferDone => copy.stage = Stage::Described,
        zwlr_screencopy_frame_v1::Event::Flags(flags) => {
            copy.is_upside_down = flags.contains(zwlr_screencopy_frame_v1::Flags::YInvert);
        }
        zwlr_screencopy_frame_v1::Event::Ready(_) => copy.stage = Stage::Ready,
        zwlr_screencopy_frame_v1::Event::Failed => copy.stage = Stage::Failed,
        _ => {}
    }
}
