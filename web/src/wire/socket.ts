// The picture's WebSocket: opened again whenever it closes or falls silent; the server then begins with a snapshot.

import { decodeFrame, type Frame } from "./picture";
import { Backoff } from "./retry";
import type { Identity } from "./types";

/** About two messages come a second: silence beyond this is a dead line. */
const SILENCE_MS = 15_000;

export interface PictureReader {
  onVessels: (vessels: Identity[]) => void;
  onFrame: (frame: Frame) => void;
  onLive: (isLive: boolean) => void;
}

/** Follows the picture for good; `token` is asked at each try. */
export async function followPicture(token: () => string | null, reader: PictureReader): Promise<never> {
  const backoff = new Backoff();
  for (;;) {
    await readOnce(token(), {
      ...reader,
      onLive: (isLive) => {
        if (isLive) backoff.reset();
        reader.onLive(isLive);
      },
    });
    reader.onLive(false);
    await backoff.wait();
  }
}

/** Settles when the line is closed. */
function readOnce(token: string | null, reader: PictureReader): Promise<void> {
  const url = new URL("/api/v1/picture", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const protocols = token === null ? ["picket.v1"] : ["picket.v1", `bearer.${token}`];
  const socket = new WebSocket(url, protocols);
  socket.binaryType = "arraybuffer";
  let watchdog = setTimeout(() => socket.close(), SILENCE_MS);
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => socket.close(), SILENCE_MS);
    if (typeof data === "string") {
      reader.onVessels((JSON.parse(data) as { vessels?: Identity[] }).vessels ?? []);
      return;
    }
    const frame = decodeFrame(data);
    if (frame === null) return;
    reader.onLive(true);
    reader.onFrame(frame);
  };
  return new Promise((done) => {
    socket.onclose = () => {
      clearTimeout(watchdog);
      done();
    };
  });
}
