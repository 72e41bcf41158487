/** The SOC as the server sees it: the steps wired in the direction data flows. */
import type { Area, AreaModule, Platform } from '@xinglin/platform/http';
import { createCollect } from './collect/index.ts';
import { createDetect } from './detect/index.ts';
import { createRespond } from './respond/index.ts';
import type { Respond } from './respond/index.ts';
import { createSupervise } from './supervise/index.ts';

export const soc: AreaModule = {
  name: 'soc',
  migrations: new URL('./migrations/', import.meta.url),
  create(platform: Platform): Promise<Area> {
    // Detection hands its hits to the responder, which needs the rules of detection: the sink is reached when hits come.
    let respond: Respond | undefined;
    const detect = createDetect(platform, {
      sink: { accept: (hits) => respond?.sink.accept(hits) ?? Promise.reject(new Error('the responder is not there yet')) },
    });
    respond = createRespond(platform, {
      rules: detect.book,
      onIndicatorsChanged: () => platform.bus.publish({ topic: 'intel.changed', tenant: '', data: {} }),
    });
    const collect = createCollect(platform, { sink: detect.pipeline, silence: respond.raise });
    const supervise = createSupervise(platform);
    // Started in this order and stopped in reverse: inputs open last and close first.
    const steps = [supervise, respond, detect, collect];
    return Promise.resolve({
      name: 'soc',
      routes: steps.flatMap((step) => step.routes),
      mounts: steps.flatMap((step) => step.mounts),
      services: steps.flatMap((step) => step.services),
    });
  },
};
