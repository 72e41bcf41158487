import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { DATA_KEY_BYTES, createSealer, fromHex, hex, joinSecret, splitSecret, utf8 } from '@xinglin/gmcrypto';
import { nodePrimitives } from '@xinglin/gmcrypto/node';
import type { Sealer } from '@xinglin/gmcrypto';
import { XinglinError } from '@xinglin/platform/kernel';
import '../commands/deid/errors.ts';

/** Originals of a run's pseudonyms, under a key of which two people hold one share each. */
export interface Vault {
  readonly add: (domain: string, value: string, pseudonym: string) => void;
  /** Writes what waits, when it is much or `all`. */
  flush(all?: boolean): Promise<void>;
  finish(): Promise<void>;
  readonly shares: readonly string[];
}

interface Header {
  readonly xinglin: 'deid-vault';
  readonly version: 1;
  readonly project: string;
  readonly needed: 2;
  readonly holders: number;
}

type Pair = readonly [domain: string, value: string, pseudonym: string];
const BATCH = 2048;
const profile = 'sm4-ctr-hmac-sm3';
const contextOf = (project: string, index: number, last: boolean): Uint8Array =>
  utf8(`deid-vault/${project}/${index}/${last ? 'last' : 'more'}`);

/**
 * A new vault; the shares go to `<file>.share-1` … (0600), one for each holder, and are to be taken away from here. The file is a header line and sealed
 * batches, one a line; each is bound to its place, the last is marked, so that a cut vault is noticed.
 *
 * @throws Node's EEXIST when the vault or a share is there already
 */
export async function createVault(file: string, project: string, holders: number): Promise<Vault> {
  const key = nodePrimitives.random(DATA_KEY_BYTES);
  const shares = splitSecret(nodePrimitives, key, { needed: 2, holders });
  const names: string[] = [];
  const target = await create(file);
  const header: Header = { xinglin: 'deid-vault', version: 1, project, needed: 2, holders };
  await target.write(`${JSON.stringify(header)}\n`);
  for (const [at, share] of shares.entries()) {
    const name = `${file}.share-${at + 1}`;
    const handle = await create(name);
    await handle.write(`${hex(share)}\n`);
    await handle.close();
    names.push(name);
  }
  const sealer = createSealer(nodePrimitives, profile, key);
  let waiting: Pair[] = [];
  let index = 0;
  const write = async (pairs: readonly Pair[], last: boolean): Promise<void> => {
    const sealed = sealer.seal(utf8(JSON.stringify(pairs)), contextOf(project, index++, last));
    await target.write(`${Buffer.from(sealed).toString('base64')}\n`);
  };
  async function flush(all = false): Promise<void> {
    while (waiting.length >= BATCH || (all && waiting.length > 0)) {
      const batch = waiting.slice(0, BATCH);
      waiting = waiting.slice(BATCH);
      await write(batch, false);
    }
  }
  return {
    shares: names,
    add: (domain, value, pseudonym) => void waiting.push([domain, value, pseudonym]),
    flush,
    async finish() {
      await flush(true);
      await write([], true);
      await target.sync();
      await target.close();
    },
  };
}

const create = (file: string): Promise<FileHandle> =>
  open(file, 'wx', 0o600).catch((cause: unknown) => {
    throw new XinglinError(
      'deid.vault',
      { file, reason: '文件已存在或无法创建 / it exists already, or cannot be made' },
      { cause },
    );
  });

/**
 * The originals of pseudonyms, or all of them; needs two different shares.
 *
 * @throws XinglinError `deid.vault`: one share, wrong shares, a changed or cut vault
 */
export async function* openVault(
  file: string,
  shareFiles: readonly string[],
): AsyncGenerator<{ readonly domain: string; readonly value: string; readonly pseudonym: string }> {
  const fail = (reason: string, cause?: unknown): XinglinError =>
    new XinglinError('deid.vault', { file, reason }, { cause });
  const text = await readFile(file, 'utf8').catch(() => {
    throw new XinglinError('cli.no_file', { file });
  });
  const shares = await Promise.all(
    shareFiles.map(async (name) => {
      const share = await readFile(name, 'utf8').catch(() => {
        throw new XinglinError('cli.no_file', { file: name });
      });
      return fromHex(share.trim());
    }),
  );
  if (shares.length < 2) throw fail('需要两人各持的份额 / the shares of two people are needed');
  const [first = '', ...lines] = text.trimEnd().split('\n');
  let project: string;
  let sealer: Sealer;
  try {
    ({ project } = JSON.parse(first) as Header);
    sealer = createSealer(nodePrimitives, profile, joinSecret(shares.slice(0, 2)));
  } catch (cause) {
    throw fail('文件头或份额有误 / the header or a share is not right', cause);
  }
  for (const [index, line] of lines.entries()) {
    const last = index === lines.length - 1;
    let pairs: readonly Pair[];
    try {
      const opened = sealer.open(new Uint8Array(Buffer.from(line, 'base64')), contextOf(project, index, last));
      pairs = JSON.parse(new TextDecoder().decode(opened)) as readonly Pair[];
    } catch (cause) {
      throw fail('份额不匹配，或文件被改动或截断 / wrong shares, or the vault was changed or cut', cause);
    }
    for (const [domain, value, pseudonym] of pairs) yield { domain, value, pseudonym };
  }
}
