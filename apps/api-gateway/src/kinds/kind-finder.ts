import { randomUUID } from 'node:crypto';
import type { CommandSender } from '@holdfast/command-client';
import { NO_BODY } from '@holdfast/contracts';
import type { Command } from '@holdfast/contracts';
import { RefusalError } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { kindVersion } from '@holdfast/resource';
import type { KindDefinition, KindVersion } from '@holdfast/resource';

import { refuse } from '../http/status-error.js';
import type { KindRegistry } from './kind-registry.js';

const LOOK_LIMIT_MS = 2_000;
const ACTOR = 'system:holdfast:api-gateway';

export interface ServedKind {
  readonly kind: KindDefinition;
  readonly version: KindVersion;
}

/** Finds the kind that a path names, also one that was made a moment ago through another gateway. */
export class KindFinder {
  constructor(
    private readonly registry: KindRegistry,
    private readonly commands: CommandSender,
  ) {}

  /** The kind, if this gateway knows it already. */
  known(group: string, version: string, resource: string): ServedKind | undefined {
    const kind = this.registry.find(group, resource);
    const found = kind === undefined ? undefined : kindVersion(kind, version);
    return kind === undefined || found?.served !== true ? undefined : { kind, version: found };
  }

  /** The kind as of the log's confirmed end: undefined only when there is none. */
  async find(group: string, version: string, resource: string): Promise<ServedKind | undefined> {
    const known = this.known(group, version, resource);
    if (known !== undefined) return known;
    if (!this.registry.loaded) throw notLoaded();
    const { reply } = await this.ask('look');
    if (!(await this.registry.reaches(reply.version, LOOK_LIMIT_MS))) throw notLoaded();
    return this.known(group, version, resource);
  }

  /** Brings the registry to the log's end where that can be asked; what is known already is good enough otherwise. */
  async refresh(): Promise<void> {
    if (!this.registry.loaded) throw notLoaded();
    const answer = await this.commands.send(question('look'), NO_BODY);
    if (answer.reply.status === 'ok') await this.registry.reaches(answer.reply.version, LOOK_LIMIT_MS);
  }

  /** Fills the registry with every kind of the log. */
  async load(): Promise<void> {
    const { reply, body } = await this.ask('kinds');
    this.registry.load(JSON.parse(body.toString('utf8')) as JsonObject[], reply.version);
  }

  private async ask(verb: 'look' | 'kinds') {
    const { reply, body } = await this.commands.send(question(verb), NO_BODY);
    if (reply.status === 'refused') throw new RefusalError(reply.refusal);
    return { reply, body };
  }
}

/** The answer while this gateway has not caught up with the log. */
export const notLoaded = () =>
  refuse('ServiceUnavailable', 'the kinds of the log are not known yet: try again in a moment', {
    retryAfterSeconds: 1,
  });

const question = (verb: 'look' | 'kinds'): Command => {
  const id = randomUUID();
  return {
    id,
    deadline: Date.now() + LOOK_LIMIT_MS,
    actor: ACTOR,
    requestID: id,
    correlationID: id,
    request: { verb },
  };
};
