import { registerErrors } from '@xinglin/platform/kernel';

export const deidErrors = registerErrors({
  'deid.risk': { status: 422, zh: '{file}：{reason}', en: '{file}: {reason}' },
  'deid.no_hierarchies': {
    status: 422,
    zh: '目录 {dir} 中没有与 {file} 的列对应的层级文件：应命名为 <列名>.csv 或 *_hierarchy_<列名>.csv；列有 {columns}',
    en: 'No hierarchy in {dir} fits a column of {file}: name them <column>.csv or *_hierarchy_<column>.csv; the columns are {columns}',
  },
  'deid.policy': {
    status: 422,
    zh: '策略 {file} 有误，请按下列位置修改',
    en: 'The policy {file} is not valid; correct these places',
  },
  'deid.no_column': { status: 422, zh: '{file}：{reason}', en: '{file}: {reason}' },
  'deid.no_key': {
    status: 422,
    zh: '没有项目密钥 {where}：首次运行可加 --create-key 生成密钥文件；密钥若已销毁，本项目不可再逆',
    en: 'There is no project key {where}: --create-key makes the file on the first run; where it was destroyed, the project cannot be reversed any more',
  },
  'deid.open_key': {
    status: 422,
    zh: '密钥文件 {where} 可被他人读取：请执行 chmod 600',
    en: 'Others may read the key file {where}: chmod 600 it',
  },
  'deid.bad_key': {
    status: 422,
    zh: '{where} 不是密钥：应为 64 位十六进制数',
    en: '{where} is no key: it must be 64 hexadecimal digits',
  },
  'deid.period': {
    status: 422,
    zh: '今天 {today} 不在项目期限 {from} 至 {to} 内：请先续签协议并修改策略的 period',
    en: 'Today, {today}, is not within the project: {from} to {to}. Renew the agreement and change `period` first',
  },
  'deid.same_file': { status: 400, zh: '输出与输入是同一文件 {file}', en: 'Output and input are the same file {file}' },
  'deid.formats': {
    status: 415,
    zh: '输入 {input} 与输出 {output} 的格式不同：csv、ndjson 只能写成同一格式，表格间转换请先去标识化再转换',
    en: 'Input {input} and output {output} have different formats: write the same format, convert afterwards',
  },
  'deid.collision': { status: 422, zh: '{reason}', en: '{reason}' },
  'deid.vault': { status: 422, zh: '保险库 {file}：{reason}', en: 'Vault {file}: {reason}' },
  'deid.no_solution': {
    status: 422,
    zh: '在抑制上限 {suppression} 内没有满足 {models} 的泛化：请提高 --suppression、降低要求或加深层级',
    en: 'No generalisation meets {models} with at most {suppression} suppressed: raise --suppression, ask less, or give deeper hierarchies',
  },
});
