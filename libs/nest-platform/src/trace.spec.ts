import { describe, expect, it } from '@jest/globals';

import { childTraceparent, traceIdOf } from './trace.js';

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';

describe('trace context', () => {
  it('keeps the trace and its sampling flag, with a span of its own', () => {
    const child = childTraceparent(PARENT);

    expect(traceIdOf(child)).toBe(traceIdOf(PARENT));
    expect(child.endsWith('-00')).toBe(true);
    expect(child).not.toBe(PARENT);
  });

  it.each([undefined, '', 'nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `${PARENT}-more`])(
    'begins a new trace for %p',
    (parent) => {
      expect(childTraceparent(parent)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    },
  );
});
