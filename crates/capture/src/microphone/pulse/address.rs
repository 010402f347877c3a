//! Where the sound server listens.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// The server's sockets as the environment names them, in the order in which they are tried.
pub(super) fn sockets() -> Vec<PathBuf> {
    let user = rustix::process::getuid().as_raw();
    sockets_of(|name| env::var_os(name), user)
}

/// The cookie that proves to a server of another user that this one may use it.
pub(super) fn cookie() -> Vec<u8> {
    let home = env::var_os("HOME").map(PathBuf::from);
    let configuration = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let files = [
        env::var_os("PULSE_COOKIE").map(PathBuf::from),
        configuration.map(|directory| directory.join("pulse/cookie")),
        home.as_ref().map(|home| home.join(".config/pulse/cookie")),
        home.as_ref().map(|home| home.join(".pulse-cookie")),
    ];
    let mut cookies = files
        .into_iter()
        .flatten()
        .filter_map(|f| std::fs::read(f).ok());
    // Servers of the same user look at the socket's credentials, not at the cookie.
    cookies.next().unwrap_or_default()
}

/// As PulseAudio's own client looks for it. A `PULSE_SERVER` that names a server on the network
/// names no socket, and no other is tried then.
fn sockets_of(variable: impl Fn(&str) -> Option<OsString>, user: u32) -> Vec<PathBuf> {
    if let Some(servers) = variable("PULSE_SERVER").filter(|value| !value.is_empty()) {
        let servers = servers.to_string_lossy();
        return servers.split_whitespace().filter_map(socket).collect();
    }
    let directory = |name| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    [
        directory("PULSE_RUNTIME_PATH").map(|path| path.join("native")),
        directory("XDG_RUNTIME_DIR").map(|path| path.join("pulse/native")),
        Some(PathBuf::from(format!("/run/user/{user}/pulse/native"))),
        Some(PathBuf::from("/run/pulse/native")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The path in one word of `PULSE_SERVER`: `unix:/path` or `/path`, either after a machine's id
/// in braces.
fn socket(server: &str) -> Option<PathBuf> {
    let address = match server.strip_prefix('{') {
        Some(rest) => rest.split_once('}')?.1,
        None => server,
    };
    let path = address.strip_prefix("unix:").unwrap_or(address);
    path.starts_with('/').then(|| PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)]) -> Vec<String> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        let sockets = sockets_of(variable, 7).into_iter();
        sockets.map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn a_named_server_is_the_only_one() {
        let socket = "/run/x/native";
        for server in [
            "unix:/run/x/native",
            "/run/x/native",
            "{0f}unix:/run/x/native",
        ] {
            let named = [("PULSE_SERVER", server), ("XDG_RUNTIME_DIR", "/run/y")];
            assert_eq!(found(&named), [socket]);
        }
        assert_eq!(found(&[("PULSE_SERVER", "tcp:host:4713 unix:/a")]), ["/a"]);
        assert!(found(&[("PULSE_SERVER", "tcp:host:4713 {open")]).is_empty());
    }

    #[test]
    fn otherwise_it_is_where_servers_usually_are() {
        let usual = ["/run/user/7/pulse/native", "/run/pulse/native"];
        assert_eq!(found(&[("PULSE_SERVER", "")]), usual);
        let own = [
            ("XDG_RUNTIME_DIR", "/run/y"),
            ("PULSE_RUNTIME_PATH", "/run/z"),
        ];
        assert_eq!(
            found(&own),
            ["/run/z/native", "/run/y/pulse/native", usual[0], usual[1]]
        );
    }
}
