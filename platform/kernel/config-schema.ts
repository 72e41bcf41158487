import { z } from 'zod';
import { LOG_LEVELS } from './log.ts';

/**
 * The whole configuration as one schema. Each leaf says its environment variable and what it means in both languages; the
 * loader, the errors and docs/guide/configuration.md all come from here.
 */
export interface FieldDoc {
  readonly env: string;
  readonly zh: string;
  readonly en: string;
  /** Never printed. */
  readonly secret?: boolean;
}

export const fieldDocs = z.registry<FieldDoc>();

function field<T extends z.ZodType>(schema: T, env: string, zh: string, en: string, secret = false): T {
  fieldDocs.add(schema, { env, zh, en, secret });
  return schema;
}

const port = z.int().min(0).max(65535);
const host = z.string().min(1);
const filePath = z.string().min(1);
const url = (...schemes: string[]): z.ZodURL =>
  z.url({
    protocol: new RegExp(`^(${schemes.join('|')})$`),
    error: `a URL beginning with ${schemes.map((s) => `${s}://`).join(' or ')}`,
  });

/** A switch written as true/false, 1/0, yes/no or on/off. */
const flag = z.boolean();

export const SERVER_ROLES = ['ingest', 'detect', 'api', 'worker', 'gateway'] as const;
export type ServerRole = (typeof SERVER_ROLES)[number];

export const configSchema = z.strictObject({
  host: field(
    host.default('127.0.0.1'),
    'XINGLIN_HOST',
    '监听地址；对外服务时设为 0.0.0.0',
    'Address to listen on; 0.0.0.0 to serve other machines',
  ),
  port: field(
    port.default(8600),
    'XINGLIN_PORT',
    '控制台、接口与 HTTP 接入端口',
    'Port of the console, the API and HTTP ingest',
  ),
  data: field(
    filePath.default('./data'),
    'XINGLIN_DATA',
    '数据目录，相对路径以启动目录为准',
    'Data folder; a relative path starts at the working folder',
  ),
  publicUrl: field(
    url('http', 'https').optional(),
    'XINGLIN_PUBLIC_URL',
    '浏览器访问的地址，用于邮件链接与单点登录；以 https 开头时 Cookie 只走加密连接',
    'Address people open in the browser, for links in mail and for OIDC; when https, cookies are sent over TLS only',
  ),
  trustProxy: field(
    flag.default(false),
    'XINGLIN_TRUST_PROXY',
    '是否采信反向代理的 X-Forwarded-For / X-Forwarded-Proto（仅在代理之后开启）',
    'Believe X-Forwarded-For and X-Forwarded-Proto of a reverse proxy (only behind one)',
  ),
  locale: field(z.enum(['zh-CN', 'en']).default('zh-CN'), 'XINGLIN_LOCALE', '默认语言', 'Default language'),
  roles: field(
    z
      .array(z.enum(SERVER_ROLES))
      .min(1)
      .default([...SERVER_ROLES]),
    'XINGLIN_ROLES',
    '本进程承担的角色，默认全部；环境变量用逗号分隔',
    'What this process does, all by default; comma-separated in the environment',
  ),
  consoleDir: field(
    filePath.optional(),
    'XINGLIN_CONSOLE_DIR',
    '控制台静态文件目录；不填则使用自带控制台（必要时自动构建）',
    'Folder of the built console; empty: the one in the checkout, built when needed',
  ),
  log: z
    .strictObject({
      level: field(z.enum(LOG_LEVELS).default('info'), 'XINGLIN_LOG_LEVEL', '日志级别', 'Log level'),
    })
    .prefault({}),
  http: z
    .strictObject({
      tlsCert: field(
        filePath.optional(),
        'XINGLIN_HTTP_TLS_CERT',
        'HTTPS 证书(PEM)文件',
        'HTTPS certificate file (PEM)',
      ),
      tlsKey: field(filePath.optional(), 'XINGLIN_HTTP_TLS_KEY', 'HTTPS 私钥(PEM)文件', 'HTTPS private key file (PEM)'),
      maxBodyBytes: field(
        z.int().min(1024).max(1_073_741_824).default(1_048_576),
        'XINGLIN_HTTP_MAX_BODY_BYTES',
        '接口请求体上限（字节）；上传与接入有各自的上限',
        'Largest API request body in bytes; uploads and ingest have their own limits',
      ),
      requestsPerMinute: field(
        z.int().min(10).max(1_000_000).default(1200),
        'XINGLIN_HTTP_REQUESTS_PER_MINUTE',
        '每个账号（未登录时每个地址）每分钟的接口请求上限',
        'API requests a minute for one account (one address when not signed in)',
      ),
      metricsToken: field(
        z.string().min(16).optional(),
        'XINGLIN_METRICS_TOKEN',
        '读取 /metrics 的令牌(Bearer)；不填则仅本机可读',
        'Bearer token for /metrics; without it only this machine may read them',
        true,
      ),
    })
    .prefault({}),
  syslog: z
    .strictObject({
      host: field(host.default('127.0.0.1'), 'XINGLIN_SYSLOG_HOST', 'Syslog 监听地址', 'Address for syslog'),
      port: field(port.default(5514), 'XINGLIN_SYSLOG_PORT', 'Syslog 端口（UDP 与 TCP）', 'Syslog port (UDP and TCP)'),
      tlsPort: field(
        port.optional(),
        'XINGLIN_SYSLOG_TLS_PORT',
        'Syslog TLS 端口(RFC 5425)，不填则关闭',
        'Syslog over TLS (RFC 5425); empty: off',
      ),
      tlsCert: field(
        filePath.optional(),
        'XINGLIN_SYSLOG_TLS_CERT',
        'Syslog TLS 证书(PEM)',
        'Certificate for syslog TLS (PEM)',
      ),
      tlsKey: field(
        filePath.optional(),
        'XINGLIN_SYSLOG_TLS_KEY',
        'Syslog TLS 私钥(PEM)',
        'Private key for syslog TLS (PEM)',
      ),
      tlsCa: field(
        filePath.optional(),
        'XINGLIN_SYSLOG_TLS_CA',
        '客户端证书的签发机构(PEM)',
        'CA of client certificates (PEM)',
      ),
      tlsClientCert: field(
        z.enum(['none', 'optional', 'required']).default('none'),
        'XINGLIN_SYSLOG_TLS_CLIENT_CERT',
        '是否要求客户端证书',
        'Whether clients must show a certificate',
      ),
    })
    .prefault({}),
  postgres: z
    .strictObject({
      url: field(
        url('postgres', 'postgresql').optional(),
        'XINGLIN_POSTGRES_URL',
        'PostgreSQL 地址；不填则使用内嵌 PGlite',
        'PostgreSQL URL; empty: embedded PGlite',
        true,
      ),
      poolSize: field(
        z.int().min(1).max(200).default(8),
        'XINGLIN_POSTGRES_POOL_SIZE',
        '连接池大小',
        'Connections in the pool',
      ),
    })
    .prefault({}),
  clickhouse: z
    .strictObject({
      url: field(
        url('http', 'https').optional(),
        'XINGLIN_CLICKHOUSE_URL',
        'ClickHouse 地址；不填则使用内嵌 chDB',
        'ClickHouse URL; empty: embedded chDB',
        true,
      ),
      database: field(
        z
          .string()
          .regex(/^[a-z_][a-z0-9_]{0,62}$/i)
          .default('xinglin'),
        'XINGLIN_CLICKHOUSE_DATABASE',
        '库名',
        'Database',
      ),
      user: field(z.string().optional(), 'XINGLIN_CLICKHOUSE_USER', '用户名', 'User'),
      password: field(z.string().optional(), 'XINGLIN_CLICKHOUSE_PASSWORD', '密码', 'Password', true),
    })
    .prefault({}),
  nats: z
    .strictObject({
      url: field(
        url('nats', 'tls').optional(),
        'XINGLIN_NATS_URL',
        'NATS 地址；不填则为进程内总线',
        'NATS URL; empty: in-process bus',
        true,
      ),
    })
    .prefault({}),
  redis: z
    .strictObject({
      url: field(
        url('redis', 'rediss').optional(),
        'XINGLIN_REDIS_URL',
        'Redis 地址；不填则为内存计数',
        'Redis URL; empty: counters in memory',
        true,
      ),
    })
    .prefault({}),
  retention: z
    .strictObject({
      eventDays: field(
        z.int().min(180).max(3650).default(180),
        'XINGLIN_RETENTION_EVENT_DAYS',
        '日志保存天数；《网络安全法》第二十一条要求不少于六个月',
        'Days events are kept; the Cybersecurity Law, article 21, asks for six months at least',
      ),
      inboxDays: field(
        z.int().min(7).max(3650).default(180),
        'XINGLIN_RETENTION_INBOX_DAYS',
        '站内消息保存天数',
        'Days in-app messages are kept',
      ),
    })
    .prefault({}),
  access: z
    .strictObject({
      idleMinutes: field(
        z.int().min(1).max(1440).default(30),
        'XINGLIN_SESSION_IDLE_MINUTES',
        '无操作退出（分钟）',
        'Minutes without a request until sign-out',
      ),
      absoluteHours: field(
        z.int().min(1).max(168).default(12),
        'XINGLIN_SESSION_ABSOLUTE_HOURS',
        '最长登录时间（小时）',
        'Longest session in hours',
      ),
      passwordMinLength: field(
        z.int().min(8).max(128).default(10),
        'XINGLIN_PASSWORD_MIN_LENGTH',
        '口令最短长度',
        'Shortest password',
      ),
      passwordHistory: field(
        z.int().min(0).max(24).default(5),
        'XINGLIN_PASSWORD_HISTORY',
        '不得重复使用的历史口令数',
        'Former passwords that may not return',
      ),
      passwordMaxDays: field(
        z.int().min(0).max(3650).default(90),
        'XINGLIN_PASSWORD_MAX_DAYS',
        '口令有效天数，到期须更换；0 为不限',
        'Days until a password must be changed; 0: never',
      ),
      lockAfter: field(
        z.int().min(3).max(20).default(5),
        'XINGLIN_LOCK_AFTER',
        '连续失败多少次后锁定',
        'Failures in a row that lock the account',
      ),
      totp: field(
        z.enum(['optional', 'administrators', 'everyone']).default('optional'),
        'XINGLIN_TOTP',
        '动态口令（双因素）要求：自愿、三员必须、全员必须',
        'Second factor: optional, for the three administrators, or for everyone',
      ),
    })
    .prefault({}),
  smtp: z
    .strictObject({
      host: field(host.optional(), 'XINGLIN_SMTP_HOST', '邮件服务器；不填则不发邮件', 'Mail server; empty: no mail'),
      port: field(port.default(465), 'XINGLIN_SMTP_PORT', '邮件端口', 'Mail port'),
      security: field(
        z.enum(['tls', 'starttls', 'none']).default('tls'),
        'XINGLIN_SMTP_SECURITY',
        '加密方式：tls(465)、starttls(587)、none（仅限本机中继）',
        'tls (465), starttls (587), or none (only for a local relay)',
      ),
      user: field(z.string().optional(), 'XINGLIN_SMTP_USER', '邮件账号', 'Mail user'),
      password: field(z.string().optional(), 'XINGLIN_SMTP_PASSWORD', '邮件密码或授权码', 'Mail password', true),
      from: field(
        z.string().optional(),
        'XINGLIN_SMTP_FROM',
        '发件人，如 杏林 <soc@example.org>',
        'Sender, e.g. Xinglin <soc@example.org>',
      ),
    })
    .prefault({}),
  webhooks: z
    .strictObject({
      allow: field(
        z.array(z.string().min(1)).default([]),
        'XINGLIN_WEBHOOK_ALLOW',
        '允许访问的内网主机、地址或网段（如 im.hospital.local、10.1.2.0/24）；默认禁止一切内网地址',
        'Internal hosts, addresses or CIDR blocks that webhooks may reach; by default none',
      ),
    })
    .prefault({}),
  gateway: z
    .strictObject({
      config: field(
        filePath.optional(),
        'XINGLIN_GATEWAY_CONFIG',
        '挂号防护网关配置(YAML)文件；不填则本进程不开网关',
        'Configuration file of the registration gateway (YAML); empty: no gateway in this process',
      ),
    })
    .prefault({}),
  oidc: z
    .strictObject({
      issuer: field(
        url('https', 'http').optional(),
        'XINGLIN_OIDC_ISSUER',
        '统一身份认证(OIDC)签发者地址；不填则关闭',
        'OIDC issuer; empty: off',
      ),
      clientId: field(z.string().optional(), 'XINGLIN_OIDC_CLIENT_ID', '客户端标识', 'Client id'),
      clientSecret: field(z.string().optional(), 'XINGLIN_OIDC_CLIENT_SECRET', '客户端密钥', 'Client secret', true),
      name: field(
        z.string().default('统一身份认证'),
        'XINGLIN_OIDC_NAME',
        '登录页按钮名称',
        'Name on the sign-in button',
      ),
      scopes: field(
        z.string().default('openid profile email'),
        'XINGLIN_OIDC_SCOPES',
        '请求的 scope',
        'Requested scopes',
      ),
      usernameClaim: field(
        z.string().default('preferred_username'),
        'XINGLIN_OIDC_USERNAME_CLAIM',
        '与本地用户名对应的声明；账号须先由系统管理员建立',
        'Claim that names the local account, which must exist already',
      ),
    })
    .prefault({}),
});

/** The validated configuration. `data` is absolute; `file` is where it was read from, when there was a file. */
export type Config = z.output<typeof configSchema>;
export type ConfigInput = z.input<typeof configSchema>;

/** One documented leaf: its path in the file, its environment variable, its default. */
export interface ConfigField extends FieldDoc {
  readonly path: readonly string[];
  readonly schema: z.ZodType;
  readonly fallback: unknown;
}

/** Every leaf of the schema, in the order of the file. */
export function configFields(): readonly ConfigField[] {
  const found: ConfigField[] = [];
  const defaults: unknown = configSchema.parse({});
  walk(configSchema, []);
  return found;

  function walk(object: z.ZodObject, path: readonly string[]): void {
    for (const [key, schema] of Object.entries(object.shape)) {
      // Zod's shape is typed with its core types; every member here is a classic schema.
      const classic = schema as z.ZodType;
      const doc = fieldDocs.get(classic);
      const here = [...path, key];
      if (doc !== undefined) {
        const fallback = here.reduce<unknown>(
          (value, name) => (value as Record<string, unknown> | undefined)?.[name],
          defaults,
        );
        found.push({ ...doc, path: here, schema: classic, fallback });
      } else if (classic instanceof z.ZodPrefault && classic.unwrap() instanceof z.ZodObject)
        walk(classic.unwrap() as z.ZodObject, here);
      else throw new Error(`configuration field ${here.join('.')} is not documented`);
    }
  }
}
