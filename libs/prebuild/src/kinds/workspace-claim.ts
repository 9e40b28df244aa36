/** The kind WorkspaceClaim: somebody asks for a workspace. */
import { column, declareKind, kindNamed, wideColumn } from './define-kind.js';
import type { WorkspaceClaimSpec, WorkspaceClaimStatus } from './objects.js';
import { conditions, instant, objectName, oneOf, parameterValues, record, reference, text } from './schemas.js';

export const WORKSPACE_CLAIMS = kindNamed<WorkspaceClaimSpec, WorkspaceClaimStatus>('WorkspaceClaim');

const spec = record(
  {
    preset: objectName('The Preset whose pool gives a workspace. Either this or a template.'),
    template: objectName('The Template whose presets are matched by the parameters. Either this or a preset.'),
    parameters: parameterValues('Values of parameters, by name.'),
    owner: text('Who gets the workspace.', { minLength: 1 }),
    waitSeconds: {
      type: 'integer',
      minimum: 0,
      maximum: 3_600,
      default: 0,
      description: 'How long to wait for one that is starting, before one is built for this claim alone.',
    },
  },
  'What is asked for. Nothing of it can be changed.',
  { required: ['owner'] },
);

const status = record(
  {
    phase: oneOf(['Pending', 'Bound', 'Failed'], 'Where it stands.'),
    preset: objectName('The Preset that was asked for, or that matched.'),
    workspace: reference('Workspace'),
    source: oneOf(
      ['warm', 'starting', 'cold'],
      'Where the workspace came from: ready in the pool, on its way there, or built for this claim.',
    ),
    missReason: oneOf(
      [
        ...['NoneReady', 'NoneMatches', 'PoolPaused', 'HardLimited', 'ParametersNotAccepted'],
        ...['TemplateDeprecated', 'NoActiveVersion', 'PoolIsEmptyByDesign'],
      ],
      'Why there was none ready.',
    ),
    boundAt: instant('When the workspace was assigned.'),
    message: text('What happened, for people.', { maxLength: 32_768 }),
    conditions,
  },
  'What was given.',
);

export const WORKSPACE_CLAIM_DEFINITION = declareKind(WORKSPACE_CLAIMS, {
  description: 'Asks for a workspace: of a preset, or of the preset of a template that matches the parameters best.',
  shortNames: ['wsclaim'],
  columns: [
    column('Owner', 'string', '.spec.owner'),
    column('Phase', 'string', '.status.phase'),
    column('Workspace', 'string', '.status.workspace.name'),
    column('Source', 'string', '.status.source'),
    column('Miss', 'string', '.status.missReason'),
    column('Message', 'string', '.status.message'),
    wideColumn('Preset', 'string', '.status.preset'),
    wideColumn('Bound', 'date', '.status.boundAt'),
  ],
  selectableFields: [
    '.spec.owner',
    '.spec.preset',
    '.spec.template',
    '.status.phase',
    '.status.source',
    '.status.missReason',
  ],
  spec,
  status,
});
