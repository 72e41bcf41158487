/** One EventSource for the whole console; pages subscribe to topics. Falls back to polling when the stream cannot be held. */
import { useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { apiUrl } from './api.ts';

export type LiveStatus = 'connecting' | 'live' | 'polling';
export interface LiveSignal {
  readonly topic: string;
  /** Institution the signal is about. */
  readonly tenant?: string;
  readonly data: Readonly<Record<string, unknown>>;
}
type Listener = (signal: LiveSignal) => void;

const POLL_MS = 15_000;
const MAX_BACKOFF_MS = 30_000;

interface Hub {
  source: EventSource | undefined;
  status: LiveStatus;
  topics: readonly string[];
  failures: number;
  retry: ReturnType<typeof setTimeout> | undefined;
  poll: ReturnType<typeof setInterval> | undefined;
  readonly listeners: Set<Listener>;
  readonly watchers: Set<(status: LiveStatus) => void>;
}

const hub: Hub = {
  source: undefined,
  status: 'connecting',
  topics: [],
  failures: 0,
  retry: undefined,
  poll: undefined,
  listeners: new Set(),
  watchers: new Set(),
};

function setStatus(status: LiveStatus): void {
  hub.status = status;
  for (const watch of hub.watchers) watch(status);
}

function emit(signal: LiveSignal): void {
  for (const listener of hub.listeners) listener(signal);
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function open(): void {
  const source = new EventSource(apiUrl('/live'), { withCredentials: true });
  hub.source = source;
  // The server's first frame says whether what was missed has been sent again.
  source.addEventListener('hello', (event) => {
    const missed = hub.failures > 0 && parse(String((event as MessageEvent).data))['resumed'] !== true;
    hub.failures = 0;
    if (hub.poll !== undefined) clearInterval(hub.poll);
    hub.poll = undefined;
    setStatus('live');
    // What happened while the stream was down is read again.
    if (missed) for (const topic of hub.topics) emit({ topic, data: {} });
  });
  const take = (topic: string) => (event: Event) => {
    const frame = parse(String((event as MessageEvent).data));
    const data =
      typeof frame['data'] === 'object' && frame['data'] !== null ? (frame['data'] as Record<string, unknown>) : {};
    emit({ topic, data, ...(typeof frame['tenant'] === 'string' ? { tenant: frame['tenant'] } : {}) });
  };
  for (const topic of hub.topics) source.addEventListener(topic, take(topic));
  source.addEventListener('error', () => {
    source.close();
    hub.source = undefined;
    hub.failures += 1;
    setStatus('polling');
    hub.poll ??= setInterval(() => hub.topics.forEach((topic) => emit({ topic, data: {} })), POLL_MS);
    const wait = Math.min(MAX_BACKOFF_MS, 1000 * 2 ** Math.min(hub.failures, 5));
    hub.retry = setTimeout(open, wait);
  });
}

export function startLive(topics: readonly string[]): void {
  stopLive();
  hub.topics = topics;
  open();
}

export function stopLive(): void {
  hub.source?.close();
  hub.source = undefined;
  if (hub.retry !== undefined) clearTimeout(hub.retry);
  if (hub.poll !== undefined) clearInterval(hub.poll);
  hub.retry = undefined;
  hub.poll = undefined;
}

export function useLiveStatus(): LiveStatus {
  const [status, set] = useState<LiveStatus>(hub.status);
  useEffect(() => {
    hub.watchers.add(set);
    return () => void hub.watchers.delete(set);
  }, []);
  return status;
}

/** Calls `listener` for each signal of the topics. */
export function useLive(topics: readonly string[], listener: Listener): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  const key = topics.join(',');
  useEffect(() => {
    const wanted = new Set(key.split(','));
    const forward: Listener = (signal) => {
      if (wanted.has(signal.topic)) latest.current(signal);
    };
    hub.listeners.add(forward);
    return () => void hub.listeners.delete(forward);
  }, [key]);
}

/** Re-reads queries when a topic signals, at most once per `everyMs`. */
export function useLiveQueries(topics: readonly string[], keys: readonly QueryKey[], everyMs = 2000): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLive(topics, () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      for (const queryKey of keys) void client.invalidateQueries({ queryKey });
    }, everyMs);
  });
}
