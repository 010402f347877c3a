//! A window of a Wayland compositor that shows numbers.

use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;

use wayrs_client::protocol::wl_shm::Format;
use wayrs_client::protocol::{WlBuffer, WlCompositor, WlShm, WlSurface};
use wayrs_client::{Connection, EventCtx, IoMode};
use wayrs_protocols::xdg_shell::{XdgSurface, XdgToplevel, XdgWmBase, xdg_surface, xdg_wm_base};

use crate::card;

/// That of the screen.
const SIZE: (i32, i32) = (1280, 720);

#[derive(Default)]
struct Told {
    is_configured: bool,
}

pub(crate) struct NumberWindow {
    connection: Connection<Told>,
    told: Told,
    surface: WlSurface,
    buffer: WlBuffer,
    pixels: File,
}

impl NumberWindow {
    pub(crate) fn open() -> Self {
        let mut connection = Connection::connect().unwrap();
        connection.blocking_roundtrip().unwrap();
        let compositor: WlCompositor = connection.bind_singleton(4).unwrap();
        let shm: WlShm = connection.bind_singleton(1).unwrap();
        let shell: XdgWmBase = connection
            .bind_singleton_with_cb(1, |ctx: EventCtx<'_, Told, XdgWmBase>| {
                let xdg_wm_base::Event::Ping(serial) = ctx.event else {
                    return;
                };
                ctx.proxy.pong(ctx.conn, serial);
            })
            .unwrap();
        let surface = compositor.create_surface(&mut connection);
        let role: XdgSurface = shell.get_xdg_surface_with_cb(&mut connection, surface, |ctx| {
            if let xdg_surface::Event::Configure(serial) = ctx.event {
                ctx.proxy.ack_configure(ctx.conn, serial);
                ctx.state.is_configured = true;
            }
        });
        let _: XdgToplevel = role.get_toplevel(&mut connection);
        surface.commit(&mut connection);
        let mut told = Told::default();
        while !told.is_configured {
            connection.flush(IoMode::Blocking).unwrap();
            connection.recv_events(IoMode::Blocking).unwrap();
            connection.dispatch_events(&mut told);
        }
        let (width, height) = SIZE;
        let pixels = tempfile::tempfile().unwrap();
        let len = width * height * 4;
        pixels.set_len(len as u64).unwrap();
        let descriptor = pixels.as_fd().try_clone_to_owned().unwrap();
        let pool = shm.create_pool(&mut connection, descriptor, len);
        let format = Format::Xrgb8888;
        let buffer = pool.create_buffer(&mut connection, 0, width, height, width * 4, format);
        let mut window = Self {
            connection,
            told,
            surface,
            buffer,
            pixels,
        };
        window.show(0);
        window
    }

    /// Paints a number. Waits until the compositor knows.
    pub(crate) fn show(&mut self, number: u16) {
        let (width, height) = SIZE;
        let cells = i32::from(card::CELLS);
        let row: Vec<u8> = (0..width)
            .flat_map(|x| {
                let cell = (x * cells / width) as u16;
                [if card::is_white(number, cell) { 255 } else { 0 }; 4]
            })
            .collect();
        let picture = row.repeat(height as usize);
        self.pixels.write_all_at(&picture, 0).unwrap();
        let connection = &mut self.connection;
        self.surface.attach(connection, Some(self.buffer), 0, 0);
        self.surface.damage_buffer(connection, 0, 0, width, height);
        self.surface.commit(connection);
        connection.blocking_roundtrip().unwrap();
        connection.dispatch_events(&mut self.told);
    }
}
