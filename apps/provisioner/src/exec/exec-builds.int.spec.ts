import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { eventually, startNats, temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder, TestNats } from '@holdfast/testing';

import { countProcesses, startProvisioner } from '../provisioner.fixtures.js';
import type { TestProvisioner } from '../provisioner.fixtures.js';
import { StandIn, workOf } from '../stand-in.fixtures.js';
import type { WorkParts } from '../stand-in.fixtures.js';
import { areRunning } from './process-table.js';

/** Serves its folder's file `greeting`; outlives the script that starts it. */
const SERVER = `
cat > server.mjs <<'JS'
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
createServer((_, response) => response.end(readFileSync('greeting'))).listen(process.env.HOLDFAST_WORKSPACE_PORT, '127.0.0.1');
JS
echo "hello, $HOLDFAST_WORKSPACE_OWNER" > greeting
`;
const SERVE = `
node server.mjs > server.log 2>&1 &
echo "web=http://127.0.0.1:$HOLDFAST_WORKSPACE_PORT/" >> "$HOLDFAST_ENDPOINTS"
`;
const WEB: WorkParts = {
  exec: { create: SERVER, start: SERVE, claim: 'echo "hello, $HOLDFAST_WORKSPACE_OWNER" > greeting' },
  readiness: { http: { endpoint: 'web', path: '/' }, periodSeconds: 0.05 },
};

const STATE = '.state/workspaces';

describe('builds by scripts', () => {
  let nats: TestNats;
  let standIn: StandIn;
  let folder: TemporaryFolder;
  let provisioner: TestProvisioner;

  beforeAll(async () => {
    nats = await startNats();
    standIn = await StandIn.start(nats.url());
  });
  afterAll(async () => {
    await standIn?.close();
    await nats?.close();
  });
  beforeEach(async () => {
    folder = await temporaryFolder('workspaces');
    provisioner = await startProvisioner({ url: nats.url(), dir: folder.path });
  });
  afterEach(async () => {
    await provisioner?.stop();
    await folder?.remove();
  });

  const read = (uid: string, file: string): Promise<string> => readFile(join(folder.path, uid, file), 'utf8');
  const isGone = async (uid: string): Promise<boolean> =>
    (await countProcesses(uid)) === 0 && !(await readdir(folder.path)).includes(uid);
  const greeting = async (url: string | undefined): Promise<string> => (await fetch(url ?? '')).text();

  it('a workspace is built, ready, claimed, stopped, started and deleted', async () => {
    const built = await standIn.build(workOf('web', 1, 'start', WEB));
    expect(built).toMatchObject({ status: 'succeeded', endpoints: [{ name: 'web' }] });
    const endpoints = built.endpoints ?? [];
    const url = endpoints[0]?.url;
    expect(await greeting(url)).toBe('hello, prebuilds\n');

    const claimed = { ...WEB, owner: 'ada', endpoints };
    expect(await standIn.build(workOf('web', 2, 'claim', claimed), 'people')).toMatchObject({
      status: 'succeeded',
      endpoints,
    });
    expect(await greeting(url)).toBe('hello, ada\n');

    expect(await standIn.build(workOf('web', 3, 'stop', claimed))).toMatchObject({ status: 'succeeded' });
    expect(await countProcesses('web')).toBe(0);

    expect(await standIn.build(workOf('web', 4, 'start', claimed))).toMatchObject({ status: 'succeeded', endpoints });
    expect(await greeting(url)).toBe('hello, ada\n');

    expect(await standIn.build(workOf('web', 5, 'delete', claimed))).toMatchObject({ status: 'succeeded' });
    expect(await isGone('web')).toBe(true);
    await eventually(async () => (await readdir(join(folder.path, '.state', 'workspaces'))).length === 0);
    await eventually(() => standIn.isIdle());
  });

  it('a script has its own environment and nothing of the service', async () => {
    process.env['HOLDFAST_TEST_SECRET'] = 'do-not-tell';
    const parts: WorkParts = {
      exec: { create: 'env > seen' },
      owner: 'ada',
      parameters: { region: 'north', maxCpus: 2 },
    };
    await standIn.build(workOf('env', 7, 'start', parts));
    const seen = (await read('env', 'seen'))
      .split('\n')
      .filter((line) => line !== '' && !/^(PWD|_|SHLVL|OLDPWD)=/.test(line));
    const dir = join(folder.path, 'env');
    const { port } = (await provisioner.folders.read('env')) ?? {};
    expect(seen.sort()).toEqual([
      `HOLDFAST_ENDPOINTS=${join(folder.path, '.state', 'workspaces', 'env', 'endpoints')}`,
      'HOLDFAST_PARAM_MAXCPUS=2',
      'HOLDFAST_PARAM_REGION=north',
      'HOLDFAST_WORKSPACE_BUILD=7',
      `HOLDFAST_WORKSPACE_DIR=${dir}`,
      'HOLDFAST_WORKSPACE_NAME=ws-env',
      'HOLDFAST_WORKSPACE_NAMESPACE=default',
      'HOLDFAST_WORKSPACE_OWNER=ada',
      `HOLDFAST_WORKSPACE_PORT=${port}`,
      'HOLDFAST_WORKSPACE_UID=env',
      `HOME=${dir}`,
      'LANG=C.UTF-8',
      'PATH=/usr/local/bin:/usr/bin:/bin',
    ]);
  });

  it('all of its files are private', async () => {
    await standIn.build(workOf('private', 1, 'start', { exec: { create: 'true' } }));
    const modes = await Promise.all(
      ['private', '.state', `${STATE}/private`, `${STATE}/private/record`, `${STATE}/private/endpoints`].map(
        async (file) => (await stat(join(folder.path, file))).mode & 0o777,
      ),
    );
    expect(modes).toEqual([0o700, 0o700, 0o700, 0o600, 0o600]);
  });

  it.each<[string, WorkParts, string, string]>([
    ['that fails', { exec: { create: 'echo oops >&2; exit 3' } }, 'ScriptFailed', 'create ended with 3'],
    ['that fails in the middle', { exec: { create: 'false; true' } }, 'ScriptFailed', 'create ended with 1'],
    [
      'that uses a variable that is not there',
      { exec: { create: 'echo "$NOTHING"' } },
      'ScriptFailed',
      'create ended with',
    ],
    [
      'that hangs',
      { exec: { create: 'sleep 600' }, timeouts: { createSeconds: 1 } },
      'TimedOut',
      'create did not end within 1 s',
    ],
    [
      'that hangs in start',
      { exec: { start: 'sleep 600' }, timeouts: { createSeconds: 1 } },
      'TimedOut',
      'start did not end within 1 s',
    ],
    [
      'that leaves a nonsense endpoint',
      { exec: { create: 'echo nonsense >> "$HOLDFAST_ENDPOINTS"' } },
      'InvalidEndpoint',
      'line 1 of $HOLDFAST_ENDPOINTS is no name=url: nonsense',
    ],
    [
      'whose workspace never gets ready',
      {
        exec: { create: `(sleep 600 & ); echo web=http://127.0.0.1:1/ >> "$HOLDFAST_ENDPOINTS"` },
        readiness: { http: { endpoint: 'web', path: '/' }, periodSeconds: 0.05 },
        timeouts: { readySeconds: 1 },
      },
      'NotReady',
      'not ready within 1 s: ',
    ],
    [
      'whose probe asks what is not there',
      { exec: { create: 'true' }, readiness: { tcp: { endpoint: 'web' }, periodSeconds: 1 } },
      'EndpointMissing',
      'the probe asks the endpoint "web", but there are none',
    ],
  ])('a script %s fails, says why, and leaves no process', async (_, parts, reason, message) => {
    const work = workOf('failing', 1, 'start', parts);
    expect(await standIn.build(work)).toMatchObject({
      status: 'failed',
      reason,
      message: expect.stringContaining(message),
    });
    expect(await countProcesses('failing')).toBe(0);
    expect(await readdir(folder.path)).toContain('failing');
    expect(await standIn.build(workOf('failing', 2, 'delete', parts))).toMatchObject({ status: 'succeeded' });
    expect(await isGone('failing')).toBe(true);
  });

  it('a probe by command is asked until it succeeds, in the folder of the workspace', async () => {
    const parts: WorkParts = {
      exec: { create: '(sleep 0.3; touch done) > /dev/null 2>&1 &' },
      readiness: { command: ['test', '-e', 'done'], periodSeconds: 0.05 },
    };
    expect(await standIn.build(workOf('probed', 1, 'start', parts))).toMatchObject({ status: 'succeeded' });
  });

  it('processes end as a whole, whatever they forked, however they hide, even when they ignore TERM', async () => {
    const create = `
      (trap '' TERM; sleep 600) &
      setsid sh -c 'sleep 600 & sleep 600' &
      env -i sh -c 'sleep 600' &
      (sh -c 'sleep 600 &')
    `;
    await standIn.build(workOf('forks', 1, 'start', { exec: { create } }));
    expect(await countProcesses('forks')).toBeGreaterThanOrEqual(5);
    const { processes = [] } = (await provisioner.folders.read('forks')) ?? {};
    expect(await standIn.build(workOf('forks', 2, 'delete'))).toMatchObject({ status: 'succeeded' });
    expect(await isGone('forks')).toBe(true);
    for (const one of processes) expect(await areRunning([one])).toBe(false);
  });

  it('a script that prints a gigabyte is cut with a note, and stands nowhere in memory', async () => {
    const before = process.memoryUsage().rss;
    const work = workOf('loud', 1, 'start', { exec: { create: 'yes gigabyte | head -c 1000000000; echo silence' } });
    expect(await standIn.build(work)).toMatchObject({ status: 'succeeded' });
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
    const output = await standIn.output(work);
    const notes = output
      .filter(({ stream }) => stream === 'note')
      .map(({ text }) => text)
      .join('');
    expect(notes).toContain('output cut: a build keeps 8 MiB');
    const printed = output.filter(({ stream }) => stream === 'stdout').reduce((sum, { text }) => sum + text.length, 0);
    expect(printed).toBe(8 * 1024 * 1024);
  });

  it('output is there while the script runs, in order, with what the provisioner says', async () => {
    const work = workOf('talks', 1, 'start', {
      exec: { create: 'echo one; while [ ! -e go ]; do sleep 0.05; done; echo two' },
    });
    await standIn.queue(work);
    standIn.wake();
    const text = async (): Promise<string> => (await standIn.output(work)).map((message) => message.text).join('');
    await eventually(async () => (await text()).includes('one\n'));
    expect(await text()).not.toContain('two');
    await writeFile(join(folder.path, 'talks', 'go'), '');
    await standIn.end(work);
    await eventually(async () => (await standIn.output(work)).at(-1)?.end === true);
    expect(await text()).toBe('build 1 (start)\none\ntwo\nbuild 1 (start) has succeeded\n');
  });

  it('a delete script that fails does not keep the workspace', async () => {
    await standIn.build(workOf('stubborn', 1, 'start', { exec: { create: 'true' } }));
    const remove = workOf('stubborn', 2, 'delete', { exec: { delete: 'exit 1' } });
    expect(await standIn.build(remove)).toMatchObject({ status: 'succeeded' });
    expect(await isGone('stubborn')).toBe(true);
    const notes = (await standIn.output(remove)).map(({ text }) => text).join('');
    expect(notes).toContain('delete ended with 1; it is deleted all the same');
  });

  it('to delete what was never there succeeds', async () => {
    expect(await standIn.build(workOf('never', 1, 'delete'))).toMatchObject({ status: 'succeeded' });
  });

  it('without docker and podman a container is not built, and that is said', async () => {
    const work = workOf('box', 1, 'start');
    const container = { ...work, provisioner: { name: 'container', container: { image: 'nginx' } } };
    expect(await standIn.build(container)).toMatchObject({ status: 'failed', reason: 'NoContainerEngine' });
  });
});
