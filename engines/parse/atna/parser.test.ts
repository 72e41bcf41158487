import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf, parseWith } from '../testing/samples.ts';
import { atna } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(atna, samples);

describe('atna', () => {
  it('keeps names and results out: only identifiers of the objects', () => {
    const { fields } = parseWith(
      '<AuditMessage><EventIdentification EventActionCode="R" EventDateTime="2026-11-22T10:11:12+08:00" EventOutcomeIndicator="0"><EventID code="110112"/></EventIdentification><ParticipantObjectIdentification ParticipantObjectID="P1" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1"><ParticipantObjectName>王五</ParticipantObjectName></ParticipantObjectIdentification></AuditMessage>',
    );
    expect(fields['his.patient.id']).toBe('P1');
    const { 'event.original': _whole, ...kept } = fields;
    expect(JSON.stringify(kept)).not.toContain('王五');
  });

  it('reads a message that is cut off, and the codes of RFC 3881', () => {
    const fields = fieldsOf(
      '<AuditMessage><EventIdentification EventActionCode="D" EventOutcomeIndicator="12"><EventID code="110105"/>',
    );
    expect(fields).toMatchObject({ 'event.code': '110105', 'event.outcome': 'failure', 'event.type': ['deletion'] });
  });
});
