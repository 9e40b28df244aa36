import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder } from '@holdfast/testing';

import { readKubeconfig } from './kubeconfig.js';

describe('a kubeconfig', () => {
  let folder: TemporaryFolder;
  const given = async (text: string): Promise<string> => {
    const file = join(folder.path, 'kubeconfig');
    await writeFile(file, text);
    return file;
  };
  const config = (cluster: string, user: string): string => `
current-context: here
contexts: [{ name: here, context: { cluster: c, user: u, namespace: team } }]
clusters: [{ name: c, cluster: { server: 'https://127.0.0.1:6443/', ${cluster} } }]
users: [{ name: u, user: { ${user} } }]
`;

  beforeEach(async () => {
    folder = await temporaryFolder('kubeconfig');
  });
  afterEach(async () => folder?.remove());

  it('says how to reach the gateway, and as whom', async () => {
    const data = Buffer.from('PEM').toString('base64');
    expect(await readKubeconfig(await given(config(`certificate-authority-data: ${data}`, 'token: secret')))).toEqual({
      gateway: 'https://127.0.0.1:6443',
      authorityPem: 'PEM',
      token: 'secret',
      namespace: 'team',
    });
  });

  it('may name files beside it', async () => {
    await writeFile(join(folder.path, 'ca.crt'), 'PEM');
    await writeFile(join(folder.path, 'token'), 'secret\n');
    const file = await given(config('certificate-authority: ca.crt', 'tokenFile: token'));
    expect(await readKubeconfig(file)).toMatchObject({ authorityPem: 'PEM', token: 'secret' });
  });

  it.each([
    ['nonsense', 'is no kubeconfig'],
    [config('', '').replace('current-context: here', 'current-context: there'), 'has no context "there"'],
    [config('', '').replace('cluster: c,', 'cluster: d,'), 'has no cluster or user for the context "here"'],
    [config('', ''), 'has no token'],
  ])('%#: is refused with what is wrong in it', async (text, problem) => {
    await expect(readKubeconfig(await given(text))).rejects.toThrow(problem);
  });

  it('that is not there may mean that no stack runs', async () => {
    await expect(readKubeconfig(join(folder.path, 'none'))).rejects.toThrow('is a stack running?');
  });
});
