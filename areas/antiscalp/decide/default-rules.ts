/**
 * The rules a gateway starts with until the institution has its own: broad limits far above what a hurried family does, and evidence that
 * adds up. Each names its reason code; nothing here refuses for an address or a cluster alone. Text form of `@xinglin/decide`.
 */
export const DEFAULT_RULES = `
ruleset gateway-default version 1
threshold recheck from 20
threshold queue from 35
threshold verify from 55
threshold review from 80
threshold deny from 110

score 15 reason RATE_DEVICE group behaviour when device.requests_10s > 12
score 20 reason RATE_DEVICE_MINUTE group behaviour when device.requests_60s > 45
score 25 reason RATE_DEVICE_LONG group behaviour when device.requests_10min > 240
score 35 reason POLLING group behaviour when account.queries_10min > 120
score 30 reason STEADY_RHYTHM group behaviour when device.requests_10min > 40 and device.interval_variation < 0.12
score 25 reason NO_INPUT group behaviour when behaviour.no_input and action == "book" and device.requests_60s > 6
score 30 reason REPLAYED_GESTURES group behaviour when behaviour.replayed_timing >= 3
score 30 reason TAP_MACHINE group behaviour when behaviour.touch_rate > 18
score 25 reason CLIENT_MISMATCH group other when client.mismatches >= 1
score 15 reason CLIENT_MISMATCHES group other when client.mismatches >= 3

score 25 reason MANY_PATIENTS_DEVICE group identity when device.persons_24h > 8
score 35 reason MANY_PATIENTS_DEVICE_MORE group identity when device.persons_24h > 20
score 25 reason MANY_ACCOUNTS_DEVICE group identity when device.accounts_24h > 6
score 25 reason MANY_PATIENTS_ACCOUNT group identity when account.persons_24h > 8
score 20 reason MANY_DOCTORS group identity when account.doctors_24h > 10
score 40 reason HAND_OVER group identity when slot.handover_s < 120 and not slot.handover_same_account
score 30 reason HAND_OVER_AGAIN group identity when account.handovers_7d >= 2
score 25 reason CONTACT_REUSED group identity when phone.persons_7d > 10
score 20 reason PATIENT_MANY_DEVICES group identity when person.devices_7d > 6
score 20 reason OFTEN_CANCELLED group identity when account.cancels_24h > 5
`;
