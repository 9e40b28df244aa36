/** The kind PoolDecision: what was decided about a pool, and why; the log keeps its history. */
import { column, declareKind, kindNamed, wideColumn } from './define-kind.js';
import type { PoolDecisionSpec } from './objects.js';
import { instant, list, objectName, record, text } from './schemas.js';

export const POOL_DECISIONS = kindNamed<PoolDecisionSpec, Record<never, never>>('PoolDecision');

const spec = record(
  {
    preset: objectName('The Preset of the pool.'),
    version: objectName('The TemplateVersion of the pool.'),
    epoch: { type: 'integer', minimum: 0, description: 'Counts the leaders; who decided.' },
    snapshotVersion: text('The version of the log that the decision rests on.', {
      maxLength: 39,
      pattern: '^[0-9]+$',
    }),
    at: instant('When it was decided.'),
    state: {
      type: 'object',
      additionalProperties: { type: 'number' },
      description: 'How the pool was: actual, desired, eligible and so on.',
    },
    actions: list(
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, description: 'One action.' },
      'What was to be done, in this order.',
    ),
    reasons: list({ type: 'string' }, 'Why, for people.'),
  },
  'The decision.',
  { required: ['preset', 'version', 'epoch', 'snapshotVersion', 'at', 'state', 'actions', 'reasons'] },
);

export const POOL_DECISION_DEFINITION = declareKind(POOL_DECISIONS, {
  description: 'The newest decision about the pool of one preset and one template version.',
  shortNames: ['pd'],
  columns: [
    column('Preset', 'string', '.spec.preset'),
    column('Version', 'string', '.spec.version'),
    column('Actual', 'integer', '.spec.state.actual'),
    column('Desired', 'integer', '.spec.state.desired'),
    column('Action', 'string', '.spec.actions[*].type'),
    column('Decided', 'date', '.spec.at'),
    wideColumn('Epoch', 'integer', '.spec.epoch'),
    wideColumn('Why', 'string', '.spec.reasons[0]'),
  ],
  selectableFields: ['.spec.preset', '.spec.version'],
  spec,
});
