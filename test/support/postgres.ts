import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findProgram, freePort, startServer } from './programs.ts';
import type { TestServer } from './programs.ts';

/**
 * A real PostgreSQL on an empty folder; undefined when the program is absent. PostgreSQL refuses to run as root, so root
 * runs it as `nobody`. `url` signs in as `xinglin`, who owns the database but is no superuser, as in production.
 */
export async function startPostgres(): Promise<TestServer | undefined> {
  const program = findProgram('postgres');
  if (program === undefined) return undefined;
  const bin = dirname(realpathSync(program));
  const dir = mkdtempSync(join(tmpdir(), 'xinglin-pg-'));
  const asRoot = process.getuid?.() === 0;
  if (asRoot)
    chownSync(dir, Number(execFileSync('id', ['-u', 'nobody'])), Number(execFileSync('id', ['-g', 'nobody'])));
  const prefix = asRoot ? ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups'] : [];
  const data = join(dir, 'data');
  const run = (...command: string[]): void => {
    const [file = '', ...args] = [...prefix, ...command];
    execFileSync(file, args, { stdio: 'pipe', cwd: dir });
  };
  run(join(bin, 'initdb'), '-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8');
  const port = await freePort();
  const [file, ...args] = [
    ...prefix,
    join(bin, 'postgres'),
    '-D',
    data,
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-k',
    dir,
  ];
  const server = await startServer(file, args, port, `postgresql://xinglin@127.0.0.1:${port}/xinglin`, { cwd: dir });
  const psql = (sql: string): void =>
    run(join(bin, 'psql'), '-h', dir, '-p', String(port), '-U', 'postgres', '-qc', sql);
  psql('create role xinglin login createrole');
  psql('create database xinglin owner xinglin');
  return {
    ...server,
    async stop() {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
