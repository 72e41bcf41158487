import type { OpenApiDocument, OpenApiOperation } from './openapi.ts';

/** The readable API reference: one HTML page without scripts or anything from elsewhere. */
export function docsPage(document: OpenApiDocument): string {
  const groups = document.tags.map(({ name }) => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, operation]) => operation.tags.includes(name))
        .map(([method, operation]) => ({ path, method, operation })),
    );
    return { name, operations };
  });
  const toc = groups.map(
    (group) =>
      `<li><a href="#${escape(group.name)}">${escape(group.name)}</a> <small>${group.operations.length}</small></li>`,
  );
  const body = groups.map(
    (group) =>
      `<section id="${escape(group.name)}"><h2>${escape(group.name)}</h2>${group.operations.map((item) => card(item.path, item.method, item.operation)).join('')}</section>`,
  );
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>杏林接口文档 · Xinglin API</title><style>${STYLE}</style></head><body><nav><h1>杏林接口文档</h1><p>版本 ${escape(document.info.version)} · <a href="/api/openapi.json">openapi.json</a></p><ul>${toc.join('')}</ul></nav>
<main><p>程序调用：请求头 <code>Authorization: Bearer xlk_…</code>（在“用户与角色 → API 密钥”中创建）。浏览器会话：写操作须带 <code>X-CSRF-Token</code>（登录时返回）。
失败时返回 <code>{code, message, details, ref}</code>,<code>code</code> 稳定，可供程序判断。</p>${body.join('')}</main></body></html>`;
}

function card(path: string, method: string, operation: OpenApiOperation): string {
  const rows = operation.parameters.map(
    (parameter) =>
      `<tr><td><code>${escape(parameter.name)}</code></td><td>${parameter.in === 'path' ? '路径' : '查询'}</td><td>${parameter.required ? '必填' : '可选'}</td><td><code>${escape(typeText(parameter.schema))}</code></td></tr>`,
  );
  const request = schemaOf(operation.requestBody);
  const response = Object.values(operation.responses).map((answer) => schemaOf(answer as Record<string, unknown>))[0];
  return `<details><summary><b class="${method}">${method.toUpperCase()}</b> <code>${escape(path)}</code> <span>${escape(operation.summary)}</span></summary>
<p>权限：<code>${escape(operation['x-permission'])}</code></p>
${rows.length === 0 ? '' : `<table><thead><tr><th>参数</th><th>位置</th><th>要求</th><th>类型</th></tr></thead><tbody>${rows.join('')}</tbody></table>`}
${request === undefined ? '' : `<h4>请求体</h4><pre>${escape(JSON.stringify(request, undefined, 2))}</pre>`}
${response === undefined ? '' : `<h4>返回</h4><pre>${escape(JSON.stringify(response, undefined, 2))}</pre>`}</details>`;
}

function schemaOf(holder: Record<string, unknown> | undefined): unknown {
  const content = holder?.content as Record<string, { schema?: unknown }> | undefined;
  return content === undefined ? undefined : Object.values(content)[0]?.schema;
}

function typeText(schema: Record<string, unknown>): string {
  if (Array.isArray(schema.enum)) return schema.enum.map(String).join(' | ');
  const base = typeof schema.type === 'string' ? schema.type : 'any';
  return schema.default === undefined ? base : `${base} = ${JSON.stringify(schema.default)}`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const STYLE = `:root{color-scheme:light dark;--line:#8884}*{box-sizing:border-box}body{margin:0;display:flex;font:15px/1.6 system-ui,"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif}
nav{width:260px;height:100vh;position:sticky;top:0;overflow:auto;padding:20px;border-right:1px solid var(--line)}nav h1{font-size:18px;margin:0}nav ul{list-style:none;padding:0}nav small{opacity:.6}
main{flex:1;max-width:1000px;padding:20px 32px;min-width:0}h2{border-bottom:1px solid var(--line);padding-bottom:4px}details{border:1px solid var(--line);border-radius:6px;margin:8px 0;padding:8px 12px}
summary{cursor:pointer}summary span{opacity:.75;margin-left:8px}summary b{display:inline-block;min-width:58px;font-size:12px}.get{color:#1677ff}.post{color:#389e0d}.put,.patch{color:#d46b08}.delete{color:#cf1322}
table{border-collapse:collapse;width:100%;margin:8px 0}td,th{border:1px solid var(--line);padding:4px 8px;text-align:left}pre{overflow:auto;background:#8881;padding:12px;border-radius:6px;max-height:420px}a{color:#1677ff}
@media(max-width:800px){body{display:block}nav{width:auto;height:auto;position:static}}`;
