import { expect, test } from 'vitest';
import { cutAddress } from './addresses.ts';

test.each([
  ['湖北省武汉市江汉区X路1号', '湖北省武汉市江汉区'],
  ['武汉江汉区解放大道', '湖北省武汉市江汉区'],
  ['广东省东莞市虎门镇1号', '广东省东莞市'],
  ['广东中山市石岐街道', '广东省中山市'],
  ['海南省儋州市那大镇', '海南省儋州市'],
  ['湖北省仙桃市干河街道', '湖北省仙桃市'],
  ['北京市市辖区朝阳区建国路', '北京市朝阳区'],
  ['北京崇文区', '北京市崇文区'],
  ['吉林市船营区x', '吉林省吉林市船营区'],
  ['浙江省义乌市稠城', '浙江省金华市义乌市'],
  ['新疆乌鲁木齐市天山区', '新疆维吾尔自治区乌鲁木齐市天山区'],
  ['香港特别行政区油尖旺区弥敦道', '香港特别行政区油尖旺区'],
  ['江汉区1号', '湖北省武汉市江汉区'],
  ['湖北省 武汉市 江汉区 1号', '湖北省武汉市江汉区'],
])('cutAddress() cuts %s at the county', (text, cut) => expect(cutAddress(text)).toBe(cut));

test('cutAddress() cuts at city and province when it is told to', () => {
  expect(cutAddress('湖北省武汉市江汉区X路1号', 'city')).toBe('湖北省武汉市');
  expect(cutAddress('北京市朝阳区', 'city')).toBe('北京市');
  expect(cutAddress('湖北省武汉市江汉区X路1号', 'province')).toBe('湖北省');
});

test.each(['', '不知道', '张三', '海南路12号', '13800138000', '朝阳区1号', 'No. 1 Main Street'])(
  'cutAddress() gives nothing for %s, which names no place or more than one',
  (text) => expect(cutAddress(text)).toBeUndefined(),
);

test('cutAddress() never gives back what stands behind the county', () => {
  for (const tail of ['张三家', '1号楼', '中山路13800138000'])
    expect(cutAddress(`浙江省杭州市西湖区${tail}`)).toBe('浙江省杭州市西湖区');
});
