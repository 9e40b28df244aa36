import { describe, expect, it } from '@jest/globals';

import { encodeCloudEvent } from './cloud-event.js';
import { decodeCommit, encodeCommit } from './commit.js';
import type { CommandRecord, EventRecord } from './event.js';

const record: EventRecord = {
  type: 'specChanged',
  group: 'inventory.holdfast.dev',
  resource: 'racks',
  namespace: 'default',
  name: 'rack-01',
  uid: 'u-1',
  kind: 'Rack',
  apiVersion: 'v1',
  changed: ['/spec/templateName', '/spec/notes/100% of it'],
  previous: 2048,
};
const command: CommandRecord = {
  id: 'command-1',
  events: 1,
  actor: 'admin',
  requestID: 'request-1',
  correlationID: 'correlation-1',
  causationID: 'cause-1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  fieldManager: 'kubectl-edit',
};
const object = '{"apiVersion":"inventory.holdfast.dev/v1","kind":"Rack","metadata":{"name":"rack-01"},"spec":{}}';

const published = (change: Partial<EventRecord>, from: Partial<CommandRecord> = {}): unknown => {
  const time = '2026-01-01T10:00:00.000Z';
  const header = { schema: 1, id: 'c', epoch: 1, instance: 's', time, commands: [{ ...command, ...from }] } as const;
  const data = encodeCommit(header, [{ record: { ...record, ...change }, object: Buffer.from(object) }]);
  const commit = decodeCommit(data, 7, 0);
  return commit.events.map((event) => JSON.parse(encodeCloudEvent(event, commit).toString()) as unknown)[0];
};

describe('a public event', () => {
  it('tells what happened, who asked for it and why, and carries the whole object with its version', () => {
    expect(published({})).toEqual({
      specversion: '1.0',
      id: '7168',
      source: 'holdfast/log',
      type: 'dev.holdfast.resource.specChanged',
      subject: 'inventory.holdfast.dev/racks/default/rack-01',
      time: '2026-01-01T10:00:00.000Z',
      datacontenttype: 'application/json',
      dataschema: 'https://holdfast.dev/schemas/resource-event/v1',
      resourceversion: '7168',
      previousversion: '2048',
      actor: 'admin',
      fieldmanager: 'kubectl-edit',
      requestid: 'request-1',
      correlationid: 'correlation-1',
      causationid: 'cause-1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      kindversion: 'v1',
      changed: '/spec/templateName /spec/notes/100%25%20of%20it',
      data: {
        apiVersion: 'inventory.holdfast.dev/v1',
        kind: 'Rack',
        metadata: { resourceVersion: '7168', name: 'rack-01' },
        spec: {},
      },
    });
  });

  it('has the names of CloudEvents: lower-case letters and digits', () => {
    for (const attribute of Object.keys(published({}) as object)) expect(attribute).toMatch(/^[a-z0-9]{1,20}$/);
  });

  it('of a core, cluster-scoped object has no group and an empty namespace in its subject', () => {
    expect(published({ group: '', resource: 'namespaces', namespace: '' })).toMatchObject({
      subject: 'namespaces//rack-01',
    });
  });
});
