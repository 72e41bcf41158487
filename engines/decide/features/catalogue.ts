import type { FeatureSpec } from '../types.ts';

const number = (name: string, note: string): FeatureSpec => ({ name, type: 'number', note });
const yesNo = (name: string, note: string, fallback: boolean): FeatureSpec => ({
  name,
  type: 'boolean',
  note,
  default: fallback,
});
const text = (name: string, note: string): FeatureSpec => ({ name, type: 'string', note });

/**
 * Every feature of `createFeatureStore`, in the order of its rows. A window in a name is sliding and includes the event
 * itself. What cannot be known (no device token, nothing recorded) is missing, never 0.
 */
export const FEATURES: readonly FeatureSpec[] = [
  text('action', 'view, query, login, challenge, book, cancel, pay, otp, no-show or other'),
  text('client.kind', 'browser, app, mini-program, kiosk, staff, api as declared'),
  number('client.mismatches', 'client signals that do not fit together; missing when none could be checked'),
  number('client.cluster_requests_10min', 'requests of the fingerprint cluster (count-min, may be a little high)'),

  yesNo('device.known', 'the request carries a device token', false),
  yesNo('device.new', 'first request of this device that the store remembers', false),
  number('device.age_s', 'seconds since the device token was issued'),
  number('device.requests_10s', 'requests of the device'),
  number('device.requests_60s', 'requests of the device'),
  number('device.requests_10min', 'requests of the device'),
  number('device.requests_1h', 'requests of the device'),
  number('device.requests_24h', 'requests of the device'),
  number('device.books_10min', 'booking attempts of the device'),
  number('device.books_24h', 'booking attempts of the device'),
  number('device.cancels_24h', 'cancels of the device'),
  number('device.failures_10min', 'failed requests of the device'),
  number('device.persons_24h', 'real-name identities the device acted for'),
  number('device.accounts_24h', 'accounts used on the device'),
  number('device.phones_24h', 'phone numbers used on the device'),
  number('device.ips_24h', 'addresses the device came from'),
  number('device.interval_ms', 'time since the previous request of the device'),
  number('device.interval_variation', 'coefficient of variation of request intervals, recent ones weighing most'),

  number('account.age_s', 'seconds since the account was made'),
  yesNo('account.verified', 'the account passed real-name verification', false),
  number('account.requests_60s', 'requests of the account'),
  number('account.requests_10min', 'requests of the account'),
  number('account.requests_24h', 'requests of the account'),
  number('account.queries_10min', 'slot queries of the account'),
  number('account.books_24h', 'booking attempts of the account'),
  number('account.cancels_24h', 'cancels of the account'),
  number('account.failures_10min', 'failed requests of the account'),
  number('account.handovers_7d', 'slots given to or taken from another identity by cancel and rebook'),
  number('account.devices_24h', 'devices the account was used on'),
  number('account.persons_24h', 'real-name identities the account acted for'),
  number('account.doctors_24h', 'doctors the account tried to book'),
  number('account.ips_24h', 'addresses the account came from'),

  number('person.books_24h', 'booking attempts for the person'),
  number('person.books_7d', 'booking attempts for the person'),
  number('person.cancels_7d', 'cancels for the person'),
  number('person.no_shows_90d', 'visits the person did not come to'),
  number('person.handovers_7d', 'slots given to or taken from another identity by cancel and rebook'),
  number('person.devices_7d', 'devices that acted for the person'),
  number('person.accounts_7d', 'accounts that acted for the person'),
  number('person.phones_7d', 'phone numbers given for the person'),

  number('phone.books_24h', 'booking attempts with the phone number'),
  number('phone.otps_10min', 'one-time codes asked for with the phone number'),
  number('phone.persons_7d', 'real-name identities with this phone number (contact reuse)'),
  number('phone.accounts_7d', 'accounts with this phone number'),

  number('ip.requests_10s', 'requests of the address'),
  number('ip.requests_60s', 'requests of the address'),
  number('ip.requests_10min', 'requests of the address'),
  number('ip.challenge_failures_10min', 'failed challenges of the address'),
  number('ip.devices_1h', 'devices of the address'),
  number('ip.accounts_1h', 'accounts of the address'),
  number('ip.requests_per_device', 'requests in 10 min by devices: a crowd behind one address has few each'),

  number('subnet.requests_60s', 'requests of the /24'),
  number('subnet.devices_1h', 'devices of the /24'),
  number('subnet.requests_per_device', 'requests in 1 h by devices'),

  number('session.age_s', 'seconds since the first request of the session'),
  number('session.requests_60s', 'requests of the session'),
  number('session.requests_1h', 'requests of the session'),
  number('session.queries_1h', 'slot queries of the session'),

  number('doctor.requests_60s', 'requests for the doctor'),
  number('doctor.books_10min', 'booking attempts for the doctor'),
  number('doctor.cancels_10min', 'cancels of slots of the doctor'),
  number('doctor.persons_1h', 'real-name identities that want the doctor'),
  number('doctor.heat', 'share of the site\u2019s requests of the last minute that are for the doctor (nearline)'),

  number('slot.handover_s', 'seconds since another identity cancelled this very slot; missing when none did'),
  yesNo('slot.handover_same_account', 'that cancel came from the same account (families do this)', false),
  number('slot.release_ms', 'time since the slots became bookable; negative before'),

  number('identity.group_persons', 'real-name identities linked by shared devices, accounts, phones (nearline)'),
  number('identity.pair_handovers_7d', 'hand-overs between these two accounts (count-min)'),

  yesNo('behaviour.recorded', 'the page sent a recording', false),
  yesNo('behaviour.no_input', 'the action came without pointer, touch, key or scroll', false),
  number('behaviour.action_ms', 'from opening the page to the action'),
  number('behaviour.pointer_straightness', 'chord by path; 1 is a ruler'),
  number('behaviour.pointer_speed_variation', 'coefficient of variation; 0 is a machine'),
  number('behaviour.pointer_direction_entropy', 'bits, 0 to 3'),
  number('behaviour.touch_rate', 'touches a second'),
  number('behaviour.touch_interval_variation', 'coefficient of variation'),
  number('behaviour.touch_spread', 'standard deviation of touch positions in pixels'),
  number('behaviour.key_interval_entropy', 'bits, in steps of 20 ms'),
  number('behaviour.key_hold_variation', 'coefficient of variation of hold times'),
  number('behaviour.pages_skipped', 'steps of the usual order of pages that were left out'),
  number('behaviour.replayed_timing', 'earlier recordings by other devices with the same run of intervals'),

  number('site.requests_10s', 'requests of the whole site (nearline)'),
  number('site.requests_60s', 'requests of the whole site (nearline)'),
  number('site.books_10s', 'booking attempts of the whole site (nearline)'),
  number('site.devices_60s', 'devices on the site (nearline, HyperLogLog)'),
  number('site.new_device_share_60s', 'share of requests from devices never seen (nearline)'),
  number('site.failure_share_60s', 'share of failed requests (nearline)'),
];
