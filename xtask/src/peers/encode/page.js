// Plays a clip onto a canvas and, if a type is given, records the canvas meanwhile.

"use strict";

async function main() {
  const type = "{TYPE}";
  const video = document.createElement("video");
  video.muted = true;
  video.src = "/clip.mp4";
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [{WIDTH}, {HEIGHT}];
  document.body.append(canvas);
  const context = canvas.getContext("2d");
  const paint = () => {
    context.drawImage(video, 0, 0);
    video.requestVideoFrameCallback(paint);
  };
  video.requestVideoFrameCallback(paint);
  const ended = new Promise((resolve, reject) => {
    video.onended = resolve;
    video.onerror = () => reject(video.error.message);
  });
  let bytes = 0;
  let stopped = Promise.resolve();
  let recorder = null;
  if (type) {
    const options = { mimeType: type, videoBitsPerSecond: {BITS} };
    recorder = new MediaRecorder(canvas.captureStream(), options);
    recorder.ondataavailable = (event) => { bytes += event.data.size; };
    stopped = new Promise((resolve) => { recorder.onstop = resolve; });
    recorder.start(1000);
  }
  await video.play();
  await ended;
  recorder?.stop();
  await stopped;
  return { bytes, seconds: video.duration };
}

main().catch((error) => ({ error: String(error) })).then((result) =>
  fetch("/result", { method: "POST", body: JSON.stringify(result) }));
