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

export interface FollowTiming {
  /** How often it looks for more. */
  readonly lookMs: number;
  /** How often it asks, while nothing comes, whether the build has ended without a last word. */
  readonly askMs: number;
}

const TIMING: FollowTiming = { lookMs: 250, askMs: 2_000 };
const ANSWER_LIMIT_MS = 5_000;

/** The workspace whose output is asked for, and the build whose end ends it. */
interface LogScope {
  readonly uid: string;
  readonly last: number;
}

export const logHandler =
  (outputs: BuildOutputs, commands: CommandSender, timing = TIMING): ResourceHandler =>
  async (request, reply) => {
    const scope = await scopeOf(request, outputs, commands);
    const { namespace, name: workspace } = request;
    const { build, follow } = request.query;
    const gone = new AbortController();
    const write = takeOver(reply, gone);
    const awaited = { uid: scope.uid, build: build ?? scope.last };
    let after = 0;
    let isEnded = false;
    let lastWord: string | undefined;
    let askedAt = performance.now();
    try {
      while (!gone.signal.aborted) {
        const messages = await outputs.next({ namespace, workspace, build, after });
        after = messages.at(-1)?.sequence ?? after;
        const own = messages.filter(({ uid }) => uid === scope.uid);
        isEnded ||= own.some((message) => isEnd(message, awaited.build));
        await write(own.map(({ text }) => text).join(''));
        if (messages.length > 0) continue;
        if (!follow || isEnded || lastWord !== undefined) break;
        await delay(timing.lookMs, undefined, { signal: gone.signal });
        if (performance.now() - askedAt < timing.askMs) continue;
        // Once more after that: what it printed was stored before its end was known.
        lastWord = await wordOnEnd(awaited, request, commands);
        askedAt = performance.now();
      }
      if (!isEnded && lastWord !== undefined) await write(`${lastWord}\n`);
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
  if (found !== undefined) return { uid: uidOf(found), last: buildOf(found).number };
  const newest = await outputs.newest({ namespace: request.namespace, workspace: request.name });
  if (newest === undefined) throw notFound(request);
  return { uid: newest.uid, last: newest.build };
};

/** What there is to say of a build that has ended and said nothing itself, since its worker was lost. */
const wordOnEnd = async (
  awaited: { readonly uid: string; readonly build: number },
  request: ResolvedRequest,
  commands: CommandSender,
): Promise<string | undefined> => {
  let found: JsonObject | undefined;
  try {
    found = await findWorkspace({ ...request, deadline: Date.now() + ANSWER_LIMIT_MS }, commands);
  } catch {
    // The store is away, which ends no build.
    return undefined;
  }
  if (found === undefined || uidOf(found) !== awaited.uid) return `workspace "${request.name}" is gone`;
  const { number, transition, status, reason, message } = buildOf(found);
  const name = `build ${number} (${transition})`;
  if (number > awaited.build) return `build ${awaited.build} is over: ${name} has taken its place`;
  if (number < awaited.build || status === 'pending' || status === 'running') return undefined;
  return [`${name} has ended: ${status}`, reason, message].filter((part) => part !== undefined).join(': ');
};

const uidOf = (workspace: JsonObject): string => stringAt(objectAt(workspace, 'metadata'), 'uid') ?? '';

const buildOf = (workspace: JsonObject) => {
  const build = objectAt(objectAt(workspace, 'status'), 'build');
  const { number } = build;
  return {
    number: typeof number === 'number' ? number : 1,
    transition: stringAt(build, 'transition') ?? 'start',
    status: stringAt(build, 'status') ?? 'pending',
    reason: stringAt(build, 'reason'),
    message: stringAt(build, 'message'),
  };
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
