import { choiceColumn, numberColumn, textColumn } from '../sheet/index.ts';
import type { Column, Value } from '../sheet/index.ts';
import { checkEmail, checkPhone, checkRegionCode, checkUscc } from '../validate.ts';
import type { Problem } from '../validate.ts';
import type { InstitutionRow } from './store.ts';

export const KINDS = { 卫健委: 'commission', 医院: 'hospital', 诊所: 'clinic', 中心: 'center', 其他: 'other' } as const;
export const OPERATOR_TYPES = {
  关键信息基础设施: 'cii',
  中央和国家机关: 'central-organ',
  其他运营者: 'other',
} as const;

function checkCode(text: string): Problem | undefined {
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(text)) return undefined;
  return {
    message: {
      zh: `机构编码“${text}”只能用小写字母、数字、连字符，层级以点分隔`,
      en: `'${text}': only small letters, digits and hyphens, levels separated by dots`,
    },
    remedy: {
      zh: '例如 hospital-3，或完整路径 cn.gd.dongguan.hospital-3',
      en: 'e.g. hospital-3, or the whole path cn.gd.dongguan.hospital-3',
    },
  };
}

export const INSTITUTION_COLUMNS: readonly Column[] = [
  textColumn(
    {
      key: 'code',
      header: '机构编码',
      required: true,
      help: '小写字母、数字、连字符；可只写末级编码（须填上级），或写完整路径',
      example: 'hospital-3',
      aliases: ['编码', '租户', 'tenant'],
    },
    200,
    checkCode,
  ),
  textColumn(
    {
      key: 'parent',
      header: '上级机构编码',
      help: '上级机构的完整路径；可引用本表前面的行',
      example: 'cn.gd.dongguan',
      aliases: ['上级', '上级编码'],
    },
    200,
    checkCode,
  ),
  textColumn(
    {
      key: 'name',
      header: '机构名称',
      required: true,
      help: '登记证书上的全称',
      example: '东莞市第三人民医院',
      aliases: ['名称', '单位名称'],
    },
    100,
  ),
  textColumn(
    {
      key: 'shortName',
      header: '简称',
      help: '列表与大屏显示；不填与全称相同',
      example: '市三院',
      aliases: ['机构简称'],
    },
    40,
  ),
  choiceColumn(
    { key: 'kind', header: '机构类型', required: true, help: '', example: '医院', aliases: ['类型', '类别'] },
    KINDS,
  ),
  textColumn(
    { key: 'level', header: '等级', help: '如三级甲等、二级乙等、未定级', example: '三级甲等', aliases: ['医院等级'] },
    20,
  ),
  numberColumn(
    { key: 'importance', header: '重要程度', help: '1 到 5,5 最重要，影响告警优先级', example: '4' },
    { min: 1, max: 5, integer: true },
  ),
  textColumn(
    { key: 'regionCode', header: '行政区划代码', help: 'GB/T 2260，六位', example: '441900', aliases: ['区划代码'] },
    6,
    checkRegionCode,
  ),
  textColumn(
    {
      key: 'uscc',
      header: '统一社会信用代码',
      help: 'GB 32100,18 位；该列请设为文本格式',
      example: '914403001922038216',
      aliases: ['信用代码'],
    },
    24,
    checkUscc,
  ),
  textColumn({ key: 'address', header: '地址', help: '', example: '东莞市石龙镇黄洲祥龙路1号' }, 200),
  numberColumn(
    { key: 'longitude', header: '经度', help: '十进制度，用于大屏地图', example: '113.751765' },
    { min: 73, max: 136 },
  ),
  numberColumn({ key: 'latitude', header: '纬度', help: '十进制度', example: '23.020536' }, { min: 3, max: 54 }),
  numberColumn({ key: 'beds', header: '床位数', help: '', example: '800' }, { min: 0, max: 20_000, integer: true }),
  textColumn(
    { key: 'contactName', header: '联系人', help: '网络安全负责人', example: '王丽', aliases: ['安全负责人'] },
    40,
  ),
  textColumn({ key: 'contactPost', header: '职务', help: '', example: '信息科主任' }, 40),
  textColumn(
    {
      key: 'contactPhone',
      header: '联系电话',
      help: '手机或带区号的固定电话',
      example: '0769-22831234',
      aliases: ['电话', '手机'],
    },
    30,
    checkPhone,
  ),
  textColumn(
    { key: 'contactEmail', header: '邮箱', help: '', example: 'wangli@hospital.cn', aliases: ['电子邮箱'] },
    254,
    checkEmail,
  ),
  textColumn(
    {
      key: 'documentCode',
      header: '发文机关代字',
      help: '仅发文单位需要，用于通报编号',
      example: '东卫',
      aliases: ['机关代字'],
    },
    10,
  ),
  choiceColumn(
    { key: 'operatorType', header: '运营者类型', help: '决定网络安全事件的法定报告时限', example: '其他运营者' },
    OPERATOR_TYPES,
  ),
];

const nameOf = (options: Readonly<Record<string, string>>, value: string): string =>
  Object.keys(options).find((key) => options[key] === value) ?? value;

/** A row of the export: what the import reads back. */
export function institutionCells(row: InstitutionRow): Record<string, Value> {
  const contact = row.contacts[0];
  return {
    code: row.tenant,
    parent: row.parent,
    name: row.name,
    shortName: row.short_name,
    kind: nameOf(KINDS, row.kind),
    level: row.level,
    importance: row.importance,
    regionCode: row.region_code,
    uscc: row.uscc,
    address: row.address,
    longitude: row.longitude,
    latitude: row.latitude,
    beds: row.beds,
    contactName: contact?.name ?? '',
    contactPost: contact?.post ?? '',
    contactPhone: contact?.phone ?? '',
    contactEmail: contact?.email ?? '',
    documentCode: row.document_code,
    operatorType: nameOf(OPERATOR_TYPES, row.operator_type),
  };
}
