/** Writes through `/scale`: the Scale that a client sends, as the object that it means. */
import { isJsonObject, objectAt } from '@holdfast/kernel';
import type { JsonObject, JsonValue, Refusal } from '@holdfast/kernel';
import type { ScaleSubresource } from '../kind.js';
import { invalidValue } from '../refusal/causes.js';
import { invalid } from '../refusal/invalid.js';
import { SCALE, withReplicas } from '../scale/scale.js';
import { badRequest } from './refusals.js';

export type ScaledBody =
  { readonly ok: true; readonly body: JsonObject } | { readonly ok: false; readonly refusal: Refusal };

const MOST_REPLICAS = 2 ** 31 - 1;

/** The object under the identity that the Scale names, with its number; `served` is the object as its readers see it. */
export const scaledBody = (served: JsonObject, scale: JsonObject, paths: ScaleSubresource): ScaledBody => {
  const apiVersion = `${SCALE.group}/${SCALE.version}`;
  if ((scale['apiVersion'] ?? apiVersion) !== apiVersion || (scale['kind'] ?? SCALE.kind) !== SCALE.kind) {
    return refused(badRequest(`the body must be a ${SCALE.kind} in version "${apiVersion}"`));
  }
  const { spec = {}, metadata = {} } = scale;
  if (!isJsonObject(spec)) return refused(badRequest(`spec: expected an object, not ${JSON.stringify(spec)}`));
  if (!isJsonObject(metadata)) return refused(badRequest('metadata: expected an object'));
  const sent = { ...metadata, name: metadata['name'] ?? objectAt(served, 'metadata')['name'] };

  // Clients leave out a zero.
  const replicas: JsonValue = spec['replicas'] ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || Math.abs(replicas) > MOST_REPLICAS) {
    return refused(badRequest(`spec.replicas: expected a whole number of 32 bits, not ${JSON.stringify(replicas)}`));
  }
  if (replicas < 0) {
    const cause = invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0');
    return refused(invalid({ group: SCALE.group, kind: SCALE.kind, name: nameIn(sent) }, [cause]));
  }
  return { ok: true, body: { ...withReplicas(served, paths, replicas), metadata: sent } };
};

const nameIn = ({ name }: { readonly name?: JsonValue | undefined }): string => (typeof name === 'string' ? name : '');

const refused = (refusal: Refusal): ScaledBody => ({ ok: false, refusal });
