/** Parts that the schemas of several kinds have in common. */
import type { JsonObject } from '@holdfast/kernel';

/** More instances than this are a slip of the finger. */
export const MOST_INSTANCES = 5_000;
/** A day: nothing that is waited for takes longer. */
const LONGEST_SECONDS = 86_400;
const LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';
const SUBDOMAIN = String.raw`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`;

export const text = (description: string, more: JsonObject = {}): JsonObject => ({
  type: 'string',
  maxLength: 1_024,
  ...more,
  description,
});

/** A name of one word, such as that of an endpoint or a provisioner. */
export const label = (description: string): JsonObject => text(description, { maxLength: 63, pattern: LABEL });

/** The name of another object. */
export const objectName = (description: string): JsonObject =>
  text(description, { maxLength: 253, pattern: SUBDOMAIN });

export const oneOf = (values: readonly string[], description: string, more: JsonObject = {}): JsonObject => ({
  type: 'string',
  enum: values,
  ...more,
  description,
});

export const instant = (description: string): JsonObject => ({ type: 'string', format: 'date-time', description });

export const flag = (description: string): JsonObject => ({ type: 'boolean', default: false, description });

export const count = (description: string, more: JsonObject = {}): JsonObject => ({
  type: 'integer',
  minimum: 0,
  maximum: MOST_INSTANCES,
  ...more,
  description,
});

/** What the system counts; nobody has to bound it. */
export const tally = (description: string): JsonObject => ({ type: 'integer', minimum: 0, description });

export const seconds = (description: string, more: JsonObject = {}): JsonObject => ({
  type: 'integer',
  minimum: 1,
  maximum: LONGEST_SECONDS,
  ...more,
  description,
});

export const list = (items: JsonObject, description: string, more: JsonObject = {}): JsonObject => ({
  type: 'array',
  items,
  ...more,
  description,
});

/** A list whose items are told apart by one member. */
export const listBy = (member: string, items: JsonObject, description: string, more: JsonObject = {}): JsonObject =>
  list(items, description, { ...more, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [member] });

export const record = (properties: JsonObject, description: string, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  ...more,
  description,
});

/** A text, a number or a boolean: rules see to that, which a structural schema cannot say. */
export const parameterValue = (description: string): JsonObject => ({
  'x-kubernetes-preserve-unknown-fields': true,
  maxLength: 4_096,
  description,
});

export const parameterValues = (description: string): JsonObject => ({
  type: 'object',
  maxProperties: 64,
  additionalProperties: parameterValue('A text, a number or a boolean.'),
  default: {},
  description,
});

/** A command without a shell: the program and its arguments. */
export const command = (description: string): JsonObject =>
  list({ type: 'string', maxLength: 4_096 }, description, { minItems: 1, maxItems: 256 });

export const reference = (what: string): JsonObject =>
  record(
    { name: objectName(`The name of the ${what}.`), uid: text(`The uid of the ${what}.`) },
    `The ${what}, told apart from others of that name by its uid.`,
    { required: ['name', 'uid'] },
  );

export const conditions: JsonObject = listBy(
  'type',
  record(
    {
      type: text('What is said about, such as Ready.', { maxLength: 316 }),
      status: oneOf(['True', 'False', 'Unknown'], 'Whether it holds.'),
      reason: text('Why, in one word in CamelCase.'),
      message: { type: 'string', maxLength: 32_768, description: 'Why, for people.' },
      lastTransitionTime: instant('When the status changed last.'),
      observedGeneration: { type: 'integer', description: 'The generation of the object that this was said about.' },
    },
    'One thing that holds or does not.',
    { required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'] },
  ),
  'What holds for the object and what does not.',
);

export const observedGeneration: JsonObject = {
  type: 'integer',
  description: 'The generation of the object that this status is about.',
};
