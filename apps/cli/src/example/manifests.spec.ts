import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder } from '@holdfast/testing';

import { readManifests } from './manifests.js';

describe('manifests in a folder', () => {
  let folder: TemporaryFolder;
  const file = (name: string, text: string): Promise<void> => writeFile(join(folder.path, name), text);
  beforeAll(async () => {
    folder = await temporaryFolder('manifests');
    await file('a.yaml', 'apiVersion: v1\nkind: Rack\nmetadata: { name: rack-01 }\n---\n---\n# nothing\n');
    await file('b.yml', 'apiVersion: v1\nkind: CustomResourceDefinition\nmetadata: { name: racks }\n');
    await file('notes.txt', 'not: [yaml');
  });
  afterAll(async () => {
    await folder?.remove();
  });

  it('are read with kinds before their objects, without empty documents', async () => {
    const kinds = (await readManifests(folder.path)).map(({ kind }) => kind);
    expect(kinds).toEqual(['CustomResourceDefinition', 'Rack']);
  });

  it('are refused by the name of the file that is wrong', async () => {
    await file('c.yaml', 'apiVersion: v1\nkind: [');
    await expect(readManifests(folder.path)).rejects.toThrow(/c\.yaml: /);
    await file('c.yaml', 'apiVersion: v1\nmetadata: { name: nameless-kind }');
    await expect(readManifests(folder.path)).rejects.toThrow(/c\.yaml: .*\n.*kind/);
  });
});
