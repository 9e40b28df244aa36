/** The public form of an event. */
import { spliceVersion } from './commit.js';
import type { Commit, LogEvent } from './commit.js';
import { EVENT_SCHEMA_VERSION, EVENT_TYPE_PREFIX } from './event.js';
import type { CloudEvent } from './event.js';

const SOURCE = 'holdfast/log';
export const EVENT_DATA_SCHEMA = `https://holdfast.dev/schemas/resource-event/v${EVENT_SCHEMA_VERSION}`;

/** The attributes of the CloudEvent, without its data. */
export const cloudEventOf = (event: LogEvent, commit: Commit): CloudEvent => {
  const { record, command } = event;
  return {
    specversion: '1.0',
    id: String(event.version),
    source: SOURCE,
    type: `${EVENT_TYPE_PREFIX}${record.type}`,
    subject: `${record.group === '' ? '' : `${record.group}/`}${record.resource}/${record.namespace}/${record.name}`,
    time: commit.header.time,
    datacontenttype: 'application/json',
    dataschema: EVENT_DATA_SCHEMA,
    resourceversion: String(event.version),
    ...(record.previous === undefined ? {} : { previousversion: String(record.previous) }),
    actor: command.actor,
    ...(command.fieldManager === undefined ? {} : { fieldmanager: command.fieldManager }),
    requestid: command.requestID,
    correlationid: command.correlationID,
    ...(command.causationID === undefined ? {} : { causationid: command.causationID }),
    ...(command.traceparent === undefined ? {} : { traceparent: command.traceparent }),
    kindversion: record.apiVersion,
    changed: record.changed.map(withoutSpaces).join(' '),
  };
};

/** Pointers are separated by spaces, so a space in one is written as in a URI. */
const withoutSpaces = (pointer: string): string => pointer.replaceAll('%', '%25').replaceAll(' ', '%20');

/** The CloudEvent in structured mode: its attributes, and as data the whole object with its version. */
export const encodeCloudEvent = (event: LogEvent, commit: Commit): Buffer => {
  const attributes = JSON.stringify(cloudEventOf(event, commit));
  return Buffer.concat([
    Buffer.from(`${attributes.slice(0, -1)},"data":`),
    spliceVersion(event.object, event.version),
    Buffer.from('}'),
  ]);
};
