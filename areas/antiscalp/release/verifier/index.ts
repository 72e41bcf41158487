import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const page = readFileSync(new URL('./verify-draw.html', import.meta.url), 'utf8');
const script = /<script>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '';

/** The script of the page: the second implementation of the draw's rules, on its own. */
export const VERIFIER_SCRIPT = script;

/**
 * The stand-alone verifier: one HTML file that asks no server and works from a USB stick. A record, when given, is filled in. `policy` is
 * the Content-Security-Policy that lets exactly its own script run.
 */
export function verifierPage(record?: unknown): { readonly html: string; readonly policy: string } {
  const digest = createHash('sha256').update(script).digest('base64');
  const text = record === undefined ? '' : JSON.stringify(record, null, 1);
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  return {
    html: page.replace('<!--record-->', () => escaped),
    policy: `default-src 'none'; script-src 'sha256-${digest}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}
