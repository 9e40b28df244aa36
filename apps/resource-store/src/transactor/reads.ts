/** Reads of the acknowledged state. */
import type { Answer } from '@holdfast/command-client';
import { boundaryOf, keyText, NO_BODY, spliceVersion } from '@holdfast/contracts';
import type { Target } from '@holdfast/contracts';

import type { StoreState } from '../state/store-state.js';
import { jsonArray, readAnswer, refusalAnswer } from './answers.js';
import { apiVersionOf, inApiVersion } from './api-version.js';
import { noSuchObject, noSuchResource } from './refusals.js';

export const endOf = (state: StoreState): number => boundaryOf(state.sequence, state.position.base);

export const readEnd = (state: StoreState): Answer => readAnswer(endOf(state), NO_BODY);

export const readObject = (state: StoreState, target: Target): Answer => {
  const version = state.kind(target.group, target.resource)?.versions.find(({ name }) => name === target.version);
  if (version?.served !== true) return refusalAnswer(noSuchResource());
  const found = state.table.bytes(keyText(target));
  if (found === undefined) return refusalAnswer(noSuchObject(target));
  return readAnswer(found.version, spliceVersion(inApiVersion(found.bytes, apiVersionOf(target)), found.version));
};

export const readKinds = (state: StoreState): Answer => {
  const objects = state.kindRegistry.crdKeys().map((key) => {
    const { version, bytes } = state.table.bytes(keyText(key)) ?? { version: 0, bytes: NO_BODY };
    return spliceVersion(bytes, version);
  });
  return readAnswer(endOf(state), jsonArray(objects));
};
