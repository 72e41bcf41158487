import type { RuleSource } from '../types.ts';
import { isDocument, type Document } from './fields.ts';

/** A source whose document is complete: global parts of its file are merged in. */
export interface MergedSource {
  readonly file: string;
  readonly index: number;
  readonly document: unknown;
}

/**
 * Applies the multi-document actions of Sigma 1: `global` is merged into the documents after it in the same file,
 * `reset` forgets it, `repeat` is laid over the document before it.
 */
export function mergeDocuments(sources: readonly RuleSource[]): MergedSource[] {
  const out: MergedSource[] = [];
  let file: string | undefined;
  let global: Document = {};
  let previous: Document = {};
  let position = 0;
  for (const source of sources) {
    if (source.file !== file) {
      file = source.file;
      global = {};
      previous = {};
      position = 0;
    }
    const index = source.index ?? position;
    position++;
    const { document } = source;
    if (document === null || document === undefined) continue; // an empty document between two `---`
    if (!isDocument(document) || typeof document['action'] !== 'string') {
      const merged = isDocument(document) ? merge(global, document) : document;
      if (isDocument(merged)) previous = merged;
      out.push({ file: source.file, index, document: merged });
      continue;
    }
    const { action, ...rest } = document;
    if (action === 'global') global = merge(global, rest);
    else if (action === 'reset') global = {};
    else if (action === 'repeat') {
      previous = merge(previous, rest);
      out.push({ file: source.file, index, document: previous });
    } else out.push({ file: source.file, index, document });
  }
  return out;
}

function merge(base: Document, over: Document): Document {
  const out: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = out[key];
    out[key] = isDocument(below) && isDocument(value) ? merge(below, value) : value;
  }
  return out;
}
