/** The forms of an answer beside plain JSON. */
import type { JsonObject } from '@holdfast/kernel';

const META = 'meta.k8s.io/v1';

/** The object's metadata alone. */
export const partialMetadata = (object: JsonObject): JsonObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: META,
  metadata: object['metadata'],
});
