//! Screens of virtual displays: run by `cargo xtask devices screen`, which starts them.

#![expect(
    clippy::unwrap_used,
    reason = "a test says by its failure what did not hold"
)]

mod card;
mod clock;
mod cpu;
mod nothing;
mod wayland;
mod wayland_window;
mod x11;
mod x11_window;
