//! A file with everything to know in front of the media.

use alloc::vec::Vec;

use bytes::Bytes;

use super::boxes::LARGE_HEADER_OCTETS;
use super::movie;
use super::recording::media_data_header;
use super::track::Track;
use crate::output::Output;

/// The media of a file, which wait for its end.
#[derive(Debug, Default)]
pub(super) struct HeldMedia {
    payloads: Vec<Bytes>,
    octets: u64,
}

impl HeldMedia {
    /// Takes the samples of the open fragment: a chunk of each track.
    pub(super) fn take_runs(&mut self, tracks: &mut [Track]) {
        for track in tracks {
            if !track.run.samples.is_empty() {
                track.index_run(self.octets);
                self.octets += track.run.octets;
                self.payloads.append(&mut track.run.payloads);
                track.run.clear();
            }
        }
    }

    /// Puts out the file. The tracks' indices are complete but for where it begins.
    pub(super) fn put_file(self, tracks: &mut [Track], output: &mut Output) {
        let file_type = movie::file_type(tracks);
        let before_movie = (file_type.len() + LARGE_HEADER_OCTETS) as u64;
        let mut begin = 0;
        // Where the media begin is in the `moov` and depends on its length, which grows once
        // if an offset no longer fits into 32 bits.
        let movie = loop {
            let movie = movie::complete_movie(tracks);
            let next = before_movie + movie.len() as u64;
            if next == begin {
                break movie;
            }
            for track in &mut *tracks {
                track.index.shift_chunks(next - begin);
            }
            begin = next;
        };
        output.append(file_type.into());
        output.append(movie.into());
        output.append(media_data_header(LARGE_HEADER_OCTETS as u64 + self.octets));
        for payload in self.payloads {
            output.append(payload);
        }
    }
}
