//! Files with everything to know in front.

use bytes::Bytes;
use media_recorder_mux::{Mp4Mode, Mp4Options, MuxOutput, Muxer};
use media_recorder_types::Packet;

use crate::reader::{indexed_samples, top_boxes};
use crate::support::{frame, id, live_file, ms, outputs, patched_file, pcm, samples, started, vp9};

fn options() -> Mp4Options {
    Mp4Options::new().mode(Mp4Mode::FastStart)
}

#[test]
fn nothing_comes_out_before_the_end() {
    let mut writer = started(options(), &[vp9(1), pcm(2)]);
    let mut other = started(options(), &[vp9(1), pcm(2)]);
    for n in 0..100 {
        let picture = frame(1, ms(n * 40), n % 10 == 0);
        assert_eq!(writer.cut_before(&picture), Ok(false));
        for packet in [picture, samples(2, n * 1920, 1920, n as u8)] {
            writer.write(packet.clone()).unwrap();
            writer.flush().unwrap();
            assert_eq!(writer.poll_output(), None);
            other.write(packet).unwrap();
        }
    }
    writer.finish().unwrap();
    other.finish().unwrap();
    let file = outputs(&mut writer);
    assert_eq!(file, outputs(&mut other), "neither call has an effect");
    assert_eq!(live_file(&file), patched_file(&file), "there is no patch");

    let file = live_file(&file);
    let boxes = top_boxes(&file).into_iter();
    let boxes: Vec<_> = boxes.map(|(kind, ..)| kind).collect();
    assert_eq!(boxes, ["ftyp", "moov", "mdat"]);
    assert_eq!(indexed_samples(&file).len(), 200);
}

#[test]
fn tracks_take_turns_within_seconds() {
    let mut writer = started(options(), &[vp9(1), pcm(2)]);
    for n in 0..500 {
        writer.write(frame(1, ms(n * 40), n == 0)).unwrap();
        writer.write(samples(2, n * 1920, 1920, 0)).unwrap();
    }
    writer.finish().unwrap();
    let file = live_file(&outputs(&mut writer));
    let moov: mp4_atom::Moov = crate::reader::decode(&file);
    for trak in &moov.trak {
        let chunks = trak.mdia.minf.stbl.stco.as_ref().unwrap();
        assert_eq!(chunks.entries.len(), 10, "20 s of 2 s each");
    }
}

#[test]
fn payloads_keep_their_allocation() {
    let payloads: Vec<Bytes> = (0..50).map(|_| vec![0x82; 3000].into()).collect();
    let mut writer = started(options(), &[vp9(1)]);
    for (payload, n) in payloads.iter().zip(0..) {
        let packet = Packet::new(id(1), payload.clone(), ms(n * 40), ms(40));
        writer.write(packet.with_key(true)).unwrap();
    }
    writer.finish().unwrap();
    let outputs = outputs(&mut writer);
    for payload in &payloads {
        let same = |output: &&MuxOutput| matches!(output, MuxOutput::Append(bytes) if bytes.as_ptr() == payload.as_ptr());
        assert_eq!(
            outputs.iter().find(same),
            Some(&MuxOutput::Append(payload.clone()))
        );
    }
}

#[test]
fn a_file_without_packets_is_one() {
    let mut writer = started(options(), &[vp9(1), pcm(2)]);
    writer.finish().unwrap();
    let file = live_file(&outputs(&mut writer));
    assert_eq!(indexed_samples(&file), []);
}
