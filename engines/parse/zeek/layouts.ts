/** Default columns of a Zeek log (Zeek 4–6, no added fields). */
export interface Layout {
  readonly path: string;
  readonly columns: readonly string[];
  readonly fits: (cells: readonly string[]) => boolean;
}

const id = ['ts', 'uid', 'id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p'];
const transports = new Set(['tcp', 'udp', 'icmp', 'unknown_transport']);

/** The layouts that can be told by their number of columns and one mark. */
export const layouts: readonly Layout[] = [
  {
    path: 'conn',
    columns: [
      ...id,
      'proto',
      'service',
      'duration',
      'orig_bytes',
      'resp_bytes',
      'conn_state',
      'local_orig',
      'local_resp',
      'missed_bytes',
      'history',
      'orig_pkts',
      'orig_ip_bytes',
      'resp_pkts',
      'resp_ip_bytes',
      'tunnel_parents',
    ],
    fits: (cells) => transports.has(cells[6] ?? ''),
  },
  {
    path: 'dns',
    columns: [
      ...id,
      'proto',
      'trans_id',
      'rtt',
      'query',
      'qclass',
      'qclass_name',
      'qtype',
      'qtype_name',
      'rcode',
      'rcode_name',
      'AA',
      'TC',
      'RD',
      'RA',
      'Z',
      'answers',
      'TTLs',
      'rejected',
    ],
    fits: (cells) => transports.has(cells[6] ?? ''),
  },
  {
    path: 'http',
    columns: [
      ...id,
      'trans_depth',
      'method',
      'host',
      'uri',
      'referrer',
      'version',
      'user_agent',
      'origin',
      'request_body_len',
      'response_body_len',
      'status_code',
      'status_msg',
      'info_code',
      'info_msg',
      'tags',
      'username',
      'password',
      'proxied',
      'orig_fuids',
      'orig_filenames',
      'orig_mime_types',
      'resp_fuids',
      'resp_filenames',
      'resp_mime_types',
    ],
    fits: (cells) => !transports.has(cells[6] ?? ''),
  },
];
