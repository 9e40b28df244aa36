/** A worker thread that runs until it is told to stop, and is started again when it dies. */
import { Worker } from 'node:worker_threads';

const RESTART_MS = 1_000;
const STOP_LIMIT_MS = 3_000;
/** Threads pass bytes on and keep little: without a limit their youngest objects alone would be given 48 MB. */
const LIMITS = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 256 };
export const STOP_MESSAGE = 'stop';

export interface ServiceThreadOptions<Message> {
  readonly file: URL;
  /** Asked at each start. */
  readonly data: () => unknown;
  readonly received: (message: Message) => void;
  readonly died: (error: unknown) => void;
}

export class ServiceThread<Message> {
  private worker: Worker | undefined;
  private stopping = false;
  private restart: NodeJS.Timeout | undefined;

  constructor(private readonly options: ServiceThreadOptions<Message>) {
    this.start();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restart);
    const { worker } = this;
    if (worker === undefined) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage(STOP_MESSAGE);
    const limit = setTimeout(() => void worker.terminate(), STOP_LIMIT_MS);
    await exited;
    clearTimeout(limit);
  }

  private start(): void {
    const { file, data, received, died } = this.options;
    const worker = new Worker(file, { workerData: data(), resourceLimits: LIMITS });
    this.worker = worker;
    worker.on('message', received);
    worker.on('error', died);
    worker.on('exit', () => {
      this.worker = undefined;
      if (!this.stopping) this.restart = setTimeout(() => this.start(), RESTART_MS);
    });
  }
}
