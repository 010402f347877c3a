//! X11, spoken in Rust: no `libxcb`.

mod display;
mod list;
mod picture;
mod pointer;
mod screen;
mod target;

pub(super) use list::screens;
pub(super) use screen::X11Screen;
