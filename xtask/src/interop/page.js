// Does each job of /jobs.json with a <video> and posts what it saw. The verdict is not
// made here.
"use strict";

const video = document.querySelector("video");
const canvas = document.createElement("canvas");
const context = canvas.getContext("2d", { willReadFrequently: true });

function within(milliseconds, what, promise) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`no ${what} within ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]);
}

// The next event of a kind; an error of the target ends the wait.
function once(target, kind) {
  const event = new Promise((resolve, reject) => {
    target.addEventListener(kind, resolve, { once: true });
    target.addEventListener("error", () => {
      reject(new Error(`error instead of ${kind}: ${video.error?.message ?? ""}`));
    }, { once: true });
  });
  return within(20000, kind, event);
}

// The picture that is shown: how lively it is, and the frame number of the test pattern's
// mark (32 cells over the lowest twelfth, of which 2 to 25 are the number), if there is one.
function look() {
  const { videoWidth: width, videoHeight: height } = video;
  canvas.width = width;
  canvas.height = height;
  context.drawImage(video, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const green = (x, y) => data[(y * width + x) * 4 + 1];

  let sum = 0;
  let squares = 0;
  for (let i = 1; i < data.length; i += 4) {
    sum += data[i];
    squares += data[i] * data[i];
  }
  const mean = sum / (width * height);
  const deviation = Math.sqrt(squares / (width * height) - mean * mean);

  const markHeight = Math.max(4, Math.floor(height / 12));
  const y = height - Math.ceil(markHeight / 2);
  let cells = "";
  for (let cell = 0; cell < 32; cell++) {
    cells += green(Math.floor((cell + 0.5) * width / 32), y) > 127 ? "1" : "0";
  }
  const number = cells.startsWith("10") && cells.endsWith("01")
    ? parseInt(cells.slice(2, 26), 2)
    : null;
  return { width, height, deviation, number };
}

// Waits until the picture at `time` is on the screen. "seeked" alone does not say so: it may come
// before the compositor has the new picture, and what is painted then is the one before.
function presented(time) {
  const isThere = (frame) => frame.mediaTime <= time && time - frame.mediaTime < 0.5;
  const picture = new Promise((resolve) => {
    const check = (_, frame) => {
      if (isThere(frame)) resolve();
      else video.requestVideoFrameCallback(check);
    };
    video.requestVideoFrameCallback(check);
  });
  return within(20000, `picture of ${time} s`, picture);
}

async function seek(time, hasPicture) {
  const shown = Promise.all([once(video, "seeked"), hasPicture && presented(time)]);
  video.currentTime = time;
  await shown;
  return { time: video.currentTime, ...(hasPicture && look()) };
}

async function seekAll(job) {
  const pictures = [];
  for (const time of job.times) pictures.push(await seek(time, job.picture));
  return pictures;
}

// Shows a file, or what is opened by `open` once the element has its source.
async function load(url, open) {
  const metadata = once(video, "loadeddata");
  video.src = url;
  await Promise.all([metadata, open?.()]);
}

const jobs = {
  // Duration and picture at some times.
  async seek(job) {
    await load(job.url);
    const duration = video.duration;
    return { duration, pictures: await seekAll(job) };
  },

  // From the beginning to the end.
  async play(job) {
    await load(job.url);
    const ended = once(video, "ended");
    await video.play();
    await ended;
    return { time: video.currentTime, ...(job.picture && look()) };
  },

  // The parts, one by one, into a SourceBuffer.
  async append(job) {
    const source = new MediaSource();
    let buffered = [];
    await load(URL.createObjectURL(source), async () => {
      await once(source, "sourceopen");
      const buffer = source.addSourceBuffer(job.type);
      for (const url of job.parts) {
        const part = await (await fetch(url)).arrayBuffer();
        const updated = once(buffer, "updateend");
        buffer.appendBuffer(part);
        await updated;
      }
      source.endOfStream();
      for (let i = 0; i < buffer.buffered.length; i++) {
        buffered.push([buffer.buffered.start(i), buffer.buffered.end(i)]);
      }
    });
    return { duration: video.duration, buffered, pictures: await seekAll(job) };
  },
};

async function main() {
  const list = await (await fetch("/jobs.json")).json();
  const results = [];
  for (const job of list) {
    try {
      results.push(await jobs[job.kind](job));
    } catch (error) {
      results.push({ error: String(error) });
    }
  }
  // An infinite duration has no JSON.
  const body = JSON.stringify(results, (_, value) => value === Infinity ? "infinite" : value);
  await fetch("/result", { method: "POST", body });
}

main();
