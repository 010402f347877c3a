// What mediabunny reads in a file, as JSON. The verdict is not made here.

import { ALL_FORMATS, EncodedPacketSink, FilePathSource, Input } from "mediabunny";

async function read(track) {
  let count = 0;
  let keys = 0;
  for await (const packet of new EncodedPacketSink(track).packets()) {
    count += 1;
    keys += packet.type === "key" ? 1 : 0;
  }
  const first = await track.getFirstTimestamp();
  return { kind: track.type, codec: track.codec, first, count, keys };
}

const input = new Input({ source: new FilePathSource(process.argv[2]), formats: ALL_FORMATS });
const tracks = [];
for (const track of await input.getTracks()) tracks.push(await read(track));
const type = await input.getMimeType();
const duration = await input.computeDuration();
console.log(JSON.stringify({ type, duration, tracks }));
