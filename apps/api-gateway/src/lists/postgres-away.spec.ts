import { describe, expect, it } from '@jest/globals';
import { isPostgresAway, NoAnswerError } from './postgres-away.js';

describe('PostgreSQL', () => {
  it.each([
    ['nobody listens', { code: 'ECONNREFUSED' }],
    ['the connection breaks', { code: 'ECONNRESET' }],
    ['it is being shut down', { code: '57P01', severity: 'FATAL' }],
    ['it is starting up', { code: '57P03', severity: 'FATAL' }],
    ['the client lost it', new Error('Connection terminated unexpectedly')],
    ['no connection comes about', new Error('timeout exceeded when trying to connect')],
    ['it does not answer', new NoAnswerError(10)],
  ])('is away when %s', (_situation, error) => {
    expect(isPostgresAway(error)).toBe(true);
  });

  it.each([
    ['the question was wrong', { code: '42601', severity: 'ERROR' }],
    ['the programme is wrong', new TypeError('x is not a function')],
    ['there is no reason', undefined],
  ])('is not away when %s', (_situation, error) => {
    expect(isPostgresAway(error)).toBe(false);
  });
});
