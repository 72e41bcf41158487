import { findProgram, freePort, startServer } from './programs.ts';
import type { TestServer } from './programs.ts';

/** An empty Redis that keeps nothing; undefined when the program is absent. */
export async function startRedis(port?: number): Promise<TestServer | undefined> {
  const program = findProgram('redis-server');
  if (program === undefined) return undefined;
  const at = port ?? (await freePort());
  const args = ['--port', String(at), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--daemonize', 'no'];
  return await startServer(program, args, at, `redis://127.0.0.1:${at}`);
}
