// The parser of server-sent events, fed in pieces of every size.

import assert from "node:assert/strict";
import { test } from "node:test";

import { EventParser, type ServerEvent } from "../src/wire/events";

const parse = (...pieces: string[]): ServerEvent[] => {
  const parser = new EventParser();
  return pieces.flatMap((piece) => parser.push(piece));
};

test("an event has its name, data and id", () => {
  assert.deepEqual(parse("event: alert\nid: 7\ndata: {}\n\n"), [{ event: "alert", data: "{}", id: "7" }]);
});

test("any cut of the stream gives the same events", () => {
  const text = ": hello\r\n\r\nevent: alert\r\nid: 1\r\ndata: a\r\ndata: b\r\n\r\nid: 2\rdata: c\r\r\ndata:d\nid\n\n";
  const whole = parse(text);
  assert.deepEqual(whole, [
    { event: "alert", data: "a\nb", id: "1" },
    { event: "message", data: "c", id: "2" },
    { event: "message", data: "d", id: "" },
  ]);
  for (let size = 1; size < text.length; size += 1) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));
    assert.deepEqual(parse(...pieces), whole, `in pieces of ${size}`);
  }
});

test("comments and events without data dispatch nothing, but keep the id", () => {
  assert.deepEqual(parse(": heartbeat\n\nid: 4\n\n: heartbeat\n\ndata: x\n\n"), [{ event: "message", data: "x", id: "4" }]);
});

test("an unfinished event is not told", () => {
  assert.deepEqual(parse("data: x\n"), []);
});

test("an id with a NUL is not taken", () => {
  assert.deepEqual(parse("id: 3\nid: 4\0\ndata: x\n\n"), [{ event: "message", data: "x", id: "3" }]);
});
