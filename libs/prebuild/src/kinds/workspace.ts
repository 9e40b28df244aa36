/** The kind Workspace: one thing that is built, and whose it is. */
import { column, declareKind, kindNamed, wideColumn } from './define-kind.js';
import { POOL_OWNER } from './objects.js';
import type { WorkspaceSpec, WorkspaceStatus } from './objects.js';
import {
  conditions,
  instant,
  label,
  listBy,
  objectName,
  observedGeneration,
  oneOf,
  parameterValues,
  record,
  reference,
  tally,
  text,
} from './schemas.js';

export const WORKSPACES = kindNamed<WorkspaceSpec, WorkspaceStatus>('Workspace');

const spec = record(
  {
    template: objectName('The Template that it is built from.'),
    version: objectName('The TemplateVersion that it is built from.'),
    preset: objectName('The Preset whose pool it was built for.'),
    parameters: parameterValues('Values of the parameters of the version, by name.'),
    owner: text(`Whose it is: ${POOL_OWNER} until somebody claims it.`, { minLength: 1 }),
    name: objectName('What its owner calls it.'),
    claimRef: reference('WorkspaceClaim'),
    transition: oneOf(['start', 'stop'], 'Whether it should run.', { default: 'start' }),
  },
  'What is built, and for whom.',
  { required: ['template', 'version', 'owner'] },
);

const build = record(
  {
    number: tally('Counts the builds of this workspace, from 1.'),
    transition: oneOf(['start', 'stop', 'delete', 'claim'], 'What the build does.'),
    status: oneOf(['pending', 'running', 'succeeded', 'failed', 'cancelled'], 'How far it has come.'),
    queuedAt: instant('When it was asked for.'),
    startedAt: instant('When a worker began.'),
    endedAt: instant('When it ended.'),
    worker: text('Who does it.'),
    handedBack: tally('How often a worker that stopped in order has given it back. Such a try does not count.'),
    reason: text('Why it failed or was cancelled, in one word in CamelCase.'),
    message: text('Why it failed or was cancelled, for people.', { maxLength: 32_768 }),
  },
  'The newest build.',
  { required: ['number', 'transition', 'status', 'queuedAt'] },
);

const status = record(
  {
    phase: oneOf(
      ['Pending', 'Building', 'Ready', 'Claiming', 'Stopping', 'Stopped', 'Deleting', 'Failed', 'Cancelled'],
      'Where it stands, in one word.',
    ),
    observedGeneration,
    build,
    builtAt: instant('When it was built.'),
    readyAt: instant('When it was ready for the first time.'),
    claimedFor: text('The uid of the claim whose hook has run.'),
    endpoints: listBy(
      'name',
      record(
        { name: label('Its name.'), url: text('Its address.', { maxLength: 2_048 }) },
        'Where something of it answers.',
        { required: ['name', 'url'] },
      ),
      'Where it answers.',
      { maxItems: 64 },
    ),
    conditions,
  },
  'How far it has come.',
);

export const WORKSPACE_DEFINITION = declareKind(WORKSPACES, {
  description: 'One thing that is built from a template: kept ready by a pool, or built for somebody.',
  shortNames: ['ws'],
  columns: [
    column('Owner', 'string', '.spec.owner'),
    column('Phase', 'string', '.status.phase'),
    column('Preset', 'string', '.spec.preset'),
    column('URL', 'string', '.status.endpoints[0].url'),
    wideColumn('Called', 'string', '.spec.name'),
    wideColumn('Version', 'string', '.spec.version'),
    wideColumn('Build', 'string', '.status.build.transition'),
    wideColumn('Build status', 'string', '.status.build.status'),
  ],
  selectableFields: [
    '.spec.owner',
    '.spec.preset',
    '.spec.template',
    '.spec.version',
    '.spec.name',
    '.spec.transition',
    '.status.phase',
  ],
  spec,
  status,
});
