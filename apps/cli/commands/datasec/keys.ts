import { createReadStream, createWriteStream, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { forPeople, openSealedFile } from '@xinglin/datasec/encrypt';
import { createKeyRing, createStreamOpener, createStreamSealer, openKeyRing } from '@xinglin/gmcrypto';
import type { KeyRing, KeyRingDocument, Profile } from '@xinglin/gmcrypto';
import { nodePrimitives as primitives } from '@xinglin/gmcrypto/node';
import { XinglinError } from '@xinglin/platform/kernel';
import { action } from '../../command.ts';
import '../../errors.ts';

interface RingOptions {
  readonly ring: string;
  readonly passphraseFile?: string;
}

const PROFILES: readonly Profile[] = ['sm4-ctr-hmac-sm3', 'sm4-cbc-hmac-sm3', 'aes-256-gcm'];

interface OpenRing {
  readonly ring: KeyRing;
  readonly save: () => void;
  readonly rotateKek: () => void;
}

/** The ring beside its key-encryption keys: `ring.json` and `ring.json.kek`. */
async function open(
  { ring, passphraseFile }: RingOptions,
  create?: { name: string; profile: Profile },
): Promise<OpenRing> {
  const passphrase =
    passphraseFile === undefined
      ? (process.env.XINGLIN_KEY_PASSPHRASE ?? '')
      : readFileSync(passphraseFile, 'utf8').trim();
  const exists = existsSync(ring);
  if (create !== undefined && exists)
    throw new XinglinError('encrypt.key_file', { file: ring, reason: 'it is already there' });
  if (create === undefined && !exists) throw new XinglinError('cli.no_file', { file: ring });
  const now = new Date();
  const provider = openSealedFile(`${ring}.kek`, passphrase, now);
  const context = { primitives, provider };
  const opened =
    create === undefined
      ? await openKeyRing(context, JSON.parse(readFileSync(ring, 'utf8')) as KeyRingDocument)
      : await createKeyRing(context, { name: create.name, id: keyId(now), now, profile: create.profile });
  return {
    ring: opened,
    save: () => {
      writeFileSync(`${ring}.new`, `${JSON.stringify(opened.document, undefined, 2)}\n`, { mode: 0o600 });
      renameSync(`${ring}.new`, ring);
    },
    rotateKek: () => provider.rotate(now),
  };
}

const keyId = (now: Date): string => `k${now.toISOString().slice(0, 19).replaceAll(/\D/g, '')}`;

const withRing = (command: Command): Command =>
  command
    .requiredOption(
      '--ring <file>',
      '密钥环文件；密钥加密密钥在 <file>.kek / key ring; its key-encryption keys are in <file>.kek',
    )
    .option('--passphrase-file <file>', '口令文件；默认取环境变量 XINGLIN_KEY_PASSPHRASE / file with the passphrase');

/** Key rings and files sealed with them. */
export const registerKeys = (group: Command): void => {
  const keys = group.command('keys').description('密钥环：建立、查看、轮换、销毁 / key rings');
  withRing(keys.command('init'))
    .description('新建密钥环 / make a ring')
    .option('--name <name>', '名称，写入密文上下文 / its name', 'default')
    .option('--profile <profile>', PROFILES.join(', '), 'sm4-ctr-hmac-sm3')
    .action(
      action<RingOptions & { name: string; profile: Profile }>(async ({ output, options }) => {
        if (!PROFILES.includes(options.profile))
          throw new XinglinError('cli.bad_option', {
            option: '--profile',
            value: options.profile,
            expected: PROFILES.join(', '),
          });
        const { ring, save } = await open(options, options);
        save();
        show(output, ring.document);
      }),
    );
  withRing(keys.command('list'))
    .description('查看 / show')
    .action(action<RingOptions>(async ({ output, options }) => show(output, (await open(options)).ring.document)));
  withRing(keys.command('rotate'))
    .description('新的主密钥；旧密文仍可解开，无需重新加密 / a new primary key; nothing is encrypted anew')
    .option('--kek', '同时轮换密钥加密密钥 / rotate the key-encryption key too')
    .action(
      action<RingOptions & { kek?: boolean }>(async ({ output, options }) => {
        const { ring, save, rotateKek } = await open(options);
        if (options.kek === true) rotateKek();
        const now = new Date();
        await ring.rotate({ id: keyId(now), now });
        save();
        show(output, ring.document);
      }),
    );
  withRing(keys.command('destroy <id>'))
    .description('销毁一个旧密钥：用它加密的内容永远无法恢复 / destroy a key: what it sealed is gone for good')
    .action(
      action<RingOptions>(async ({ output, options, args }) => {
        const { ring, save } = await open(options);
        await forPeople(() => Promise.resolve(ring.destroy(args[0] ?? '', new Date())));
        save();
        show(output, ring.document);
      }),
    );
  withRing(group.command('encrypt <in> <out>'))
    .description('加密文件（SM4，可认证，恒定内存） / seal a file, any size')
    .option('--context <text>', '绑定的用途，解密时须相同 / what it is bound to', '')
    .action(
      action<RingOptions & { context: string }>(async ({ options, args }) => {
        const { ring } = await open(options);
        const sealer = createStreamSealer(ring, primitives.random, options.context);
        await through(
          args,
          (bytes) => sealer.push(bytes),
          () => sealer.finish(),
        );
      }),
    );
  withRing(group.command('decrypt <in> <out>'))
    .description('解密文件 / open a sealed file')
    .option('--context <text>', '加密时绑定的用途 / what it was bound to', '')
    .action(
      action<RingOptions & { context: string }>(async ({ options, args }) => {
        const { ring } = await open(options);
        const opener = createStreamOpener(ring, options.context);
        await through(
          args,
          (bytes) => opener.push(bytes),
          () => opener.finish(),
        );
      }),
    );
};

/** Into a file beside the target, which gets its name only when all of it was right. */
async function through(
  args: readonly string[],
  push: (bytes: Uint8Array) => Uint8Array,
  finish: () => Uint8Array,
): Promise<void> {
  const [from = '', to = ''] = args;
  if (!existsSync(from)) throw new XinglinError('cli.no_file', { file: from });
  const part = `${to}.part`;
  try {
    await forPeople(() =>
      pipeline(
        createReadStream(from, { highWaterMark: 1 << 20 }),
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) yield push(chunk);
          yield finish();
        },
        createWriteStream(part, { mode: 0o600 }),
      ),
    );
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  renameSync(part, to);
}

function show(
  output: { result(value: unknown, text: () => string): void },
  { name, primary, keys }: KeyRingDocument,
): void {
  const shown = keys.map(({ id, profile, createdAt, destroyedAt }) => ({
    id,
    profile,
    createdAt,
    primary: id === primary,
    destroyedAt: destroyedAt ?? null,
  }));
  output.result({ name, keys: shown }, () =>
    shown
      .map(
        (key) =>
          `${key.primary ? '*' : ' '} ${key.id}  ${key.profile}  ${key.createdAt}${key.destroyedAt === null ? '' : `  销毁 / destroyed ${key.destroyedAt}`}`,
      )
      .join('\n'),
  );
}
