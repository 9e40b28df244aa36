/** The kind Preset: the values of a template's parameters, and how many workspaces of them are kept ready. */
import type { JsonObject } from '@holdfast/kernel';

import { column, declareKind, kindNamed, wideColumn } from './define-kind.js';
import type { PresetSpec, PresetStatus } from './objects.js';
import {
  conditions,
  count,
  flag,
  instant,
  list,
  listBy,
  objectName,
  observedGeneration,
  oneOf,
  parameterValues,
  record,
  seconds,
  tally,
  text,
} from './schemas.js';

export const PRESETS = kindNamed<PresetSpec, PresetStatus>('Preset');

const schedule = record(
  {
    cron: text('Minute, hour, day of month, month and day of week. The minute is *: whole hours are named.', {
      maxLength: 256,
    }),
    instances: count('How many are wanted while it holds.'),
  },
  'Hours in which another number is wanted.',
  { required: ['cron', 'instances'] },
);

const scheduling = record(
  {
    timezone: text('The clocks that the hours are read from: a name of the IANA database, such as Europe/Berlin.', {
      maxLength: 64,
    }),
    schedules: list(schedule, 'The first that holds is followed. No two may overlap.', { maxItems: 32 }),
  },
  'How many are wanted at which hours.',
  { required: ['timezone', 'schedules'] },
);

const replacement = record(
  {
    strategy: oneOf(
      ['Immediate', 'Surge'],
      'When another version becomes active: delete the old instances at once, or as the new ones get ready.',
      { default: 'Immediate' },
    ),
    maxSurge: count('How many more than wanted there may be during a surge.', { minimum: 1 }),
  },
  'What happens to the instances of a version when another becomes active.',
  { default: {} },
);

const prebuilds = record(
  {
    instances: count('How many are kept ready, unless a schedule says otherwise.', { default: 0 }),
    min: count('Never fewer, whatever the demand.'),
    max: count('Never more, whatever the demand.'),
    ttlSeconds: seconds('How old an instance may become before it is built again.', { maximum: 315_360_000 }),
    scheduling,
    demandExpression: text('How many are wanted, in CEL, from recent claims and misses.', { maxLength: 1_000 }),
    maxConcurrentCreations: count('How many may be building at once.', { minimum: 1 }),
    replacement,
    paused: flag('Nothing is created or deleted in the pool. Claims go on.'),
    invalidatedAt: instant('What was built before is expired, and is built again.'),
    retriedAt: instant('Asks for another try after too many failures.'),
  } satisfies JsonObject,
  'The pool.',
  { default: {} },
);

const spec = record(
  {
    template: objectName('The Template that is built.'),
    parameters: parameterValues("Values of the parameters of the template's active version, by name."),
    prebuilds,
  },
  'What is kept ready.',
  { required: ['template'] },
);

const lastBuilt = record(
  { version: objectName('The TemplateVersion that was built.'), at: instant('When its build succeeded.') },
  'The last build of one version that worked.',
  { required: ['version', 'at'] },
);

const failures = record(
  {
    version: objectName('The TemplateVersion that was built.'),
    count: tally('How many failed one after the other.'),
    lastAt: instant('When the last of them did.'),
    workspace: objectName('The Workspace that it was to become.'),
    message: text('Why it failed, for people.'),
  },
  'Failed builds of one version.',
  { required: ['version', 'count', 'lastAt', 'workspace', 'message'] },
);

const status = record(
  {
    observedGeneration,
    specChangedAt: instant('When its spec was seen to have changed last.'),
    running: tally('Built of the active version and not claimed.'),
    desired: tally('Wanted now.'),
    eligible: tally('Ready to be claimed.'),
    starting: tally('Being built.'),
    expired: tally('Too old to be claimed.'),
    failed: tally('Failed builds that are kept as evidence.'),
    failures: listBy('version', failures, 'Builds that failed since one worked, also those whose evidence is gone.'),
    lastBuilt: listBy(
      'version',
      lastBuilt,
      'When a build of each version worked last, also where what was built is gone.',
    ),
    buildSeconds: {
      type: 'number',
      minimum: 0,
      description: 'How long the newest instance took from its creation until it could be used.',
    },
    idleInstanceSeconds: {
      type: 'number',
      minimum: 0,
      description: 'What the warmth has cost so far: seconds that ready instances waited for a claim.',
    },
    conditions,
  },
  'What is ready.',
);

export const PRESET_DEFINITION = declareKind(PRESETS, {
  description: 'Keeps workspaces ready before anybody asks: how many, when, of which template, with which parameters.',
  shortNames: [],
  columns: [
    column('Template', 'string', '.spec.template'),
    column('Desired', 'integer', '.status.desired'),
    column('Running', 'integer', '.status.running'),
    column('Ready', 'integer', '.status.eligible'),
    column('Starting', 'integer', '.status.starting'),
    column('Failed', 'integer', '.status.failed'),
    wideColumn('Expired', 'integer', '.status.expired'),
    wideColumn('Instances', 'integer', '.spec.prebuilds.instances'),
    wideColumn('Paused', 'boolean', '.spec.prebuilds.paused'),
    wideColumn('Build seconds', 'number', '.status.buildSeconds'),
    wideColumn('Idle seconds', 'number', '.status.idleInstanceSeconds'),
  ],
  selectableFields: ['.spec.template', '.spec.prebuilds.paused'],
  scale: { specReplicasPath: '.spec.prebuilds.instances', statusReplicasPath: '.status.running' },
  spec,
  status,
});
