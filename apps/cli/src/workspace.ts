import { join, resolve } from 'node:path';

/** The checkout that this program is part of. */
export const workspace = resolve(import.meta.dirname, '..', '..', '..');

/** Where the local stack keeps everything unless told otherwise. */
export const defaultDir = join(workspace, '.holdfast');

export const rackManifests = join(workspace, 'examples', 'rack', 'manifests');
