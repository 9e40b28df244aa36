/** The answer to a command that the log holds already, made of the events that it made then. */
import type { Answer } from '@holdfast/command-client';
import { spliceVersion } from '@holdfast/contracts';
import type { LogEvent, Request, Target, TransactionOperation } from '@holdfast/contracts';
import type { LocatedEvent } from '@holdfast/log';

import { jsonArray } from './answers.js';
import { apiVersionOf, inApiVersion } from './api-version.js';

const NULL = Buffer.from('null');

/** `found` is any event of the command; `body` is what came with the command, the same as then. */
export const recordedAnswer = (request: Request, body: Buffer, found: LocatedEvent): Answer => {
  const events = found.commit.events.filter(({ command }) => command.id === found.event.command.id);
  if (request.verb === 'transact')
    return transactionAnswer(JSON.parse(body.toString('utf8')) as TransactionOperation[], events);
  const { record, version } = found.event;
  const target = 'target' in request ? request.target : { group: record.group, version: record.apiVersion };
  return {
    reply: { status: 'ok', version, outcome: outcomeOf(found.event) },
    body: bytesOf(found.event, target),
  };
};

/** Objects that the transaction left as they were made no event then; they are answered as removed ones are. */
const transactionAnswer = (operations: readonly TransactionOperation[], events: readonly LogEvent[]): Answer => {
  const unnamed = new Set(events);
  const objects = operations.map(({ target }) => {
    const event = events.find(({ record }) => isTarget(target, record)) ?? firstCreated(target, unnamed);
    if (event === undefined) return NULL;
    unnamed.delete(event);
    return event.record.type === 'deleted' ? NULL : bytesOf(event, target);
  });
  const version = events.reduce((newest, event) => Math.max(newest, event.version), 0);
  return { reply: { status: 'ok', version, outcome: 'changed' }, body: jsonArray(objects) };
};

const isTarget = (target: Target, record: LogEvent['record']): boolean =>
  record.group === target.group &&
  record.resource === target.resource &&
  record.namespace === target.namespace &&
  record.name === target.name;

/** An operation without a name in its target made the next object of its resource. */
const firstCreated = (target: Target, events: ReadonlySet<LogEvent>): LogEvent | undefined => {
  if (target.name !== '') return undefined;
  const ofResource = ({ record }: LogEvent): boolean =>
    record.type === 'created' && record.group === target.group && record.resource === target.resource;
  return [...events].find(ofResource);
};

const bytesOf = ({ object, version }: LogEvent, target: Pick<Target, 'group' | 'version'>): Buffer =>
  spliceVersion(inApiVersion(object, apiVersionOf(target)), version);

const outcomeOf = ({ record }: LogEvent): 'created' | 'deleted' | 'changed' =>
  record.type === 'created' || record.type === 'deleted' ? record.type : 'changed';
