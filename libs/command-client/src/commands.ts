/** Both ends of the way from a service to the transactor. */
import type { Command, Reply } from '@holdfast/contracts';

/** A reply and the bytes beside it. */
export interface Answer {
  readonly reply: Reply;
  readonly body: Buffer;
}

/** Who the transactor is, as the log's newest commit says. */
export interface Transactor {
  readonly instance: string;
  readonly epoch: number;
}

/** Sends commands to whoever is the transactor. */
export interface CommandSender {
  /**
   * Resolves with the transactor's answer, also when it refuses; when there is none by the deadline, with a
   * Refusal that says whether the command may have happened.
   */
  send(command: Command, body: Buffer): Promise<Answer>;
}

/**
 * Answers one command; what it throws is answered as an InternalError. Undefined leaves it without an answer:
 * who is deposed cannot tell the outcome, and the sender asks the next transactor.
 */
export type CommandHandler = (command: Command, body: Buffer) => Promise<Answer | undefined>;
