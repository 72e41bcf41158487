import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const serif = (face: string): string =>
  require.resolve(`@expo-google-fonts/noto-serif-sc/${face}/NotoSerifSC_${face}.ttf`);
const sans = (face: string): string =>
  require.resolve(`@expo-google-fonts/noto-sans-sc/${face}/NotoSansSC_${face}.ttf`);

/**
 * Faces with every GBK character, static TrueType (the web packages are sliced and lack 1,046 GB2312 characters). Noto Serif stands in for
 * 仿宋, 楷体 and 小标宋, Noto Sans for 黑体; the docx names the offices' own fonts, which their computers have.
 */
export const FONT_FILES = {
  serif: serif('400Regular'),
  serifSemi: serif('600SemiBold'),
  serifBold: serif('700Bold'),
  serifBlack: serif('900Black'),
  sans: sans('400Regular'),
  sansBold: sans('700Bold'),
} as const;

export const PDF_FONTS = {
  FangSong: { normal: FONT_FILES.serif, bold: FONT_FILES.serifBold },
  KaiTi: { normal: FONT_FILES.serifSemi, bold: FONT_FILES.serifBold },
  BiaoSong: { normal: FONT_FILES.serifBold, bold: FONT_FILES.serifBlack },
  HeiTi: { normal: FONT_FILES.sans, bold: FONT_FILES.sansBold },
} as const;

export const DOCX_FONTS = {
  FangSong: '仿宋_GB2312',
  KaiTi: '楷体_GB2312',
  BiaoSong: '方正小标宋简体',
  HeiTi: '黑体',
  SongTi: '宋体',
} as const;
