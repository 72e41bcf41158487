import { XinglinError } from '@xinglin/platform/kernel';

/** How a command ended; scripts match on these. */
export const EXIT = { ok: 0, failed: 1, usage: 2, problems: 3, interrupted: 130 } as const;

export interface Output {
  readonly json: boolean;
  /** Result on stdout: one JSON document with `--json`, else the text. */
  result(value: unknown, text: string | (() => string)): void;
  /** A remark on stderr; silent with `--json`. */
  say(text: string): void;
}

export function createOutput(json: boolean): Output {
  return {
    json,
    result(value, text) {
      process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${typeof text === 'function' ? text() : text}\n`);
    },
    say(text) {
      if (!json) process.stderr.write(`${text}\n`);
    },
  };
}

export function localeOfShell(env: NodeJS.ProcessEnv = process.env): 'zh-CN' | 'en' {
  const lang = env.XINGLIN_LOCALE ?? env.LC_ALL ?? env.LC_MESSAGES ?? env.LANG ?? '';
  return /^en/i.test(lang) ? 'en' : 'zh-CN';
}

/** Prints an error for a person or a script on stderr and returns the exit code. */
export function printError(error: unknown, json: boolean): number {
  const locale = localeOfShell();
  if (error instanceof XinglinError) {
    const { code, details } = error;
    if (json)
      process.stderr.write(
        `${JSON.stringify({ error: { code, message: error.text(locale), messageEn: error.text('en'), details } })}\n`,
      );
    else {
      process.stderr.write(`错误 ${code}: ${error.text('zh-CN')}\n${' '.repeat(5)}${error.text('en')}\n`);
      for (const detail of details) process.stderr.write(`  - ${detail.path}\n      ${detail.message}\n`);
    }
    // What the other side answered is not a mistake in the words of the call.
    if (code.startsWith('cli.server_')) return EXIT.failed;
    return code.startsWith('config.') || code.startsWith('cli.') ? EXIT.usage : EXIT.failed;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (json) process.stderr.write(`${JSON.stringify({ error: { code: 'internal.error', message, details: [] } })}\n`);
  else {
    process.stderr.write(`错误 internal.error: ${message}\n`);
    if (process.env.XINGLIN_LOG_LEVEL === 'debug' && error instanceof Error)
      process.stderr.write(`${error.stack ?? ''}\n`);
  }
  return EXIT.failed;
}
