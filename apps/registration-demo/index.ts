export { startRegistrationDemo } from './start-registration-demo.ts';
export type { RegistrationDemo, RegistrationDemoOptions } from './start-registration-demo.ts';
export { Hospital } from './hospital/hospital.ts';
export type { Answer, Listed } from './hospital/hospital.ts';
export type { Account, Person } from './hospital/people.ts';
