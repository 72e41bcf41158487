import { describe, expect, it } from 'vitest';
import { describeSamples, fieldsOf } from '../testing/samples.ts';
import { rabbitmq } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(rabbitmq, samples);

describe('rabbitmq', () => {
  it('sees a refused login in the second line of an error', () => {
    const fields = fieldsOf(
      "2026-11-22 10:11:14.000 [error] <0.700.0> Error on AMQP connection <0.700.0> (203.0.113.9:40000 -> 10.0.0.8:5672, state: starting):\nPLAIN login refused: user 'guest' - invalid credentials",
    );
    expect(fields).toMatchObject({ 'event.outcome': 'failure', 'user.name': 'guest', 'source.ip': '203.0.113.9' });
  });

  it('does not call a user authenticated who is only mentioned', () => {
    expect(fieldsOf("2026-11-22 10:11:14.000 [info] <0.1.0> created user 'his'")['event.outcome']).toBeUndefined();
  });
});
