import { identityKind, isLuhn } from '../text/numbers/check-digits.ts';
import { cutAddress } from './addresses.ts';
import { readAge } from './ages.ts';
import { readDate } from './dates.ts';

/** What a column holds, as far as de-identification and grading care. */
export const COLUMN_KINDS = [
  'name',
  'id_number',
  'phone',
  'email',
  'address',
  'zip',
  'birth_date',
  'age',
  'sex',
  'ethnicity',
  'marital_status',
  'occupation',
  'employer',
  'patient_no',
  'visit_no',
  'document_no',
  'card_no',
  'account_no',
  'date',
  'diagnosis',
  'diagnosis_code',
  'drug',
  'lab_result',
  'procedure',
  'note',
  'staff_name',
  'staff_no',
  'department',
  'institution',
  'cost',
  'insurance',
  'quantity',
  'epidemic',
  'row_id',
  'other',
] as const;
export type ColumnKind = (typeof COLUMN_KINDS)[number];

export interface RecognisedColumn {
  readonly kind: ColumnKind;
  /** 0..1: 0.95 name and values agree, 0.8 the name alone, 0.6 the values alone. */
  readonly confidence: number;
  readonly reason: string;
}

/** Chinese words in a header; the longest that fits wins, so 医生姓名 is no patient's name. */
const CHINESE: readonly (readonly [ColumnKind, RegExp])[] = [
  [
    'staff_name',
    /(?:医[生师]|护士|护理|操作员|经治|主治|主任|术者|麻醉|审核|报告|录入|填报|执行|开立|申请|收费|检验|登记)(?:人员?|者|员|医[生师])?(?:姓名|签名|名称)|(?:医[生师]|护士|术者|操作员|麻醉医[生师]|收费员)$|(?:审核|录入|填报|报告|执行|登记|采集|检验)(?:人员?|者)$/,
  ],
  ['staff_no', /(?:医[生师]|护士|职工|员工|操作员|人员)(?:代码|编码|工号|编号|ID|号)|工号/],
  ['employer', /工作单位|单位名称及地址|单位(?:地址|电话)/],
  ['phone', /电话|手机|联系方式|传真/],
  ['email', /邮箱|邮件|电子信箱/],
  ['zip', /邮编|邮政编码/],
  ['id_number', /身份证|证件号|公民身份|护照号|有效证件/],
  ['name', /姓名|患者名|病人名|联系人(?!关系|电话|地址)|监护人(?!关系|电话)|家属(?!关系|电话)|曾用名/],
  ['address', /地址|住址|户口所在|籍贯|出生地|居住地|现住|门牌/],
  ['birth_date', /出生(?:日期|年月|时间)|生日/],
  ['age', /年龄|月龄|日龄/],
  ['sex', /性别/],
  ['ethnicity', /民族|国籍/],
  ['marital_status', /婚姻|婚否/],
  ['occupation', /职业(?!病)|文化程度|学历/],
  ['insurance', /医保|保险|参保|统筹|新农合|付费方式|支付方式|费别/],
  ['account_no', /银行|账[号户]|开户/],
  ['card_no', /(?:健康|就诊|社保|医疗|诊疗|一卡通).*卡/],
  ['visit_no', /(?:住院|门诊|门急诊|急诊|就诊|挂号|床)(?:号|流水号|编号|序号|标识)|就诊(?:ID|id)/],
  ['patient_no', /病案号|病历号|档案(?:编?号|标识)|(?:患者|病人|个人)(?:ID|id|编号|标识|主索引|号)|主索引/],
  [
    'document_no',
    /(?:报告|标本|条码|样本|检查|检验|处方|医嘱|申请单|发票|手术|影像|收据|结算)(?:单|编)?(?:号|编号|标识|流水号)/,
  ],
  ['epidemic', /传染病|法定报告|疫苗|接种|免疫规划|疫情|发病日期|密切接触|流行病学|职业病|死因/],
  ['cost', /金额|费用|单价|总价|自付|预交|价格|合计|收费(?!员)|总费/],
  ['diagnosis_code', /(?:诊断|疾病|ICD).*(?:代码|编码)|ICD/i],
  ['drug', /药[品物]|处方(?!号)|用药|通用名|商品名|剂型|给药|抗生素|规格/],
  ['procedure', /手术|操作名称|治疗方|麻醉方|切口|术式/],
  ['lab_result', /检[验查]|结果|指标|参考(?:值|范围)|标本|血压|体温|脉搏|心率|身高|体重|血型|血糖|体征/],
  ['note', /主诉|现病史|既往史|家族史|个人史|病程|小结|所见|描述|意见|备注|摘要|经过|医嘱内容|记录内容|病情|过敏/],
  ['diagnosis', /诊断|疾病|病名|症状|转归|病理/],
  ['quantity', /数量|天数|次数|剂量|库存|床位数/],
  ['department', /科室|病区|病房|科别/],
  ['institution', /机构|医院|单位|厂家|供应商/],
  ['date', /日期|时间|年月/],
  ['row_id', /序号|主键|流水号|行号/],
];

/** Words of English names and of the pinyin initials hospitals use; matched against the parts between underscores. */
const LATIN: readonly (readonly [ColumnKind, string])[] = [
  [
    'staff_name',
    'ysxm hsxm czyxm doctor_name nurse_name operator_name zzys zrys zyys jzys mzys shys doctor physician surgeon anesthetist nurse operator shr lrr bgr zxr czy kdys sqys',
  ],
  [
    'staff_no',
    'ysdm ysbm ysgh gh doctor_id doctor_code doctor_no staff_id employee_id emp_no operator_id czydm czygh user_id',
  ],
  [
    'name',
    'xm hzxm brxm patient_name name full_name lxrxm lxr jhr jhrxm contact_name guardian_name first_name last_name given_name family_name surname mqxm fqxm',
  ],
  [
    'id_number',
    'sfzh sfzhm sfz zjhm zjh zjlxhm id_card id_card_no idcard id_no identity_no identity_card cert_no passport_no ssn national_id',
  ],
  [
    'phone',
    'lxdh dh dhhm sjh sjhm yddh jtdh dwdh lxrdh phone tel telephone mobile phone_no cell fax contact_phone brdh hzdh',
  ],
  ['email', 'yx dzyx email e_mail mail'],
  [
    'address',
    'dz xzz jtzz jtdz hkdz lxdz csd jg hkszd xzzdz address addr home_address birthplace residence street lxrdz',
  ],
  ['zip', 'yb yzbm zip zip_code zipcode postcode postal_code'],
  ['birth_date', 'csrq csny sr birth birthday birth_date date_of_birth dob birthdate'],
  ['age', 'nl nianling age nls nly'],
  ['sex', 'xb sex gender xbdm xbmc'],
  ['ethnicity', 'mz mzdm mzmc nation ethnicity race gj nationality'],
  ['marital_status', 'hyzk hy marital_status marriage'],
  ['occupation', 'zy zydm zymc occupation job whcd xl education'],
  ['employer', 'gzdw dwmc employer company work_unit gzdwmc'],
  [
    'insurance',
    'yblx ybkh ybh cbdd ylfkfs fklx fb insurance insurance_type insurance_no payment_type ybbh medical_insurance',
  ],
  ['account_no', 'yhzh yhkh zh account_no bank_account bank_card'],
  ['card_no', 'jzkh kh jkkh sbkh ylkh card_no health_card card_number social_card'],
  ['patient_no', 'bah blh brid hzid patient_id pid mrn patient_no medical_record_no empi dah grdah person_id'],
  [
    'visit_no',
    'zyh mzh jzh jzlsh ghxh zycs visit_id visit_no inpatient_no outpatient_no admission_no encounter_id registration_no mzhm zyhm jzxh',
  ],
  [
    'document_no',
    'bgdh bgh jydh jch jcdh cfh cfhm yzh yzxh tmh bbh sqdh fph report_no accession_no prescription_no order_no specimen_no barcode invoice_no sample_no order_id',
  ],
  ['epidemic', 'crb crbmc ymmc jzrq vaccine epidemic notifiable_disease infectious_disease fbrq outbreak'],
  ['cost', 'je zje fy zfy dj zfje ybje amount cost price fee total_fee charge payment unit_price'],
  ['diagnosis_code', 'zddm zdbm jbdm jbbm icd icd10 icd_code diagnosis_code dx_code zyzddm'],
  ['diagnosis', 'zd zdmc jbmc jbzd cyzd ryzd mzzd zyzd diagnosis diagnosis_name dx disease disease_name zyzdmc blzd'],
  ['drug', 'yp ypmc ypdm ypbm ypgg tym spm cfmx drug drug_name drug_code medication medicine yf yl'],
  ['procedure', 'ss ssmc ssdm ssbm mzfs procedure procedure_name operation_name surgery'],
  [
    'lab_result',
    'jg jyjg jcjg jyxm jyxmmc ckz ckfw result lab_result test_name item_name test_value specimen blood_type xx tw xy sg tz reference_range height weight',
  ],
  [
    'note',
    'zs xbs jws gms bcjl jcsj jcyj bz note notes remark remarks comment text description chief_complaint history findings report_text zy_summary content',
  ],
  ['quantity', 'sl ts cs quantity qty count days amount_num kc'],
  ['department', 'ks ksmc ksdm bq bqmc cwh department dept dept_name dept_code ward bed_no jzks cyks ryks'],
  [
    'institution',
    'jgdm jgmc yljgdm yljgmc yymc hospital hospital_name org_code org_name institution vendor supplier manufacturer',
  ],
  [
    'date',
    'rq sj ryrq cyrq rysj cysj jzsj kdsj bgsj jysj cjsj djsj gxsj czsj ssrq date time datetime admit_time admission_date discharge_date visit_date create_time update_time created_at updated_at order_time report_time yzsj ghsj cfrq',
  ],
  ['row_id', 'id xh lsh uuid guid row_id seq serial_no pk'],
];
let words: ReadonlyMap<string, ColumnKind> | undefined;

function byName(header: string): ColumnKind | undefined {
  const name = header.trim();
  if (/[\u3400-\u9FFF]/.test(name)) return CHINESE.find(([, pattern]) => pattern.test(name))?.[0];
  if (words === undefined) {
    const built = new Map<string, ColumnKind>();
    for (const [kind, list] of LATIN) for (const word of list.split(' ')) if (!built.has(word)) built.set(word, kind);
    words = built;
  }
  const flat = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s.-]+/g, '_');
  const parts = flat.split('_').filter((part) => part !== '');
  // The whole name first, then its longest endings, then its beginnings: `his_patient_name`, `xm_1`.
  for (let from = 0; from < parts.length; from++) {
    const found = words.get(parts.slice(from).join('_'));
    if (found !== undefined) return found;
  }
  for (let to = parts.length - 1; to > 0; to--) {
    const found = words.get(parts.slice(0, to).join('_'));
    if (found !== undefined && found !== 'row_id') return found;
  }
  return words.get(parts.join(''));
}

const ICD = /^[A-TV-Z]\d{2}(?:[.x]\S{0,8})?$/;
const SURNAMES =
  /^[王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚][\u4E00-\u9FFF]{1,2}$/;

/** X of an identity number is 10. */
const digitsOf = (value: string): number[] =>
  Array.from(value, (char) => (char === 'X' || char === 'x' ? 10 : Number(char)));

/** Share of values that are of a kind by their form; only kinds that a form tells. */
function byValues(samples: readonly string[]): { readonly kind: ColumnKind; readonly share: number } | undefined {
  const values = samples.map((value) => value.trim()).filter((value) => value !== '');
  if (values.length === 0) return undefined;
  const tests: readonly (readonly [ColumnKind, (value: string) => boolean])[] = [
    ['id_number', (value) => /^\d{17}[\dXx]$/.test(value) && identityKind(digitsOf(value)) !== undefined],
    ['phone', (value) => /^1[3-9]\d{9}$/.test(value) || /^0\d{2,3}-\d{7,8}$/.test(value)],
    ['email', (value) => /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/.test(value)],
    ['account_no', (value) => /^[3-6]\d{15,18}$/.test(value) && isLuhn(digitsOf(value), 0, value.length)],
    ['diagnosis_code', (value) => ICD.test(value)],
    ['date', (value) => value.length >= 8 && readDate(value) !== undefined],
    ['address', (value) => value.length >= 9 && cutAddress(value) !== undefined],
    ['sex', (value) => /^[男女]$/.test(value)],
    ['age', (value) => /[岁天月]/.test(value) && readAge(value) !== undefined],
    ['name', (value) => SURNAMES.test(value)],
    ['note', (value) => value.length >= 40 && /[\u4E00-\u9FFF]{10}/.test(value)],
  ];
  for (const [kind, test] of tests) {
    const share = values.filter(test).length / values.length;
    if (share >= (kind === 'name' ? 0.9 : 0.7) && (values.length >= 3 || kind !== 'name')) return { kind, share };
  }
  return undefined;
}

/** Values that contradict a name: a column `XM` full of 检验项目 names is no person's name. */
const EXPECTED: Partial<Record<ColumnKind, (value: string) => boolean>> = {
  id_number: (value) => /^[\dA-Za-z()\uFF08\uFF09-]{6,20}$/.test(value),
  phone: (value) => /^[\d+\-() ,;/]{7,}$/.test(value),
  birth_date: (value) => readDate(value) !== undefined,
  age: (value) => readAge(value) !== undefined,
  zip: (value) => /^\d{6}$/.test(value),
  name: (value) => !/\d/.test(value) && value.length <= 40,
};

/** What a column holds by its header (WS/T 363 and 445 names, Chinese words, English, pinyin initials such as XM, SFZH, CSRQ, ZYH) and some of its values. */
export function recogniseColumn(header: string, samples: readonly string[] = []): RecognisedColumn {
  const named = byName(header);
  const seen = byValues(samples);
  const filled = samples.filter((value) => value.trim() !== '');
  if (named !== undefined) {
    const expected = EXPECTED[named];
    const fits =
      expected === undefined || filled.length === 0
        ? undefined
        : filled.filter((value) => expected(value.trim())).length / filled.length;
    if (fits !== undefined && fits < 0.5)
      return seen === undefined
        ? { kind: 'other', confidence: 0.4, reason: `name says ${named}, values do not` }
        : {
            kind: seen.kind,
            confidence: 0.6,
            reason: `name says ${named}, ${Math.round(seen.share * 100)} % of values are ${seen.kind}`,
          };
    // Identity numbers in a column of another name are what they are.
    if (
      seen !== undefined &&
      seen.kind !== named &&
      (seen.kind === 'id_number' || (named === 'row_id' && seen.kind !== 'date'))
    )
      return {
        kind: seen.kind,
        confidence: 0.8,
        reason: `${Math.round(seen.share * 100)} % of values are ${seen.kind}`,
      };
    const agrees = seen?.kind === named || (fits !== undefined && fits >= 0.5);
    return { kind: named, confidence: agrees ? 0.95 : 0.8, reason: agrees ? 'name and values' : 'name' };
  }
  if (seen !== undefined)
    return { kind: seen.kind, confidence: 0.6, reason: `${Math.round(seen.share * 100)} % of values are ${seen.kind}` };
  return { kind: 'other', confidence: 0.3, reason: 'neither name nor values tell' };
}
