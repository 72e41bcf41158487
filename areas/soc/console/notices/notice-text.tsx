import { Fragment, type ReactNode } from 'react';

/** The subset of Markdown that notices use: headings, paragraphs, lists, tables, bold. Never HTML. */
export function NoticeText({ text }: { readonly text: string }) {
  return <div className="soc-notice-text">{blocksOf(text)}</div>;
}

function blocksOf(text: string): readonly ReactNode[] {
  const blocks: ReactNode[] = [];
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  let index = 0;
  const take = (test: RegExp): string[] => {
    const out: string[] = [];
    while (index < lines.length && test.test(lines[index] ?? '')) {
      out.push(lines[index] ?? '');
      index += 1;
    }
    return out;
  };
  while (index < lines.length) {
    const line = lines[index] ?? '';
    const key = index;
    const heading = /^(#{1,3})\s+(.*)$/.exec(line);
    if (line.trim() === '') index += 1;
    else if (heading !== null) {
      blocks.push(<h3 key={key}>{spans(heading[2] ?? '')}</h3>);
      index += 1;
    } else if (/^\s*\|/.test(line)) {
      const rows = take(/^\s*\|/)
        .filter((row) => !/^\s*\|[\s:|-]+\|?\s*$/.test(row))
        .map((row) =>
          row
            .trim()
            .replace(/^\||\|$/g, '')
            .split(/(?<!\\)\|/)
            .map((cell) => cell.trim().replaceAll('\\|', '|')),
        );
      const [head, ...body] = rows;
      blocks.push(
        <table key={key}>
          <thead>
            <tr>
              {head?.map((cell, at) => (
                <th key={at}>{spans(cell)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {body.map((row, at) => (
              <tr key={at}>
                {row.map((cell, place) => (
                  <td key={place}>{spans(cell)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>,
      );
    } else if (/^\s*[-*]\s+/.test(line)) {
      const items = take(/^\s*[-*]\s+/);
      blocks.push(
        <ul key={key}>
          {items.map((item, at) => (
            <li key={at}>{spans(item.replace(/^\s*[-*]\s+/, ''))}</li>
          ))}
        </ul>,
      );
    } else if (/^\s*\d+[.、]\s*/.test(line)) {
      const items = take(/^\s*\d+[.、]\s*/);
      blocks.push(
        <ol key={key}>
          {items.map((item, at) => (
            <li key={at}>{spans(item.replace(/^\s*\d+[.、]\s*/, ''))}</li>
          ))}
        </ol>,
      );
    } else {
      blocks.push(<p key={key}>{spans(take(/^(?!#{1,3}\s|\s*\||\s*[-*]\s|\s*\d+[.、]).*\S/).join('') || line)}</p>);
      if (key === index) index += 1;
    }
  }
  return blocks;
}

function spans(text: string): ReactNode {
  return text
    .split(/(\*\*[^*]+\*\*)/)
    .map((part, index) =>
      part.startsWith('**') && part.endsWith('**') && part.length > 4 ? (
        <b key={index}>{part.slice(2, -2)}</b>
      ) : (
        <Fragment key={index}>{part}</Fragment>
      ),
    );
}
