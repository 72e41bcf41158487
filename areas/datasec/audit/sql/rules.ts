/** The ten rules of 防统方, by what a person reads first. */
export const TONGFANG_RULES = {
  R1: { zh: '按医生统计药品用量', en: 'drug use counted by doctor' },
  R2: { zh: '批量导出处方明细', en: 'prescription detail taken out in bulk' },
  R3: { zh: '非业务程序或非登记终端访问', en: 'a tool that is not the HIS, or an application account from elsewhere' },
  R4: { zh: '管理员或厂商账号访问', en: 'an administrator or vendor account' },
  R5: { zh: '非工作时间访问', en: 'outside working hours' },
  R6: { zh: '已审批的统计', en: 'an approved statement' },
  R7: { zh: '逐个医生或药品查询', en: 'doctors or drugs looked up one by one' },
  R8: {
    zh: '建表、视图、动态语句、导出或关闭审计',
    en: 'copied aside, put together at run time, exported, or auditing switched off',
  },
  R9: { zh: '未授权的功能菜单', en: 'a menu that was not approved for it' },
  R10: { zh: '返回行数异常', en: 'more rows than the work needs' },
} as const;

export type RuleId = keyof typeof TONGFANG_RULES;
