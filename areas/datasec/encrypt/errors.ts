import { CryptoError } from '@xinglin/gmcrypto';
import { XinglinError, registerErrors } from '@xinglin/platform/kernel';

registerErrors({
  'encrypt.passphrase': {
    status: 422,
    zh: '口令不对，或密钥文件 {file} 被改动过',
    en: 'The passphrase is wrong, or the key file {file} was changed',
  },
  'encrypt.weak_passphrase': {
    status: 422,
    zh: '口令至少 {length} 个字符',
    en: 'A passphrase has at least {length} characters',
  },
  'encrypt.key_file': {
    status: 422,
    zh: '密钥文件 {file} 无法使用：{reason}',
    en: 'The key file {file} cannot be used: {reason}',
  },
  'encrypt.failed': {
    status: 422,
    zh: '加解密失败（{code}）：密钥、用途不对，密钥已销毁，或内容被改动',
    en: 'Not possible ({code}): {reason}',
  },
  'encrypt.service': {
    status: 503,
    zh: '密钥服务 {url} 未能完成 {act}：{reason}',
    en: 'The key service {url} could not {act}: {reason}',
  },
});

/** A failure of the engine as one for people, with its code. */
export async function forPeople<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CryptoError)
      throw new XinglinError('encrypt.failed', { code: error.code, reason: error.message }, { cause: error });
    throw error;
  }
}
