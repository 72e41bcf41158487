/** Where in a YAML file something is: rule paths (`detection.sel.Image|endswith`) to line numbers. */
import { LineCounter, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Document } from 'yaml';

export interface Places {
  /** Line of a path in the document with this id (or of this position), from 1. The nearest known parent when the path is not there. */
  lineOf(document: string | number | undefined, path: string | undefined): number;
}

export function placesOf(text: string): Places {
  const lines = new LineCounter();
  const documents: Document[] = [
    ...parseAllDocuments(text, { lineCounter: lines, logLevel: 'silent', uniqueKeys: false }),
  ];
  const ids = documents.map((document) => {
    const id = isMap(document.contents) ? document.contents.get('id') : undefined;
    return typeof id === 'string' ? id : undefined;
  });
  const line = (offset: number | undefined): number => (offset === undefined ? 1 : lines.linePos(offset).line);

  return {
    lineOf(wanted, path) {
      const written = /^line (\d+)$/.exec(path ?? '')?.[1];
      if (written !== undefined) return Number(written);
      const index = typeof wanted === 'number' ? wanted : Math.max(0, ids.indexOf(wanted));
      const document = documents[index];
      if (document === undefined) return 1;
      let node: unknown = document.contents;
      let at = isMap(node) ? keyOffset(node.items[0]?.key) : undefined;
      let rest = path ?? '';
      while (rest !== '') {
        if (isMap(node)) {
          // Keys may hold dots themselves (`source.ip|cidr`): the longest that fits.
          const found = node.items
            .map((item) => ({ item, name: isScalar(item.key) ? String(item.key.value) : '' }))
            .filter(
              ({ name }) =>
                name !== '' && (rest === name || rest.startsWith(`${name}.`) || rest.startsWith(`${name}[`)),
            )
            .toSorted((a, b) => b.name.length - a.name.length)[0];
          if (found === undefined) break;
          at = keyOffset(found.item.key) ?? at;
          node = found.item.value;
          rest = rest.slice(found.name.length).replace(/^\./, '');
        } else if (isSeq(node)) {
          const position = /^\[?(\d+)\]?\.?/.exec(rest);
          if (position === null) break;
          node = node.items[Number(position[1])];
          at = keyOffset(node) ?? at;
          rest = rest.slice(position[0].length);
        } else break;
      }
      return line(at);
    },
  };
}

function keyOffset(node: unknown): number | undefined {
  const range = typeof node === 'object' && node !== null ? (node as { range?: readonly number[] | null }).range : null;
  return range?.[0];
}
