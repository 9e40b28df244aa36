/**
 * Tells people what was observed in runs, as core/v1 Events beside the object: one write at a time, behind the runs and
 * never in their way. Events are for people: what cannot be written is dropped.
 */
import { randomBytes } from 'node:crypto';

import type { CommandSender } from '@holdfast/command-client';
import type { ObjectKey, Request, Target } from '@holdfast/contracts';
import { stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import type { Logger } from '@holdfast/nest-platform';
import { EventCorrelator, uidOf } from '@holdfast/reconcile';
import type { EventObservation, EventWrite, ObjectState, RunIdentity } from '@holdfast/reconcile';

import { commandOfRun } from './run-command.js';

const MOST_WAITING = 1_000;

export interface EventRecorderOptions {
  readonly client: CommandSender;
  readonly logger: Logger;
  /** The name of this process. */
  readonly instance: string;
  readonly now: () => Date;
}

/** What was observed of an object, and in which run. */
export interface Observed {
  readonly observation: EventObservation;
  readonly object: ObjectState;
  readonly run: RunIdentity;
}

interface Entry extends Observed {
  readonly write: EventWrite;
}

export class EventRecorder {
  private readonly correlator = new EventCorrelator();
  private readonly waiting: Entry[] = [];
  private writing: Promise<void> | undefined;

  constructor(private readonly options: EventRecorderOptions) {}

  /** Takes it in; resolves nothing and throws nothing: writing happens later. */
  record(observed: Observed): void {
    if (this.waiting.length >= MOST_WAITING) return;
    const newId = (): string => randomBytes(8).toString('hex');
    const write = this.correlator.observe(observed.observation, this.options.now(), newId);
    if (write === undefined) return;
    this.waiting.push({ ...observed, write });
    this.writing ??= this.writeAll();
  }

  /** Resolves when everything that was recorded is written or dropped. */
  async stop(): Promise<void> {
    await this.writing;
  }

  private async writeAll(): Promise<void> {
    for (let entry = this.waiting.shift(); entry !== undefined; entry = this.waiting.shift()) {
      try {
        await this.write(entry);
      } catch (error) {
        this.options.logger.debug({ err: error, event: entry.write.name }, 'an Event was not written');
      }
    }
    this.writing = undefined;
  }

  private async write(entry: Entry): Promise<void> {
    const { write, observation } = entry;
    const namespace = observation.key.namespace === '' ? 'default' : observation.key.namespace;
    const target = { group: '', version: 'v1', resource: 'events', namespace };
    if (write.kind === 'count') {
      const lastTimestamp = timestamp(write.at);
      const counted = { count: write.count, lastTimestamp, message: write.message };
      const patch: Request = { verb: 'patch', patchType: 'merge', target: { ...target, name: write.name } };
      // Expired in between, it is made anew.
      if ((await this.send(entry, patch, counted)) !== 'NotFound') return;
    }
    await this.send(entry, { verb: 'create', target: nameless(target) }, this.eventOf(entry, namespace));
  }

  private async send({ run }: Entry, request: Request, body: JsonObject): Promise<string> {
    const answer = await this.options.client.send(commandOfRun(run, request), Buffer.from(JSON.stringify(body)));
    return answer.reply.status === 'refused' ? answer.reply.refusal.reason : 'Written';
  }

  private eventOf({ object, observation, write }: Entry, namespace: string): JsonObject {
    const { controller, type, reason, key } = observation;
    const firstTimestamp = timestamp(write.kind === 'count' ? write.first : write.at);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: write.name, namespace },
      involvedObject: referenceTo(object, key),
      type,
      reason,
      message: write.message.slice(0, LONGEST_MESSAGE),
      count: write.kind === 'count' ? write.count : 1,
      firstTimestamp,
      lastTimestamp: timestamp(write.at),
      source: { component: controller },
      reportingComponent: controller,
      reportingInstance: this.options.instance,
    };
  }
}

/** As in Kubernetes. */
const LONGEST_MESSAGE = 1_024;

const nameless = (target: Omit<Target, 'name'>): Target => ({ ...target, name: '' });

const timestamp = (time: Date): string => time.toISOString().replace(/\.\d{3}Z$/, 'Z');

const referenceTo = (object: ObjectState, key: ObjectKey): JsonObject => ({
  apiVersion: stringAt(object.object, 'apiVersion') ?? '',
  kind: stringAt(object.object, 'kind') ?? '',
  ...(key.namespace === '' ? {} : { namespace: key.namespace }),
  name: key.name,
  uid: uidOf(object),
  resourceVersion: String(object.version),
});
