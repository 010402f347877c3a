//! A window that shows numbers.

use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, ConfigureWindowAux, ConnectionExt, CreateGCAux,
    CreateWindowAux, Gcontext, PropMode, Rectangle, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::card;

pub(crate) struct NumberWindow {
    pub(crate) connection: RustConnection,
    pub(crate) window: Window,
    root: Window,
    colors: [Gcontext; 2],
    size: (u16, u16),
}

impl NumberWindow {
    /// A window at `(x, y)` with a border of three pixels.
    pub(crate) fn open(x: i16, y: i16, size: (u16, u16)) -> Self {
        let (connection, screen) = RustConnection::connect(None).unwrap();
        let screen = &connection.setup().roots[screen];
        let (root, visual) = (screen.root, screen.root_visual);
        let [black, white] = [screen.black_pixel, screen.white_pixel];
        let window = connection.generate_id().unwrap();
        let (width, height) = size;
        connection
            .create_window(
                COPY_DEPTH_FROM_PARENT,
                window,
                root,
                x,
                y,
                width,
                height,
                3,
                WindowClass::INPUT_OUTPUT,
                visual,
                &CreateWindowAux::new().border_pixel(white),
            )
            .unwrap();
        let colors = [black, white].map(|color| {
            let context = connection.generate_id().unwrap();
            let values = CreateGCAux::new().foreground(color).graphics_exposures(0);
            connection.create_gc(context, window, &values).unwrap();
            context
        });
        let (property, kind) = (AtomEnum::WM_NAME, AtomEnum::STRING);
        connection
            .change_property8(PropMode::REPLACE, window, property, kind, b"numbers")
            .unwrap();
        connection.map_window(window).unwrap();
        let opened = Self {
            connection,
            window,
            root,
            colors,
            size,
        };
        opened.show(0);
        opened
    }

    pub(crate) fn id(&self) -> String {
        format!("{:#x}", self.window)
    }

    /// Paints a number, out of sight first: another's requests can come between any two of ours.
    pub(crate) fn show(&self, number: u16) {
        let (width, height) = self.size;
        let pixmap = self.connection.generate_id().unwrap();
        let depth = self.connection.setup().roots[0].root_depth;
        self.connection
            .create_pixmap(depth, pixmap, self.window, width, height)
            .unwrap();
        let edge = |cell: u16| (u32::from(cell) * u32::from(width) / u32::from(card::CELLS)) as u16;
        for (is_white, &context) in self.colors.iter().enumerate() {
            let cells: Vec<_> = (0..card::CELLS)
                .filter(|&cell| card::is_white(number, cell) == (is_white == 1))
                .map(|cell| Rectangle {
                    x: edge(cell) as i16,
                    y: 0,
                    width: edge(cell + 1) - edge(cell),
                    height,
                })
                .collect();
            self.connection
                .poly_fill_rectangle(pixmap, context, &cells)
                .unwrap();
        }
        let [context, _] = self.colors;
        self.connection
            .copy_area(pixmap, self.window, context, 0, 0, 0, 0, width, height)
            .unwrap();
        self.connection.free_pixmap(pixmap).unwrap();
        self.sync();
    }

    /// Waits until the server has done everything.
    pub(crate) fn sync(&self) {
        self.connection.sync().unwrap();
    }

    pub(crate) fn resize(&mut self, size: (u16, u16)) {
        let (width, height) = size;
        let values = ConfigureWindowAux::new()
            .width(u32::from(width))
            .height(u32::from(height));
        self.connection
            .configure_window(self.window, &values)
            .unwrap();
        self.size = size;
        self.sync();
    }

    pub(crate) fn close(&self) {
        self.connection.destroy_window(self.window).unwrap();
        self.sync();
    }

    /// Gives the window a cursor: a red square of 16 pixels that points with its upper left one.
    pub(crate) fn wear_red_cursor(&self) {
        let connection = &self.connection;
        let [pixmap, context, cursor] = [(); 3].map(|()| connection.generate_id().unwrap());
        connection
            .create_pixmap(1, pixmap, self.window, 16, 16)
            .unwrap();
        let ones = CreateGCAux::new().foreground(1);
        connection.create_gc(context, pixmap, &ones).unwrap();
        let all = Rectangle {
            x: 0,
            y: 0,
            width: 16,
            height: 16,
        };
        connection
            .poly_fill_rectangle(pixmap, context, &[all])
            .unwrap();
        connection
            .create_cursor(cursor, pixmap, pixmap, u16::MAX, 0, 0, 0, 0, 0, 0, 0)
            .unwrap();
        let values = ChangeWindowAttributesAux::new().cursor(cursor);
        connection
            .change_window_attributes(self.window, &values)
            .unwrap();
        self.sync();
    }

    /// Moves the pointer to a place on the screen.
    pub(crate) fn point_to(&self, x: i16, y: i16) {
        self.connection
            .warp_pointer(x11rb::NONE, self.root, 0, 0, 0, 0, x, y)
            .unwrap();
        self.sync();
    }
}
