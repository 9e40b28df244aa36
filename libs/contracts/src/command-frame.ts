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

/** A frame and what it carries. */
export interface Frame<T> {
  readonly items: readonly FrameItem<T>[];
  readonly data: Buffer;
}

const FRAME_PREFIX = 4;

/** Packs items, in their order, into as few frames of at most `limit` bytes as that takes; a larger item goes by itself. */
export const encodeFrames = <T>(items: readonly FrameItem<T>[], limit: number): Frame<T>[] => {
  const heads = items.map((item) => Buffer.from(JSON.stringify(item.head)));
  const frames: Frame<T>[] = [];
  let start = 0;
  let size = FRAME_PREFIX;
  items.forEach((item, i) => {
    const itemSize = ITEM_PREFIX + (heads[i] as Buffer).length + item.body.length;
    if (size + itemSize > limit && i > start) {
      frames.push(packFrame(items.slice(start, i), heads.slice(start, i), size));
      start = i;
      size = FRAME_PREFIX;
    }
    size += itemSize;
  });
  if (start < items.length) frames.push(packFrame(items.slice(start), heads.slice(start), size));
  return frames;
};

const packFrame = <T>(items: readonly FrameItem<T>[], heads: readonly Buffer[], size: number): Frame<T> => {
  const data = Buffer.allocUnsafe(size);
  let at = data.writeUInt32BE(items.length, 0);
  items.forEach((item, i) => {
    const head = heads[i] as Buffer;
    at = data.writeUInt32BE(item.tag, at);
    at = data.writeUInt32BE(head.length, at);
    at = data.writeUInt32BE(item.body.length, at);
    at += head.copy(data, at);
    at += item.body.copy(data, at);
  });
  return { items, data };
};

export class FrameFormatError extends Error {
  override readonly name = 'FrameFormatError';
}

/** Reads a frame; bodies are views of `data`, not copies. Throws FrameFormatError on a torn or foreign one. */
export const decodeFrame = <T>(data: Uint8Array): FrameItem<T>[] => {
  const frame = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const items: FrameItem<T>[] = [];
  let at = FRAME_PREFIX;
  try {
    for (let left = frame.readUInt32BE(0); left > 0; left--) {
      const tag = frame.readUInt32BE(at);
      const headStart = at + ITEM_PREFIX;
      const bodyStart = headStart + frame.readUInt32BE(at + 4);
      const end = bodyStart + frame.readUInt32BE(at + 8);
      if (end > frame.length) throw new RangeError(`item ${items.length} ends at ${end}`);
      const head = JSON.parse(frame.toString('utf8', headStart, bodyStart)) as T;
      items.push({ tag, head, body: frame.subarray(bodyStart, end) });
      at = end;
    }
    if (at !== frame.length) throw new RangeError(`${items.length} items end at ${at}`);
  } catch (error) {
    throw new FrameFormatError(`a frame of ${frame.length} bytes is torn or not a frame`, { cause: error });
  }
  return items;
};
