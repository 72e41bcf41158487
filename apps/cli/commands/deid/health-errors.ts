import { registerErrors } from '@xinglin/platform/kernel';

/** Errors of the verbs for health records: `deid fhir`, `deid hl7`, `deid dicom`. */
export const healthErrors = registerErrors({
  'deid.record': { status: 422, zh: '{file}：{reason}', en: '{file}: {reason}' },
  'deid.same_place': {
    status: 400,
    zh: '输出 {path} 与输入相同：请另给一个位置，原始数据不会被覆盖',
    en: 'The output {path} is the input: give another place, originals are not overwritten',
  },
  'deid.no_records': {
    status: 400,
    zh: '{path} 中没有可处理的文件（{kinds}）',
    en: 'No file to be read in {path} ({kinds})',
  },
  'deid.key': {
    status: 400,
    zh: '项目密钥不可用：{reason}（用 --key-file 给出文件，或设环境变量 XINGLIN_DEID_KEY，至少 16 字节）',
    en: 'The project key cannot be used: {reason} (give a file by --key-file or set XINGLIN_DEID_KEY, 16 bytes at least)',
  },
});
