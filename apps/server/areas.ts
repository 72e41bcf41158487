import type { AreaModule } from '@xinglin/platform/http';
import { antiscalp } from '@xinglin/antiscalp/server';
import { soc } from '@xinglin/soc/server';

/** The product areas this server is made of, in the order their migrations run. */
export const AREAS: readonly AreaModule[] = [soc, antiscalp];
