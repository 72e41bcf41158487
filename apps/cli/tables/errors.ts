import { registerErrors } from '@xinglin/platform/kernel';

export const tableErrors = registerErrors({
  'table.format': {
    status: 415,
    zh: '无法由文件名 {file} 判断格式：请用 .csv、.tsv、.ndjson、.jsonl（可再加 .gz、.zst）、.xlsx 或 .parquet',
    en: 'The name {file} does not tell a format: use .csv, .tsv, .ndjson, .jsonl (.gz and .zst may follow), .xlsx or .parquet',
  },
  'table.broken': {
    status: 422,
    zh: '{file} 第 {line} 行：{reason}',
    en: '{file}, line {line}: {reason}',
  },
  'table.unreadable': {
    status: 422,
    zh: '{file} 无法读取：{reason}',
    en: '{file} cannot be read: {reason}',
  },
  'table.empty': {
    status: 422,
    zh: '{file} 没有表头：第一行应是列名',
    en: '{file} has no header: the first line names the columns',
  },
  'table.encoding': {
    status: 422,
    zh: '{file} 第 {line} 行附近不是 {encoding} 编码：请先转换为 UTF-8',
    en: '{file} is not {encoding} near line {line}: convert it to UTF-8 first',
  },
  'table.duplicate_column': {
    status: 422,
    zh: '{file} 的列名 {column} 出现两次：请改名后重试',
    en: '{file} names the column {column} twice: rename one of them',
  },
  'table.too_large': {
    status: 413,
    zh: '{file} 解压后超过 {mb} MB：请改用 csv 或 ndjson（内存不随文件增长）',
    en: '{file} has more than {mb} MB unpacked: use csv or ndjson, whose memory does not grow with the file',
  },
});
