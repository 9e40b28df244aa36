import { describe, expect, it } from '@jest/globals';

import { conditionsAnnotation, ownConditions } from './own-conditions.js';
import { GREETINGS, stateOf } from './workers.fixtures.js';

const ANNOTATION = 'greeting.reconcilers.holdfast.dev/conditions';
const conditions = (...types: readonly string[]) => ({ conditions: types.map((type) => ({ type, status: 'True' })) });
const plan = (recorded: string | undefined, present: readonly string[], answered: readonly string[]) => {
  const annotations = recorded === undefined ? {} : { [ANNOTATION]: recorded };
  const object = stateOf(GREETINGS, 'world', { metadata: { annotations }, status: conditions(...present) });
  const { record, withdrawn } = ownConditions('greeting', object, conditions(...answered));
  return [record, withdrawn];
};
const record = (types: string | null) => ({ annotations: { [ANNOTATION]: types } });

describe("a worker's own conditions", () => {
  it('are recorded before they are written', () => {
    expect(plan(undefined, ['Ready'], ['Warm', 'Full'])).toEqual([record('Full,Warm'), []]);
    expect(plan('Full,Warm', ['Ready'], ['Warm', 'Full'])).toEqual([undefined, []]);
  });

  it('are withdrawn when an answer leaves them out, and forgotten after they went', () => {
    expect(plan('Full,Warm', ['Ready', 'Warm', 'Full'], ['Full'])).toEqual([undefined, ['Warm']]);
    expect(plan('Full,Warm', ['Ready', 'Full'], ['Full'])).toEqual([record('Full'), []]);
    expect(plan('Warm', ['Ready'], [])).toEqual([record(null), []]);
  });

  it('are none of those that somebody else has set', () => {
    expect(plan(undefined, ['Ready', 'Theirs'], [])).toEqual([undefined, []]);
    expect(plan('Warm', ['Theirs', 'Warm'], [])).toEqual([undefined, ['Warm']]);
  });

  it('are recorded under a name that an annotation can have', () => {
    expect(conditionsAnnotation('a'.repeat(253)).split('/')[0]).toHaveLength(253);
  });
});
