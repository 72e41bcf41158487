import type { Text } from './text.ts';

/** What is wrong with a value and what to do about it; nothing when it is right. */
export interface Problem {
  readonly message: Text;
  readonly remedy: Text;
}

const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** The last character of a unified social credit code (GB 32100-2015, 附录A): Σ c_i·3^(i-1) mod 31. */
export function usccCheckDigit(first17: string): string {
  let sum = 0;
  let weight = 1;
  for (const char of first17) {
    sum += USCC_ALPHABET.indexOf(char) * weight;
    weight = (weight * 3) % 31;
  }
  return USCC_ALPHABET[(31 - (sum % 31)) % 31] ?? '';
}

export function checkUscc(code: string): Problem | undefined {
  if (!/^[0-9A-Z]{18}$/.test(code)) {
    return {
      message: {
        zh: `统一社会信用代码应为 18 位数字或大写字母，现为 ${code.length} 位`,
        en: `A credit code has 18 digits or capitals, this has ${code.length}`,
      },
      remedy: {
        zh: '按登记证书填写；在 Excel 中把该列设为“文本”再填',
        en: 'Copy it from the certificate; set the column to text in Excel',
      },
    };
  }
  const bad = code.split('').find((char) => !USCC_ALPHABET.includes(char));
  if (bad !== undefined) {
    return {
      message: { zh: `统一社会信用代码不使用字母 ${bad}`, en: `A credit code never has the letter ${bad}` },
      remedy: {
        zh: '检查是否把 0 写成 O、1 写成 I、2 写成 Z、5 写成 S',
        en: 'Look for O instead of 0, I for 1, Z for 2, S for 5',
      },
    };
  }
  const expected = usccCheckDigit(code.slice(0, 17));
  if (code[17] === expected) return undefined;
  return {
    message: {
      zh: `统一社会信用代码校验不通过：末位应为 ${expected}，现为 ${code[17]}`,
      en: `The check digit should be ${expected}, it is ${code[17]}`,
    },
    remedy: {
      zh: '有一位抄错，请对照登记证书逐位核对',
      en: 'One character is miscopied; compare with the certificate',
    },
  };
}

/** First two digits of GB/T 2260 codes: the provinces. */
const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 66 71 81 82'.split(' '),
);

export function checkRegionCode(code: string): Problem | undefined {
  if (/^\d{6}$/.test(code) && PROVINCES.has(code.slice(0, 2))) return undefined;
  return {
    message: {
      zh: `行政区划代码“${code}”不是 6 位的 GB/T 2260 代码`,
      en: `'${code}' is not a six-digit GB/T 2260 region code`,
    },
    remedy: {
      zh: '填县级以上区划代码，例如东莞市 441900',
      en: 'Use the code of the county or above, e.g. 441900 for Dongguan',
    },
  };
}

export function checkPhone(phone: string): Problem | undefined {
  const plain = phone.replace(/[\s()（）]/g, '');
  const mobile = /^(?:\+?86-?)?1[3-9]\d{9}$/;
  const landline = /^(?:\+?86-?)?(?:0\d{2,3}-?)?[2-9]\d{6,7}(?:-\d{1,6})?$/;
  const service = /^(?:[48]00-?\d{3}-?\d{4}|1\d{4}|12345|110|119|120)$/;
  if (mobile.test(plain) || landline.test(plain) || service.test(plain)) return undefined;
  return {
    message: { zh: `电话“${phone}”不是有效的手机号或固定电话`, en: `'${phone}' is not a mobile or landline number` },
    remedy: {
      zh: '手机号 11 位；固定电话写区号，例如 0769-22831234',
      en: '11 digits for a mobile; a landline with its area code, e.g. 0769-22831234',
    },
  };
}

export function checkEmail(email: string): Problem | undefined {
  if (/^[^\s@<>"]+@[^\s@<>".]+(\.[^\s@<>".]+)+$/.test(email) && email.length <= 254) return undefined;
  return {
    message: { zh: `邮箱“${email}”格式不对`, en: `'${email}' is not an e-mail address` },
    remedy: { zh: '例如 wangli@hospital.cn', en: 'For example wangli@hospital.cn' },
  };
}
