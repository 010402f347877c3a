//! Linux with ALSA: the sound server's microphones first, then those that need none.

use super::{AudioWanted, hosts, pulse};
use crate::{AudioDevice, DeviceError, DeviceInfo};

pub(super) use pulse::Changes;

/// How the ids of `cpal` begin; those of a sound server have no colon so early.
const PREFIXES: [&str; 2] = ["alsa:", "jack:"];

pub(super) fn microphones() -> Result<Vec<DeviceInfo>, DeviceError> {
    joined(pulse::microphones(), hosts::microphones())
}

pub(super) fn outputs() -> Result<Vec<DeviceInfo>, DeviceError> {
    joined(pulse::outputs(), hosts::outputs())
}

pub(super) fn open(
    id: Option<&str>,
    wanted: AudioWanted,
) -> Result<Box<dyn AudioDevice>, DeviceError> {
    if id.is_some_and(|id| PREFIXES.iter().any(|prefix| id.starts_with(prefix))) {
        return hosts::open(id, wanted);
    }
    match (pulse::open(id, wanted), id) {
        (Err(no_server @ DeviceError::NoService { .. }), None) => hosts::open(None, wanted)
            .map_err(|error| match error {
                DeviceError::NotFound { .. } => no_server,
                other => other,
            }),
        (opened, _) => opened,
    }
}

/// Both lists. What the server says counts where ALSA has nothing.
fn joined(
    served: Result<Vec<DeviceInfo>, DeviceError>,
    direct: Result<Vec<DeviceInfo>, DeviceError>,
) -> Result<Vec<DeviceInfo>, DeviceError> {
    let direct = direct.unwrap_or_default();
    match served {
        Err(error) if direct.is_empty() => Err(error),
        served => Ok(served
            .unwrap_or_default()
            .into_iter()
            .chain(direct)
            .collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DeviceKind;

    fn list(id: &str) -> Vec<DeviceInfo> {
        vec![DeviceInfo {
            kind: DeviceKind::AudioInput,
            id: id.to_owned(),
            label: String::new(),
            group: String::new(),
        }]
    }

    fn no_server() -> DeviceError {
        DeviceError::NoService {
            service: "sound server",
            reason: String::new(),
        }
    }

    fn ids(list: Result<Vec<DeviceInfo>, DeviceError>) -> Vec<String> {
        list.unwrap().into_iter().map(|info| info.id).collect()
    }

    #[test]
    fn the_servers_come_first_and_one_list_is_enough() {
        let all = joined(Ok(list("mic")), Ok(list("alsa:default")));
        assert_eq!(ids(all), ["mic", "alsa:default"]);
        let direct = joined(Err(no_server()), Ok(list("alsa:default")));
        assert_eq!(ids(direct), ["alsa:default"]);
        assert_eq!(ids(joined(Ok(list("mic")), Err(no_server()))), ["mic"]);
        let none = joined(Err(no_server()), Ok(Vec::new()));
        assert!(matches!(none, Err(DeviceError::NoService { .. })));
    }
}
