/**
 * How commands and replies travel: many in one NATS message, each a JSON head and raw bytes.
 *
 *   frame   = 4 bytes: number of items, then the items
 *   item    = 4 bytes: tag, 4 bytes: length of head, 4 bytes: length of body, head (JSON, UTF-8), body (bytes)
 *
 * Numbers are unsigned, big-endian. The tag is the sender's: a reply carries the tag of its command.
 */
export interface FrameItem<T> {
  readonly tag: number;
  readonly head: T;
  readonly body: Buffer;
}

export const NO_BODY = Buffer.alloc(0);

const ITEM_PREFIX = 12;

export const encodeFrame = <T>(items: readonly FrameItem<T>[]): Buffer => {
  const heads = items.map((item) => Buffer.from(JSON.stringify(item.head)));
  const size = items.reduce((sum, item, i) => sum + ITEM_PREFIX + (heads[i] as Buffer).length + item.body.length, 4);
  const frame = Buffer.allocUnsafe(size);
  let at = frame.writeUInt32BE(items.length, 0);
  items.forEach((item, i) => {
    const head = heads[i] as Buffer;
    at = frame.writeUInt32BE(item.tag, at);
    at = frame.writeUInt32BE(head.length, at);
    at = frame.writeUInt32BE(item.body.length, at);
    at += head.copy(frame, at);
    at += item.body.copy(frame, at);
  });
  return frame;
};

/** Reads a frame; bodies are views of `data`, not copies. Throws RangeError on a torn frame. */
export const decodeFrame = <T>(data: Uint8Array): FrameItem<T>[] => {
  const frame = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const items: FrameItem<T>[] = [];
  const count = frame.readUInt32BE(0);
  let at = 4;
  for (let i = 0; i < count; i++) {
    const tag = frame.readUInt32BE(at);
    const headEnd = at + ITEM_PREFIX + frame.readUInt32BE(at + 4);
    const bodyEnd = headEnd + frame.readUInt32BE(at + 8);
    if (bodyEnd > frame.length) throw new RangeError(`frame of ${frame.length} bytes ends inside item ${i}`);
    items.push({
      tag,
      head: JSON.parse(frame.toString('utf8', at + ITEM_PREFIX, headEnd)) as T,
      body: frame.subarray(headEnd, bodyEnd),
    });
    at = bodyEnd;
  }
  return items;
};
