//! Wayland by `zwlr_screencopy_manager_v1`, spoken in Rust: no `libwayland`.

mod copy;
mod display;
mod outputs;
mod pixels;
mod screen;

pub(super) use outputs::screens;
pub(super) use screen::WaylandScreen;
