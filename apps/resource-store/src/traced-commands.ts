/** A span for each write: from its arrival until it is acknowledged by the log, or refused. */
import type { CommandHandler } from '@holdfast/command-client';
import type { Command } from '@holdfast/contracts';
import { childTraceparent } from '@holdfast/nest-platform';
import type { Spans } from '@holdfast/nest-platform';

/** Commands go straight to the handler while nobody collects spans. */
export const tracedCommands =
  (spans: Spans) =>
  (handler: CommandHandler): CommandHandler => {
    if (!spans.areCollected) return handler;
    return async (command, body) => {
      if (!isTraced(command)) return handler(command, body);
      const startMs = Date.now();
      const started = performance.now();
      const answer = await handler(command, body);
      const refusal = answer?.reply.status === 'refused' ? answer.reply.refusal : undefined;
      spans.record({
        name: nameOf(command),
        kind: 'server',
        traceparent: childTraceparent(command.traceparent),
        parent: command.traceparent,
        startMs,
        durationMs: performance.now() - started,
        attributes: {
          'holdfast.actor': command.actor,
          'holdfast.command_id': command.id,
          ...(answer?.reply.status === 'ok' ? { 'holdfast.resource_version': String(answer.reply.version) } : {}),
        },
        ...(refusal === undefined ? {} : { error: `${refusal.reason}: ${refusal.message}` }),
      });
      return answer;
    };
  };

const isTraced = ({ request, traceparent }: Command): boolean =>
  traceparent !== undefined && request.verb !== 'look' && request.verb !== 'kinds' && request.verb !== 'list';

const nameOf = ({ request }: Command): string =>
  'target' in request ? `${request.verb} ${request.target.resource}` : request.verb;
