import type { AreaModule, Platform } from '@xinglin/platform/http';
import { consoleRoutes } from './console-routes.ts';
import { createDecideStep } from './decide/step.ts';
import { createRelease } from './release/index.ts';
import { gatewayRoutes } from './routes.ts';
import './errors.ts';
import './tables.ts';

/** The anti-scalping area: challenge → observe → decide in the gateway, release of slots behind it. */
export const antiscalp: AreaModule = {
  name: 'antiscalp',
  migrations: new URL('./migrations/', import.meta.url),
  create(platform: Platform) {
    const decide = createDecideStep(platform);
    const release = createRelease(platform);
    return Promise.resolve({
      name: 'antiscalp',
      routes: [...gatewayRoutes(platform, decide), ...consoleRoutes(platform, decide), ...release.routes],
      mounts: release.mounts,
      services: [...decide.services, ...release.services],
    });
  },
};
