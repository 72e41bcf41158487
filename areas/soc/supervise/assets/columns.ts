import { choiceColumn, listColumn, numberColumn, textColumn } from '../sheet/index.ts';
import type { Column } from '../sheet/index.ts';

export const ASSET_KINDS = {
  服务器: 'server',
  终端: 'pc',
  网络设备: 'network',
  安全设备: 'security',
  医疗设备: 'medical',
  前置机: 'front-end',
  存储: 'storage',
  其他: 'other',
} as const;
export const ASSET_STATUS = { 在用: 'in-use', 闲置: 'idle', 报废: 'retired' } as const;

export const ASSET_COLUMNS: readonly Column[] = [
  textColumn(
    {
      key: 'tenant',
      header: '所属机构',
      required: true,
      help: '机构编码、全称或简称',
      example: 'cn.gd.dongguan.hospital-3',
      aliases: ['机构', '机构编码', '单位'],
    },
    200,
  ),
  textColumn(
    {
      key: 'name',
      header: '资产名称',
      required: true,
      help: '同一机构内不重复',
      example: 'HIS-DB-01',
      aliases: ['名称', '设备名称'],
    },
    100,
  ),
  choiceColumn(
    { key: 'kind', header: '资产类型', required: true, help: '', example: '服务器', aliases: ['类型', '设备类型'] },
    ASSET_KINDS,
  ),
  listColumn(
    { key: 'ips', header: 'IP地址', help: '多个用分号隔开', example: '10.1.1.2', aliases: ['IP', '主机地址'] },
    'address',
  ),
  listColumn(
    { key: 'hostnames', header: '主机名', help: '多个用分号隔开', example: 'his-db-01', aliases: ['hostname'] },
    'text',
  ),
  textColumn({ key: 'os', header: '操作系统', help: '', example: '麒麟 V10', aliases: ['操作系统版本'] }, 100),
  textColumn(
    { key: 'system', header: '业务系统', help: '须已登记', example: 'HIS', aliases: ['所属业务系统', '所属系统'] },
    100,
  ),
  textColumn(
    { key: 'zone', header: '网络区域', help: '须已登记', example: '核心业务区', aliases: ['区域', '安全域'] },
    100,
  ),
  numberColumn(
    { key: 'importance', header: '重要程度', help: '1 到 5,5 最重要', example: '5' },
    { min: 1, max: 5, integer: true },
  ),
  textColumn(
    { key: 'department', header: '使用科室', help: '', example: '信息科', aliases: ['科室', '业务归属科室', '部门'] },
    100,
  ),
  textColumn({ key: 'owner', header: '责任人', help: '', example: '王丽', aliases: ['负责人', '管理员'] }, 60),
  textColumn(
    {
      key: 'vendor',
      header: '厂商',
      help: '品牌或开发、运维公司',
      example: '东软',
      aliases: ['开发公司', '运维公司', '品牌'],
    },
    100,
  ),
  choiceColumn({ key: 'status', header: '状态', help: '不填为在用', example: '在用' }, ASSET_STATUS),
  textColumn({ key: 'note', header: '备注', help: '', example: '' }, 500),
];
