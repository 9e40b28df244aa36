/** The form of a watch that a request asked for: whole objects, their metadata alone, or Tables of one row. */
import { objectAt } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import type { TableColumn } from '@holdfast/resource';
import { partialMetadata, tableColumns, tableOf, tableRow } from '../http/representation.js';
import type { ResolvedRequest } from '../http/resolved-request.js';
import { apiVersionOf } from '../lists/list-encoding.js';
import { bookmarkMetadata, jsonEncoding, objectAfter, watchLine } from './watch-encoding.js';
import type { WatchEncoding } from './watch-encoding.js';

export const watchEncodingFor = (request: ResolvedRequest, now: () => Date): WatchEncoding => {
  const { kind, version, accept, query } = request;
  const apiVersion = apiVersionOf(kind, version.name);
  switch (accept) {
    case 'json':
      return jsonEncoding(apiVersion, kind.kind);
    case 'partial':
      return parsedEncoding({ key: `partial ${apiVersion}`, apiVersion, show: partialMetadata, mark: partialMark });
    case 'table': {
      const rowsWith = (columns: readonly TableColumn[] | null) => (object: JsonObject) =>
        tableOf({ resourceVersion: versionOf(object) }, columns, [tableRow(request, object, now())]);
      const key = `table ${apiVersion} ${kind.revision} ${query.includeObject}`;
      const rows = { key, apiVersion, show: rowsWith(null), mark: tableMark };
      const opening = { ...rows, key: `${key} with columns`, show: rowsWith(tableColumns(request)) };
      return { ...parsedEncoding(rows), opening: parsedEncoding(opening) };
    }
  }
};

const partialMark = (metadata: JsonObject): object => partialMetadata({ metadata });

/** A Table has no place for annotations but in the objects of its rows. */
const tableMark = ({ resourceVersion, annotations }: JsonObject): object =>
  tableOf(
    { resourceVersion },
    null,
    annotations === undefined
      ? []
      : [{ cells: [], object: partialMetadata({ metadata: { resourceVersion, annotations } }) }],
  );

const versionOf = (object: JsonObject): JsonValue | undefined => objectAt(object, 'metadata')['resourceVersion'];

interface ParsedForm {
  readonly key: string;
  readonly apiVersion: string;
  readonly show: (object: JsonObject) => object;
  readonly mark: (metadata: JsonObject) => object;
}

/** Lines made of the parsed object. */
const parsedEncoding = ({ key, apiVersion, show, mark }: ParsedForm): WatchEncoding => ({
  key,
  change: (event, type) => {
    const object = JSON.parse(objectAfter(event, type, apiVersion).toString('utf8')) as JsonObject;
    return watchLine(type, JSON.stringify(show(object)));
  },
  initial: (text) => {
    const object = { ...(JSON.parse(text) as JsonObject), apiVersion };
    return watchLine('ADDED', JSON.stringify(show(object)));
  },
  bookmark: (version, initialEventsEnd) =>
    watchLine('BOOKMARK', JSON.stringify(mark(bookmarkMetadata(version, initialEventsEnd)))),
});
