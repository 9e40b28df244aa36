/** Answers in the form that senders expect: a reply, and the object's bytes with their version. */
import type { Answer } from '@holdfast/command-client';
import { NO_BODY, spliceVersion } from '@holdfast/contracts';
import type { Reply } from '@holdfast/contracts';
import type { Refusal } from '@holdfast/kernel';

import { inApiVersion } from './api-version.js';
import type { AnsweredObject, Verdict, VerdictEvent } from './verdict.js';

const OPENING_BRACKET = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSING_BRACKET = Buffer.from(']');
const NULL = Buffer.from('null');

export const refusalAnswer = (refusal: Refusal): Answer => ({ reply: { status: 'refused', refusal }, body: NO_BODY });

export const readAnswer = (version: number, body: Buffer): Answer => ({
  reply: { status: 'ok', version, outcome: 'read' },
  body,
});

/** `versionOf` gives the version of the verdict's event at an index; of a dry run's events there is none. */
export const verdictAnswer = (verdict: Verdict, versionOf: (index: number) => number | undefined): Answer => {
  switch (verdict.kind) {
    case 'refused':
      return refusalAnswer(verdict.refusal);
    case 'write': {
      const { version, body } = objectAnswer(verdict.object, verdict.events, versionOf);
      return { reply: okReply(version, verdict.outcome, verdict.warnings), body };
    }
    case 'transaction': {
      const objects = verdict.objects.map((object) => objectAnswer(object, verdict.events, versionOf));
      const version = objects.reduce((newest, object) => Math.max(newest, object.version), 0);
      const outcome = verdict.events.length === 0 ? 'unchanged' : 'changed';
      return { reply: okReply(version, outcome, verdict.warnings), body: jsonArray(objects.map(({ body }) => body)) };
    }
  }
};

/** A JSON array of values that are encoded already. */
export const jsonArray = (values: readonly Buffer[]): Buffer => {
  const parts: Buffer[] = [OPENING_BRACKET];
  values.forEach((value, i) => {
    if (i > 0) parts.push(COMMA);
    parts.push(value);
  });
  return Buffer.concat([...parts, CLOSING_BRACKET]);
};

const okReply = (
  version: number,
  outcome: 'created' | 'changed' | 'unchanged' | 'deleted',
  warnings: readonly string[],
): Reply => ({ status: 'ok', version, outcome, ...(warnings.length === 0 ? {} : { warnings }) });

const objectAnswer = (
  object: AnsweredObject,
  events: readonly VerdictEvent[],
  versionOf: (index: number) => number | undefined,
): { readonly version: number; readonly body: Buffer } => {
  switch (object.kind) {
    case 'removed':
      return { version: 0, body: NULL };
    case 'stored':
      return {
        version: object.version,
        body: spliceVersion(inApiVersion(object.bytes, object.apiVersion), object.version),
      };
    case 'event': {
      const { bytes: stored, record } = events[object.index] as VerdictEvent;
      const bytes = inApiVersion(stored, object.apiVersion);
      const version = versionOf(object.index);
      if (version !== undefined) return { version, body: spliceVersion(bytes, version) };
      return dryRunAnswer(bytes, record.previous);
    }
  }
};

/** A dry run shows the object with the version it still has; a new one has none. */
const dryRunAnswer = (bytes: Buffer, previous: number | undefined): { version: number; body: Buffer } =>
  previous === undefined ? { version: 0, body: bytes } : { version: previous, body: spliceVersion(bytes, previous) };
