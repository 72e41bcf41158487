import type { ConsoleModule } from '@xinglin/platform/ui';

export const platformModule: ConsoleModule = { name: 'platform', texts: {}, menu: [], routes: [] };
