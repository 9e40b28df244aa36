/**
 * The OpenAPI v3 document of one group-version: what kubectl reads for `explain`, and to learn that the server
 * validates fields itself (`fieldValidation` on every PATCH of a kind).
 */
import type { JsonObject } from '@holdfast/kernel';

import { kindVersion } from '../kind.js';
import type { KindDefinition } from '../kind.js';
import { SCALE } from '../scale/scale.js';
import type { DescribedOperation, NamedSubresource, SubresourceDocumentsOf } from './subresource-document.js';
import { DELETE_OPTIONS, LIST_META, OBJECT_META, SCALE_SCHEMA, sharedSchemas, STATUS } from './shared-schemas.js';

interface GroupVersionKind extends JsonObject {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Paths and schemas of these kinds in `version`; kinds that do not serve it are left out. */
export const openApiV3Document = (
  group: string,
  version: string,
  kinds: readonly KindDefinition[],
  documentsOf: SubresourceDocumentsOf = () => [],
): JsonObject => {
  const described = kinds.flatMap((kind) => {
    const served = kindVersion(kind, version);
    if (kind.group !== group || served?.served !== true) return [];
    const subresources = documentsOf(kind, served);
    const schemas = subresources.map(({ document }) => document.schemas ?? {});
    return [
      {
        paths: { ...pathsOf(kind, version), ...subresourcePaths(kind, version, subresources) },
        schemas: Object.assign(schemasOf(kind, version), ...schemas) as JsonObject,
      },
    ];
  });
  const paths = Object.assign({}, ...described.map((one) => one.paths)) as JsonObject;
  const schemas = Object.assign({}, sharedSchemas, ...described.map((one) => one.schemas)) as JsonObject;
  return {
    openapi: '3.0.0',
    info: { title: 'Holdfast', version: 'v1' },
    paths,
    components: {
      schemas,
      securitySchemes: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    },
  };
};

const gvkOf = (kind: KindDefinition, version: string, name = kind.kind): GroupVersionKind => ({
  group: kind.group,
  version,
  kind: name,
});

/** `dev.holdfast.inventory.v1.Rack`: the group's labels turned round, as upstream names its schemas. */
export const openApiSchemaName = (group: string, version: string, name: string): string =>
  `${group === '' ? 'io.k8s.api.core' : group.split('.').reverse().join('.')}.${version}.${name}`;

const schemaName = ({ group }: KindDefinition, version: string, name: string): string =>
  openApiSchemaName(group, version, name);

export const openApiRef = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

const schemasOf = (kind: KindDefinition, version: string): JsonObject => {
  const schema = kindVersion(kind, version)?.schema ?? {};
  const typeMeta = {
    apiVersion: { type: 'string', description: 'The group and version of this form of the object.' },
    kind: { type: 'string', description: 'The kind of the object.' },
  };
  const object: JsonObject = {
    ...schema,
    type: 'object',
    properties: {
      ...typeMeta,
      metadata: { allOf: [openApiRef(OBJECT_META)], description: 'What every object says of itself.', default: {} },
      ...withoutTypeMeta(schema['properties']),
    },
    'x-kubernetes-group-version-kind': [gvkOf(kind, version)],
  };
  const list: JsonObject = {
    type: 'object',
    description: `${kind.listKind} is a list of ${kind.kind}.`,
    required: ['items'],
    properties: {
      ...typeMeta,
      metadata: { allOf: [openApiRef(LIST_META)], description: 'What the list says of itself.', default: {} },
      items: { type: 'array', items: openApiRef(schemaName(kind, version, kind.kind)), description: 'The objects.' },
    },
    'x-kubernetes-group-version-kind': [gvkOf(kind, version, kind.listKind)],
  };
  return {
    [schemaName(kind, version, kind.kind)]: object,
    [schemaName(kind, version, kind.listKind)]: list,
  };
};

const withoutTypeMeta = (properties: unknown): JsonObject => {
  const { apiVersion: _1, kind: _2, metadata: _3, ...others } = (properties ?? {}) as JsonObject;
  return others;
};

const rootOf = ({ group }: KindDefinition, version: string): string =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`;

const collectionAddress = (kind: KindDefinition, version: string): string =>
  `${rootOf(kind, version)}${kind.scope === 'Namespaced' ? '/namespaces/{namespace}' : ''}/${kind.plural}`;

const objectAddress = (kind: KindDefinition, version: string): string => `${collectionAddress(kind, version)}/{name}`;

const pathsOf = (kind: KindDefinition, version: string): JsonObject => {
  const [collection, object] = [collectionAddress(kind, version), objectAddress(kind, version)];
  const everywhere = `${rootOf(kind, version)}/${kind.plural}`;
  const all = kind.scope === 'Namespaced' ? { [everywhere]: allNamespaces(kind, version) } : {};
  const hasStatus = kindVersion(kind, version)?.status === true;
  const hasScale = kindVersion(kind, version)?.scale !== undefined;
  return {
    ...all,
    [collection]: collectionPath(kind, version),
    [object]: objectPath(kind, version, ''),
    ...(hasStatus ? { [`${object}/status`]: objectPath(kind, version, 'Status') } : {}),
    ...(hasScale ? { [`${object}/scale`]: scalePath(kind, version) } : {}),
  };
};

const query = (name: string, description: string, type = 'string'): JsonObject => ({
  name,
  in: 'query',
  description,
  schema: { type, uniqueItems: true },
});

const pathParameter = (name: string, description: string): JsonObject => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string', uniqueItems: true },
});

const WRITE_PARAMETERS: readonly JsonObject[] = [
  query('dryRun', 'All: check everything, change nothing.'),
  query('fieldManager', 'Who writes, for history.'),
  query('fieldValidation', 'Strict, Warn or Ignore: what becomes of unknown and duplicate fields.'),
];

const PATCH_PARAMETERS: readonly JsonObject[] = [
  ...WRITE_PARAMETERS,
  query('force', 'For apply patches: take fields over from other managers.', 'boolean'),
];

const LIST_PARAMETERS: readonly JsonObject[] = [
  query('labelSelector', 'Only objects with these labels.'),
  query('fieldSelector', 'Only objects with these values of selectable fields.'),
  query('limit', 'At most so many objects a page.', 'integer'),
  query('continue', 'The next page, as the last one named it.'),
  query('resourceVersion', 'How new, or with resourceVersionMatch=Exact of which version.'),
  query('resourceVersionMatch', 'NotOlderThan or Exact.'),
  query('timeoutSeconds', 'How long a watch lasts.', 'integer'),
  query('watch', 'Tell changes as they happen.', 'boolean'),
  query('allowWatchBookmarks', 'Tell of versions without changes, too.', 'boolean'),
  query('sendInitialEvents', 'Begin with the objects that exist.', 'boolean'),
];

const BODY_TYPES = ['application/json', 'application/yaml'];
const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json'];

const content = (types: readonly string[], schema: JsonObject): JsonObject =>
  Object.fromEntries(types.map((type) => [type, { schema }]));

const ok = (schema: string, description = 'OK'): JsonObject => ({
  description,
  content: content(BODY_TYPES, openApiRef(schema)),
});

const body = (types: readonly string[], schema: JsonObject): JsonObject => ({ content: content(types, schema) });

const operation = (input: {
  readonly kind: KindDefinition;
  readonly version: string;
  readonly action: string;
  readonly verb: string;
  readonly suffix?: string;
  readonly description?: string;
  /** What is sent and answered, where it is not the kind itself. */
  readonly gvk?: GroupVersionKind;
  readonly parameters?: readonly JsonObject[];
  readonly requestBody?: JsonObject;
  readonly responses: JsonObject;
}): JsonObject => ({
  description: input.description ?? `${input.verb} ${input.kind.kind}`,
  operationId: `${input.verb}${idPart(input.kind.group)}${idPart(input.version)}${input.kind.kind}${input.suffix ?? ''}`,
  tags: [input.kind.group === '' ? `core_${input.version}` : `${input.kind.group}_${input.version}`],
  ...(input.parameters === undefined ? {} : { parameters: input.parameters }),
  ...(input.requestBody === undefined ? {} : { requestBody: input.requestBody }),
  responses: { ...input.responses, '401': { description: 'Unauthorized' } },
  'x-kubernetes-action': input.action,
  'x-kubernetes-group-version-kind': input.gvk ?? gvkOf(input.kind, input.version),
});

const idPart = (text: string): string =>
  text
    .split(/[^a-zA-Z0-9]/)
    .map(capital)
    .join('');

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

const namespaceParameter = (kind: KindDefinition): readonly JsonObject[] =>
  kind.scope === 'Namespaced' ? [pathParameter('namespace', 'The namespace of the object.')] : [];

const allNamespaces = (kind: KindDefinition, version: string): JsonObject => ({
  get: operation({
    kind,
    version,
    action: 'list',
    verb: 'list',
    suffix: 'ForAllNamespaces',
    parameters: LIST_PARAMETERS,
    responses: { '200': ok(schemaName(kind, version, kind.listKind)) },
  }),
});

const collectionPath = (kind: KindDefinition, version: string): JsonObject => {
  const name = schemaName(kind, version, kind.kind);
  const list = { '200': ok(schemaName(kind, version, kind.listKind)) };
  return {
    get: operation({ kind, version, action: 'list', verb: 'list', parameters: LIST_PARAMETERS, responses: list }),
    post: operation({
      kind,
      version,
      action: 'post',
      verb: 'create',
      parameters: WRITE_PARAMETERS,
      requestBody: body(BODY_TYPES, openApiRef(name)),
      responses: { '200': ok(name), '201': ok(name, 'Created'), '202': ok(name, 'Accepted') },
    }),
    delete: operation({
      kind,
      version,
      action: 'deletecollection',
      verb: 'deleteCollection',
      parameters: LIST_PARAMETERS,
      requestBody: body(BODY_TYPES, openApiRef(DELETE_OPTIONS)),
      responses: { '200': ok(STATUS) },
    }),
    parameters: namespaceParameter(kind),
  };
};

const objectPath = (kind: KindDefinition, version: string, suffix: '' | 'Status'): JsonObject => {
  const name = schemaName(kind, version, kind.kind);
  const common = { kind, version, suffix };
  const remove = operation({
    ...common,
    action: 'delete',
    verb: 'delete',
    requestBody: body(BODY_TYPES, openApiRef(DELETE_OPTIONS)),
    responses: { '200': ok(STATUS), '202': ok(STATUS, 'Accepted') },
  });
  return { ...readAndWrite(common, name), ...(suffix === '' ? { delete: remove } : {}) };
};

const scalePath = (kind: KindDefinition, version: string): JsonObject =>
  readAndWrite({ kind, version, suffix: 'Scale', gvk: SCALE }, SCALE_SCHEMA);

const subresourcePaths = (
  kind: KindDefinition,
  version: string,
  subresources: readonly NamedSubresource[],
): JsonObject =>
  Object.fromEntries(
    subresources.map(({ name, document: { get, post }, answer }) => {
      const common = { kind, version, suffix: capital(name), ...(answer && { gvk: { ...answer } }) };
      return [
        `${objectAddress(kind, version)}/${name}`,
        {
          ...(get === undefined ? {} : { get: describedOperation({ ...common, action: 'get' }, get) }),
          ...(post === undefined ? {} : { post: describedOperation({ ...common, action: 'post' }, post) }),
          parameters: objectParameters(kind),
        },
      ];
    }),
  );

const describedOperation = (
  common: Common & { readonly action: string },
  { verb, description, parameters, requestSchema, responses, responseSchema }: DescribedOperation,
): JsonObject =>
  operation({
    ...common,
    verb,
    description,
    ...(parameters === undefined ? {} : { parameters }),
    ...(requestSchema === undefined ? {} : { requestBody: body(BODY_TYPES, openApiRef(requestSchema)) }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([code, meaning]) => [
        code,
        responseSchema === undefined
          ? { description: meaning, content: content(['text/plain'], { type: 'string' }) }
          : ok(responseSchema, meaning),
      ]),
    ),
  });

type Common = Pick<Parameters<typeof operation>[0], 'kind' | 'version' | 'suffix' | 'gvk'>;

const readAndWrite = (common: Common, name: string): JsonObject => {
  const { kind } = common;
  const responses = { '200': ok(name), '201': ok(name, 'Created') };
  return {
    get: operation({ ...common, action: 'get', verb: 'read', responses: { '200': ok(name) } }),
    put: operation({
      ...common,
      action: 'put',
      verb: 'replace',
      parameters: WRITE_PARAMETERS,
      requestBody: body(BODY_TYPES, openApiRef(name)),
      responses,
    }),
    patch: operation({
      ...common,
      action: 'patch',
      verb: 'patch',
      parameters: PATCH_PARAMETERS,
      requestBody: body(PATCH_TYPES, { type: 'object' }),
      responses,
    }),
    parameters: objectParameters(kind),
  };
};

const objectParameters = (kind: KindDefinition): readonly JsonObject[] => [
  pathParameter('name', `The name of the ${kind.kind}.`),
  ...namespaceParameter(kind),
];
