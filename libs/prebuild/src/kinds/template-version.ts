/** The kind TemplateVersion: how a workspace is built, once and for all. */
import type { JsonObject } from '@holdfast/kernel';

import { column, declareKind, kindNamed, wideColumn } from './define-kind.js';
import type { TemplateVersionSpec } from './objects.js';
import {
  command,
  flag,
  label,
  list,
  listBy,
  objectName,
  oneOf,
  parameterValue,
  record,
  seconds,
  text,
} from './schemas.js';

export const TEMPLATE_VERSIONS = kindNamed<TemplateVersionSpec, Record<never, never>>('TemplateVersion');

/** Long enough for any script, short enough for an object. */
const script = (when: string): JsonObject =>
  text(`The shell script that is run ${when}, by /bin/sh -eu.`, { maxLength: 65_536 });

const exec = record(
  {
    create: script('to build the workspace, in a directory of its own'),
    start: script('to start it, after it was created and after it was stopped'),
    stop: script('to stop it, so that it can be started again'),
    claim: script('when somebody claims it'),
    delete: script('before its directory is removed'),
  },
  'Scripts on the host of the provisioner exec.',
);

const container = record(
  {
    image: text('The image, such as docker.io/library/nginx:1.29.', { minLength: 1 }),
    command: command('What is run instead of what the image says.'),
    env: {
      type: 'object',
      maxProperties: 256,
      additionalProperties: { type: 'string', maxLength: 32_768 },
      description: 'Variables of its environment, by name.',
    },
    ports: listBy(
      'name',
      record(
        {
          name: label('The name of the endpoint.'),
          containerPort: { type: 'integer', minimum: 1, maximum: 65_535, description: 'The port in the container.' },
        },
        'A port that is published on a free port of the host.',
        { required: ['name', 'containerPort'] },
      ),
      'Ports that are published, each as an endpoint.',
      { maxItems: 64 },
    ),
    memory: text('The most memory that it gets, such as 512m.', { maxLength: 32, pattern: '^[1-9][0-9]*[bkmg]?$' }),
    cpus: text('The most processors that it gets, such as 1.5.', {
      maxLength: 16,
      pattern: String.raw`^[0-9]+(\.[0-9]+)?$`,
    }),
    claimCommand: command('What is run in the container when somebody claims it.'),
  },
  'A container of Docker or Podman.',
  { required: ['image'] },
);

const provisioner = record(
  {
    name: label('Who builds: exec, container, or one of your own.'),
    exec,
    container,
    config: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      description: 'What a provisioner of your own is told.',
    },
  },
  'Who builds, and how.',
  { required: ['name'] },
);

const parameter = record(
  {
    name: text('Its name. Scripts read HOLDFAST_PARAM_ and the name in upper case.', {
      maxLength: 63,
      pattern: '^[a-zA-Z][a-zA-Z0-9_]*$',
    }),
    type: oneOf(['string', 'number', 'boolean'], 'What values it has.'),
    description: text('What it is for.'),
    default: parameterValue('Its value when none is given. Without a default, one must be given.'),
    options: list(parameterValue('A value that it may have.'), 'When there are any, no other value is accepted.', {
      maxItems: 256,
    }),
    immutable: flag('A claim cannot change it.'),
  },
  'What can differ between workspaces of this version.',
  { required: ['name', 'type'] },
);

const endpoint = { endpoint: label('The name of the endpoint.') };

const readiness = record(
  {
    command: command('It is ready when this ends with 0.'),
    tcp: record(endpoint, 'It is ready when the endpoint accepts a connection.', { required: ['endpoint'] }),
    http: record(
      { ...endpoint, path: text('The path of the request.', { default: '/', pattern: '^/' }) },
      'It is ready when the endpoint answers a request with a status from 200 to 399.',
      { required: ['endpoint'] },
    ),
    periodSeconds: seconds('How long to wait between two attempts.', { default: 1, maximum: 300 }),
  },
  'How to see that a workspace is ready: exactly one of command, tcp and http. Without it, it is once its scripts have ended.',
);

const timeouts = record(
  {
    createSeconds: seconds('How long building may take.', { default: 1_800 }),
    readySeconds: seconds('How long it may take to be ready after that.', { default: 300 }),
    claimSeconds: seconds('How long the hook of a claim may take.', { default: 60 }),
    stopSeconds: seconds('How long stopping may take.', { default: 60 }),
    deleteSeconds: seconds('How long deleting may take.', { default: 300 }),
  },
  'After how long a build has failed.',
  { default: {} },
);

const spec = record(
  {
    template: objectName('The Template that this is a version of.'),
    provisioner,
    parameters: listBy('name', parameter, 'What presets, and claims, may say.', { default: [], maxItems: 64 }),
    readiness,
    timeouts,
  },
  'How a workspace is built. Nothing of it can be changed.',
  { required: ['template', 'provisioner'] },
);

export const TEMPLATE_VERSION_DEFINITION = declareKind(TEMPLATE_VERSIONS, {
  description: 'Says how a workspace is built: by whom, with which scripts and parameters, and when it is ready.',
  shortNames: ['tplv'],
  columns: [
    column('Template', 'string', '.spec.template'),
    column('Provisioner', 'string', '.spec.provisioner.name'),
    wideColumn('Parameters', 'string', '.spec.parameters[*].name'),
  ],
  selectableFields: ['.spec.template', '.spec.provisioner.name'],
  spec,
});
