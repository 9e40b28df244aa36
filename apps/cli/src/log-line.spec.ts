import { describe, expect, it } from '@jest/globals';

import { readLogLine } from './log-line.js';

describe('a log line read for people', () => {
  it('is its message and what else it knows', () => {
    const line =
      '{"level":"warn","time":"2026-01-01T00:00:00Z","service":"api-gateway","requestID":"r-1","open":3,"msg":"slow watcher closed"}';
    expect(readLogLine(line)).toEqual({ severity: 'warn', text: 'slow watcher closed requestID=r-1 open=3' });
  });

  it('tells an error once', () => {
    expect(readLogLine('{"level":"fatal","msg":"no disk","err":{"message":"no disk"}}').text).toBe('no disk');
    expect(readLogLine('{"level":"error","msg":"append failed","err":{"message":"no disk"}}').text).toBe(
      'append failed (no disk)',
    );
  });

  it('is an error when no logger wrote it', () => {
    expect(readLogLine('TypeError: x is not a function')).toEqual({
      severity: 'error',
      text: 'TypeError: x is not a function',
    });
    expect(readLogLine('{"broken').severity).toBe('error');
  });
});
