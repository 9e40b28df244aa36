import { describe, expect, it } from '@jest/globals';

import { workOf } from '../stand-in.fixtures.js';
import { execCommand, parsePorts, removeCommand, runCommand, stopCommand } from './container-commands.js';

const work = workOf('u-1', 1, 'start', { owner: 'ada', parameters: { 'node.version': 22, debug: true } });
const OWN = [
  '--env=HOLDFAST_WORKSPACE_NAMESPACE=default',
  '--env=HOLDFAST_WORKSPACE_NAME=ws-u-1',
  '--env=HOLDFAST_WORKSPACE_UID=u-1',
  '--env=HOLDFAST_WORKSPACE_OWNER=ada',
  '--env=HOLDFAST_WORKSPACE_BUILD=1',
  '--env=HOLDFAST_PARAM_NODE_VERSION=22',
  '--env=HOLDFAST_PARAM_DEBUG=true',
];
const BEGIN = ['run', '--detach', '--init', '--name', 'holdfast-u-1', '--label', 'dev.holdfast.workspace=u-1'];
const SAFE = ['--security-opt', 'no-new-privileges'];

describe('the command that makes a container', () => {
  it('names it after the workspace, and tells it what a workspace may know', () => {
    expect(runCommand(work, { image: 'node:22' }, [])).toEqual([...BEGIN, ...SAFE, ...OWN, '--', 'node:22']);
  });

  it('publishes ports on this host alone, and sets its limits', () => {
    const settings = { image: 'node:22', memory: '512m', cpus: '0.5', command: ['node', 'server.js', '--port', '80'] };
    const ports = [{ name: 'web', containerPort: 80, hostPort: 20_080 }];
    const end = ['--publish', '127.0.0.1:20080:80', '--memory', '512m', '--cpus', '0.5'];
    expect(runCommand(work, settings, ports)).toEqual([
      ...BEGIN,
      ...SAFE,
      ...OWN,
      ...end,
      '--',
      'node:22',
      ...settings.command,
    ]);
  });

  it('takes variables of the template, which cannot replace those of the workspace', () => {
    const env = { MODE: 'a b; c', HOLDFAST_WORKSPACE_OWNER: 'eve' };
    const args = runCommand(work, { image: 'node:22', env }, []);
    expect(args).toContain('--env=MODE=a b; c');
    expect(args.filter((arg) => arg.startsWith('--env=HOLDFAST_WORKSPACE_OWNER='))).toEqual([
      '--env=HOLDFAST_WORKSPACE_OWNER=ada',
    ]);
  });

  it('reads nothing of an image that looks like an option as one', () => {
    expect(runCommand(work, { image: '--privileged' }, []).slice(-2)).toEqual(['--', '--privileged']);
  });
});

describe('what is done to a container', () => {
  it('runs inside it with what the workspace knows by now', () => {
    expect(execCommand(work, ['greet', '--loud'])).toEqual(['exec', ...OWN, 'holdfast-u-1', 'greet', '--loud']);
  });

  it('names only the container of the workspace', () => {
    expect(stopCommand('u-1')).toEqual(['stop', '--time', '5', 'holdfast-u-1']);
    expect(removeCommand('u-1')).toEqual(['rm', '--force', '--volumes', 'holdfast-u-1']);
  });
});

describe('the ports that a container has', () => {
  it('are read from what the engine prints', () => {
    expect(parsePorts('80/tcp -> 127.0.0.1:20080\n443/tcp -> 127.0.0.1:20443\n')).toEqual(
      new Map([
        [80, 20_080],
        [443, 20_443],
      ]),
    );
  });

  it.each(['', 'no such container', '80/udp -> 127.0.0.1:20080', '80/tcp -> 0.0.0.0:20080'])(
    'are none in %p',
    (text) => {
      expect(parsePorts(text).size).toBe(0);
    },
  );
});
