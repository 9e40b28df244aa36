/** Names one object: group '' is the core group, namespace '' means cluster-scoped, resource is the plural. */
export interface ObjectKey {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** The key as one string, `group/resource/namespace/name`; none of the parts can contain a slash. */
export const keyText = (key: ObjectKey): string => `${key.group}/${key.resource}/${key.namespace}/${key.name}`;

/** Reads what `keyText` wrote. */
export const parseKeyText = (text: string): ObjectKey => {
  const [group = '', resource = '', namespace = '', name = ''] = text.split('/');
  return { group, resource, namespace, name };
};
