/** What a word of the lexicon does; a word may do several things. */
export const W = {
  /** A field label whose value is a name: 姓名, 联系人, 签名. */
  NAME_LABEL: 1,
  /** A person or role a name may follow: 患者, 其妻, 护士. */
  ROLE: 2,
  /** A title a name may stand before: 主任, 护士长, 女士. */
  TITLE: 4,
  /** Announces a number of the type in `type`. */
  NUMBER: 8,
  /** Announces a number that is nobody's: 批号, 条码. */
  NOT_PERSONAL: 16,
  /** Last word of an organisation's name: 医院, 公司. */
  ORG: 32,
  /** A province, city or county; `type` is 1 province, 2 city, 3 county, plus 8 when written without its rank. */
  REGION: 64,
  /** Announces an address. */
  ADDRESS: 128,
  /** Announces a date. */
  DATE: 256,
  /** Announces an age. */
  AGE: 512,
  /** Ends a name and is none: 性别, 因, 主诉. */
  STOP: 1024,
  /** Announces an organisation: 工作单位. */
  ORG_LABEL: 2048,
  /** Of a ROLE or TITLE: also said of nobody in particular, so needs more before a bare surname counts. */
  BROAD: 4096,
} as const;

export interface Word {
  readonly text: string;
  readonly flags: number;
  /** Of NUMBER: the span type, or -1 for any; of REGION: the level. */
  readonly type: number;
}
