import { registerErrors } from '@xinglin/platform/kernel';

export const deidErrors = registerErrors({
  'deid.risk': { status: 422, zh: '{file}：{reason}', en: '{file}: {reason}' },
  'deid.no_hierarchies': {
    status: 422,
    zh: '目录 {dir} 中没有与 {file} 的列对应的层级文件：应命名为 <列名>.csv 或 *_hierarchy_<列名>.csv；列有 {columns}',
    en: 'No hierarchy in {dir} fits a column of {file}: name them <column>.csv or *_hierarchy_<column>.csv; the columns are {columns}',
  },
  'deid.no_solution': {
    status: 422,
    zh: '在抑制上限 {suppression} 内没有满足 {models} 的泛化：请提高 --suppression、降低要求或加深层级',
    en: 'No generalisation meets {models} with at most {suppression} suppressed: raise --suppression, ask less, or give deeper hierarchies',
  },
});
