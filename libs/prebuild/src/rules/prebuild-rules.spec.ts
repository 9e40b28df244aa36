import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Cause, JsonObject, Refusal } from '@holdfast/kernel';
import type { Decision } from '@holdfast/resource';

import { objectOf, prebuildWorld } from '../kinds/kinds.fixtures.js';
import type { PrebuildWorld } from '../kinds/kinds.fixtures.js';
import { PRESETS } from '../kinds/preset.js';
import { TEMPLATES } from '../kinds/template.js';
import { TEMPLATE_VERSIONS } from '../kinds/template-version.js';
import { WORKSPACE_CLAIMS } from '../kinds/workspace-claim.js';
import { WORKSPACES } from '../kinds/workspace.js';
import { prebuildRules } from './prebuild-rules.js';

const version = (name: string, spec: JsonObject = {}): JsonObject =>
  objectOf(TEMPLATE_VERSIONS, name, {
    template: 'web',
    provisioner: { name: 'exec', exec: { create: 'true' } },
    parameters: [
      { name: 'repository', type: 'string' },
      { name: 'size', type: 'string', default: 'small', options: ['small', 'large'], immutable: true },
      { name: 'debug', type: 'boolean', default: false },
    ],
    ...spec,
  });
const template = (spec: JsonObject = {}, name = 'web'): JsonObject => objectOf(TEMPLATES, name, spec);
const preset = (prebuilds: JsonObject = {}, spec: JsonObject = {}, name = 'web-large'): JsonObject =>
  objectOf(PRESETS, name, { template: 'web', parameters: { repository: 'r', size: 'large' }, prebuilds, ...spec });
const workspace = (spec: JsonObject = {}, name = 'web-large-x7f2q'): JsonObject =>
  objectOf(WORKSPACES, name, {
    template: 'web',
    version: 'web-v1',
    preset: 'web-large',
    parameters: { repository: 'r', size: 'large' },
    owner: 'prebuilds',
    ...spec,
  });
const claim = (spec: JsonObject, name = 'adas-web'): JsonObject =>
  objectOf(WORKSPACE_CLAIMS, name, { owner: 'ada', ...spec });
const held = (object: JsonObject): JsonObject => ({
  ...object,
  metadata: { ...(object['metadata'] as JsonObject), finalizers: ['example.com/hold'] },
});

const refusalOf = (decision: Decision): Refusal => {
  if (decision.kind !== 'refused') throw new Error(`it was ${decision.kind}`);
  return decision.refusal;
};
const causesOf = (decision: Decision): readonly string[] =>
  (refusalOf(decision).details?.causes ?? []).map(({ field, message }: Cause) => `${field}: ${message}`);

let world: PrebuildWorld;
const stored = (...objects: readonly JsonObject[]): void => {
  for (const object of objects) world.apply(world.create(object));
};

beforeEach(() => {
  world = prebuildWorld(prebuildRules);
  stored(version('web-v1'), template({ activeVersion: 'web-v1' }));
});

describe('a preset', () => {
  it('is accepted when all of it can be followed', () => {
    const scheduling = { timezone: 'Europe/Berlin', schedules: [{ cron: '* 9-18 * * 1-5', instances: 5 }] };
    const replacement = { strategy: 'Surge', maxSurge: 2 };
    expect(world.create(preset({ instances: 2, min: 1, max: 9, ttlSeconds: 60, scheduling, replacement })).kind).toBe(
      'accepted',
    );
  });

  it('is told all that is wrong at once, each by its field', () => {
    const scheduling = {
      timezone: 'Berlin',
      schedules: [
        { cron: '* 9-18 * * 1-5', instances: 5 },
        { cron: '* 12-20 * * 5', instances: 1 },
        { cron: '30 9-18 * * 6', instances: 1 },
      ],
    };
    const wrong = preset(
      { min: 5, max: 3, scheduling, demandExpression: 'claims_7m + 1' },
      { parameters: { size: 'huge', debug: 'yes', color: 'red' } },
    );
    expect(causesOf(world.create(wrong))).toEqual([
      'spec.parameters.size: Unsupported value: "huge": supported values: "small", "large"',
      'spec.parameters.debug: Invalid value: "yes": expected a boolean, not a string',
      'spec.parameters.color: Invalid value: "red": "color" is no parameter of template version "web-v1"; ' +
        'expected one of repository, size, debug',
      'spec.parameters.repository: Required value: a string; it has no default in template version "web-v1"',
      expect.stringMatching(
        /^spec\.prebuilds\.max: Invalid value: "3": 3 is not accepted; expected .* from 5 to 5000$/,
      ),
      expect.stringMatching(
        /^spec\.prebuilds\.scheduling\.timezone: Invalid value: "Berlin": .*Europe\/Berlin or UTC$/,
      ),
      expect.stringMatching(
        /schedules\[1\]\.cron: .*"\* 12-20 \* \* 5" overlaps "\* 9-18 \* \* 1-5" of schedules\[0\]$/,
      ),
      expect.stringMatching(/schedules\[2\]\.cron: Invalid value: "30 9-18 \* \* 6": .*minute/),
      expect.stringMatching(/^spec\.prebuilds\.demandExpression: Invalid value: "claims_7m \+ 1": .*claims_5m/),
    ]);
  });

  it('is told what its schema refuses in the same breath, and once', () => {
    const wrong = preset({ instances: -1, scheduling: { timezone: '', schedules: [] } }, { template: 'gone' });
    expect(causesOf(world.create(wrong))).toEqual([
      expect.stringMatching(/^spec\.prebuilds\.instances: Invalid value: -1/),
      expect.stringMatching(/^spec\.template: Invalid value: "gone"/),
      expect.stringMatching(/^spec\.prebuilds\.scheduling\.timezone: Invalid value: ""/),
    ]);
  });

  it.each([
    ['one that is not there', 'gone', 'there is no template "gone" in namespace default'],
    ['one that is being deleted', 'going', 'template "going" is being deleted'],
  ])('is refused for %s as its template', (_what, name, problem) => {
    const going = held(template({}, 'going'));
    stored(going);
    world.apply(world.remove(going));
    const expected = [`spec.template: Invalid value: "${name}": ${problem}`];
    expect(causesOf(world.create(preset({}, { template: name })))).toEqual(expected);
    stored(preset());
    expect(causesOf(world.patch(preset(), { spec: { template: name } }))).toEqual(expected);
  });

  it('needs no parameters while no version is active', () => {
    stored(template({}, 'later'));
    expect(world.create(preset({}, { template: 'later', parameters: { anything: 1 } })).kind).toBe('accepted');
  });

  it('can be changed otherwise once its template is gone, or has other parameters', () => {
    stored(preset());
    stored(version('web-v2', { parameters: [{ name: 'region', type: 'string' }] }));
    world.apply(world.patch(template(), { spec: { activeVersion: 'web-v2' } }));
    expect(world.patch(preset(), { spec: { prebuilds: { instances: 3 } } }).kind).toBe('accepted');
    expect(causesOf(world.patch(preset(), { spec: { parameters: { size: 'small' } } })).length).toBe(3);
    world.apply(world.remove(template()));
    expect(world.patch(preset(), { spec: { prebuilds: { paused: true } } }).kind).toBe('accepted');
    expect(world.patch(preset(), { status: { running: 1 } }, 'status').kind).toBe('accepted');
  });

  it('has a name that leaves room for those made of it', () => {
    expect(causesOf(world.create(preset({}, {}, 'a'.repeat(53))))).toEqual([
      expect.stringContaining('metadata.name: Invalid value: "aaa'),
    ]);
    expect(causesOf(world.create(preset({}, {}, 'web.large')))).toEqual([expect.stringContaining('metadata.name')]);
  });

  it('may call its parameters as every object calls its members', () => {
    stored(version('odd-v1', { template: 'odd', parameters: [{ name: 'constructor', type: 'string' }] }));
    stored(template({ activeVersion: 'odd-v1' }, 'odd'));
    expect(causesOf(world.create(preset({}, { template: 'odd', parameters: {} })))).toEqual([
      expect.stringMatching(/^spec\.parameters\.constructor: Required value/),
    ]);
  });
});

describe('a template', () => {
  it.each([
    ['is not there', 'web-v9', 'there is no template version "web-v9" in namespace default'],
    ['is that of another template', 'api-v1', 'it is a version of template "api", not of "web"'],
    ['is being deleted', 'web-v2', 'template version "web-v2" is being deleted'],
  ])('is refused an active version that %s', (_what, name, problem) => {
    stored(version('api-v1', { template: 'api' }), held(version('web-v2')));
    world.apply(world.remove(version('web-v2')));
    expect(causesOf(world.patch(template(), { spec: { activeVersion: name } }))).toEqual([
      `spec.activeVersion: Invalid value: "${name}": ${problem}`,
    ]);
  });

  it('may be there before its versions', () => {
    expect(world.create(template({}, 'later')).kind).toBe('accepted');
  });
});

describe('a template version', () => {
  it('cannot be changed, and every change is named', () => {
    const change = { provisioner: { exec: { create: 'false' } }, parameters: [], timeouts: { readySeconds: 1 } };
    expect(causesOf(world.patch(version('web-v1'), { spec: change }))).toEqual(
      ['spec.parameters', 'spec.provisioner.exec.create', 'spec.timeouts.readySeconds'].map(
        (field) => `${field}: Forbidden: a template version cannot be changed; create another one`,
      ),
    );
    expect(world.patch(version('web-v1'), { metadata: { labels: { tested: 'yes' } } }).kind).toBe('accepted');
  });

  it.each<[string, JsonObject, readonly RegExp[]]>([
    [
      'a default that is none of the options, and options of another type',
      { parameters: [{ name: 'size', type: 'string', default: 'huge', options: ['small', 2] }] },
      [
        /^spec\.parameters\[0\]\.options\[1\]: Invalid value: 2: expected a string, not a number$/,
        /\[0\]\.default: Unsupp/,
      ],
    ],
    [
      'parameters that scripts cannot tell apart',
      { parameters: ['size', 'Size'].map((name) => ({ name, type: 'string' })) },
      [/^spec\.parameters\[1\]\.name: Duplicate value: "Size"$/],
    ],
    ['no scripts for exec', { provisioner: { name: 'exec' } }, [/^spec\.provisioner\.exec: Required value/]],
    [
      'a container for exec',
      { provisioner: { name: 'exec', exec: {}, container: { image: 'nginx' } } },
      [/^spec\.provisioner\.container: Forbidden: the provisioner is "exec"/],
    ],
    ['a readiness of nothing', { readiness: { periodSeconds: 1 } }, [/^spec\.readiness: Required value: exactly one/]],
    [
      'a readiness of two sorts',
      { readiness: { tcp: { endpoint: 'web' }, http: { endpoint: 'web' } } },
      [/^spec\.readiness: Forbidden: expected exactly one of command, tcp and http, not tcp and http$/],
    ],
    [
      'a readiness of a port that the container has not',
      {
        provisioner: { name: 'container', container: { image: 'nginx', ports: [{ name: 'web', containerPort: 80 }] } },
        readiness: { tcp: { endpoint: 'ssh' } },
      },
      [/^spec\.readiness\.tcp\.endpoint: Invalid value: "ssh": .*expected one of web$/],
    ],
  ])('is refused with %s', (_what, spec, expected) => {
    expect(causesOf(world.create(version('web-v2', spec)))).toEqual(
      expected.map((text) => expect.stringMatching(text) as unknown),
    );
  });

  it('stays while it is the active one', () => {
    const message =
      /it is the active version of template "web"; make another version active, or delete the template first$/;
    expect(refusalOf(world.remove(version('web-v1')))).toMatchObject({
      reason: 'Conflict',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('can go once another one is active, or its template goes', () => {
    stored(version('web-v2'));
    expect(world.remove(version('web-v2')).kind).toBe('accepted');
    world.apply(world.patch(template(), { spec: { activeVersion: 'web-v2' }, metadata: { finalizers: ['a.b/c'] } }));
    expect(world.remove(version('web-v1')).kind).toBe('accepted');
    world.apply(world.remove(template()));
    expect(world.remove(version('web-v2')).kind).toBe('accepted');
  });

  it('goes with its namespace', () => {
    const team = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } };
    const there = (object: JsonObject): JsonObject => ({
      ...object,
      metadata: { ...(object['metadata'] as JsonObject), namespace: 'team-a' },
    });
    stored(team, there(version('web-v1')), there(template({ activeVersion: 'web-v1' })));
    expect(refusalOf(world.remove(there(version('web-v1')))).reason).toBe('Conflict');
    world.apply(world.remove(team));
    expect(world.remove(there(version('web-v1'))).kind).toBe('accepted');
  });
});

describe('a workspace', () => {
  beforeEach(() => stored(preset()));

  it.each<[string, JsonObject, readonly string[]]>([
    [
      'a template and a version that are not there',
      { template: 'gone', version: 'gone-v1', preset: undefined, parameters: { anything: 1 } },
      [
        'spec.template: Invalid value: "gone": there is no template "gone" in namespace default',
        'spec.version: Invalid value: "gone-v1": there is no template version "gone-v1" in namespace default',
      ],
    ],
    [
      'a version of another template',
      { version: 'api-v1', parameters: {} },
      ['spec.version: Invalid value: "api-v1": it is of template "api", not of "web"'],
    ],
    [
      'a version that is being deleted',
      { version: 'web-v0' },
      ['spec.version: Invalid value: "web-v0": template version "web-v0" is being deleted'],
    ],
    [
      'a template that is being deleted',
      { template: 'going', version: 'going-v1', preset: undefined },
      ['spec.template: Invalid value: "going": template "going" is being deleted'],
    ],
    [
      'a preset that is not there',
      { preset: 'gone' },
      ['spec.preset: Invalid value: "gone": there is no preset "gone" in namespace default'],
    ],
    [
      'a preset of another template',
      { template: 'api', version: 'api-v1', parameters: {} },
      ['spec.preset: Invalid value: "web-large": it is of template "web", not of "api"'],
    ],
    [
      'parameters that its version does not take',
      { parameters: { size: 'huge', debug: 'yes', color: 'red' } },
      [
        'spec.parameters.size: Unsupported value: "huge": supported values: "small", "large"',
        'spec.parameters.debug: Invalid value: "yes": expected a boolean, not a string',
        'spec.parameters.color: Invalid value: "red": "color" is no parameter of template version "web-v1"; ' +
          'expected one of repository, size, debug',
        'spec.parameters.repository: Required value: a string; it has no default in template version "web-v1"',
      ],
    ],
  ])('of %s is refused, by a pool as by hand', (_what, spec, expected) => {
    stored(version('api-v1', { template: 'api', parameters: [] }), template({ activeVersion: 'api-v1' }, 'api'));
    stored(held(version('web-v0')), version('going-v1', { template: 'going' }), held(template({}, 'going')));
    for (const gone of [version('web-v0'), template({}, 'going')]) world.apply(world.remove(gone));
    for (const owner of ['prebuilds', 'ada'])
      expect(causesOf(world.create(workspace({ ...spec, owner })))).toEqual(expected);
  });

  it('may be of a version that is not the active one, as one that a pool decided on a moment ago', () => {
    stored(version('web-v2', { parameters: [] }));
    world.apply(world.patch(template(), { spec: { activeVersion: 'web-v2' } }));
    expect(world.create(workspace()).kind).toBe('accepted');
  });

  it('lives on, and can be stopped and deleted, when all that it was built from is gone', () => {
    stored(workspace());
    for (const gone of [preset(), template(), version('web-v1')]) world.apply(world.remove(gone));
    expect(world.patch(workspace(), { spec: { transition: 'stop' }, metadata: { labels: { a: 'b' } } }).kind).toBe(
      'accepted',
    );
    expect(world.patch(workspace(), { status: { phase: 'Stopped' } }, 'status').kind).toBe('accepted');
    expect(world.remove(workspace()).kind).toBe('accepted');
  });

  const ada = { owner: 'ada', name: 'adas-web', claimRef: { name: 'adas-web', uid: 'uid-9' } };

  it('is built from what it was built from', () => {
    stored(workspace());
    const change = {
      template: 'api',
      version: 'web-v2',
      preset: null,
      parameters: { size: 'small' },
      transition: 'stop',
    };
    expect(causesOf(world.patch(workspace(), { spec: change }))).toEqual(
      ['spec.parameters.size', 'spec.preset', 'spec.template', 'spec.version'].map(
        (field) => `${field}: Forbidden: a workspace is built once; create another one`,
      ),
    );
    expect(world.patch(workspace(), { spec: { transition: 'stop' } }).kind).toBe('accepted');
  });

  it('changes hands with a claim, and once', () => {
    stored(workspace());
    world.apply(world.patch(workspace(), { spec: ada }));
    const bob = { owner: 'bob', claimRef: { name: 'bobs-web', uid: 'uid-10' } };
    expect(causesOf(world.patch(workspace(), { spec: bob }))).toEqual([
      'spec.claimRef: Forbidden: it is claimed already',
    ]);
    expect(causesOf(world.patch(workspace(), { spec: { owner: 'prebuilds', claimRef: null } }))).toEqual([
      'spec.claimRef: Forbidden: it is claimed already',
    ]);
    expect(causesOf(world.patch(workspace(), { spec: { owner: 'bob' } }))).toEqual([
      'spec.owner: Forbidden: it belongs to "ada"; only workspaces of "prebuilds" change hands',
    ]);
  });

  it('changes neither its owner without a claim, nor its claim without an owner', () => {
    stored(workspace());
    expect(causesOf(world.patch(workspace(), { spec: { owner: 'ada' } }))).toEqual([
      'spec.claimRef: Required value: the owner changes to "ada" by a claim only',
    ]);
    expect(causesOf(world.patch(workspace(), { spec: { claimRef: ada.claimRef } })).length).toBeGreaterThan(0);
  });

  it('of somebody may be built without a pool, and for a claim', () => {
    expect(world.create(workspace({ owner: 'ada' }, 'own')).kind).toBe('accepted');
    expect(world.create(workspace(ada, 'cold')).kind).toBe('accepted');
    expect(causesOf(world.create(workspace({ ...ada, owner: 'prebuilds' }, 'odd')))).toEqual([
      'spec.claimRef: Forbidden: it belongs to "prebuilds", and that claims nothing',
    ]);
  });
});

describe('a claim', () => {
  beforeEach(() => stored(preset({ instances: 1 })));

  it.each<[string, JsonObject, readonly string[]]>([
    ['nothing', {}, ['spec.preset: Required value: expected either a preset or a template']],
    [
      'both a preset and a template',
      { preset: 'web-large', template: 'web' },
      ['spec.template: Forbidden: expected either a preset or a template, not "web-large" and "web"'],
    ],
    [
      'a preset that is not there',
      { preset: 'gone' },
      ['spec.preset: Invalid value: "gone": there is no preset "gone" in namespace default'],
    ],
    [
      'a template that is not there',
      { template: 'gone' },
      ['spec.template: Invalid value: "gone": there is no template "gone" in namespace default'],
    ],
    [
      'parameters that its template has not, and without those that it must have',
      { template: 'web', parameters: { color: 'red' } },
      [
        'spec.parameters.color: Invalid value: "red": "color" is no parameter of template version "web-v1"; ' +
          'expected one of repository, size, debug',
        'spec.parameters.repository: Required value: a string; it has no default in template version "web-v1"',
      ],
    ],
    [
      'another value of what a claim cannot change',
      { preset: 'web-large', parameters: { size: 'small', debug: true } },
      ['spec.parameters.size: Invalid value: "small": it is immutable; expected "large" or nothing'],
    ],
    [
      'something for the pool itself',
      { preset: 'web-large', owner: 'prebuilds' },
      ['spec.owner: Invalid value: "prebuilds": that is who owns what nobody has claimed; expected somebody else'],
    ],
  ])('of %s is refused', (_what, spec, expected) => {
    expect(causesOf(world.create(claim(spec)))).toEqual(expected);
  });

  it('cannot be changed, and keeps its workspace', () => {
    const first = { workspace: { name: 'web-large-x7f2q', uid: 'uid-3' }, phase: 'Bound' };
    stored(claim({ preset: 'web-large' }));
    expect(causesOf(world.patch(claim({}), { spec: { owner: 'bob', waitSeconds: 9 } }))).toEqual(
      ['spec.owner', 'spec.waitSeconds'].map(
        (field) => `${field}: Forbidden: a claim cannot be changed; create another one`,
      ),
    );
    world.apply(world.patch(claim({}), { status: first }, 'status'));
    const other = { status: { workspace: { name: 'other', uid: 'uid-4' } } };
    expect(causesOf(world.patch(claim({}), other, 'status'))).toEqual([
      'status.workspace: Forbidden: the claim has its workspace already',
    ]);
    expect(world.patch(claim({}), { status: { message: 'ready' } }, 'status').kind).toBe('accepted');
  });

  it('may come while its preset is as it was, and its template is deprecated or has no version', () => {
    world.apply(world.patch(template(), { spec: { deprecated: 'use api', activeVersion: null } }));
    expect(world.create(claim({ preset: 'web-large' })).kind).toBe('accepted');
    expect(world.create(claim({ template: 'web' }, 'other')).kind).toBe('accepted');
  });
});
