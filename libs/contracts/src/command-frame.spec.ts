import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { decodeFrame, encodeFrames, FrameFormatError, NO_BODY } from './command-frame.js';
import type { FrameItem } from './command-frame.js';

const item: fc.Arbitrary<FrameItem<unknown>> = fc.record({
  tag: fc.integer({ min: 0, max: 0xffff_ffff }),
  head: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
  body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

describe('frames', () => {
  it('carry every item in order, whatever is in it and however they are cut', () => {
    fc.assert(
      fc.property(fc.array(item), fc.integer({ min: 16, max: 2_000 }), (items, limit) => {
        const frames = encodeFrames(items, limit);

        expect(frames.flatMap((frame) => decodeFrame(frame.data))).toEqual(items);
        expect(frames.flatMap((frame) => frame.items)).toEqual(items);
      }),
    );
  });

  it('are no larger than allowed, unless one item alone is', () => {
    fc.assert(
      fc.property(fc.array(item), fc.integer({ min: 16, max: 2_000 }), (items, limit) => {
        for (const frame of encodeFrames(items, limit)) {
          if (frame.items.length > 1) expect(frame.data.length).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  it('are as few as that takes', () => {
    const items = Array.from({ length: 100 }, (_, tag) => ({ tag, head: {}, body: NO_BODY }));
    expect(encodeFrames(items, 1024 * 1024)).toHaveLength(1);
    expect(encodeFrames([], 1024)).toEqual([]);
  });
});

describe('a message that is no frame', () => {
  const [frame] = encodeFrames([{ tag: 1, head: { id: 'x' }, body: Buffer.from('body') }], 1024);
  const whole = frame?.data ?? NO_BODY;

  it('is told, wherever a frame was torn', () => {
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeFrame(whole.subarray(0, length))).toThrow(FrameFormatError);
    }
  });

  it.each([
    ['text', Buffer.from('hello world, this is no frame')],
    ['a frame with something behind it', Buffer.concat([whole, Buffer.from('x')])],
    [
      'a frame that promises more than it holds',
      Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff]), whole.subarray(4)]),
    ],
    ['a frame whose head is no JSON', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0x7b])],
  ])('is told: %s', (_, data) => {
    expect(() => decodeFrame(data)).toThrow(FrameFormatError);
  });
});
