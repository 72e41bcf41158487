import { describe, expect, test } from 'vitest';
import { CdaError, createCdaDeidentifier } from './index.ts';
import { readXml, writeXml } from './xml.ts';

const DOCUMENT = `<?xml version="1.0" encoding="UTF-8"?>
<!-- exported for \u5F20\u5EFA\u56FD -->
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc">
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <id root="2.16.156.10011.1.1" extension="RN001-2024"/>
  <title>\u5F20\u5EFA\u56FD\u95E8\u8BCA\u75C5\u5386</title>
  <effectiveTime value="20240315103000+0800"/>
  <recordTarget typeCode="RCT">
    <patientRole>
      <id root="2.16.156.10011.1.3" extension="11010119800307721X"/>
      <addr use="H"><houseNumber>12\u53F7</houseNumber><streetName>\u5927\u6865\u8DEF</streetName><state>\u6E56\u5317\u7701</state><county>\u6C5F\u6C49\u533A</county></addr>
      <telecom value="tel:13800138000"/>
      <patient>
        <name>\u5F20\u5EFA\u56FD</name>
        <administrativeGenderCode code="1" displayName="\u7537\u6027"/>
        <birthTime value="19800307"/>
      </patient>
      <providerOrganization><name>\u7B2C\u4E00\u533B\u9662</name></providerOrganization>
    </patientRole>
  </recordTarget>
  <author><time value="20240315"/><assignedAuthor><id extension="DOC7788"/><assignedPerson><name><family>\u674E</family><given>\u660E\u534E</given></name></assignedPerson></assignedAuthor></author>
  <component><structuredBody><component><section>
    <text>\u60A3\u8005\u5F20\u5EFA\u56FD &amp; \u533B\u751F\u674E\u660E\u534E\uFF0C\u7535\u8BDD13800138000</text>
    <entry><observation><effectiveTime><low value="20240310"/><high value="20240315"/></effectiveTime><value unit="mmol/L" value="20240"/></observation></entry>
  </section></component></structuredBody></component>
</ClinicalDocument>
`;
const cda = createCdaDeidentifier({
  pseudonym: (value) => `P${value.length}`,
  shiftDays: () => -100,
  cleanText: (text) => text.replaceAll(/\d{11}/g, '***'),
});

describe('createCdaDeidentifier()', () => {
  const { text, report } = cda.deidentify(DOCUMENT);

  test('removes names, telephones and birth from header, narrative, title and comments', () => {
    for (const secret of [
      '\u5F20\u5EFA\u56FD',
      '\u660E\u534E',
      '13800138000',
      '19800307',
      '11010119800307721X',
      'DOC7788',
    ])
      expect(text, secret).not.toContain(secret);
    expect(text).toContain('<title>***\u95E8\u8BCA\u75C5\u5386</title>');
    expect(text).toContain('<birthTime value=""/>');
    expect(text).toContain('&amp;');
  });
  test('keeps of an address what is no finer than the county', () => {
    expect(text).toContain('<state>\u6E56\u5317\u7701</state><county>\u6C5F\u6C49\u533A</county>');
    expect(text).not.toContain('\u5927\u6865\u8DEF');
  });
  test('moves all dates by the same days and leaves measurements', () => {
    expect(text).toContain('<effectiveTime value="20231206103000+0800"/>');
    expect(text).toContain('<low value="20231201"/><high value="20231206"/>');
    expect(text).toContain('<value unit="mmol/L" value="20240"/>');
  });
  test('keeps organisations, codes and template identifiers', () => {
    expect(text).toContain('<providerOrganization><name>\u7B2C\u4E00\u533B\u9662</name>');
    expect(text).toContain('displayName="\u7537\u6027"');
    expect(text).toContain('<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>');
  });
  test('is well-formed, and says what it did', () => {
    expect(() => readXml(text)).not.toThrow();
    expect(report).toMatchObject({ messages: 1, pseudonymised: 3, shifted: 4 });
    expect(report.identifiers).toContain('\u5F20\u5EFA\u56FD');
  });
});

describe('readXml()', () => {
  test('gives the document back byte for byte', () => {
    expect(writeXml(readXml(DOCUMENT))).toBe(DOCUMENT);
    const odd = `<a  x = '1'   y="&#x5F20;&lt;"><![CDATA[<b>]]></a >`;
    expect(writeXml(readXml(odd))).toBe(odd);
  });
  test.each([
    ['<a>\n<b></a>', 'line 2: </a> closes nothing'],
    ['<a>', 'line 1: <a> is not closed'],
    ['<a x=1/>', 'line 1: not well-formed at "<a x=1/>"'],
    ['<!DOCTYPE a [<!ENTITY x "y">]><a/>', 'line 1: a DOCTYPE with declarations is refused'],
  ])('refuses %j', (source, message) => {
    expect(() => readXml(source)).toThrow(CdaError);
    expect(() => readXml(source)).toThrow(message);
  });
  test('createCdaDeidentifier() refuses XML that is no clinical document', () => {
    expect(() => cda.deidentify('<Bundle/>')).toThrow('line 1: ClinicalDocument is expected, found Bundle');
  });
});
