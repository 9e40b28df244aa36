import { LIST_NAMESPACE } from '../bench-stack.js';
import { HttpConnection } from '../load/http-connection.js';
import { median } from '../statistics.js';
import { collection, fill, Names } from '../widgets.js';
import type { Scenario } from './scenario.js';

const OBJECTS = 10_000;
const LISTS = 5;
let filled = false;

export const lists: Scenario = {
  name: 'list of 10,000',
  run: async ({ endpoint }) => {
    if (!filled) await fill(endpoint, LIST_NAMESPACE, new Names(), OBJECTS);
    filled = true;
    const connection = await HttpConnection.open(endpoint);
    try {
      const total: number[] = [];
      const first: number[] = [];
      for (let i = 0; i < LISTS; i++) {
        const { status, body, totalMs, firstByteMs } = await connection.request({
          method: 'GET',
          path: collection(LIST_NAMESPACE),
        });
        const found =
          body.toString('latin1').split('"kind": "Widget"').length +
          body.toString('latin1').split('"kind":"Widget"').length -
          2;
        if (status !== 200 || found !== OBJECTS)
          throw new Error(`a list answered HTTP ${status} with ${found} objects`);
        total.push(totalMs);
        first.push(firstByteMs);
      }
      return { 'list of 10,000': median(total), 'list of 10,000, first byte': median(first) };
    } finally {
      connection.close();
    }
  },
};
