/** Gathers messages of one source and sender into batches and hands them to the pipeline; a batch the store could not take waits and is tried again. */
import { XinglinError } from '@xinglin/platform/kernel';
import { randomBatchId } from './intake.ts';
import type { Intake } from './intake.ts';
import { createMessageBuffer } from './message-buffer.ts';
import type { MessageBuffer } from './message-buffer.ts';
import type { RegisteredSource } from './source-registry.ts';

export interface SyslogBatcher {
  /** Takes a copy of the message. False: the queue is full and the message was not taken. */
  add(source: RegisteredSource, sender: string, chunk: Uint8Array, start: number, end: number): boolean;
  /** True while stream senders should wait. */
  readonly full: boolean;
  /** Resolves when there is room. */
  room(): Promise<void>;
  /** Hands over what is gathered and waits until it is durable. */
  drain(): Promise<void>;
  readonly queuedBytes: number;
}

interface Gathering {
  readonly source: RegisteredSource;
  readonly sender: string;
  readonly buffer: MessageBuffer;
}

const BATCH_BYTES = 256 * 1024;
const BATCH_MESSAGES = 2_000;
const GATHER_MS = 50;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5_000;

/** Nobody sends a syslog message again: what has been read must be written before the process ends, which is given ten seconds. */
const MAX_QUEUED_BYTES = 16 * 1024 * 1024;

export function createSyslogBatcher(intake: Intake, maxQueuedBytes = MAX_QUEUED_BYTES): SyslogBatcher {
  const gathering = new Map<string, Gathering>();
  const sending = new Set<Promise<void>>();
  let queuedBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let waiters: (() => void)[] = [];
  let stopping = false;

  function send(one: Gathering): void {
    if (one.buffer.count === 0) return;
    const batch = one.buffer.take();
    const work = deliver(one, batch.bytes, batch.ends).finally(() => {
      queuedBytes -= batch.bytes.length;
      sending.delete(work);
      if (queuedBytes < maxQueuedBytes / 2 && waiters.length > 0) {
        for (const resolve of waiters) resolve();
        waiters = [];
      }
    });
    sending.add(work);
  }

  async function deliver(
    one: Gathering,
    bytes: Uint8Array<ArrayBuffer>,
    ends: Uint32Array<ArrayBuffer>,
  ): Promise<void> {
    const id = randomBatchId();
    const receivedAt = intake.now().getTime();
    for (let pause = RETRY_MIN_MS, attempt = 0; ; attempt += 1, pause = Math.min(pause * 2, RETRY_MAX_MS)) {
      try {
        const { source, sender } = one;
        // A second attempt may meet rows of the first, whose answer was lost: it looks before it writes.
        const outcome = await intake.sink.submit({
          id,
          keyed: attempt > 0,
          source,
          receivedAt,
          sender,
          format: 'messages',
          bytes,
          ends,
        });
        intake.counters.add(source, outcome, bytes.length);
        return;
      } catch (error) {
        const retry =
          error instanceof XinglinError && error.code === 'internal.unavailable' && !(stopping && attempt >= 3);
        if (!retry) {
          intake.counters.dropped(one.source, ends.length);
          intake.log.error({ err: error, source: one.source.id, messages: ends.length }, 'syslog messages were lost');
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  function flush(): void {
    timer = undefined;
    for (const [key, one] of gathering) {
      // An entry that stayed empty for a whole interval belongs to a sender that is quiet.
      if (one.buffer.count === 0) gathering.delete(key);
      else send(one);
    }
    if (gathering.size > 0) timer = setTimeout(flush, GATHER_MS);
  }

  return {
    add(source, sender, chunk, start, end) {
      if (queuedBytes + end - start > maxQueuedBytes) return false;
      const key = `${source.id} ${sender}`;
      let one = gathering.get(key);
      if (one === undefined || one.source !== source) {
        if (one !== undefined) send(one);
        one = { source, sender, buffer: createMessageBuffer(BATCH_BYTES) };
        gathering.set(key, one);
        timer ??= setTimeout(flush, GATHER_MS);
      }
      if (!one.buffer.push(chunk, start, end)) {
        send(one);
        one.buffer.push(chunk, start, end);
      }
      queuedBytes += end - start;
      if (one.buffer.count >= BATCH_MESSAGES) send(one);
      return true;
    },
    get full() {
      return queuedBytes > maxQueuedBytes * 0.75 || intake.sink.saturated;
    },
    async room() {
      if (intake.sink.saturated) await intake.sink.relieved();
      if (queuedBytes > maxQueuedBytes * 0.75) await new Promise<void>((resolve) => waiters.push(resolve));
    },
    async drain() {
      stopping = true;
      clearTimeout(timer);
      timer = undefined;
      for (const one of gathering.values()) send(one);
      gathering.clear();
      await Promise.all(sending);
    },
    get queuedBytes() {
      return queuedBytes;
    },
  };
}
