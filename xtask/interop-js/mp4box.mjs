// What mp4box.js reads in an MP4, as JSON. The verdict is not made here.

import { readFileSync } from "node:fs";
import { createFile, MP4BoxBuffer } from "mp4box";

// tfhd's flag default-base-is-moof (ISO/IEC 14496-12 §8.8.7).
const DEFAULT_BASE_IS_MOOF = 0x20000;

const { buffer } = new Uint8Array(readFileSync(process.argv[2]));
const file = createFile();
file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(buffer, 0));
file.flush();

const brands = [file.ftyp.major_brand, ...file.ftyp.compatible_brands];
const boxes = file.boxes.map((box) => box.type);
const tables = file.moov.traks.map((trak) => trak.mdia.minf.stbl.stsz.sample_count);
const fragments = (file.moofs ?? []).flatMap((moof) =>
  moof.trafs.map((traf) => ({
    track: traf.tfhd.track_id,
    defaultBaseIsMoof: (traf.tfhd.flags & DEFAULT_BASE_IS_MOOF) !== 0,
    begin: traf.tfdt?.baseMediaDecodeTime ?? null,
  })));
const tracks = file.getInfo().tracks.map(({ id }) => {
  const samples = file.getTrackSamplesInfo(id);
  return { id, samples: samples.length, keys: samples.filter((sample) => sample.is_sync).length };
});
const extended = file.moov.mvex !== undefined;
console.log(JSON.stringify({ brands, boxes, extended, tables, fragments, tracks }));
