import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack, temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder, TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import { kubectlWith, obtainKubectl } from './kubectl.fixtures.js';
import type { Kubectl } from './kubectl.fixtures.js';
import {
  claimOf,
  documentedExamples,
  POOLS,
  POOLS_GROUP,
  poolPreset,
  template,
  templateVersion,
} from './pool-kinds.fixtures.js';

interface Status {
  readonly reason: string;
  readonly message: string;
  readonly details: { readonly causes: readonly { readonly field: string; readonly message: string }[] };
}

const KINDS = ['pooldecisions', 'presets', 'templates', 'templateversions', 'workspaceclaims', 'workspaces'];
const program = await obtainKubectl('forky');

describe('the kinds of pools', () => {
  let test: TestStack;
  let client: GatewayClient;
  let folder: TemporaryFolder;

  beforeAll(async () => {
    folder = await temporaryFolder('pool-kinds');
    test = await startTestStack();
    client = new GatewayClient(test.stack);
    await eventually(async () => {
      const { body } = await client.send<{ resources?: readonly { name: string }[] }>('GET', `/apis/${POOLS_GROUP}/v1`);
      const served = (body.resources ?? []).map(({ name }) => name);
      return KINDS.every((kind) => served.includes(kind));
    });
    await client.create(`${POOLS}/templateversions`, templateVersion('web-v1', 'web'));
    await client.create(`${POOLS}/templates`, template('web', { activeVersion: 'web-v1' }));
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    await test?.close();
    await folder?.remove();
  });

  const refused = async (method: string, path: string, body?: object, type?: string) => {
    const answer = await client.send<Status>(method, path, { ...(body && { body }), ...(type && { type }) });
    return { code: answer.code, ...answer.body };
  };
  const patch = (path: string, body: object) => refused('PATCH', path, body, 'application/merge-patch+json');

  it('refuse a preset with all that is wrong at once, store nothing, and take it for no failure of the store', async () => {
    const scheduling = {
      timezone: 'Mars/Olympus',
      schedules: [
        { cron: '* 9-18 * * 1-5', instances: 5 },
        { cron: '* 18 * * 5', instances: 2 },
      ],
    };
    const wrong = poolPreset(
      'wrong',
      'web',
      { instances: -1, scheduling },
      { parameters: { debug: 'yes', color: 'red' } },
    );
    const { code, reason, details } = await refused('POST', `${POOLS}/presets`, wrong);
    expect({ code, reason, fields: details.causes.map(({ field }) => field) }).toEqual({
      code: 422,
      reason: 'Invalid',
      fields: [
        'spec.prebuilds.instances',
        'spec.parameters.debug',
        'spec.parameters.color',
        'spec.parameters.size',
        'spec.prebuilds.scheduling.timezone',
        'spec.prebuilds.scheduling.schedules[1].cron',
      ],
    });
    expect((await client.send('GET', `${POOLS}/presets/wrong`)).code).toBe(404);
    const errors = test.events.filter((event) => event.kind === 'output' && /"level":"(error|fatal)"/.test(event.line));
    expect(errors).toEqual([]);
  });

  it('keep a version as it is, and as long as it is the active one', async () => {
    const changed = await patch(`${POOLS}/templateversions/web-v1`, { spec: { timeouts: { createSeconds: 5 } } });
    expect(changed.details.causes).toEqual([expect.objectContaining({ field: 'spec.timeouts.createSeconds' })]);
    expect(await refused('DELETE', `${POOLS}/templateversions/web-v1`)).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: expect.stringContaining('it is the active version of template "web"') as unknown,
    });
  });

  it('refuse a claim of what is not there, by its name', async () => {
    const { code, message } = await refused('POST', `${POOLS}/workspaceclaims`, claimOf('mine', { preset: 'gone' }));
    expect(code).toBe(422);
    expect(message).toContain('there is no preset "gone" in namespace default');
  });

  it('may be written together, each operation seeing those before it', async () => {
    const create = (object: object) => ({ op: 'create', object });
    const operations = [
      create(templateVersion('api-v1', 'api')),
      create(template('api', { activeVersion: 'api-v1' })),
      create(poolPreset('api-large', 'api')),
    ];
    const transact = (body: object) => refused('POST', '/apis/holdfast.dev/v1/transactions', { operations: body });
    const { code, details } = await transact([...operations].reverse());
    expect({ code, fields: details.causes.map(({ field }) => field) }).toEqual({
      code: 422,
      fields: ['operations[0].spec.template'],
    });
    expect((await transact(operations)).code).toBe(200);
    expect((await client.get(`${POOLS}/presets/api-large`)).spec).toMatchObject({ prebuilds: { instances: 0 } });
  });

  it('are refused the same by whoever is the transactor next', async () => {
    const wrong = poolPreset('wrong', 'nowhere');
    process.kill(test.pid('resource-store'), 'SIGKILL');
    await eventually(async () => (await client.send('POST', `${POOLS}/presets`, { body: wrong })).code === 422);
    expect((await client.send('GET', `${POOLS}/presets/wrong`)).code).toBe(404);
  });

  const describeWithKubectl = 'path' in program ? describe : describe.skip;
  describeWithKubectl('path' in program ? 'with kubectl' : `with kubectl (${program.missing})`, () => {
    let kubectl: Kubectl;

    beforeAll(async () => {
      if ('path' in program)
        kubectl = await kubectlWith(program.path, test.stack.files.kubeconfig, join(folder.path, 'kubectl'));
      await kubectl('create', 'namespace', 'shown');
      await kubectl('config', 'set-context', '--current', '--namespace=shown');
    });
    const columns = async (...args: string[]): Promise<string[]> =>
      ((await kubectl('get', ...args)).split('\n')[0] ?? '').split(/\s{2,}/).map((title) => title.trim());

    it('are applied as the documentation shows them', async () => {
      const { code, out, err } = await kubectl.run(['apply', '-f', '-'], documentedExamples());
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out.trim().split('\n')).toEqual([
        `templateversion.${POOLS_GROUP}/web-v1 created`,
        `template.${POOLS_GROUP}/web created`,
        `preset.${POOLS_GROUP}/web-large created`,
        `workspace.${POOLS_GROUP}/adas-own created`,
        `workspaceclaim.${POOLS_GROUP}/adas-web created`,
      ]);
      expect((await kubectl.run(['apply', '-f', '-'], documentedExamples())).code).toBe(0);
    });

    it('show what is worth reading', async () => {
      expect(await columns('presets')).toEqual([
        'NAME',
        'TEMPLATE',
        'DESIRED',
        'RUNNING',
        'READY',
        'STARTING',
        'FAILED',
        'AGE',
      ]);
      expect(await columns('ws')).toEqual(['NAME', 'OWNER', 'PHASE', 'PRESET', 'URL', 'AGE']);
      expect(await columns('wsclaim')).toEqual([
        'NAME',
        'OWNER',
        'PHASE',
        'WORKSPACE',
        'SOURCE',
        'MISS',
        'MESSAGE',
        'AGE',
      ]);
      expect(await columns('tpl')).toEqual(['NAME', 'ACTIVE', 'PAUSED', 'DEPRECATED', 'AGE']);
      expect(await columns('tplv')).toEqual(['NAME', 'TEMPLATE', 'PROVISIONER', 'AGE']);
      const all = await kubectl('get', 'prebuilds', '-o', 'name');
      for (const name of ['template', 'templateversion', 'preset', 'workspace', 'workspaceclaim'])
        expect(all).toContain(`${name}.${POOLS_GROUP}/`);
    });

    it('are found by what selects them', async () => {
      const names = await kubectl('get', 'ws', '--field-selector', 'spec.owner=ada,spec.preset=', '-o', 'name');
      expect(names).toContain(`workspace.${POOLS_GROUP}/adas-own\n`);
    });

    it('are explained, down to their fields', async () => {
      expect(await kubectl('explain', 'preset.spec.prebuilds.scheduling')).toMatch(/timezone\s+<string> -required-/);
      expect(await kubectl('explain', 'templateversion.spec.readiness')).toContain(
        'exactly one of command, tcp and http',
      );
      expect(await kubectl('explain', 'ws.status.phase')).toMatch(/ENUM:/i);
    });

    it('are refused by the field', async () => {
      const wrong = poolPreset('wrong', 'web', { instances: -1 });
      const { code, err } = await kubectl.run(['apply', '-f', '-'], JSON.stringify(wrong));
      expect(code).toBe(1);
      expect(err).toMatch(/The Preset "wrong" is invalid: .*spec\.prebuilds\.instances: Invalid value: -1/);
      const typo = poolPreset('wrong', 'web', { instance: 1 });
      expect((await kubectl.run(['apply', '-f', '-'], JSON.stringify(typo))).err).toContain(
        'unknown field "spec.prebuilds.instance"',
      );
    });

    it('are scaled', async () => {
      const instances = () => kubectl('get', 'preset', 'web-large', '-o', 'jsonpath={.spec.prebuilds.instances}');
      expect(await kubectl('scale', 'preset/web-large', '--replicas=1')).toBe(
        `preset.${POOLS_GROUP}/web-large scaled\n`,
      );
      expect(await instances()).toBe('1');
      expect(await kubectl('scale', 'preset/web-large', '--current-replicas=1', '--replicas=0')).toContain('scaled');
      expect(await instances()).toBe('0');
      expect((await kubectl.run(['scale', 'preset/web-large', '--current-replicas=7', '--replicas=1'])).err).toContain(
        'Expected replicas to be 7, was 0',
      );
      expect((await kubectl.run(['scale', 'preset/web-large', '--replicas=5001'])).err).toContain(
        'spec.prebuilds.instances',
      );
      expect((await kubectl.run(['scale', 'template/web', '--replicas=1'])).err).toContain(
        'could not find the requested resource',
      );
      const scale = await kubectl('get', 'preset', 'web-large', '--subresource=scale', '-o', 'json');
      expect(JSON.parse(scale)).toMatchObject({ apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { replicas: 0 } });
      const below = { body: { spec: { replicas: -1 } }, type: 'application/merge-patch+json' };
      const path = `${POOLS.replace('default', 'shown')}/presets/web-large/scale`;
      expect((await client.send('PATCH', path, below)).code).toBe(422);
    });
  });
});
