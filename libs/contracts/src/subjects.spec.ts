import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { text } from './arbitraries.fixtures.js';
import {
  commandSubject,
  decodeToken,
  encodeToken,
  eventSubject,
  jobConsumer,
  jobFilter,
  jobSubject,
  outputFilter,
  outputSubject,
  parseEventSubject,
  parseProvisionCancelSubject,
  parseRunSubject,
  provisionCancelSubject,
  provisionWakeSubject,
  replySubject,
  replySubjectOfFrame,
  runFilter,
  runsOfObjectFilter,
  runSubject,
  senderOfReply,
} from './subjects.js';

const token = text(1).filter((value) => value !== '');
const group = fc.oneof(
  fc.constant(''),
  token.filter((value) => value !== 'core'),
);

describe('the subject of an object', () => {
  it.each([
    ['inventory.holdfast.dev', 'racks', 'default', 'rack-01', 'hf.evt.inventory_holdfast_dev.racks.default.rack-01'],
    ['', 'namespaces', '', 'default', 'hf.evt.core.namespaces._.default'],
    [
      'apiextensions.k8s.io',
      'customresourcedefinitions',
      '',
      'racks.inventory.holdfast.dev',
      'hf.evt.apiextensions_k8s_io.customresourcedefinitions._.racks_inventory_holdfast_dev',
    ],
    [
      'rbac.authorization.k8s.io',
      'clusterroles',
      '',
      'system:admin',
      'hf.evt.rbac_authorization_k8s_io.clusterroles._.system=3Aadmin',
    ],
    ['', 'configmaps', '_', '_', 'hf.evt.core.configmaps.=5F.=5F'],
    ['', 'configmaps', 'default', 'Ünï*>', 'hf.evt.core.configmaps.default.=C3=9Cn=C3=AF=2A=3E'],
  ])('of %j %j %j %j is %s', (g, resource, namespace, name, subject) => {
    const key = { group: g, resource, namespace, name };
    expect(eventSubject(key)).toBe(subject);
    expect(parseEventSubject(subject)).toEqual(key);
  });

  it('leads back to the object', () => {
    fc.assert(
      fc.property(
        fc.record({ group, resource: token, namespace: fc.oneof(fc.constant(''), token), name: token }),
        (key) => {
          expect(parseEventSubject(eventSubject(key))).toEqual(key);
        },
      ),
    );
  });

  it('has six tokens of harmless characters, whatever the object is called', () => {
    fc.assert(
      fc.property(fc.record({ group, resource: token, namespace: token, name: token }), (key) => {
        expect(eventSubject(key)).toMatch(/^hf\.evt(\.[a-z0-9_=A-F-]+){4}$/);
      }),
    );
  });

  it.each([
    'hf.evt.core.configmaps.default',
    'hf.evt.core.configmaps.default.web-1.more',
    'hf.evt.core..default.web-1',
    'hf.log.core.configmaps.default.web-1',
    'other.evt.core.configmaps.default.web-1',
    'hf.evt.core.configmaps.default.web=3',
    'hf.evt.core.configmaps.default.web=3a',
    'hf.evt.core.configmaps.default.Web',
    'hf.evt.core.configmaps.default.=61',
    'hf.evt.core.configmaps.default.=FF',
    '',
  ])('is never %j', (subject) => {
    expect(parseEventSubject(subject)).toBeUndefined();
  });
});

describe('the subject of a run', () => {
  const key = fc.record({ group, resource: token, namespace: fc.oneof(fc.constant(''), token), name: token });
  const run = { controller: 'rack', id: '4f1c', key: { group: '', resource: 'nodes', namespace: '', name: 'a.b' } };

  it('says whose run it is, which, and about what', () => {
    expect(runSubject(run)).toBe('hf.run.rack.4f1c.core.nodes._.a_b');
    expect(runFilter(run)).toBe('hf.run.rack.4f1c.>');
    expect(runsOfObjectFilter(run.key)).toBe('hf.run.*.*.core.nodes._.a_b');
  });

  it('leads back to the run', () => {
    fc.assert(
      fc.property(fc.record({ controller: token, id: token, key }), (name) => {
        expect(parseRunSubject(runSubject(name))).toEqual(name);
      }),
    );
  });

  it.each([
    'hf.run.rack.4f1c.core.nodes._',
    'hf.run.rack.4f1c.core.nodes._.a.b',
    'hf.run..4f1c.core.nodes._.a',
    'hf.run.Rack.4f1c.core.nodes._.a',
    'hf.evt.rack.4f1c.core.nodes._.a',
    '',
  ])('is never %j', (subject) => {
    expect(parseRunSubject(subject)).toBeUndefined();
  });
});

describe('a token', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(text(), (value) => {
        expect(decodeToken(encodeToken(value))).toBe(value);
      }),
    );
  });

  it('is another for another text', () => {
    fc.assert(
      fc.property(text(), text(), (a, b) => {
        expect(encodeToken(a) === encodeToken(b)).toBe(a === b);
      }),
    );
  });
});

describe('the subjects of commands', () => {
  it('name the instance and its epoch', () => {
    expect(commandSubject('store.1', 42)).toBe('hf.cmd.store_1.42');
  });

  it('send replies to the sender, whichever of its frames they answer', () => {
    expect(replySubject('gateway-1')).toBe('hf.reply.gateway-1.*');
    expect(senderOfReply(replySubjectOfFrame('gateway-1', 7))).toBe(senderOfReply(replySubjectOfFrame('gateway-1', 8)));
    expect(replySubjectOfFrame('gateway-1', 7)).toBe('hf.reply.gateway-1.7');
  });
});

describe('the subjects of builds', () => {
  const build = { uid: '0b9f-1', build: 3 };

  it('give each job one of its own, which the consumer of its queue is given', () => {
    expect(jobSubject('exec', 'people', build)).toBe('hf.job.provision.exec.people.0b9f-1.3');
    expect(jobFilter('exec', 'people')).toBe('hf.job.provision.exec.people.>');
    expect(jobConsumer('exec', 'pool')).toBe('provision-exec-pool');
    expect(provisionWakeSubject('exec')).toBe('hf.provision.wake.exec');
  });

  it('keep names with dots in one token', () => {
    expect(jobSubject('a.b', 'pool', build)).toBe('hf.job.provision.a_b.pool.0b9f-1.3');
    expect(outputSubject({ namespace: 'default', workspace: 'web.1' }, 3)).toBe('hf.out.default.web_1.3');
    expect(outputFilter({ namespace: 'default', workspace: 'web.1' })).toBe('hf.out.default.web_1.*');
  });

  it('lead from a cancellation back to the build', () => {
    expect(parseProvisionCancelSubject(provisionCancelSubject(build))).toEqual(build);
  });
});
