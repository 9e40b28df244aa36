/** The JSON Schemas that are published for provisioners in other languages, by the names of their files. */
import { z } from 'zod';

import { beginAnswerShape, beginShape, jobShape, outputShape, reportAnswerShape, reportShape } from './messages.js';

const PUBLISHED = {
  job: jobShape,
  begin: beginShape,
  'begin-answer': beginAnswerShape,
  report: reportShape,
  'report-answer': reportAnswerShape,
  output: outputShape,
};

export const provisionSchemas = (): ReadonlyMap<string, object> =>
  new Map(
    Object.entries(PUBLISHED).map(([name, shape]) => [
      name,
      { $id: `https://holdfast.dev/schemas/provision-${name}/v1`, ...z.toJSONSchema(shape, { io: 'input' }) },
    ]),
  );
