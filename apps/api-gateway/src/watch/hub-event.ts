/** An event of the log as all watchers share it, and what selectors see of it. */
import type { LogEvent, SelectorValues } from '@holdfast/contracts';
import { isJsonObject } from '@holdfast/kernel';

export class HubEvent {
  /** The object as it was before, loaded only for watchers whose selector it stopped matching. */
  previousObject: Buffer | undefined;
  private labels: Readonly<Record<string, string>> | undefined;

  constructor(readonly event: LogEvent) {}

  get version(): number {
    return this.event.version;
  }

  /** What selectors see of the object after the event. */
  values(): SelectorValues {
    this.labels ??= labelsIn(this.event.object);
    return { labels: this.labels, fields: this.withName(this.event.record.fields ?? {}) };
  }

  /** What they saw before it; undefined when the object is new. */
  valuesBefore(): SelectorValues | undefined {
    const { previous, was, fields } = this.event.record;
    if (previous === undefined) return undefined;
    return { labels: was?.labels ?? this.values().labels, fields: this.withName(was?.fields ?? fields ?? {}) };
  }

  private withName(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const { name, namespace } = this.event.record;
    return { ...fields, 'metadata.name': name, 'metadata.namespace': namespace };
  }
}

const labelsIn = (object: Buffer): Readonly<Record<string, string>> => {
  const { metadata } = JSON.parse(object.toString('utf8')) as { metadata?: { labels?: unknown } };
  const labels = metadata?.labels;
  return isJsonObject(labels) ? (labels as Readonly<Record<string, string>>) : {};
};
