import { readFile } from 'node:fs/promises';
import {
  checkModel,
  checkRuleSet,
  compileRuleSet,
  createEntityLists,
  FEATURES,
  issueText,
  loadModel,
  parseRuleSet,
  RuleSetError,
  type EntityListEntry,
  type EntityLists,
  type Model,
  type ModelDocument,
  type RuleIssue,
  type RuleSet,
  type RuleSetDocument,
} from '@xinglin/decide';
import { registerErrors, XinglinError } from '@xinglin/platform/kernel';
import '../errors.ts';

registerErrors({
  'cli.antiscalp_rules': { status: 422, zh: '规则文件 {file} 有错', en: 'The rule file {file} has errors' },
  'cli.antiscalp_model': { status: 422, zh: '模型文件 {file} 不能使用', en: 'The model file {file} cannot be used' },
  'cli.antiscalp_json': { status: 422, zh: '{file} 不是有效的 JSON', en: '{file} is not valid JSON' },
  'cli.antiscalp_lists': { status: 422, zh: '名单文件 {file} 有错', en: 'The list file {file} has errors' },
  'cli.antiscalp_data': {
    status: 422,
    zh: '{file} 不能用于训练：{reason}',
    en: '{file} cannot be trained on: {reason}',
  },
});

const details = (issues: readonly RuleIssue[]): { path: string; message: string }[] =>
  issues.map((issue) => ({
    path: issue.line === undefined ? (issue.path ?? '') : `${issue.line}:${issue.column ?? 1}`,
    message: issueText({ ...issue, line: undefined as never, path: '' }),
  }));

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new XinglinError('cli.no_file', { file });
  });
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new XinglinError('cli.antiscalp_json', { file });
  }
}

/** A rule set from its text form, or from JSON when the file begins with `{`. Every error is listed with its place. */
export async function loadRules(file: string): Promise<RuleSet> {
  const text = await read(file);
  const written = text.trimStart().startsWith('{') ? parseJson(text, file) : undefined;
  const { document, issues } =
    written === undefined
      ? parseRuleSet(text, { features: FEATURES })
      : { document: written as RuleSetDocument, issues: checkRuleSet(written) };
  const errors = issues.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new XinglinError('cli.antiscalp_rules', { file }, { details: details(errors) });
  return compileRuleSet(document);
}

export async function loadModelFile(file: string): Promise<Model> {
  const document = parseJson(await read(file), file);
  const issues = checkModel(document);
  if (issues.length > 0) throw new XinglinError('cli.antiscalp_model', { file }, { details: details(issues) });
  return loadModel(document as ModelDocument);
}

/** Allow-lists and snoozes: a JSON list of entries. */
export async function loadLists(file: string): Promise<EntityLists> {
  const entries = parseJson(await read(file), file);
  try {
    return createEntityLists(entries as EntityListEntry[]);
  } catch (error) {
    const issues = error instanceof RuleSetError ? error.issues : [];
    throw new XinglinError('cli.antiscalp_lists', { file }, { details: details(issues) });
  }
}
