import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { XinglinError, registerErrors } from './errors.ts';

registerErrors({
  'secrets.unreadable': {
    status: 500,
    zh: '密文无法解开：密钥文件与数据不匹配({file})。请恢复原密钥文件',
    en: 'A stored secret cannot be opened: the key file does not belong to the data ({file}). Restore the original key file',
  },
  'secrets.bad_key': {
    status: 500,
    zh: '密钥文件 {file} 应为 64 个十六进制字符',
    en: 'The key file {file} must hold 64 hexadecimal characters',
  },
});

/** Seals small secrets (TOTP seeds, webhook keys, mail passwords) before they reach a table: AES-256-GCM under a key kept outside the database. */
export interface Secrets {
  /** `purpose` is bound to the text: a sealed webhook key cannot be opened as a TOTP seed. */
  seal(purpose: string, text: string): string;
  /** Throws `secrets.unreadable` when the key is another one or the text was changed. */
  open(purpose: string, sealed: string): string;
  /** HMAC-SHA256 under a key of its own, for tokens that are not stored. */
  sign(purpose: string, text: string): string;
}

/** Reads the key from `<dataDir>/keys/secrets.key`, creating it (0600) at the first start. */
export function openSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'keys', 'secrets.key');
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  }
  const hex = readFileSync(file, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/i.test(hex)) throw new XinglinError('secrets.bad_key', { file });
  if (process.platform !== 'win32') chmodSync(file, 0o600);
  return createSecrets(Buffer.from(hex, 'hex'), file);
}

export function createSecrets(master: Uint8Array, file = 'memory'): Secrets {
  const derive = (use: string): Buffer => Buffer.from(hkdfSync('sha256', master, '', `xinglin:${use}`, 32));
  const sealKey = derive('seal');
  const signKey = derive('sign');
  return {
    seal(purpose, text) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', sealKey, iv).setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `v1.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`;
    },
    open(purpose, sealed) {
      try {
        const bytes = Buffer.from(sealed.replace(/^v1\./, ''), 'base64url');
        const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, 12))
          .setAAD(Buffer.from(purpose))
          .setAuthTag(bytes.subarray(12, 28));
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new XinglinError('secrets.unreadable', { file }, { cause });
      }
    },
    sign: (purpose, text) => createHmac('sha256', signKey).update(`${purpose}\0${text}`).digest('base64url'),
  };
}
