//! The `media-recorder` command.
fn main() {}
