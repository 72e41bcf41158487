export { loadGatewayConfig, checkGatewayConfig } from './config.ts';
export type { GatewayConfig, GatewayConfigInput, RouteConfig } from './config.ts';
export { openGateway } from './open-gateway.ts';
export type { Gateway } from './open-gateway.ts';
export { standalonePorts } from './standalone.ts';
