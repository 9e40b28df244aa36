/** `GET <workspace>/log`: what its builds printed, as text; with `follow`, as they print it, until the newest one ends. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import type { CommandSender } from '@holdfast/command-client';
import { objectAt, RefusalError, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import type { FastifyReply } from 'fastify';

import { sendCommand } from '../commands/send-command.js';
import type { ResolvedRequest, ResourceHandler } from '../http/resolved-request.js';
import { notFound } from '../http/status-error.js';
import { targetOf } from '../verbs/target.js';
import type { BuildOutputs, PrintedMessage } from './build-outputs.js';

const TEXT_TYPE = 'text/plain; charset=utf-8';
const LOOK_AGAIN_MS = 250;

/** The workspace whose output is asked for, and the build whose end ends it. */
interface LogScope {
  readonly uid: string;
  readonly last: number;
}

export const logHandler =
  (outputs: BuildOutputs, commands: CommandSender): ResourceHandler =>
  async (request, reply) => {
    const scope = await scopeOf(request, outputs, commands);
    const { namespace, name: workspace } = request;
    const { build, follow } = request.query;
    const gone = new AbortController();
    const write = takeOver(reply, gone);
    let after = 0;
    let ended = false;
    try {
      while (!gone.signal.aborted) {
        const messages = await outputs.next({ namespace, workspace, build, after });
        after = messages.at(-1)?.sequence ?? after;
        const own = messages.filter(({ uid }) => uid === scope.uid);
        ended ||= own.some((message) => isEnd(message, build ?? scope.last));
        await write(own.map(({ text }) => text).join(''));
        if (messages.length > 0) continue;
        if (!follow || ended) break;
        await delay(LOOK_AGAIN_MS, undefined, { signal: gone.signal });
      }
      reply.raw.end();
    } catch {
      // The answer has begun: all that can still be said is that it is not whole.
      reply.raw.destroy();
    }
  };

const isEnd = ({ end, build }: PrintedMessage, last: number): boolean => end === true && build >= last;

/** A workspace that is gone has a log for as long as its output is kept. */
const scopeOf = async (request: ResolvedRequest, outputs: BuildOutputs, commands: CommandSender): Promise<LogScope> => {
  const found = await findWorkspace(request, commands);
  if (found !== undefined) {
    const { number } = objectAt(objectAt(found, 'status'), 'build');
    return { uid: stringAt(objectAt(found, 'metadata'), 'uid') ?? '', last: typeof number === 'number' ? number : 1 };
  }
  const newest = await outputs.newest({ namespace: request.namespace, workspace: request.name });
  if (newest === undefined) throw notFound(request);
  return { uid: newest.uid, last: newest.build };
};

const findWorkspace = async (request: ResolvedRequest, commands: CommandSender): Promise<JsonObject | undefined> => {
  const { subresource: _, ...target } = targetOf(request);
  try {
    const { body } = await sendCommand(commands, request, { verb: 'get', target });
    return JSON.parse(body.toString('utf8')) as JsonObject;
  } catch (error) {
    if (error instanceof RefusalError && error.refusal.reason === 'NotFound') return undefined;
    throw error;
  }
};

/** Takes the reply over from Fastify; what it returns writes no faster than the client reads. */
const takeOver = (reply: FastifyReply, gone: AbortController): ((text: string) => Promise<void>) => {
  reply.hijack();
  const { raw } = reply;
  raw.on('close', () => gone.abort());
  raw.writeHead(200, { 'content-type': TEXT_TYPE });
  raw.flushHeaders();
  return async (text) => {
    if (text !== '' && !raw.write(text)) await once(raw, 'drain', { signal: gone.signal });
  };
};
