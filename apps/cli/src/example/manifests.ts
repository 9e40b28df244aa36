/** Objects declared in YAML files. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

export type Manifest = z.output<typeof manifestSchema>;

/** What has to be there before others can be declared comes first; else the order of file names and documents. */
const FIRST = ['Namespace', 'CustomResourceDefinition'];

/** Every object of the folder's YAML files; throws an error that names the file and what is wrong in it. */
export const readManifests = async (folder: string): Promise<Manifest[]> => {
  const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
  const manifests = await Promise.all(names.map((name) => readManifestFile(join(folder, name))));
  return manifests.flat().sort((a, b) => rank(a) - rank(b));
};

const rank = ({ kind }: Manifest): number => (FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length);

const readManifestFile = async (path: string): Promise<Manifest[]> => {
  const documents = parseAllDocuments(await readFile(path, 'utf8'));
  if ('empty' in documents) return [];
  return documents.flatMap((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw new Error(`${path}: ${problem.message}`);
    const content: unknown = document.toJS();
    if (content === null) return [];
    const parsed = manifestSchema.safeParse(content);
    if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
    return [parsed.data];
  });
};
