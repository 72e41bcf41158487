import { findProgram, freePort, startServer } from './programs.ts';
import type { TestServer } from './programs.ts';

/** A NATS server without JetStream; undefined when the program is absent. */
export async function startNats(port?: number): Promise<TestServer | undefined> {
  const program = findProgram('nats-server');
  if (program === undefined) return undefined;
  const at = port ?? (await freePort());
  return await startServer(program, ['-a', '127.0.0.1', '-p', String(at)], at, `nats://127.0.0.1:${at}`);
}
