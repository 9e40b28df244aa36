/** Reads a message of the protocol; what cannot be read says why, member by member. */
import { z } from 'zod';

import {
  beginAnswerShape,
  beginShape,
  endpointShape,
  jobShape,
  outputShape,
  reportAnswerShape,
  reportShape,
} from './messages.js';
import type { BeginAnswer, BeginRequest, BuildReport, Job, OutputMessage, ReportAnswer } from './messages.js';

export class MessageFormatError extends Error {
  override readonly name = 'MessageFormatError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('; '));
  }
}

export const readJob = (data: Uint8Array): Job => read(jobShape, data);
export const readBegin = (data: Uint8Array): BeginRequest => read(beginShape, data);
export const readBeginAnswer = (data: Uint8Array): BeginAnswer => read(beginAnswerShape, data);
export const readReport = (data: Uint8Array): BuildReport => read(reportShape, data);
export const readReportAnswer = (data: Uint8Array): ReportAnswer => read(reportAnswerShape, data);
export const readOutput = (data: Uint8Array): OutputMessage => read(outputShape, data);

/** The endpoint of this name at this URL; undefined where a report of it would be refused. */
export const endpointOf = (name: string, url: string): { name: string; url: string } | undefined =>
  endpointShape.safeParse({ name, url }).data;

const read = <T>(shape: z.ZodType<T>, data: Uint8Array): T => {
  const result = shape.safeParse(parse(data));
  if (result.success) return result.data;
  throw new MessageFormatError(result.error.issues.map(problemText));
};

const parse = (data: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(data).toString('utf8'));
  } catch {
    throw new MessageFormatError(['not readable as JSON']);
  }
};

const problemText = ({ path, message }: z.core.$ZodIssue): string =>
  path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;
