import type { AreaModule, Platform } from '@xinglin/platform/http';
import { createCollect } from './collect/index.ts';
import { createDetect } from './detect/index.ts';
import type { Hit } from './detect/index.ts';
import { createReport } from './report/index.ts';
import { createRespond } from './respond/index.ts';
import { createSupervise } from './supervise/index.ts';
import './tables.ts';

/** The SOC: its steps wired in the order in which data flows. Services start in this order and stop in reverse. */
export const soc: AreaModule = {
  name: 'soc',
  migrations: new URL('./migrations/', import.meta.url),
  create(platform: Platform) {
    // The responder needs the rules, detection needs the responder: hits flow only once both exist.
    let accept = (_hits: readonly Hit[]): Promise<void> => Promise.reject(new Error('the responder is not there yet'));
    const detect = createDetect(platform, { sink: { accept: (hits) => accept(hits) } });
    const respond = createRespond(platform, {
      rules: detect.book,
      onIndicatorsChanged: () => platform.bus.publish({ topic: 'intel.changed', tenant: '', data: {} }),
    });
    accept = (hits) => respond.sink.accept(hits);
    const collect = createCollect(platform, { sink: detect.pipeline, silence: respond.raise });
    const supervise = createSupervise(platform);
    const report = createReport(platform);
    const steps = [supervise, report, respond, detect, collect];
    return Promise.resolve({
      name: 'soc',
      routes: steps.flatMap((step) => step.routes),
      mounts: steps.flatMap((step) => step.mounts),
      services: steps.flatMap((step) => step.services),
    });
  },
};
