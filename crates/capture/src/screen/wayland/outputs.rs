//! The monitors of a Wayland compositor.

use std::ffi::CStr;

use media_recorder_types::FrameSize;
use wayrs_client::EventCtx;
use wayrs_client::global::GlobalExt;
use wayrs_client::protocol::wl_output::{self, WlOutput};
use wayrs_protocols::xdg_output_unstable_v1::{ZxdgOutputManagerV1, ZxdgOutputV1, zxdg_output_v1};

use super::super::rect::Rect;
use super::super::{ScreenInfo, Surface};
use super::display::{Display, Told, lacks};
use crate::DeviceError;

/// A monitor.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub(super) proxy: WlOutput,
    /// The compositor's number for it, which is gone when the monitor is.
    pub(super) global: u32,
    xdg: Option<ZxdgOutputV1>,
    pub(super) name: String,
    label: String,
    /// In pixels.
    pub(super) size: FrameSize,
    /// In the compositor's coordinates, which a scaled monitor has fewer of than pixels.
    pub(super) place: Rect,
}

/// The monitors of the display, each with all that is to be known of it.
pub(super) fn find(display: &mut Display) -> Result<Vec<Output>, DeviceError> {
    let connection = &mut display.connection;
    let globals = connection.globals().to_vec();
    let places = connection
        .bind_singleton::<ZxdgOutputManagerV1>(2..=3)
        .map_err(|_| lacks("zxdg_output_manager_v1"))?;
    for global in globals.iter().filter(|global| global.is::<WlOutput>()) {
        let proxy = global
            .bind_with_cb(connection, 2..=4, on_output)
            .map_err(|_| lacks("wl_output 2"))?;
        let xdg = places.get_xdg_output_with_cb(connection, proxy, on_place);
        display.told.outputs.push(Output {
            proxy,
            global: global.name,
            xdg: Some(xdg),
            name: format!("output-{}", global.name),
            label: String::new(),
            size: FrameSize::new(0, 0),
            place: Rect::new(0, 0, 0, 0),
        });
    }
    display.round_trip()?;
    Ok(display.told.outputs.clone())
}

fn on_output(ctx: EventCtx<'_, Told, WlOutput>) {
    let mut outputs = ctx.state.outputs.iter_mut();
    let Some(output) = outputs.find(|output| output.proxy == ctx.proxy) else {
        return;
    };
    match ctx.event {
        wl_output::Event::Mode(mode) if mode.flags.contains(wl_output::Mode::Current) => {
            output.size = FrameSize::new(side(mode.width), side(mode.height));
        }
        wl_output::Event::Name(name) => output.name = text(&name),
        wl_output::Event::Description(label) => output.label = text(&label),
        _ => {}
    }
}

fn on_place(ctx: EventCtx<'_, Told, ZxdgOutputV1>) {
    let mut outputs = ctx.state.outputs.iter_mut();
    let Some(output) = outputs.find(|output| output.xdg == Some(ctx.proxy)) else {
        return;
    };
    match ctx.event {
        zxdg_output_v1::Event::LogicalPosition(at) => {
            (output.place.x, output.place.y) = (at.x, at.y);
        }
        zxdg_output_v1::Event::LogicalSize(size) => {
            output.place.width = side(size.width);
            output.place.height = side(size.height);
        }
        // Since version 4 `wl_output` says so itself.
        zxdg_output_v1::Event::Name(name) => output.name = text(&name),
        _ => {}
    }
}

fn side(pixels: i32) -> u32 {
    u32::try_from(pixels).unwrap_or(0)
}

fn text(text: &CStr) -> String {
    text.to_string_lossy().into_owned()
}

/// Lists the monitors. Which of them is the primary one Wayland does not know.
pub(in super::super) fn screens() -> Result<Vec<ScreenInfo>, DeviceError> {
    let mut display = Display::open()?;
    let outputs = find(&mut display)?.into_iter();
    let screens = outputs.map(|output| ScreenInfo {
        label: if output.label.is_empty() {
            output.name.clone()
        } else {
            output.label
        },
        surface: Surface::Screen(output.name),
        position: (output.place.x, output.place.y),
        size: output.size,
    });
    Ok(screens.collect())
}
