export { createTextDeidentifier, mergeSpans, type DeidentifierOptions, type TextDeidentifier } from './deidentify.ts';
export { maskSpans, PLACEHOLDERS, type MaskOptions } from './mask.ts';
export { areaCodeLength, identityKind, isLuhn, isUscc, residentCheck } from './numbers/check-digits.ts';
export { evaluate, type Evaluation, type LabelledText, type TypeScore } from './evaluate.ts';
export { SPAN_TYPES, type KnownRecord, type Recognizer, type Span, type SpanType } from './types.ts';
