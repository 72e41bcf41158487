import type { ColumnKind } from '@xinglin/deid';
import { describe, expect, test } from 'vitest';
import { DATA_CLASSES, classifyTable } from './classify-table.ts';

/** Hospital tables as they are named in WS/T 363/445, by pinyin initials and in English: column, what it holds. */
const SCHEMAS: Readonly<Record<string, readonly (readonly [string, ColumnKind])[]>> = {
  'WS/T patient master': [
    ['患者姓名', 'name'],
    ['性别代码', 'sex'],
    ['出生日期', 'birth_date'],
    ['身份证件号码', 'id_number'],
    ['本人电话号码', 'phone'],
    ['现住址-门牌号码', 'address'],
    ['邮政编码', 'zip'],
    ['民族', 'ethnicity'],
    ['婚姻状况代码', 'marital_status'],
    ['职业类别代码', 'occupation'],
    ['工作单位名称', 'employer'],
    ['联系人姓名', 'name'],
    ['联系人电话号码', 'phone'],
    ['健康卡号', 'card_no'],
    ['医疗保险类别代码', 'insurance'],
    ['电子邮件地址', 'email'],
    ['城乡居民健康档案编号', 'patient_no'],
  ],
  'WS/T inpatient record': [
    ['住院号', 'visit_no'],
    ['病案号', 'patient_no'],
    ['入院日期时间', 'date'],
    ['出院日期时间', 'date'],
    ['科室名称', 'department'],
    ['病区名称', 'department'],
    ['主要诊断名称', 'diagnosis'],
    ['主要诊断代码', 'diagnosis_code'],
    ['主诉', 'note'],
    ['现病史', 'note'],
    ['住院医师姓名', 'staff_name'],
    ['主治医师姓名', 'staff_name'],
    ['手术及操作名称', 'procedure'],
    ['住院总费用', 'cost'],
    ['医疗机构名称', 'institution'],
  ],
  'pinyin BRJBXX': [
    ['BRID', 'patient_no'],
    ['XM', 'name'],
    ['XB', 'sex'],
    ['CSRQ', 'birth_date'],
    ['NL', 'age'],
    ['SFZH', 'id_number'],
    ['LXDH', 'phone'],
    ['JTZZ', 'address'],
    ['YZBM', 'zip'],
    ['LXRXM', 'name'],
    ['LXRDH', 'phone'],
    ['GZDW', 'employer'],
    ['MZ', 'ethnicity'],
    ['HYZK', 'marital_status'],
    ['YBKH', 'insurance'],
  ],
  'pinyin ZYBRXX': [
    ['ZYH', 'visit_no'],
    ['BAH', 'patient_no'],
    ['HZXM', 'name'],
    ['RYRQ', 'date'],
    ['CYRQ', 'date'],
    ['KSMC', 'department'],
    ['ZDMC', 'diagnosis'],
    ['JBDM', 'diagnosis_code'],
    ['ZYYS', 'staff_name'],
    ['YSXM', 'staff_name'],
    ['YSDM', 'staff_no'],
    ['SSMC', 'procedure'],
    ['ZFY', 'cost'],
    ['BZ', 'note'],
  ],
  'pinyin MZCF': [
    ['MZH', 'visit_no'],
    ['CFH', 'document_no'],
    ['YPMC', 'drug'],
    ['YPDM', 'drug'],
    ['SL', 'quantity'],
    ['DJ', 'cost'],
    ['JE', 'cost'],
    ['KSDM', 'department'],
    ['CZY', 'staff_name'],
    ['CFRQ', 'date'],
  ],
  'English LIS': [
    ['patient_id', 'patient_no'],
    ['PatientName', 'name'],
    ['gender', 'sex'],
    ['date_of_birth', 'birth_date'],
    ['specimen_no', 'document_no'],
    ['test_name', 'lab_result'],
    ['result', 'lab_result'],
    ['reference_range', 'lab_result'],
    ['report_time', 'date'],
    ['doctor_name', 'staff_name'],
    ['report_no', 'document_no'],
  ],
  'English encounter': [
    ['encounter_id', 'visit_no'],
    ['mrn', 'patient_no'],
    ['home_address', 'address'],
    ['mobile', 'phone'],
    ['icd10', 'diagnosis_code'],
    ['chief_complaint', 'note'],
    ['admission_date', 'date'],
    ['dept_name', 'department'],
    ['total_fee', 'cost'],
    ['insurance_no', 'insurance'],
  ],
  'public health report': [
    ['传染病名称', 'epidemic'],
    ['发病日期', 'epidemic'],
    ['疫苗名称', 'epidemic'],
    ['接种日期', 'epidemic'],
    ['患者姓名', 'name'],
    ['填报医生', 'staff_name'],
    ['报告单位', 'institution'],
  ],
};

describe('recogniseColumn() on hospital schemas', () => {
  test.each(Object.entries(SCHEMAS))('%s', (_, columns) => {
    const found = classifyTable(columns.map(([name]) => name));
    expect(found.map(({ column, kind }) => [column, kind])).toEqual(columns);
  });

  test('what nothing tells is level 3 at least, and unsure', () => {
    expect(classifyTable(['F1', 'col_7'])).toMatchObject([
      { kind: 'other', level: 3, confidence: 0.3 },
      { kind: 'other', level: 3, confidence: 0.3 },
    ]);
  });
});

describe('values', () => {
  test('tell what a meaningless name does not', () => {
    const samples = [
      ['13800138000', '13900139001', '13712345678'],
      ['1980-01-01', '1990-02-03', '2001-12-31'],
      ['张建国', '李秀英', '王芳'],
      ['湖北省武汉市江汉区建设大道1号', '浙江省杭州市西湖区文三路2号', '北京市海淀区中关村大街3号'],
      ['I21.4', 'E11.900', 'J44.1'],
    ];
    const found = classifyTable(['f1', 'f2', 'f3', 'f4', 'f5'], samples);
    expect(found.map(({ kind }) => kind)).toEqual(['phone', 'date', 'name', 'address', 'diagnosis_code']);
    expect(found.every(({ confidence }) => confidence === 0.6)).toBe(true);
  });

  test('raise the confidence of a name, or overrule it', () => {
    expect(classifyTable(['XM'], [['张建国', '李秀英', '王芳']])[0]).toMatchObject({ kind: 'name', confidence: 0.95 });
    expect(classifyTable(['SJH'], [['张建国', '李秀英', '王芳']])[0]).toMatchObject({ kind: 'name', confidence: 0.6 });
    expect(classifyTable(['CSRQ'], [['阳性', '阴性']])[0]).toMatchObject({ kind: 'other', level: 3 });
  });
});

describe('combinations', () => {
  test('a diagnosis beside a name is level 4, alone level 3', () => {
    const level = (columns: string[]): number | undefined =>
      classifyTable(columns).find(({ kind }) => kind === 'diagnosis')?.level;
    expect(level(['ZDMC', 'RYRQ'])).toBe(3);
    expect(level(['XM', 'ZDMC'])).toBe(4);
    expect(classifyTable(['XM', 'ZDMC'])[1]?.reason).toContain('XM');
  });

  test.each([
    ['icd10', ['B20.0', 'J18.9']],
    ['JBDM', ['F20.000']],
    ['ZDDM', ['A53.9']],
    ['YPMC', ['富马酸替诺福韦片']],
    ['ZDMC', ['精神分裂症']],
    ['HIV检测结果', ['阴性']],
  ])('%s with %s is level 5', (column, values) => expect(classifyTable([column], [values])[0]?.level).toBe(5));

  test.each([
    ['icd10', ['I21.4', 'E11.9', 'B34.9']],
    ['YPMC', ['阿司匹林肠溶片']],
    ['SL', ['F20']],
  ])('%s with %s is not', (column, values) => expect(classifyTable([column], [values])[0]?.level).toBeLessThan(5));

  test('a table of HIV cases raises its clinical columns', () => {
    const found = classifyTable(['检测结果', '科室名称'], [], '艾滋病随访表.csv');
    expect(found.map(({ level }) => level)).toEqual([5, 1]);
  });
});

test('the six classes', () => {
  expect(Object.keys(DATA_CLASSES)).toHaveLength(6);
  const found = classifyTable(['XM', 'ZDMC', 'YPMC', 'JE', 'KSMC', '传染病名称']);
  expect(found.map((column) => column.class)).toEqual([
    'personal',
    'status',
    'medical',
    'payment',
    'resource',
    'public',
  ]);
});
