import type { Config } from '@xinglin/platform/kernel';

/** The configured ClickHouse with user, password and database in one URL; undefined for the embedded engine. */
export function clickhouseUrl(config: Config): string | undefined {
  const { url, user, password, database } = config.clickhouse;
  if (url === undefined) return undefined;
  const full = new URL(url);
  if (user !== undefined) full.username = encodeURIComponent(user);
  if (password !== undefined) full.password = encodeURIComponent(password);
  if (full.pathname === '/') full.pathname = `/${database}`;
  return full.href;
}
