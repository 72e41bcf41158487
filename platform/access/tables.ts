import type { ColumnType, Generated } from 'kysely';

type Time = ColumnType<Date, Date | string, Date | string>;
type GeneratedTime = ColumnType<Date, Date | string | undefined, Date | string>;
type NullableTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;

export interface UserTable {
  id: string;
  username: string;
  name: string;
  email: Generated<string>;
  phone: Generated<string>;
  tenant: string;
  roles: Generated<string[]>;
  assigned: Generated<string[]>;
  disabled: Generated<boolean>;
  password_hash: string | null;
  password_changed_at: GeneratedTime;
  password_history: Generated<string[]>;
  must_change_password: Generated<boolean>;
  totp_secret: string | null;
  totp_enabled: Generated<boolean>;
  totp_last_step: ColumnType<number | string, number | undefined, number>;
  recovery_hashes: Generated<string[]>;
  oidc_issuer: string | null;
  oidc_subject: string | null;
  last_login_at: NullableTime;
  last_login_ip: string | null;
  created_by: string;
  created_at: GeneratedTime;
  updated_at: GeneratedTime;
  version: Generated<number>;
}

export interface AttemptTable {
  name_hash: string;
  failures: number;
  last_failure: Time;
  locked_until: NullableTime;
}

export interface SessionTable {
  id: string;
  token_hash: string;
  user_id: string;
  tenant: string;
  method: 'password' | 'oidc';
  mfa: boolean;
  ip: string;
  user_agent: string;
  created_at: Time;
  last_seen_at: Time;
  expires_at: Time;
}

export interface TokenTable {
  id: string;
  kind: 'apiKey' | 'screen';
  token_hash: string;
  hint: string;
  name: string;
  tenant: string;
  scopes: string[];
  permissions: string[];
  created_by: string;
  created_at: GeneratedTime;
  expires_at: NullableTime;
  revoked_at: NullableTime;
  last_used_at: NullableTime;
  last_used_ip: string | null;
}

declare module '../state/port.ts' {
  interface Database {
    access_user: UserTable;
    access_attempt: AttemptTable;
    access_session: SessionTable;
    access_token: TokenTable;
  }
}
