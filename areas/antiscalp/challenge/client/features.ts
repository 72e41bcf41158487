/**
 * What the browser says of itself, coarse on purpose: many people share each value. It groups devices into clusters whose collision rate is
 * measured; it identifies nobody, and only `webdriver` is sent when the visitor has not agreed.
 */
export type Features = Record<string, string | number | boolean>;

export function readFeatures(target: Window & typeof globalThis, consent: boolean): Features {
  const { navigator } = target;
  const own: Features = { webdriver: navigator.webdriver === true };
  if (!consent) return own;
  const { screen } = target;
  const memory = (navigator as { deviceMemory?: number }).deviceMemory;
  let zone = '';
  try {
    zone = Intl.DateTimeFormat().resolvedOptions().timeZone || '';
  } catch {
    // An old WebView without time zones: the field stays empty, and empty never counts against anyone.
  }
  return Object.assign(own, {
    width: Math.round(screen.width / 40) * 40,
    height: Math.round(screen.height / 40) * 40,
    dpr: Math.round((target.devicePixelRatio || 1) * 2) / 2,
    inner: Math.round(target.innerWidth / 100) * 100,
    zone,
    languages: (navigator.languages || [navigator.language]).slice(0, 3).join(','),
    platform: String(navigator.platform || '').slice(0, 20),
    touch: Math.min(10, navigator.maxTouchPoints || 0),
    cores: Math.min(16, navigator.hardwareConcurrency || 0),
    memory: memory === undefined ? 0 : memory,
    plugins: Math.min(8, navigator.plugins ? navigator.plugins.length : 0),
    dark: target.matchMedia ? target.matchMedia('(prefers-color-scheme: dark)').matches : false,
  });
}
